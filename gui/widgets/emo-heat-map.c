/* emo-heat-map.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-heat-map.h"

struct _EmoHeatMap
{
  grefcount        ref_count;
  int              width;
  int              height;
  double           largest;
  double          *values;    /* [height, width] */
  cairo_surface_t *surface;   /* (nullable) a pixel a number, at ... */
  double           opacity;   /* ... this opacity */
};

/* Green and magenta: CIEDE2000 at least 40 apart also where colours are seen
 * without red, green or blue, and at least 3.4:1 on white and 4:1 on black.
 * Neither is a branch's colour. tests/gui/test-heat-map.c computes it. */
static const GdkRGBA speaks_for = { 0x2c / 255.0f, 0xa0 / 255.0f, 0x2c / 255.0f, 1 };
static const GdkRGBA speaks_against = { 0xc5 / 255.0f, 0x1b / 255.0f, 0x9d / 255.0f, 1 };

/* Numbers of at least so much of the scale carry their sign, in squares of at
 * least so many pixels: meaning is never in a colour alone. */
#define SIGNED_FRACTION 0.5
#define SIGNED_SIDE 14

/**
 * emo_heat_map_new:
 * @values: (array length=width*height): row by row
 * @width: numbers in a row
 * @height: rows
 * @largest: the absolute number that has the full colour
 *
 * Returns: (transfer full): a map
 */
EmoHeatMap *
emo_heat_map_new (const double *values,
                  int           width,
                  int           height,
                  double        largest)
{
  EmoHeatMap *self;

  g_return_val_if_fail (values != NULL && width > 0 && height > 0, NULL);

  self = g_new0 (EmoHeatMap, 1);
  g_ref_count_init (&self->ref_count);
  self->width = width;
  self->height = height;
  self->largest = largest;
  self->values = g_memdup2 (values, (gsize) width * height * sizeof *values);

  return self;
}

/**
 * emo_heat_map_ref:
 * @self: a map
 *
 * Returns: (transfer full): @self
 */
EmoHeatMap *
emo_heat_map_ref (EmoHeatMap *self)
{
  g_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * emo_heat_map_unref:
 * @self: (transfer full): a map
 */
void
emo_heat_map_unref (EmoHeatMap *self)
{
  if (!g_ref_count_dec (&self->ref_count))
    return;
  g_clear_pointer (&self->surface, cairo_surface_destroy);
  g_free (self->values);
  g_free (self);
}

/**
 * emo_heat_map_get_width:
 * @self: a map
 *
 * Returns: the numbers in a row
 */
int
emo_heat_map_get_width (EmoHeatMap *self)
{
  return self->width;
}

/**
 * emo_heat_map_get_height:
 * @self: a map
 *
 * Returns: the rows
 */
int
emo_heat_map_get_height (EmoHeatMap *self)
{
  return self->height;
}

/**
 * emo_heat_map_get_value:
 * @self: a map
 * @column: from the left
 * @row: from the top
 *
 * Returns: the number there
 */
double
emo_heat_map_get_value (EmoHeatMap *self,
                        int         column,
                        int         row)
{
  g_return_val_if_fail (column >= 0 && column < self->width && row >= 0 && row < self->height, NAN);

  return self->values[(gsize) row * self->width + column];
}

/**
 * emo_heat_map_get_largest:
 * @self: a map
 *
 * Returns: the absolute number that has the full colour
 */
double
emo_heat_map_get_largest (EmoHeatMap *self)
{
  return self->largest;
}

static double
get_fraction (EmoHeatMap *self,
              int         column,
              int         row)
{
  double value = emo_heat_map_get_value (self, column, row);

  return self->largest > 0 && isfinite (value) ? CLAMP (value / self->largest, -1.0, 1.0) : 0;
}

/**
 * emo_heat_map_get_color:
 * @fraction: -1 to 1 of the scale
 * @opacity: 0 to 1, of the full colour
 * @color: (out): not premultiplied
 *
 * The hue says the sign and the opacity the size, so that the picture is seen
 * as it is where the answer does not hang on it.
 */
void
emo_heat_map_get_color (double   fraction,
                        double   opacity,
                        GdkRGBA *color)
{
  *color = fraction < 0 ? speaks_against : speaks_for;
  color->alpha = (float) (fabs (fraction) * opacity);
}

static guint32
to_pixel (double fraction,
          double opacity)
{
  GdkRGBA color;
  guint32 alpha, red, green, blue;

  emo_heat_map_get_color (fraction, opacity, &color);
  alpha = (guint32) lround (color.alpha * 255);
  red = (guint32) lround (color.red * alpha);
  green = (guint32) lround (color.green * alpha);
  blue = (guint32) lround (color.blue * alpha);

  return alpha << 24 | red << 16 | green << 8 | blue;
}

static cairo_surface_t *
get_surface (EmoHeatMap *self,
             double      opacity)
{
  guint8 *pixels;
  int stride;

  if (self->surface != NULL && self->opacity == opacity)
    return self->surface;
  g_clear_pointer (&self->surface, cairo_surface_destroy);
  self->surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, self->width, self->height);
  self->opacity = opacity;
  pixels = cairo_image_surface_get_data (self->surface);
  stride = cairo_image_surface_get_stride (self->surface);
  for (int y = 0; y < self->height; y++)
    for (int x = 0; x < self->width; x++)
      ((guint32 *) (pixels + (gsize) y * stride))[x] = to_pixel (get_fraction (self, x, y), opacity);
  cairo_surface_mark_dirty (self->surface);

  return self->surface;
}

