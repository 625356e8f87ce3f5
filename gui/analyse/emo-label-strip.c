/* emo-label-strip.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-emotion-name.h"
#include "emo-label-strip.h"

/* A label with few pictures is still wide enough to be hit. */
#define MIN_WIDTH 14
#define GAP 2
#define LINE_GAP 3

typedef struct
{
  char      *label;
  guint      n;
  GtkWidget *button;
} Segment;

struct _EmoLabelStrip
{
  GtkWidget  parent_instance;

  GArray    *segments;     /* of Segment, in the model's order */
  guint      total;
  char      *label;        /* (nullable) what is chosen */
  char      *pointed;      /* (nullable) what is under the pointer */
  GtkLabel  *words;
  gboolean   updating;
};

enum
{
  PROP_0,
  PROP_LABEL,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoLabelStrip, emo_label_strip, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void
segment_clear (gpointer data)
{
  Segment *segment = data;

  g_free (segment->label);
  gtk_widget_unparent (segment->button);
}

static Segment *
get_segment (EmoLabelStrip *self,
             guint          i)
{
  return &g_array_index (self->segments, Segment, i);
}

static Segment *
find_segment (EmoLabelStrip *self,
              const char    *label)
{
  for (guint i = 0; i < self->segments->len; i++)
    if (g_strcmp0 (get_segment (self, i)->label, label) == 0)
      return get_segment (self, i);

  return NULL;
}

static Segment *
find_largest (EmoLabelStrip *self)
{
  Segment *largest = NULL;

  for (guint i = 0; i < self->segments->len; i++)
    if (largest == NULL || get_segment (self, i)->n > largest->n)
      largest = get_segment (self, i);

  return largest;
}

static char *
dup_words (EmoLabelStrip *self,
           Segment       *segment)
{
  g_autofree char *percent = emo_percent_to_string (self->total > 0 ? (double) segment->n / self->total : 0);

  return g_strdup_printf (ngettext ("%u of %u picture: %s, %s", "%u of %u pictures: %s, %s", self->total),
                          segment->n, self->total, emo_emotion_name (segment->label), percent);
}

/* What is pointed at, else what is chosen, else the most frequent. */
static void
update_words (EmoLabelStrip *self)
{
  Segment *segment = self->pointed != NULL ? find_segment (self, self->pointed) : NULL;
  g_autofree char *words = NULL;

  if (segment == NULL && self->label != NULL)
    segment = find_segment (self, self->label);
  if (segment == NULL)
    segment = find_largest (self);
  words = segment != NULL ? dup_words (self, segment) : g_strdup ("");
  gtk_label_set_text (self->words, words);
}

static void
update_segments (EmoLabelStrip *self)
{
  self->updating = TRUE;
  for (guint i = 0; i < self->segments->len; i++)
    {
      Segment *segment = get_segment (self, i);
      gboolean chosen = g_strcmp0 (segment->label, self->label) == 0;
      g_autofree char *words = dup_words (self, segment);

      gtk_widget_set_visible (segment->button, segment->n > 0 || chosen);
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (segment->button), chosen);
      gtk_widget_set_tooltip_text (segment->button, words);
      gtk_accessible_update_property (GTK_ACCESSIBLE (segment->button),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                      -1);
      if (self->label != NULL && !chosen)
        gtk_widget_add_css_class (segment->button, "passed-over");
      else
        gtk_widget_remove_css_class (segment->button, "passed-over");
    }
  self->updating = FALSE;
  update_words (self);
}

static void
toggled_cb (GtkToggleButton *button,
            EmoLabelStrip   *self)
{
  const char *label = g_object_get_data (G_OBJECT (button), "label");

  if (!self->updating)
    emo_label_strip_set_label (self, gtk_toggle_button_get_active (button) ? label : NULL);
}

static void
point_at (EmoLabelStrip *self,
          const char    *label)
{
  g_free (self->pointed);
  self->pointed = g_strdup (label);
  update_words (self);
}

static void
focus_cb (GtkEventController *controller,
          EmoLabelStrip      *self)
{
  point_at (self, g_object_get_data (G_OBJECT (gtk_event_controller_get_widget (controller)), "label"));
}

static void
enter_cb (GtkEventController *controller,
          double              x,
          double              y,
          EmoLabelStrip      *self)
{
  focus_cb (controller, self);
}

static void
leave_cb (GtkEventController *controller,
          EmoLabelStrip      *self)
{
  point_at (self, NULL);
}

/* A label is a model's word; its style class takes letters, digits and dashes. */
static char *
dup_style_class (const char *label)
{
  char *style_class = g_strdup_printf ("emotion-%s", label);

  return g_strcanon (style_class, G_CSET_a_2_z "0123456789-", '-');
}

