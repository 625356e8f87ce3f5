/* emo-adaptive-box.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-adaptive-box.h"

/* Why not a GtkBox with a changing orientation: GTK 4.8 has no breakpoints, and
 * setting a property while a size is being allocated asks for another layout of
 * what is being laid out. Here the width alone decides, in measure and in
 * allocate, so one pass is enough. */
struct _EmoAdaptiveBox
{
  GtkWidget  parent_instance;

  GtkWidget *start;
  GtkWidget *end;
  int        fold_width;   /* pixels; narrower is stacked */
  int        end_width;    /* pixels of the end child, side by side */
  int        start_width;  /* or of the start child; 0: what the end leaves */
  gboolean   stacked;      /* at the last allocation */
};

enum
{
  PROP_0,
  PROP_START,
  PROP_END,
  PROP_FOLD_WIDTH,
  PROP_END_WIDTH,
  PROP_START_WIDTH,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoAdaptiveBox, emo_adaptive_box, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

/* A stacked picture is as high as 4:3 of the width, at most this. */
#define MAX_STACKED_START 320

static gboolean
has_both (EmoAdaptiveBox *self)
{
  return self->start != NULL && self->end != NULL;
}

/* A scroller asks its content for a height at any width, which is too low for
 * text that wraps. Stacked, there is a scroller around both: the inner one is as
 * high as its content and has nothing to scroll. */
static int
content_height (GtkWidget *content,
                int        width)
{
  int natural;

  if (GTK_IS_SCROLLED_WINDOW (content))
    content = gtk_scrolled_window_get_child (GTK_SCROLLED_WINDOW (content));
  gtk_widget_measure (content, GTK_ORIENTATION_VERTICAL, width, NULL, &natural, NULL, NULL);

  return natural;
}

static int
stacked_start_height (EmoAdaptiveBox *self,
                      int             width)
{
  int minimum;

  if (self->start_width > 0)
    return content_height (self->start, width);

  gtk_widget_measure (self->start, GTK_ORIENTATION_VERTICAL, width, &minimum, NULL, NULL, NULL);

  return MAX (minimum, MIN (width * 3 / 4, MAX_STACKED_START));
}

static GtkSizeRequestMode
emo_adaptive_box_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
emo_adaptive_box_measure (GtkWidget      *widget,
                          GtkOrientation  orientation,
                          int             for_size,
                          int            *minimum,
                          int            *natural,
                          int            *minimum_baseline,
                          int            *natural_baseline)
{
  EmoAdaptiveBox *self = EMO_ADAPTIVE_BOX (widget);
  int start_minimum, end_minimum;

  *minimum = *natural = 0;
  if (!has_both (self))
    return;

  if (orientation == GTK_ORIENTATION_HORIZONTAL || for_size < 0 || for_size >= self->fold_width)
    {
      gtk_widget_measure (self->start, orientation, -1, &start_minimum, NULL, NULL, NULL);
      gtk_widget_measure (self->end, orientation, -1, &end_minimum, NULL, NULL, NULL);
      *minimum = MAX (start_minimum, end_minimum);
      *natural = MAX (*minimum, orientation == GTK_ORIENTATION_HORIZONTAL ? self->fold_width : 0);
    }
  else
    *minimum = *natural = stacked_start_height (self, for_size) + content_height (self->end, for_size);
}

static void
allocate_child (GtkWidget *child,
                int        x,
                int        y,
                int        width,
                int        height)
{
  gtk_widget_size_allocate (child, &(GtkAllocation) { x, y, width, height }, -1);
}

/* GTK 4.8's scroller swallows the wheel even where it has nothing to scroll. */
static void
set_wheel (GtkWidget *child,
           gboolean   stacked)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (child);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_SCROLL (controller))
        gtk_event_controller_set_propagation_phase (controller, stacked ? GTK_PHASE_NONE : GTK_PHASE_BUBBLE);
    }
}

static void
update_wheel (EmoAdaptiveBox *self,
              gboolean        stacked)
{
  if (stacked == self->stacked)
    return;

  self->stacked = stacked;
  set_wheel (self->end, stacked);
  if (self->start_width > 0)
    set_wheel (self->start, stacked);
}

