/* emo-augment.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-image.h"

G_BEGIN_DECLS

/* What a teacher sees of a picture: in training a random part of it, maybe
 * mirrored; at distillation and in use always the same. Pure functions; any
 * thread. */
typedef struct
{
  int      x;
  int      y;
  int      width;
  int      height;
  gboolean mirrored;
} EmoCrop;

/* torchvision's share, which photographs have been trained with. */
#define EMO_AUGMENT_MIN_SHARE 0.08

/* The part that an epoch shows of a picture: @min_share to 1 of its area, sides
 * from 3:4 to 4:3, mirrored every other time. @picture tells pictures apart. */
EmoCrop   emo_augment_draw  (int             width,
                             int             height,
                             double          min_share,
                             guint64         seed,
                             guint           epoch,
                             guint64         picture);
/* [side, side]: the crop, resized (bilinear), mirrored. NULL where memory is short. */
EmoImage *emo_augment_crop  (EmoImage       *image,
                             const EmoCrop  *crop,
                             int             side);
/* [side, side]: the short side resized to @side (bilinear), the centre of the
 * long one. NULL where memory is short. */
EmoImage *emo_augment_fit   (EmoImage       *image,
                             int             side);
/* @planes (out): [3, height, width], (value / 255 - mean) / std in float32. */
void      emo_augment_normalise (EmoImage     *image,
                                 const double *mean,   /* [3] */
                                 const double *std,    /* [3] */
                                 float        *planes);

G_END_DECLS
