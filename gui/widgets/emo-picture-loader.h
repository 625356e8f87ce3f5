/* emo-picture-loader.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-pyramid.h"

G_BEGIN_DECLS

/* Pictures for the screen, decoded by the same loader as the model's, on
 * threads of its own, never wider or higher than asked for. */
#define EMO_PICTURE_MAX_SIDE 4096

/* A picture for a view that zooms, and what is to be said of it. */
typedef struct
{
  EmoPyramid   *pyramid;
  EmoImageMarks marks;
  guint64       n_bytes;   /* as stored */
  char         *sha256;    /* of the file */
} EmoPicture;

void        emo_picture_load_async        (EmoSample            *sample,
                                           int                   max_side,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
GdkTexture *emo_picture_load_finish       (GAsyncResult         *result,
                                           GError              **error);
void        emo_picture_load_whole_async  (EmoSample            *sample,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
EmoPicture *emo_picture_load_whole_finish (GAsyncResult         *result,
                                           GError              **error);
void        emo_picture_free              (EmoPicture           *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoPicture, emo_picture_free)

G_END_DECLS
