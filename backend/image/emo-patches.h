/* emo-patches.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-image.h"

G_BEGIN_DECLS

/* What the vision tower is fed. preprocessor_config.json's fields. */
struct _EmoImageSettings
{
  int       patch_size;           /* 14 */
  int       temporal_patch_size;  /* 2 */
  int       merge_size;           /* 2 */
  gint64    min_pixels;           /* size.shortest_edge or min_pixels */
  gint64    max_pixels;           /* size.longest_edge or max_pixels */
  EmoFilter resample;             /* 3: bicubic */
  double    rescale_factor;       /* 1/255 */
  double    mean[3];
  double    std[3];
  int       max_side;             /* 0: none; the published code shrinks the long side first */
  EmoFilter max_side_filter;
};

/* Smart-resize of Qwen2-VL: sides become multiples of patch*merge, rounding
 * half to even in double, within min and max pixels. UNSUPPORTED where the
 * ratio of the sides exceeds 200. */
gboolean emo_image_settings_fit (const EmoImageSettings *settings,
                                 int                     width,
                                 int                     height,
                                 int                    *fit_width,
                                 int                    *fit_height,
                                 GError                **error);

/* Flattened float patches [t*h*w, 3*temporal*patch*patch] in Qwen2-VL order
 * (merge blocks of 2x2 neighbours adjacent; channel, time, row, column inside a
 * patch), normalised as the processor does it. Boxed, atomically ref-counted. */
#define EMO_TYPE_PATCHES (emo_patches_get_type ())

GType        emo_patches_get_type    (void);
EmoPatches  *emo_patches_new         (EmoImage               *image,
                                      const EmoImageSettings *settings,
                                      GError                **error);
EmoPatches  *emo_patches_ref         (EmoPatches             *self);
void         emo_patches_unref       (EmoPatches             *self);
const int   *emo_patches_get_grid    (EmoPatches             *self);   /* [3] t, h, w in patches */
int          emo_patches_get_tokens  (EmoPatches             *self);   /* t*h*w / merge^2 */
gsize        emo_patches_get_rows    (EmoPatches             *self);   /* t*h*w */
gsize        emo_patches_get_columns (EmoPatches             *self);   /* 1176 */
const float *emo_patches_get_values  (EmoPatches             *self);   /* [rows, columns] */
/* The picture's own size, before the resize. */
int          emo_patches_get_image_width  (EmoPatches        *self);
int          emo_patches_get_image_height (EmoPatches        *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoPatches, emo_patches_unref)

G_END_DECLS
