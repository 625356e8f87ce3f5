/* emo-history-words.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-history-item.h"

G_BEGIN_DECLS

/* A result of the store in words, in the person's language. All (transfer full). */
char *emo_history_words_dup_name   (EmoRunEntry    *entry);   /* base name for the screen */
char *emo_history_words_dup_answer (EmoRunEntry    *entry);   /* "fear 91.2 %", else why it failed */
char *emo_history_words_dup_clock  (EmoRunEntry    *entry);   /* "14:03" */
char *emo_history_words_dup_day    (EmoHistoryItem *item);    /* "Today", "25 November 2026" */
char *emo_history_words_dup_model  (EmoRunEntry    *entry);
/* "Answered by EmoScenes, 25 November 2026, 14:03" */
char *emo_history_words_dup_origin (EmoRunEntry    *entry);

G_END_DECLS