static GtkWidget *
new_button (EmoLabelStrip *self,
            const char    *label)
{
  GtkWidget *button = gtk_toggle_button_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  g_autofree char *style_class = dup_style_class (label);

  g_object_set_data_full (G_OBJECT (button), "label", g_strdup (label), g_free);
  gtk_widget_add_css_class (button, "segment");
  gtk_widget_add_css_class (button, style_class);
  gtk_widget_insert_before (button, GTK_WIDGET (self), GTK_WIDGET (self->words));
  g_signal_connect (button, "toggled", G_CALLBACK (toggled_cb), self);
  g_signal_connect (motion, "enter", G_CALLBACK (enter_cb), self);
  g_signal_connect (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (focus, "enter", G_CALLBACK (focus_cb), self);
  g_signal_connect (focus, "leave", G_CALLBACK (leave_cb), self);
  gtk_widget_add_controller (button, motion);
  gtk_widget_add_controller (button, focus);

  return button;
}

static guint
count_visible (EmoLabelStrip *self)
{
  guint n = 0;

  for (guint i = 0; i < self->segments->len; i++)
    n += gtk_widget_get_visible (get_segment (self, i)->button);

  return n;
}

static void
emo_label_strip_measure (GtkWidget      *widget,
                         GtkOrientation  orientation,
                         int             for_size,
                         int            *minimum,
                         int            *natural,
                         int            *minimum_baseline,
                         int            *natural_baseline)
{
  EmoLabelStrip *self = EMO_LABEL_STRIP (widget);
  int n = count_visible (self);
  int height = 0;
  int words_minimum, words_natural;

  gtk_widget_measure (GTK_WIDGET (self->words), orientation, -1, &words_minimum, &words_natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MAX (words_minimum, n * MIN_WIDTH + MAX (0, n - 1) * GAP);
      *natural = MAX (words_natural, *minimum);
      return;
    }

  for (guint i = 0; i < self->segments->len; i++)
    {
      int segment_height;

      gtk_widget_measure (get_segment (self, i)->button, orientation, -1, &segment_height, NULL, NULL, NULL);
      height = MAX (height, segment_height);
    }
  *minimum = *natural = height + LINE_GAP + words_natural;
}

static void
emo_label_strip_size_allocate (GtkWidget *widget,
                               int        width,
                               int        height,
                               int        baseline)
{
  EmoLabelStrip *self = EMO_LABEL_STRIP (widget);
  gboolean rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  guint n = count_visible (self);
  int words_height, free_width;
  double x = 0;

  gtk_widget_measure (GTK_WIDGET (self->words), GTK_ORIENTATION_VERTICAL, -1, NULL, &words_height, NULL, NULL);
  gtk_widget_size_allocate (GTK_WIDGET (self->words),
                            &(GtkAllocation) { 0, height - words_height, width, words_height }, -1);

  free_width = width - n * MIN_WIDTH - MAX (0, (int) n - 1) * GAP;
  for (guint i = 0; i < self->segments->len; i++)
    {
      Segment *segment = get_segment (self, i);
      double share = self->total > 0 ? (double) segment->n / self->total : 0;
      double next = x + MIN_WIDTH + MAX (0, free_width) * share;
      GtkAllocation allocation = { 0, 0, 0, height - words_height - LINE_GAP };

      if (!gtk_widget_get_visible (segment->button))
        continue;
      /* Both ends are rounded, so that no gap is wider than the others. */
      allocation.x = (int) x;
      allocation.width = (int) next - allocation.x;
      if (rtl)
        allocation.x = width - allocation.x - allocation.width;
      gtk_widget_size_allocate (segment->button, &allocation, -1);
      x = next + GAP;
    }
}

static GtkWidget *
find_button (EmoLabelStrip *self,
             int            from,
             int            step)
{
  for (int i = from; i >= 0 && i < (int) self->segments->len; i += step)
    if (gtk_widget_get_visible (get_segment (self, i)->button))
      return get_segment (self, i)->button;

  return NULL;
}

/* One stop of the Tab key; Left and Right move inside. */
static gboolean
emo_label_strip_focus (GtkWidget        *widget,
                       GtkDirectionType  direction)
{
  EmoLabelStrip *self = EMO_LABEL_STRIP (widget);
  gboolean forward = direction == GTK_DIR_TAB_FORWARD || direction == GTK_DIR_DOWN;
  Segment *chosen = self->label != NULL ? find_segment (self, self->label) : NULL;
  GtkWidget *button;

  if (gtk_widget_get_focus_child (widget) != NULL)
    return FALSE;

  if (chosen != NULL)
    button = chosen->button;
  else
    button = forward ? find_button (self, 0, 1) : find_button (self, self->segments->len - 1, -1);

  return button != NULL && gtk_widget_grab_focus (button);
}

static gboolean
move_cb (GtkWidget *widget,
         GVariant  *args,
         gpointer   user_data)
{
  EmoLabelStrip *self = EMO_LABEL_STRIP (widget);
  GtkWidget *focused = gtk_widget_get_focus_child (widget);
  int step = g_variant_get_int32 (args);

  if (gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL)
    step = -step;
  for (guint i = 0; i < self->segments->len; i++)
    if (get_segment (self, i)->button == focused)
      {
        GtkWidget *button = find_button (self, (int) i + step, step);

        if (button == NULL || !gtk_widget_grab_focus (button))
          gtk_widget_error_bell (widget);
        return TRUE;
      }

  return FALSE;
}

static void
emo_label_strip_dispose (GObject *object)
{
  EmoLabelStrip *self = EMO_LABEL_STRIP (object);

  g_clear_pointer (&self->segments, g_array_unref);
  g_clear_pointer ((GtkWidget **) &self->words, gtk_widget_unparent);

  G_OBJECT_CLASS (emo_label_strip_parent_class)->dispose (object);
}

static void
emo_label_strip_finalize (GObject *object)
{
  EmoLabelStrip *self = EMO_LABEL_STRIP (object);

  g_free (self->label);
  g_free (self->pointed);

  G_OBJECT_CLASS (emo_label_strip_parent_class)->finalize (object);
}

static void
emo_label_strip_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  EmoLabelStrip *self = EMO_LABEL_STRIP (object);

  switch (prop_id)
    {
    case PROP_LABEL:
      g_value_set_string (value, self->label);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_label_strip_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  EmoLabelStrip *self = EMO_LABEL_STRIP (object);

  switch (prop_id)
    {
    case PROP_LABEL:
      emo_label_strip_set_label (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_label_strip_class_init (EmoLabelStripClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_label_strip_dispose;
  object_class->finalize = emo_label_strip_finalize;
  object_class->get_property = emo_label_strip_get_property;
  object_class->set_property = emo_label_strip_set_property;

  widget_class->focus = emo_label_strip_focus;
  widget_class->measure = emo_label_strip_measure;
  widget_class->size_allocate = emo_label_strip_size_allocate;

  properties[PROP_LABEL] =
    g_param_spec_string ("label", NULL, NULL,
                         NULL,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_Left, 0, move_cb, "i", -1);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Right, 0, move_cb, "i", 1);
  gtk_widget_class_set_css_name (widget_class, "labelstrip");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
emo_label_strip_init (EmoLabelStrip *self)
{
  self->segments = g_array_new (FALSE, TRUE, sizeof (Segment));
  g_array_set_clear_func (self->segments, segment_clear);

  self->words = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->words, 0);
  gtk_label_set_ellipsize (self->words, PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (GTK_WIDGET (self->words), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->words), "numeric");
  gtk_widget_set_parent (GTK_WIDGET (self->words), GTK_WIDGET (self));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("Answers of the set"),
                                  -1);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/**
 * emo_label_strip_get_label:
 * @self: a strip
 *
 * Returns: (transfer none) (nullable): the label that is chosen
 */
const char *
emo_label_strip_get_label (EmoLabelStrip *self)
{
  g_return_val_if_fail (EMO_IS_LABEL_STRIP (self), NULL);

  return self->label;
}

/**
 * emo_label_strip_set_label:
 * @self: a strip
 * @label: (nullable): what to choose
 */
void
emo_label_strip_set_label (EmoLabelStrip *self,
                           const char    *label)
{
  g_return_if_fail (EMO_IS_LABEL_STRIP (self));

  if (g_strcmp0 (self->label, label) == 0)
    return;

  g_free (self->label);
  self->label = g_strdup (label);
  update_segments (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LABEL]);
}

static gboolean
has_labels (EmoLabelStrip       *self,
            const EmoLabelCount *counts,
            guint                n_labels)
{
  if (self->segments->len != n_labels)
    return FALSE;
  for (guint i = 0; i < n_labels; i++)
    if (!g_str_equal (get_segment (self, i)->label, counts[i].label))
      return FALSE;

  return TRUE;
}

/**
 * emo_label_strip_set_counts:
 * @self: a strip
 * @counts: (array length=n_labels): how many pictures each label has
 * @n_labels: how many labels
 *
 * Shows a distribution. One picture alone has none.
 */
void
emo_label_strip_set_counts (EmoLabelStrip       *self,
                            const EmoLabelCount *counts,
                            guint                n_labels)
{
  g_return_if_fail (EMO_IS_LABEL_STRIP (self));

  /* The buttons stay, or one that is being pressed would go. */
  if (!has_labels (self, counts, n_labels))
    {
      g_array_set_size (self->segments, 0);
      for (guint i = 0; i < n_labels; i++)
        {
          Segment segment = { g_strdup (counts[i].label), 0, new_button (self, counts[i].label) };

          g_array_append_val (self->segments, segment);
        }
    }

  self->total = 0;
  for (guint i = 0; i < n_labels; i++)
    {
      get_segment (self, i)->n = counts[i].n;
      self->total += counts[i].n;
    }
  update_segments (self);
  gtk_widget_set_visible (GTK_WIDGET (self), self->total > 1 || self->label != NULL);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
