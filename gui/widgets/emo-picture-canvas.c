/* emo-picture-canvas.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-picture-canvas-private.h"

/* What is drawn follows from the geometry alone; gestures change it and ask for
 * a frame. Nothing here decodes or resizes: a frame is a few tiles. */

/* Room for a picture to be recognised in. */
#define MINIMUM_WIDTH  160
#define MINIMUM_HEIGHT 180
#define NATURAL_SIDE   480

/* One press of a key or a button. */
#define ZOOM_STEP 1.25

enum
{
  PROP_0,
  PROP_ZOOM,
  PROP_FITTED,
  N_PROPS
};

enum
{
  SIGNAL_TOKEN_HOVERED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (EmoPictureCanvas, emo_picture_canvas, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static gboolean
notify_cb (gpointer user_data)
{
  EmoPictureCanvas *self = user_data;

  self->notify_id = 0;
  g_object_freeze_notify (G_OBJECT (self));
  if (self->shown_zoom != self->geometry.zoom)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ZOOM]);
  if (self->shown_fitted != self->geometry.fit)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FITTED]);
  self->shown_zoom = self->geometry.zoom;
  self->shown_fitted = self->geometry.fit;
  g_object_thaw_notify (G_OBJECT (self));

  return G_SOURCE_REMOVE;
}

/* The zoom may change while sizes are allocated, where whoever shows it as text
 * must not ask for another layout. */
static void
queue_notify (EmoPictureCanvas *self)
{
  if (self->notify_id == 0 &&
      (self->shown_zoom != self->geometry.zoom || self->shown_fitted != self->geometry.fit))
    self->notify_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, notify_cb, self, NULL);
}

void
_emo_picture_canvas_moved (EmoPictureCanvas *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
  _emo_picture_canvas_update_cursor (self);
  queue_notify (self);
}

static void
set_view (EmoPictureCanvas *self,
          int               width,
          int               height)
{
  emo_picture_geometry_set_view (&self->geometry, width, height, gtk_widget_get_scale_factor (GTK_WIDGET (self)));
  _emo_picture_canvas_moved (self);
}

static void
scale_factor_cb (EmoPictureCanvas *self)
{
  set_view (self, gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)));
}

static void
emo_picture_canvas_size_allocate (GtkWidget *widget,
                                  int        width,
                                  int        height,
                                  int        baseline)
{
  set_view (EMO_PICTURE_CANVAS (widget), width, height);
}

static void
emo_picture_canvas_measure (GtkWidget      *widget,
                            GtkOrientation  orientation,
                            int             for_size,
                            int            *minimum,
                            int            *natural,
                            int            *minimum_baseline,
                            int            *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? MINIMUM_WIDTH : MINIMUM_HEIGHT;
  *natural = NATURAL_SIDE;
}

/* Where the picture lies, on whole pixels of the screen, so that its tiles and
 * the heat map over them have the same edges. */
static void
get_bounds (EmoPictureCanvas *self,
            graphene_rect_t  *bounds)
{
  double scale = self->geometry.scale;
  double x, y, width, height;

  emo_picture_geometry_get_rect (&self->geometry, &x, &y, &width, &height);
  width = round ((x + width) * scale) / scale;
  height = round ((y + height) * scale) / scale;
  x = round (x * scale) / scale;
  y = round (y * scale) / scale;
  *bounds = GRAPHENE_RECT_INIT (x, y, width - x, height - y);
}

static void
outline_token (EmoPictureCanvas      *self,
               cairo_t               *cr,
               const graphene_rect_t *bounds)
{
  double width = bounds->size.width / emo_heat_map_get_width (self->heat_map);
  double height = bounds->size.height / emo_heat_map_get_height (self->heat_map);

  cairo_rectangle (cr, bounds->origin.x + self->token_column * width, bounds->origin.y + self->token_row * height, width, height);
  cairo_set_source_rgba (cr, 0, 0, 0, 0.7);
  cairo_set_line_width (cr, 3);
  cairo_stroke_preserve (cr);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
}

static void
snapshot_heat_map (EmoPictureCanvas      *self,
                   GtkSnapshot           *snapshot,
                   const graphene_rect_t *bounds,
                   const graphene_rect_t *clip)
{
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, clip);

  emo_heat_map_draw (self->heat_map, cr, bounds, clip, self->opacity);
  if (self->token_column >= 0)
    outline_token (self, cr, bounds);
  cairo_destroy (cr);
}

static void
emo_picture_canvas_snapshot (GtkWidget   *widget,
                             GtkSnapshot *snapshot)
{
  EmoPictureCanvas *self = EMO_PICTURE_CANVAS (widget);
  graphene_rect_t view = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget));
  graphene_rect_t bounds, clip;

  if (self->pyramid == NULL || emo_picture_geometry_is_empty (&self->geometry))
    return;
  get_bounds (self, &bounds);
  if (!graphene_rect_intersection (&bounds, &view, &clip))
    return;

  gtk_snapshot_push_clip (snapshot, &view);
  emo_pyramid_snapshot (self->pyramid, emo_pyramid_find_level (self->pyramid, self->geometry.zoom),
                        snapshot, &bounds, &clip, self->geometry.scale);
  if (self->heat_map != NULL)
    snapshot_heat_map (self, snapshot, &bounds, &clip);
  gtk_snapshot_pop (snapshot);
}

