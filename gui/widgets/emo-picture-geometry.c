/* emo-picture-geometry.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-picture-geometry.h"

/* Around a fitted picture, in the toolkit's pixels. */
#define PADDING 12
/* A thumbnail is not blown up over a whole wall. */
#define MAX_FIT 8.0
#define MAX_ZOOM 32.0

/**
 * emo_picture_geometry_is_empty:
 * @self: a geometry
 *
 * Returns: whether there is no picture or no view
 */
gboolean
emo_picture_geometry_is_empty (const EmoPictureGeometry *self)
{
  return self->picture_width <= 0 || self->picture_height <= 0 || self->view_width <= 0 || self->view_height <= 0;
}

/**
 * emo_picture_geometry_get_fit:
 * @self: a geometry
 *
 * Returns: the zoom at which the whole picture is seen
 */
double
emo_picture_geometry_get_fit (const EmoPictureGeometry *self)
{
  double width, height;

  if (emo_picture_geometry_is_empty (self))
    return 1;
  width = fmax (self->view_width - 2 * PADDING, 1) * self->scale;
  height = fmax (self->view_height - 2 * PADDING, 1) * self->scale;

  return fmin (MAX_FIT, fmin (width / self->picture_width, height / self->picture_height));
}

/**
 * emo_picture_geometry_get_range:
 * @self: a geometry
 * @smallest: (out): fitted, or 1 where that is smaller
 * @largest: (out): zoom
 */
void
emo_picture_geometry_get_range (const EmoPictureGeometry *self,
                                double                   *smallest,
                                double                   *largest)
{
  *smallest = fmin (emo_picture_geometry_get_fit (self), 1);
  *largest = MAX_ZOOM;
}

/* The toolkit's pixels for one of the picture. */
static double
get_step (const EmoPictureGeometry *self)
{
  return self->zoom / self->scale;
}

/* The range of the centre along one side: its middle alone where all of it is
 * seen, else up to where the picture's edge meets the view's. */
static double
clamp_centre (double centre,
              double picture,
              double seen)
{
  if (seen >= picture)
    return picture / 2;

  return CLAMP (centre, seen / 2, picture - seen / 2);
}

static void
settle (EmoPictureGeometry *self)
{
  if (emo_picture_geometry_is_empty (self))
    return;

  if (self->fit)
    self->zoom = emo_picture_geometry_get_fit (self);
  self->centre_x = clamp_centre (self->centre_x, self->picture_width, self->view_width / get_step (self));
  self->centre_y = clamp_centre (self->centre_y, self->picture_height, self->view_height / get_step (self));
}

/**
 * emo_picture_geometry_set_view:
 * @self: a geometry
 * @width: the view's
 * @height: the view's
 * @scale: pixels of the screen for one of the toolkit's
 *
 * A fitted picture stays fitted; another keeps its zoom and its middle.
 */
void
emo_picture_geometry_set_view (EmoPictureGeometry *self,
                               double              width,
                               double              height,
                               double              scale)
{
  self->view_width = width;
  self->view_height = height;
  self->scale = fmax (scale, 1);
  settle (self);
}

/**
 * emo_picture_geometry_set_picture:
 * @self: a geometry
 * @width: the picture's
 * @height: the picture's
 */
void
emo_picture_geometry_set_picture (EmoPictureGeometry *self,
                                  double              width,
                                  double              height)
{
  self->picture_width = width;
  self->picture_height = height;
  emo_picture_geometry_zoom_to_fit (self);
}

/**
 * emo_picture_geometry_zoom_to_fit:
 * @self: a geometry
 */
void
emo_picture_geometry_zoom_to_fit (EmoPictureGeometry *self)
{
  self->fit = TRUE;
  self->centre_x = self->picture_width / 2;
  self->centre_y = self->picture_height / 2;
  settle (self);
}

/**
 * emo_picture_geometry_zoom_to:
 * @self: a geometry
 * @zoom: what is wanted; never smaller than the smaller of fitted and 1
 * @x: what stays
 * @y: what stays
 */
void
emo_picture_geometry_zoom_to (EmoPictureGeometry *self,
                              double              zoom,
                              double              x,
                              double              y)
{
  double smallest, largest, dx, dy, before;

  if (emo_picture_geometry_is_empty (self))
    return;
  emo_picture_geometry_get_range (self, &smallest, &largest);
  zoom = CLAMP (zoom, smallest, largest);
  before = get_step (self);
  dx = x - self->view_width / 2;
  dy = y - self->view_height / 2;
  self->zoom = zoom;
  self->fit = FALSE;
  self->centre_x += dx / before - dx / get_step (self);
  self->centre_y += dy / before - dy / get_step (self);
  settle (self);
}

/**
 * emo_picture_geometry_pan:
 * @self: a geometry
 * @dx: to the right
 * @dy: down
 *
 * Returns: whether it moved
 */
gboolean
emo_picture_geometry_pan (EmoPictureGeometry *self,
                          double              dx,
                          double              dy)
{
  double x = self->centre_x, y = self->centre_y;

  if (emo_picture_geometry_is_empty (self))
    return FALSE;
  self->centre_x -= dx / get_step (self);
  self->centre_y -= dy / get_step (self);
  settle (self);

  return self->centre_x != x || self->centre_y != y;
}

/**
 * emo_picture_geometry_can_pan:
 * @self: a geometry
 *
 * Returns: whether a part of the picture lies outside of the view
 */
gboolean
emo_picture_geometry_can_pan (const EmoPictureGeometry *self)
{
  /* Half a pixel of rounding is nothing to pan over. */
  return !emo_picture_geometry_is_empty (self) &&
         (self->picture_width * get_step (self) > self->view_width + 0.5 ||
          self->picture_height * get_step (self) > self->view_height + 0.5);
}

/**
 * emo_picture_geometry_get_rect:
 * @self: a geometry
 * @x: (out): of the view
 * @y: (out): of the view
 * @width: (out): of the view
 * @height: (out): of the view
 */
void
emo_picture_geometry_get_rect (const EmoPictureGeometry *self,
                               double                   *x,
                               double                   *y,
                               double                   *width,
                               double                   *height)
{
  *x = *y = *width = *height = 0;
  if (emo_picture_geometry_is_empty (self))
    return;
  *width = self->picture_width * get_step (self);
  *height = self->picture_height * get_step (self);
  *x = self->view_width / 2 - self->centre_x * get_step (self);
  *y = self->view_height / 2 - self->centre_y * get_step (self);
}
