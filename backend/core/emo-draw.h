/* emo-draw.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Random draws that can be repeated: a stream is a pure function of a seed and
 * of what the draws are for (stage, epoch, picture, layer, ...), so work that is
 * resumed, sharded or run in another order draws the same numbers. SplitMix64
 * (Steele, Lea and Flood, OOPSLA 2014) from a hashed start. Plain value; copy it
 * freely; not for secrets. */
typedef struct
{
  guint64 state;
} EmoDraw;

/* @purpose names the use ("dropout", "shuffle"); @a, @b, @c tell its streams
 * apart, 0 where there is nothing to tell. */
EmoDraw emo_draw_begin   (guint64      seed,
                          const char  *purpose,
                          guint64      a,
                          guint64      b,
                          guint64      c);
guint64 emo_draw_bits    (EmoDraw     *self);   /* 64 random bits */
double  emo_draw_uniform (EmoDraw     *self);   /* in [0, 1), 53 bits */
guint   emo_draw_below   (EmoDraw     *self,
                          guint        n);      /* in [0, n), unbiased; n > 0 */
double  emo_draw_normal  (EmoDraw     *self);   /* mean 0, variance 1 */
/* Permutes @values in place, every order equally likely. */
void    emo_draw_shuffle (EmoDraw     *self,
                          guint32     *values,
                          guint        n);

G_END_DECLS
