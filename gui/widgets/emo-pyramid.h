/* emo-pyramid.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* A picture for the screen at every size: each level half the one before, in
 * the renderer's own pixel format, cut into tiles. Whatever the zoom, a frame
 * touches no more pixels than about two screens have, so the main thread never
 * waits for a large picture. Made on any thread; tiles are for the main one.
 * Atomically ref-counted. */
typedef struct _EmoPyramid EmoPyramid;

/* NULL where there is no memory. @image is at most EMO_PICTURE_MAX_SIDE; @width
 * and @height are the picture's before it was shrunk to that. */
EmoPyramid    *emo_pyramid_new          (EmoImage   *image,
                                         int         width,
                                         int         height);
EmoPyramid    *emo_pyramid_ref          (EmoPyramid *self);
void           emo_pyramid_unref        (EmoPyramid *self);
int            emo_pyramid_get_width    (EmoPyramid *self);   /* the picture's own */
int            emo_pyramid_get_height   (EmoPyramid *self);
guint          emo_pyramid_get_n_levels (EmoPyramid *self);
void           emo_pyramid_get_size     (EmoPyramid *self,
                                         guint       level,
                                         int        *width,
                                         int        *height);
/* The level to draw at @zoom pixels of the screen for one of the picture. */
guint          emo_pyramid_find_level   (EmoPyramid *self,
                                         double      zoom);
/* Adds the part of the level that @clip shows to @snapshot; the whole picture
 * fills @bounds. @scale: pixels of the screen for one of the toolkit's. */
void           emo_pyramid_snapshot     (EmoPyramid            *self,
                                         guint                  level,
                                         GtkSnapshot           *snapshot,
                                         const graphene_rect_t *bounds,
                                         const graphene_rect_t *clip,
                                         double                 scale);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoPyramid, emo_pyramid_unref)

G_END_DECLS
