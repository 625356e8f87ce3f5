/* emo-temperature.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* One temperature for all logits: which label wins stays, and how sure the
 * answer sounds becomes how often it is right. */
#define EMO_TEMPERATURE_MIN 0.05
#define EMO_TEMPERATURE_MAX 20.0

/* The temperature T at which softmax (logits / T) has the least negative
 * log-likelihood over rows that were not fitted on; at most and at least the
 * above; 1 where there are no rows or they say nothing. emo_gate_scale() and
 * emo_head_scale() fold 1/T in. A gate reads the head's logits as they were when
 * it was fitted: scale a head before, and what its gate is fitted on with it. */
double emo_temperature_fit (const float   *logits,     /* [n, n_labels] */
                            const guint32 *labels,     /* [n] */
                            gsize          n,
                            guint          n_labels);

G_END_DECLS