static void
draw_sign (cairo_t  *cr,
           double    x,
           double    y,
           gboolean  plus)
{
  cairo_move_to (cr, x - 4, y);
  cairo_line_to (cr, x + 4, y);
  if (plus)
    {
      cairo_move_to (cr, x, y - 4);
      cairo_line_to (cr, x, y + 4);
    }
  /* White in a dark border is seen on any picture. */
  cairo_set_source_rgba (cr, 0, 0, 0, 0.7);
  cairo_set_line_width (cr, 4);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_set_line_width (cr, 2);
  cairo_stroke (cr);
}

static void
draw_signs (EmoHeatMap            *self,
            cairo_t               *cr,
            const graphene_rect_t *bounds,
            const graphene_rect_t *clip)
{
  double side_x = bounds->size.width / self->width;
  double side_y = bounds->size.height / self->height;

  if (MIN (side_x, side_y) < SIGNED_SIDE)
    return;
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  for (int row = 0; row < self->height; row++)
    for (int column = 0; column < self->width; column++)
      {
        double fraction = get_fraction (self, column, row);
        graphene_point_t middle = GRAPHENE_POINT_INIT (bounds->origin.x + (column + 0.5) * side_x,
                                                       bounds->origin.y + (row + 0.5) * side_y);

        if (fabs (fraction) >= SIGNED_FRACTION && graphene_rect_contains_point (clip, &middle))
          draw_sign (cr, middle.x, middle.y, fraction > 0);
      }
}

/**
 * emo_heat_map_draw:
 * @self: a map
 * @cr: where to
 * @bounds: where the whole picture lies
 * @clip: what is seen of it
 * @opacity: 0 to 1, of the full colour
 */
void
emo_heat_map_draw (EmoHeatMap            *self,
                   cairo_t               *cr,
                   const graphene_rect_t *bounds,
                   const graphene_rect_t *clip,
                   double                 opacity)
{
  cairo_save (cr);
  cairo_rectangle (cr, clip->origin.x, clip->origin.y, clip->size.width, clip->size.height);
  cairo_clip (cr);
  cairo_save (cr);
  cairo_translate (cr, bounds->origin.x, bounds->origin.y);
  cairo_scale (cr, bounds->size.width / self->width, bounds->size.height / self->height);
  cairo_set_source_surface (cr, get_surface (self, opacity), 0, 0);
  /* The model knows one number a token and nothing between them. */
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_rectangle (cr, 0, 0, self->width, self->height);
  cairo_fill (cr);
  cairo_restore (cr);
  draw_signs (self, cr, bounds, clip);
  cairo_restore (cr);
}
