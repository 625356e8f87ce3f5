/* emo-visual-mean.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* The mean [H] of a picture's merged visual tokens [T, H], summed in double: what
 * the head reads, in training as in an answer. */
void emo_visual_mean (const float *tokens,
                      gsize        n_tokens,
                      gsize        width,
                      float       *mean);

G_END_DECLS
