/* emo-nf4.h: weights in 4 bits each
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* NormalFloat4 of QLoRA (Dettmers et al., 2023) with the numbers of bitsandbytes:
 * blocks of weights share their largest magnitude ("absmax"), a weight is the
 * nearest of 16 fixed levels times that. The absmaxes are quantised once more:
 * less their mean ("offset"), in blocks that share a scale, to the nearest of 256
 * levels. 4.13 bits a weight in all. A weight that is not finite makes all of the
 * tensor not finite. Plain C; any thread. */
#define EMO_NF4_BLOCK        64
#define EMO_NF4_ABSMAX_BLOCK 256

/* Borrowed arrays, as they lie on the CPU. */
typedef struct
{
  gsize         n;        /* weights */
  const guint8 *codes;    /* [(n + 1) / 2] two a byte, the first in the upper half */
  const guint8 *absmax;   /* [blocks] */
  const float  *scales;   /* [blocks of absmaxes] */
  float         offset;
} EmoNf4;

gsize        emo_nf4_count_blocks      (gsize         n);
gsize        emo_nf4_count_scales      (gsize         n);
gint64       emo_nf4_count_bytes       (gint64        n);         /* of codes, absmaxes and scales */
const float *emo_nf4_get_levels        (void);                    /* [16], rising */
const float *emo_nf4_get_absmax_levels (void);                    /* [256], rising */

/* A part that begins with a block, so that several threads can share the work. */
void         emo_nf4_quantise          (const float  *values,
                                        gsize         n,
                                        guint8       *codes,      /* (out) [(n + 1) / 2] */
                                        float        *absmax);    /* (out) [blocks] */
void         emo_nf4_quantise_absmax   (const float  *absmax,
                                        gsize         n_blocks,
                                        guint8       *codes,      /* (out) [blocks] */
                                        float        *scales,     /* (out) */
                                        float        *offset);    /* (out) */

/* Any @n weights from @start on. */
void         emo_nf4_read              (const EmoNf4 *self,
                                        gsize         start,
                                        gsize         n,
                                        float        *out);
void         emo_nf4_read_bf16         (const EmoNf4 *self,
                                        gsize         start,
                                        gsize         n,
                                        guint16      *out);

G_END_DECLS
