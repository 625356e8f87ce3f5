/* emo-table.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-sample.h"

G_BEGIN_DECLS

/* Results as text to paste somewhere: pure functions of samples, in English and
 * with the model's own words for labels, as every file has them. Pictures without
 * an answer say why. @samples: of EmoSample, not empty. */

/* A paragraph a picture, for people. */
char *emo_table_to_text     (GPtrArray *samples);
/* Of one picture every label, of several a row each. */
char *emo_table_to_markdown (GPtrArray *samples);
/* The same as a tabular that needs no package. */
char *emo_table_to_latex    (GPtrArray *samples);

G_END_DECLS
