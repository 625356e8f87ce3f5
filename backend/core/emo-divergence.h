/* emo-divergence.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* How far two distributions over the same labels are apart: Jensen-Shannon with
 * logarithms to base 2, from 0 (equal) to 1 (no label in common), the same in
 * both directions. NaN where a value is none or a sum is not positive. */
double emo_divergence_jensen_shannon (const double *p,   /* [n] */
                                      const double *q,   /* [n] */
                                      guint         n);

G_END_DECLS
