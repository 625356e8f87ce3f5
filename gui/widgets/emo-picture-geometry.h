/* emo-picture-geometry.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where a picture lies in a view that zooms and pans: numbers alone, no widget.
 * View coordinates are the toolkit's pixels; a zoom of 1 is one pixel of the
 * screen for one of the picture, also where the screen has two for each of the
 * toolkit's. */
typedef struct
{
  double   view_width, view_height;
  double   scale;                       /* pixels of the screen for one of the toolkit's */
  double   picture_width, picture_height;
  gboolean fit;                         /* the zoom follows the view */
  double   zoom;
  double   centre_x, centre_y;          /* the picture's point in the middle of the view */
} EmoPictureGeometry;

void     emo_picture_geometry_set_view    (EmoPictureGeometry *self,
                                           double              width,
                                           double              height,
                                           double              scale);
/* A picture begins fitted. */
void     emo_picture_geometry_set_picture (EmoPictureGeometry *self,
                                           double              width,
                                           double              height);
gboolean emo_picture_geometry_is_empty    (const EmoPictureGeometry *self);
double   emo_picture_geometry_get_fit     (const EmoPictureGeometry *self);
void     emo_picture_geometry_get_range   (const EmoPictureGeometry *self,
                                           double             *smallest,
                                           double             *largest);
void     emo_picture_geometry_zoom_to_fit (EmoPictureGeometry *self);
/* The picture's point at @x, @y of the view stays there. */
void     emo_picture_geometry_zoom_to     (EmoPictureGeometry *self,
                                           double              zoom,
                                           double              x,
                                           double              y);
/* Moves the picture by so much of the view; FALSE where its edge holds it. */
gboolean emo_picture_geometry_pan         (EmoPictureGeometry *self,
                                           double              dx,
                                           double              dy);
gboolean emo_picture_geometry_can_pan     (const EmoPictureGeometry *self);
/* The picture's rectangle in the view. */
void     emo_picture_geometry_get_rect    (const EmoPictureGeometry *self,
                                           double             *x,
                                           double             *y,
                                           double             *width,
                                           double             *height);

G_END_DECLS
