/* emo-teacher-view.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"
#include "emo-teacher-view.h"

gsize
emo_teacher_view_count (const EmoTeacherView *self)
{
  return (gsize) 3 * self->side * self->side;
}

static GBytes *
normalise (const EmoTeacherView  *self,
           EmoImage              *image,
           GError               **error)
{
  gsize n = emo_teacher_view_count (self);
  float *planes = image != NULL ? g_try_new (float, n) : NULL;

  if (planes == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "no memory to resize it to %u x %u", self->side, self->side);
      return NULL;
    }
  emo_augment_normalise (image, self->mean, self->std, planes);

  return g_bytes_new_take (planes, n * sizeof *planes);
}

/**
 * emo_teacher_view_fit:
 * @self: how a teacher takes pictures
 * @image: a picture
 * @error: return location
 *
 * Returns: (transfer full) (nullable): float32 [3, side, side]; or OUT_OF_MEMORY
 */
GBytes *
emo_teacher_view_fit (const EmoTeacherView  *self,
                      EmoImage              *image,
                      GError               **error)
{
  int side = (int) self->side;
  g_autoptr(EmoImage) fitted = self->whole ? emo_image_resize (image, side, side, EMO_FILTER_BILINEAR)
                                           : emo_augment_fit (image, side);

  return normalise (self, fitted, error);
}

/**
 * emo_teacher_view_crop:
 * @self: how a teacher takes pictures
 * @image: a picture
 * @crop: a part of it
 * @error: return location
 *
 * Returns: (transfer full) (nullable): float32 [3, side, side]; or OUT_OF_MEMORY
 */
GBytes *
emo_teacher_view_crop (const EmoTeacherView  *self,
                       EmoImage              *image,
                       const EmoCrop         *crop,
                       GError               **error)
{
  g_autoptr(EmoImage) part = emo_augment_crop (image, crop, (int) self->side);

  return normalise (self, part, error);
}
