/* emo-vlm-pictures.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-batch-plan.h"
#include "emo-dataset.h"
#include "emo-patches.h"

G_BEGIN_DECLS

/* The pictures of a split as batches of equal grids: which can be read and how
 * large they are, and then, an epoch at a time, their patches, read ahead. */
typedef struct _EmoVlmPictures EmoVlmPictures;

/* Decodes every picture once, but those held out, for its size. Those that are
 * broken are left out and told in @problems (of text). CANCELLED; INVALID_FILE
 * where none is left. @dataset and @settings outlive the result. */
EmoVlmPictures       *emo_vlm_pictures_new        (EmoDataset              *dataset,
                                                   EmoSplit                 split,
                                                   const EmoImageSettings  *settings,
                                                   guint                    batch,
                                                   guint64                  seed,
                                                   GPtrArray               *problems,
                                                   EmoProgressFunc          progress,   /* (nullable) */
                                                   gpointer                 user_data,
                                                   GCancellable            *cancellable,
                                                   GError                 **error);
void                  emo_vlm_pictures_free       (EmoVlmPictures          *self);
guint                 emo_vlm_pictures_get_n      (EmoVlmPictures          *self);   /* readable pictures */
guint                 emo_vlm_pictures_get_n_batches (EmoVlmPictures       *self);   /* an epoch's */
/* Goes to batch @position of @epoch. */
void                  emo_vlm_pictures_seek       (EmoVlmPictures          *self,
                                                   guint                    epoch,
                                                   guint                    position);

typedef struct
{
  guint                  n;         /* pictures; those that only fill up are left out */
  const EmoDatasetItem **items;     /* [n] */
  int                    grid[3];
  float                 *pixels;    /* [n * patches, 1176] */
} EmoVlmPictureBatch;

/* The next one, or NULL: at the epoch's end without @error, with it where a
 * picture can no longer be read. Free with emo_vlm_picture_batch_free(). */
EmoVlmPictureBatch   *emo_vlm_pictures_next       (EmoVlmPictures          *self,
                                                   GError                 **error);
void                  emo_vlm_picture_batch_free  (EmoVlmPictureBatch      *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoVlmPictures, emo_vlm_pictures_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoVlmPictureBatch, emo_vlm_picture_batch_free)

G_END_DECLS
