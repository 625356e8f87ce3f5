/* emo-roving-box.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-roving-box.h"

/* Why not a GtkListBox: its rows are selected and activated, which means
 * nothing here, and thirty labels would not be one stop less. */
struct _EmoRovingBox
{
  GtkBox     parent_instance;

  GtkWidget *hovered;   /* (unowned) (nullable) a row */
  GtkWidget *focused;   /* (unowned) (nullable) a row that has the focus */
  GtkWidget *last;      /* (unowned) (nullable) the row that had it last */
};

enum
{
  PROP_0,
  PROP_CURRENT,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoRovingBox, emo_roving_box, GTK_TYPE_BOX)

static GParamSpec *properties[N_PROPS];

static void
set_place (EmoRovingBox  *self,
           GtkWidget    **place,
           GtkWidget     *row)
{
  GtkWidget *before = emo_roving_box_get_current (self);

  *place = row;
  if (emo_roving_box_get_current (self) != before)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CURRENT]);
}

static void
enter_cb (GtkEventController *controller,
          double              x,
          double              y,
          EmoRovingBox       *self)
{
  set_place (self, &self->hovered, gtk_event_controller_get_widget (controller));
}

static void
leave_cb (GtkEventController *controller,
          EmoRovingBox       *self)
{
  if (self->hovered == gtk_event_controller_get_widget (controller))
    set_place (self, &self->hovered, NULL);
}

static void
focus_in_cb (GtkEventController *controller,
             EmoRovingBox       *self)
{
  self->last = gtk_event_controller_get_widget (controller);
  set_place (self, &self->focused, self->last);
}

static void
focus_out_cb (GtkEventController *controller,
              EmoRovingBox       *self)
{
  if (self->focused == gtk_event_controller_get_widget (controller))
    set_place (self, &self->focused, NULL);
}

static void
forget_row_cb (EmoRovingBox *self,
               GtkWidget    *row)
{
  if (self->last == row)
    self->last = NULL;
  if (self->hovered == row)
    set_place (self, &self->hovered, NULL);
  if (self->focused == row)
    set_place (self, &self->focused, NULL);
}

static void
parent_cb (GtkWidget    *row,
           GParamSpec   *pspec,
           EmoRovingBox *self)
{
  if (gtk_widget_get_parent (row) != GTK_WIDGET (self))
    forget_row_cb (self, row);
}

static GtkWidget *
find_row (GtkWidget *from,
          gboolean   forward)
{
  while (from != NULL && !(gtk_widget_get_visible (from) && gtk_widget_get_focusable (from)))
    from = forward ? gtk_widget_get_next_sibling (from) : gtk_widget_get_prev_sibling (from);

  return from;
}

static gboolean
enter (EmoRovingBox *self,
       gboolean      forward)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkWidget *row = self->last;

  if (row == NULL)
    row = find_row (forward ? gtk_widget_get_first_child (widget) : gtk_widget_get_last_child (widget), forward);

  return row != NULL && gtk_widget_grab_focus (row);
}

static gboolean
emo_roving_box_focus (GtkWidget        *widget,
                      GtkDirectionType  direction)
{
  EmoRovingBox *self = EMO_ROVING_BOX (widget);
  gboolean forward = direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_DOWN || direction == GTK_DIR_RIGHT;
  GtkWidget *next;

  if (self->focused == NULL)
    return enter (self, forward);
  if (direction != GTK_DIR_UP && direction != GTK_DIR_DOWN)
    return FALSE;

  next = find_row (forward ? gtk_widget_get_next_sibling (self->focused) : gtk_widget_get_prev_sibling (self->focused), forward);
  if (next != NULL)
    gtk_widget_grab_focus (next);

  /* An arrow that leads nowhere must not leave the column. */
  return TRUE;
}

static void
emo_roving_box_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  EmoRovingBox *self = EMO_ROVING_BOX (object);

  switch (prop_id)
    {
    case PROP_CURRENT:
      g_value_set_object (value, emo_roving_box_get_current (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_roving_box_class_init (EmoRovingBoxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = emo_roving_box_get_property;
  widget_class->focus = emo_roving_box_focus;

  properties[PROP_CURRENT] =
    g_param_spec_object ("current", NULL, NULL,
                         GTK_TYPE_WIDGET,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
emo_roving_box_init (EmoRovingBox *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
}

/**
 * emo_roving_box_new:
 *
 * Returns: (transfer floating): an empty column
 */
GtkWidget *
emo_roving_box_new (void)
{
  return g_object_new (EMO_TYPE_ROVING_BOX, NULL);
}

/**
 * emo_roving_box_get_current:
 * @self: a column
 *
 * Returns: (transfer none) (nullable): the row that the person looks at
 */
GtkWidget *
emo_roving_box_get_current (EmoRovingBox *self)
{
  g_return_val_if_fail (EMO_IS_ROVING_BOX (self), NULL);

  return self->hovered != NULL ? self->hovered : self->focused;
}

/**
 * emo_roving_box_append_row:
 * @self: a column
 * @row: a focusable widget without a parent
 *
 * Adds a row at the end and follows the pointer and the focus in it.
 */
void
emo_roving_box_append_row (EmoRovingBox *self,
                           GtkWidget    *row)
{
  GtkEventController *motion;
  GtkEventController *focus;

  g_return_if_fail (EMO_IS_ROVING_BOX (self));
  g_return_if_fail (GTK_IS_WIDGET (row));

  motion = gtk_event_controller_motion_new ();
  g_signal_connect_object (motion, "enter", G_CALLBACK (enter_cb), self, 0);
  g_signal_connect_object (motion, "leave", G_CALLBACK (leave_cb), self, 0);
  gtk_widget_add_controller (row, motion);

  focus = gtk_event_controller_focus_new ();
  g_signal_connect_object (focus, "enter", G_CALLBACK (focus_in_cb), self, 0);
  g_signal_connect_object (focus, "leave", G_CALLBACK (focus_out_cb), self, 0);
  gtk_widget_add_controller (row, focus);

  g_signal_connect_object (row, "notify::parent", G_CALLBACK (parent_cb), self, 0);
  gtk_box_append (GTK_BOX (self), row);
}
