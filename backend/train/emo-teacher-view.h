/* emo-teacher-view.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-augment.h"

G_BEGIN_DECLS

/* How a teacher takes pictures: as standardised planes of one size. A plain
 * value; any thread. */
typedef struct
{
  guint    side;
  gboolean whole;     /* all of a picture, its sides made equal; FALSE: its centre */
  double   mean[3];   /* of red, green, blue in 0..1 */
  double   std[3];
} EmoTeacherView;

/* Floats of a picture's planes. */
gsize   emo_teacher_view_count    (const EmoTeacherView *self);
/* [3, side, side] of a picture, always the same: all of it, or the short side
 * resized and the centre of the long one. OUT_OF_MEMORY. */
GBytes *emo_teacher_view_fit      (const EmoTeacherView *self,
                                   EmoImage             *image,
                                   GError              **error);
/* The same of a part of it. */
GBytes *emo_teacher_view_crop     (const EmoTeacherView *self,
                                   EmoImage             *image,
                                   const EmoCrop        *crop,
                                   GError              **error);

G_END_DECLS
