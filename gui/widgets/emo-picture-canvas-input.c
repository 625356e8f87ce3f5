/* emo-picture-canvas-input.c
 *
 * Pointer, wheel, touch and keys of a picture canvas.
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-picture-canvas-private.h"

/* One notch of a wheel, with Ctrl and without. */
#define WHEEL_ZOOM   1.15
#define WHEEL_PIXELS 60.0

/* An arrow key moves by so much of the view. */
#define KEY_PAN 0.125

void
_emo_picture_canvas_update_cursor (EmoPictureCanvas *self)
{
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self),
                                   emo_picture_geometry_can_pan (&self->geometry) ? "grab" : NULL);
}

static void
zoom_to (EmoPictureCanvas *self,
         double            zoom,
         double            x,
         double            y)
{
  emo_picture_geometry_zoom_to (&self->geometry, zoom, x, y);
  _emo_picture_canvas_moved (self);
}

static gboolean
pan (EmoPictureCanvas *self,
     double            dx,
     double            dy)
{
  if (!emo_picture_geometry_pan (&self->geometry, dx, dy))
    return FALSE;
  _emo_picture_canvas_moved (self);

  return TRUE;
}

/* --- Pointer --- */

static void
track_token (EmoPictureCanvas *self)
{
  int column, row;

  _emo_picture_canvas_find_token (self, self->pointer_x, self->pointer_y, &column, &row);
  _emo_picture_canvas_hover (self, column, row);
}

static void
motion_cb (GtkEventControllerMotion *motion,
           double                    x,
           double                    y,
           EmoPictureCanvas         *self)
{
  self->pointer_x = x;
  self->pointer_y = y;
  track_token (self);
}

static void
leave_cb (GtkEventControllerMotion *motion,
          EmoPictureCanvas         *self)
{
  self->pointer_x = self->pointer_y = -1;
  track_token (self);
}

static gboolean
scroll_cb (GtkEventControllerScroll *scroll,
           double                    dx,
           double                    dy,
           EmoPictureCanvas         *self)
{
  GdkModifierType state = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));
  double pixels = WHEEL_PIXELS;
  gboolean inside = self->pointer_x >= 0;

  if (self->pyramid == NULL)
    return GDK_EVENT_PROPAGATE;
  if (gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_SURFACE)
    pixels = 1;
  if (state & GDK_CONTROL_MASK)
    {
      zoom_to (self, self->geometry.zoom * pow (WHEEL_ZOOM, -dy * pixels / WHEEL_PIXELS),
               inside ? self->pointer_x : self->geometry.view_width / 2,
               inside ? self->pointer_y : self->geometry.view_height / 2);
      track_token (self);
      return GDK_EVENT_STOP;
    }
  if (state & GDK_SHIFT_MASK && dx == 0)
    {
      dx = dy;
      dy = 0;
    }

  return pan (self, -dx * pixels, -dy * pixels) ? GDK_EVENT_STOP : GDK_EVENT_PROPAGATE;
}

/* Twice on the picture: from the whole of it to its own pixels, and back. */
static void
pressed_cb (GtkGestureClick  *click,
            int               n_press,
            double            x,
            double            y,
            EmoPictureCanvas *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (n_press != 2 || self->pyramid == NULL)
    return;
  if (self->geometry.fit)
    zoom_to (self, 1, x, y);
  else
    emo_picture_canvas_zoom_to_fit (self);
  gtk_gesture_set_state (GTK_GESTURE (click), GTK_EVENT_SEQUENCE_CLAIMED);
}

/* --- Drag --- */

static void
drag_begin_cb (GtkGestureDrag   *drag,
               double            x,
               double            y,
               EmoPictureCanvas *self)
{
  self->drag_x = self->drag_y = 0;
  /* A finger on a picture with nothing to pan scrolls the page. */
  if (!emo_picture_geometry_can_pan (&self->geometry))
    gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_DENIED);
}

static void
drag_update_cb (GtkGestureDrag   *drag,
                double            x,
                double            y,
                EmoPictureCanvas *self)
{
  gtk_gesture_set_state (GTK_GESTURE (drag), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
  emo_picture_geometry_pan (&self->geometry, x - self->drag_x, y - self->drag_y);
  self->drag_x = x;
  self->drag_y = y;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_end_cb (GtkGestureDrag   *drag,
             double            x,
             double            y,
             EmoPictureCanvas *self)
{
  _emo_picture_canvas_update_cursor (self);
}

/* --- Pinch --- */

static void
pinch_begin_cb (GtkGesture       *gesture,
                GdkEventSequence *sequence,
                EmoPictureCanvas *self)
{
  self->pinch_zoom = self->geometry.zoom;
  gtk_gesture_get_bounding_box_center (gesture, &self->pinch_x, &self->pinch_y);
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
scale_changed_cb (GtkGestureZoom   *gesture,
                  double            scale,
                  EmoPictureCanvas *self)
{
  double x, y;

  if (self->pyramid == NULL || !gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    return;
  /* Two fingers zoom and pan at once. */
  emo_picture_geometry_zoom_to (&self->geometry, self->pinch_zoom * scale, self->pinch_x, self->pinch_y);
  emo_picture_geometry_pan (&self->geometry, x - self->pinch_x, y - self->pinch_y);
  self->pinch_x = x;
  self->pinch_y = y;
  _emo_picture_canvas_moved (self);
}

/* --- Keys --- */

static gboolean
pan_binding (GtkWidget *widget,
             GVariant  *arguments,
             gpointer   user_data)
{
  EmoPictureCanvas *self = EMO_PICTURE_CANVAS (widget);
  int x, y;

  g_variant_get (arguments, "(ii)", &x, &y);
  if (!emo_picture_geometry_can_pan (&self->geometry))
    return GDK_EVENT_PROPAGATE;
  pan (self, -x * KEY_PAN * self->geometry.view_width, -y * KEY_PAN * self->geometry.view_height);

  return GDK_EVENT_STOP;
}

void
_emo_picture_canvas_add_bindings (GtkWidgetClass *widget_class)
{
  const struct { guint key, keypad; int x, y; } arrows[] = {
    { GDK_KEY_Left, GDK_KEY_KP_Left, -1, 0 },
    { GDK_KEY_Right, GDK_KEY_KP_Right, 1, 0 },
    { GDK_KEY_Up, GDK_KEY_KP_Up, 0, -1 },
    { GDK_KEY_Down, GDK_KEY_KP_Down, 0, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (arrows); i++)
    {
      gtk_widget_class_add_binding (widget_class, arrows[i].key, 0, pan_binding, "(ii)", arrows[i].x, arrows[i].y);
      gtk_widget_class_add_binding (widget_class, arrows[i].keypad, 0, pan_binding, "(ii)", arrows[i].x, arrows[i].y);
    }
}

void
_emo_picture_canvas_init_input (EmoPictureCanvas *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkGesture *click = gtk_gesture_click_new ();
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();

  self->pointer_x = self->pointer_y = -1;
  g_signal_connect (motion, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (scale_changed_cb), self);

  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
}
