/* emo-rope.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Rotary angles as tables of cosines and sines [S, head_dim / 2], float32 as the
 * reference computes them. */

/* The decoder's multimodal RoPE: @positions [S, 3] (t, h, w); the head_dim / 2
 * frequencies are dealt to t, h and w by @section (config: mrope_section). */
void emo_rope_decoder (const int *positions,
                       guint      n_positions,
                       int        head_dim,
                       double     theta,
                       const int  section[3],
                       float     *cosine,
                       float     *sine);
/* The tower's: the first half of the frequencies turns by the patch's row, the
 * second by its column, patches in merge-block order. @grid [t, h, w]. */
void emo_rope_vision  (const int  grid[3],
                       int        merge_size,
                       int        head_dim,
                       double     theta,
                       float     *cosine,
                       float     *sine);
/* Positions of a picture's merged tokens behind @start, into @positions
 * [t*h*w/merge^2, 3]; returns the next text position. */
int  emo_rope_picture_positions (const int  grid[3],
                                 int        merge_size,
                                 int        start,
                                 int       *positions);

G_END_DECLS
