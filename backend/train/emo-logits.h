/* emo-logits.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-head.h"
#include "emo-metrics.h"

G_BEGIN_DECLS

/* Rows of logits [n, n_labels], as heads and gates give them. */
/* (transfer full): what @head says of each of @means [n, H]. */
float      *emo_logits_of_head          (EmoHead       *head,
                                         const float   *means,
                                         gsize          n);
/* @probabilities (out) [n, n_labels], in double as the application computes them. */
void        emo_logits_to_probabilities (const float   *logits,
                                         gsize          n,
                                         guint          n_labels,
                                         float         *probabilities);
/* How good their softmax is. */
EmoMetrics *emo_logits_measure          (const float   *logits,
                                         const guint32 *labels,
                                         gsize          n,
                                         guint          n_labels);
/* Each times @factor. */
void        emo_logits_scale            (float         *logits,
                                         gsize          n,
                                         guint          n_labels,
                                         double         factor);

G_END_DECLS