static void
emo_picture_canvas_dispose (GObject *object)
{
  EmoPictureCanvas *self = EMO_PICTURE_CANVAS (object);

  g_clear_handle_id (&self->notify_id, g_source_remove);
  g_clear_pointer (&self->pyramid, emo_pyramid_unref);
  g_clear_pointer (&self->heat_map, emo_heat_map_unref);

  G_OBJECT_CLASS (emo_picture_canvas_parent_class)->dispose (object);
}

static void
emo_picture_canvas_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  EmoPictureCanvas *self = EMO_PICTURE_CANVAS (object);

  switch (prop_id)
    {
    case PROP_ZOOM:
      g_value_set_double (value, self->geometry.zoom);
      break;
    case PROP_FITTED:
      g_value_set_boolean (value, self->geometry.fit);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_picture_canvas_class_init (EmoPictureCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = emo_picture_canvas_dispose;
  object_class->get_property = emo_picture_canvas_get_property;

  widget_class->size_allocate = emo_picture_canvas_size_allocate;
  widget_class->measure = emo_picture_canvas_measure;
  widget_class->snapshot = emo_picture_canvas_snapshot;

  properties[PROP_ZOOM] = g_param_spec_double ("zoom", NULL, NULL, 0, G_MAXDOUBLE, 1, flags);
  properties[PROP_FITTED] = g_param_spec_boolean ("fitted", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoPictureCanvas::token-hovered:
   * @self: a canvas
   * @column: of the heat map, -1 where the pointer is on none
   * @row: of the heat map, -1 where the pointer is on none
   */
  signals[SIGNAL_TOKEN_HOVERED] =
    g_signal_new ("token-hovered", EMO_TYPE_PICTURE_CANVAS, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_INT);

  _emo_picture_canvas_add_bindings (widget_class);
  gtk_widget_class_set_css_name (widget_class, "picture-canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
emo_picture_canvas_init (EmoPictureCanvas *self)
{
  self->geometry = (EmoPictureGeometry) { .scale = 1, .fit = TRUE, .zoom = 1 };
  self->shown_zoom = 1;
  self->shown_fitted = TRUE;
  self->token_column = self->token_row = -1;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (scale_factor_cb), NULL);
  _emo_picture_canvas_init_input (self);
}

/**
 * emo_picture_canvas_get_pyramid:
 * @self: a canvas
 *
 * Returns: (transfer none) (nullable): what is shown
 */
EmoPyramid *
emo_picture_canvas_get_pyramid (EmoPictureCanvas *self)
{
  g_return_val_if_fail (EMO_IS_PICTURE_CANVAS (self), NULL);

  return self->pyramid;
}

/**
 * emo_picture_canvas_set_pyramid:
 * @self: a canvas
 * @pyramid: (nullable): what to show, fitted
 */
void
emo_picture_canvas_set_pyramid (EmoPictureCanvas *self,
                                EmoPyramid       *pyramid)
{
  g_return_if_fail (EMO_IS_PICTURE_CANVAS (self));

  if (pyramid != NULL)
    emo_pyramid_ref (pyramid);
  g_clear_pointer (&self->pyramid, emo_pyramid_unref);
  self->pyramid = pyramid;
  emo_picture_geometry_set_picture (&self->geometry,
                                    pyramid != NULL ? emo_pyramid_get_width (pyramid) : 0,
                                    pyramid != NULL ? emo_pyramid_get_height (pyramid) : 0);
  _emo_picture_canvas_moved (self);
}

/**
 * emo_picture_canvas_set_heat_map:
 * @self: a canvas
 * @heat_map: (nullable): what to draw over the picture
 * @opacity: 0 to 1, of the full colour
 */
void
emo_picture_canvas_set_heat_map (EmoPictureCanvas *self,
                                 EmoHeatMap       *heat_map,
                                 double            opacity)
{
  int column = -1, row = -1;

  g_return_if_fail (EMO_IS_PICTURE_CANVAS (self));

  if (heat_map != NULL)
    emo_heat_map_ref (heat_map);
  g_clear_pointer (&self->heat_map, emo_heat_map_unref);
  self->heat_map = heat_map;
  self->opacity = opacity;
  _emo_picture_canvas_find_token (self, self->pointer_x, self->pointer_y, &column, &row);
  _emo_picture_canvas_hover (self, column, row);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

gboolean
_emo_picture_canvas_find_token (EmoPictureCanvas *self,
                                double            x,
                                double            y,
                                int              *column,
                                int              *row)
{
  graphene_point_t point = GRAPHENE_POINT_INIT (x, y);
  graphene_rect_t bounds;

  *column = *row = -1;
  if (self->heat_map == NULL || x < 0 || emo_picture_geometry_is_empty (&self->geometry))
    return FALSE;
  get_bounds (self, &bounds);
  if (!graphene_rect_contains_point (&bounds, &point))
    return FALSE;
  *column = (int) ((x - bounds.origin.x) / bounds.size.width * emo_heat_map_get_width (self->heat_map));
  *row = (int) ((y - bounds.origin.y) / bounds.size.height * emo_heat_map_get_height (self->heat_map));
  *column = MIN (*column, emo_heat_map_get_width (self->heat_map) - 1);
  *row = MIN (*row, emo_heat_map_get_height (self->heat_map) - 1);

  return TRUE;
}

void
_emo_picture_canvas_hover (EmoPictureCanvas *self,
                           int               column,
                           int               row)
{
  if (self->token_column == column && self->token_row == row)
    return;
  self->token_column = column;
  self->token_row = row;
  g_signal_emit (self, signals[SIGNAL_TOKEN_HOVERED], 0, column, row);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * emo_picture_canvas_get_zoom:
 * @self: a canvas
 *
 * Returns: pixels of the screen for one of the picture
 */
double
emo_picture_canvas_get_zoom (EmoPictureCanvas *self)
{
  g_return_val_if_fail (EMO_IS_PICTURE_CANVAS (self), 1);

  return self->geometry.zoom;
}

/**
 * emo_picture_canvas_get_fitted:
 * @self: a canvas
 *
 * Returns: whether the zoom follows the widget's size
 */
gboolean
emo_picture_canvas_get_fitted (EmoPictureCanvas *self)
{
  g_return_val_if_fail (EMO_IS_PICTURE_CANVAS (self), TRUE);

  return self->geometry.fit;
}

/**
 * emo_picture_canvas_can_zoom_in:
 * @self: a canvas
 *
 * Returns: whether the picture can be larger
 */
gboolean
emo_picture_canvas_can_zoom_in (EmoPictureCanvas *self)
{
  double smallest, largest;

  g_return_val_if_fail (EMO_IS_PICTURE_CANVAS (self), FALSE);
  emo_picture_geometry_get_range (&self->geometry, &smallest, &largest);

  return self->pyramid != NULL && self->geometry.zoom < largest;
}

/**
 * emo_picture_canvas_can_zoom_out:
 * @self: a canvas
 *
 * Returns: whether the picture can be smaller
 */
gboolean
emo_picture_canvas_can_zoom_out (EmoPictureCanvas *self)
{
  double smallest, largest;

  g_return_val_if_fail (EMO_IS_PICTURE_CANVAS (self), FALSE);
  emo_picture_geometry_get_range (&self->geometry, &smallest, &largest);

  return self->pyramid != NULL && self->geometry.zoom > smallest;
}

static void
zoom_about_middle (EmoPictureCanvas *self,
                   double            zoom)
{
  emo_picture_geometry_zoom_to (&self->geometry, zoom, self->geometry.view_width / 2, self->geometry.view_height / 2);
  _emo_picture_canvas_moved (self);
}

/**
 * emo_picture_canvas_zoom_in:
 * @self: a canvas
 *
 * Enlarges the picture by a quarter.
 */
void
emo_picture_canvas_zoom_in (EmoPictureCanvas *self)
{
  g_return_if_fail (EMO_IS_PICTURE_CANVAS (self));

  zoom_about_middle (self, self->geometry.zoom * ZOOM_STEP);
}

/**
 * emo_picture_canvas_zoom_out:
 * @self: a canvas
 *
 * Undoes emo_picture_canvas_zoom_in().
 */
void
emo_picture_canvas_zoom_out (EmoPictureCanvas *self)
{
  g_return_if_fail (EMO_IS_PICTURE_CANVAS (self));

  zoom_about_middle (self, self->geometry.zoom / ZOOM_STEP);
}

/**
 * emo_picture_canvas_zoom_to_fit:
 * @self: a canvas
 *
 * Shows the whole picture, also when the widget's size changes.
 */
void
emo_picture_canvas_zoom_to_fit (EmoPictureCanvas *self)
{
  g_return_if_fail (EMO_IS_PICTURE_CANVAS (self));

  emo_picture_geometry_zoom_to_fit (&self->geometry);
  _emo_picture_canvas_moved (self);
}

/**
 * emo_picture_canvas_zoom_to_full:
 * @self: a canvas
 *
 * Shows a pixel of the picture as one of the screen.
 */
void
emo_picture_canvas_zoom_to_full (EmoPictureCanvas *self)
{
  g_return_if_fail (EMO_IS_PICTURE_CANVAS (self));

  zoom_about_middle (self, 1);
}
