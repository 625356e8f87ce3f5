/* emo-teacher-pictures.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-dataset.h"
#include "emo-teacher-view.h"

G_BEGIN_DECLS

/* The pictures of a split as batches of planes, an epoch at a time, read ahead.
 * Which ones meet, and what part of each is shown, is a pure function of seed and
 * epoch. Broken ones are left out of their batch. */
typedef struct _EmoTeacherPictures EmoTeacherPictures;

typedef struct
{
  EmoDataset     *dataset;     /* outlives the pictures */
  EmoSplit        split;
  EmoTeacherView  view;
  guint           batch;
  guint64         seed;
  gboolean        augment;     /* a random part each time, maybe mirrored */
  double          min_share;   /* of a picture's area that is shown at least */
} EmoTeacherPicturesSettings;

typedef struct
{
  guint    n;        /* pictures; 0 where all of the batch are broken */
  guint32 *labels;   /* [n] */
  float   *planes;   /* [n, 3, side, side] */
} EmoTeacherBatch;

EmoTeacherPictures *emo_teacher_pictures_new           (const EmoTeacherPicturesSettings *settings);
void                emo_teacher_pictures_free          (EmoTeacherPictures   *self);
guint               emo_teacher_pictures_get_n         (EmoTeacherPictures   *self);   /* broken ones, too */
guint               emo_teacher_pictures_get_n_batches (EmoTeacherPictures   *self);   /* an epoch's */
guint               emo_teacher_pictures_get_batch     (EmoTeacherPictures   *self);   /* the largest */
const EmoTeacherView *emo_teacher_pictures_get_view    (EmoTeacherPictures   *self);
/* Goes to batch @position of @epoch. */
void                emo_teacher_pictures_seek          (EmoTeacherPictures   *self,
                                                        guint                 epoch,
                                                        guint                 position);
/* The next one, or NULL: at the epoch's end without @error, with OUT_OF_MEMORY.
 * Why a picture is broken is added to @notes (of text) the first time that it is
 * found so. */
EmoTeacherBatch    *emo_teacher_pictures_next          (EmoTeacherPictures   *self,
                                                        GPtrArray            *notes,
                                                        GError              **error);
void                emo_teacher_batch_free             (EmoTeacherBatch      *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTeacherPictures, emo_teacher_pictures_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTeacherBatch, emo_teacher_batch_free)

G_END_DECLS
