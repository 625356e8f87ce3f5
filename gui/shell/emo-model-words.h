/* emo-model-words.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-model-loader.h"

G_BEGIN_DECLS

/* What is known of the model, in words for the screen. */
char *emo_model_words_dup_state    (EmoModelLoader     *loader);   /* "Loading 41 %", "Ready · 7B · GPU" */
char *emo_model_words_dup_size     (gint64              parameters);   /* "7B", "3M" */
char *emo_model_words_dup_branches (const EmoModelInfo *info);
char *emo_model_words_dup_compute  (const EmoModelInfo *info);
char *emo_model_words_dup_memory   (const EmoModelNeed *need);
char *emo_model_words_dup_check    (EmoModelLoader     *loader);   /* "" where there is nothing to say */

G_END_DECLS