static void
emo_adaptive_box_size_allocate (GtkWidget *widget,
                                int        width,
                                int        height,
                                int        baseline)
{
  EmoAdaptiveBox *self = EMO_ADAPTIVE_BOX (widget);

  if (!has_both (self))
    return;

  update_wheel (self, width < self->fold_width);
  if (width >= self->fold_width)
    {
      gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
      int minimum, end_width;

      gtk_widget_measure (self->end, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
      end_width = MAX (minimum, self->start_width > 0 ? width - self->start_width : self->end_width);
      allocate_child (self->start, rtl ? end_width : 0, 0, width - end_width, height);
      allocate_child (self->end, rtl ? 0 : width - end_width, 0, end_width, height);
    }
  else
    {
      int start_height = stacked_start_height (self, width);

      allocate_child (self->start, 0, 0, width, start_height);
      allocate_child (self->end, 0, start_height, width, MAX (height - start_height, content_height (self->end, width)));
    }
}

static void
emo_adaptive_box_dispose (GObject *object)
{
  EmoAdaptiveBox *self = EMO_ADAPTIVE_BOX (object);

  g_clear_pointer (&self->start, gtk_widget_unparent);
  g_clear_pointer (&self->end, gtk_widget_unparent);

  G_OBJECT_CLASS (emo_adaptive_box_parent_class)->dispose (object);
}

static void
emo_adaptive_box_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  EmoAdaptiveBox *self = EMO_ADAPTIVE_BOX (object);

  switch (prop_id)
    {
    case PROP_START:
      g_value_set_object (value, self->start);
      break;
    case PROP_END:
      g_value_set_object (value, self->end);
      break;
    case PROP_FOLD_WIDTH:
      g_value_set_int (value, self->fold_width);
      break;
    case PROP_END_WIDTH:
      g_value_set_int (value, self->end_width);
      break;
    case PROP_START_WIDTH:
      g_value_set_int (value, self->start_width);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_adaptive_box_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  EmoAdaptiveBox *self = EMO_ADAPTIVE_BOX (object);

  switch (prop_id)
    {
    case PROP_START:
      emo_adaptive_box_set_start (self, g_value_get_object (value));
      break;
    case PROP_END:
      emo_adaptive_box_set_end (self, g_value_get_object (value));
      break;
    case PROP_FOLD_WIDTH:
      self->fold_width = g_value_get_int (value);
      gtk_widget_queue_resize (GTK_WIDGET (self));
      break;
    case PROP_END_WIDTH:
      self->end_width = g_value_get_int (value);
      gtk_widget_queue_resize (GTK_WIDGET (self));
      break;
    case PROP_START_WIDTH:
      self->start_width = g_value_get_int (value);
      gtk_widget_queue_resize (GTK_WIDGET (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_adaptive_box_class_init (EmoAdaptiveBoxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_adaptive_box_dispose;
  object_class->get_property = emo_adaptive_box_get_property;
  object_class->set_property = emo_adaptive_box_set_property;

  widget_class->get_request_mode = emo_adaptive_box_get_request_mode;
  widget_class->measure = emo_adaptive_box_measure;
  widget_class->size_allocate = emo_adaptive_box_size_allocate;

  properties[PROP_START] =
    g_param_spec_object ("start", NULL, NULL,
                         GTK_TYPE_WIDGET,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_END] =
    g_param_spec_object ("end", NULL, NULL,
                         GTK_TYPE_WIDGET,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_FOLD_WIDTH] =
    g_param_spec_int ("fold-width", NULL, NULL,
                      0, G_MAXINT, 760,
                      G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
  properties[PROP_END_WIDTH] =
    g_param_spec_int ("end-width", NULL, NULL,
                      0, G_MAXINT, 400,
                      G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
  properties[PROP_START_WIDTH] =
    g_param_spec_int ("start-width", NULL, NULL,
                      0, G_MAXINT, 0,
                      G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_adaptive_box_init (EmoAdaptiveBox *self)
{
}

/**
 * emo_adaptive_box_new:
 *
 * Returns: (transfer floating): an empty box
 */
GtkWidget *
emo_adaptive_box_new (void)
{
  return g_object_new (EMO_TYPE_ADAPTIVE_BOX, NULL);
}

static void
replace_child (EmoAdaptiveBox *self,
               GtkWidget     **slot,
               GtkWidget      *child,
               int             prop_id)
{
  if (*slot == child)
    return;

  g_clear_pointer (slot, gtk_widget_unparent);
  *slot = child;
  if (child != NULL)
    gtk_widget_set_parent (child, GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

/**
 * emo_adaptive_box_set_start:
 * @self: a box
 * @start: (nullable): the child that is first, and on top when stacked
 */
void
emo_adaptive_box_set_start (EmoAdaptiveBox *self,
                            GtkWidget      *start)
{
  g_return_if_fail (EMO_IS_ADAPTIVE_BOX (self));

  replace_child (self, &self->start, start, PROP_START);
}

/**
 * emo_adaptive_box_set_end:
 * @self: a box
 * @end: (nullable): the child that is last, and below when stacked
 */
void
emo_adaptive_box_set_end (EmoAdaptiveBox *self,
                          GtkWidget      *end)
{
  g_return_if_fail (EMO_IS_ADAPTIVE_BOX (self));

  replace_child (self, &self->end, end, PROP_END);
}
