/* emo-picture-loader.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-image.h"

G_BEGIN_DECLS

/* Decode-ahead for loops that take one picture after the other and have no main
 * loop: threads decode a list in its order, a few pictures ahead of who calls
 * next(). (EmoDecoder serves a window: one thread, any order, results on a main
 * context, each of which may be cancelled.) One thread at a time calls them. */
typedef struct _EmoPictureLoader EmoPictureLoader;

typedef struct
{
  guint     place;      /* in the list */
  EmoImage *image;      /* (nullable) none where it was prepared or is broken */
  GBytes   *values;     /* (nullable) what prepare made of it */
  char     *sha256;     /* (nullable) of the file; none where it is broken */
  GError   *error;      /* (nullable) why it is broken, with its file's name */
} EmoLoadedPicture;

/* What is to be done with a picture on the thread that decoded it, several at
 * once. Returns: (transfer full) (nullable): NULL with an error is a broken one. */
typedef GBytes *(*EmoPrepareFunc) (EmoImage  *image,
                                   guint      place,
                                   gpointer   user_data,
                                   GError   **error);

/* A copy of the picture that is in memory, on the thread that would else read the
 * file. Returns: (transfer full) (nullable): NULL: the file is read. */
typedef EmoImage *(*EmoFindPictureFunc) (guint     place,
                                         gpointer  user_data);

typedef struct
{
  guint          n_threads;   /* 0: as many as there are processors */
  guint          n_ahead;     /* pictures held at most; 0: two a thread */
  gsize          max_bytes;   /* none is begun while more are held; 0: 512 MiB */
  EmoPrepareFunc prepare;     /* (nullable) the picture itself is wanted */
  EmoFindPictureFunc find;    /* (nullable) every file is read */
  gpointer       user_data;   /* for @prepare and @find; outlives the loader */
} EmoPictureLoaderOptions;

/* @paths [n_paths]: borrowed, outlive the loader. @options (nullable). */
EmoPictureLoader *emo_picture_loader_new          (const char * const            *paths,
                                                   guint                          n_paths,
                                                   const EmoPictureLoaderOptions *options);
/* Ends the threads; waits for the pictures they are decoding. */
void              emo_picture_loader_free         (EmoPictureLoader              *self);
/* The next picture of the list, broken or not; NULL after the last. */
EmoLoadedPicture *emo_picture_loader_next         (EmoPictureLoader              *self);
/* Broken ones among those that next() gave. */
guint             emo_picture_loader_get_n_broken (EmoPictureLoader              *self);

void              emo_loaded_picture_free         (EmoLoadedPicture              *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoPictureLoader, emo_picture_loader_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoLoadedPicture, emo_loaded_picture_free)

G_END_DECLS
