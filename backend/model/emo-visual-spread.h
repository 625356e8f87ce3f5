/* emo-visual-spread.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* How far a picture's merged visual tokens [T, H] lie apart, which their mean does
 * not tell: smooth and striped pictures have tokens that are much alike. */
#define EMO_VISUAL_SPREAD_SIZE 3

/* @spread (out) [EMO_VISUAL_SPREAD_SIZE], natural logarithms of: the tokens' total
 * variance (the trace of their covariance), the standard deviation of their norms,
 * and the largest norm. Norms are Euclidean, in the tokens' own unit. */
void emo_visual_spread (const float *tokens,
                        gsize        n_tokens,
                        gsize        width,
                        float       *spread);

G_END_DECLS
