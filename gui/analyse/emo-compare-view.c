/* emo-compare-view.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <glib/gi18n.h>

#include "emo-compare-column.h"
#include "emo-compare-view.h"
#include "emo-emotion-name.h"

/* The labels' names stand once, outside of what scrolls sideways, so that they
 * stay in sight in a narrow window. Size groups keep each row as high as its
 * neighbours. */
struct _EmoCompareView
{
  AdwBin        parent_instance;

  EmoSession   *session;        /* (nullable) */
  GPtrArray    *labels;         /* of char *, those of all pictures */
  GPtrArray    *groups;         /* of GtkSizeGroup, one a label */
  GtkSizeGroup *headers;
  GtkSizeGroup *axes;

  GtkLabel     *title;
  GtkBox       *legend;
  GtkWidget    *before_header;
  GtkWidget    *before_axis;
  GtkBox       *names;
  GtkBox       *columns;
};

G_DEFINE_FINAL_TYPE (EmoCompareView, emo_compare_view, ADW_TYPE_BIN)

static const char * const branch_classes[EMO_N_BRANCHES] = { "vlm", "distilled", "gated" };

static void
clear_box (GtkBox *box)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (box))) != NULL)
    gtk_box_remove (box, child);
}

static void
build_legend (EmoCompareView *self)
{
  for (int b = 0; b < EMO_N_BRANCHES; b++)
    {
      GtkWidget *item = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
      GtkWidget *swatch = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

      gtk_widget_set_valign (swatch, GTK_ALIGN_CENTER);
      gtk_widget_add_css_class (swatch, "swatch");
      gtk_widget_add_css_class (swatch, branch_classes[b]);
      gtk_box_append (GTK_BOX (item), swatch);
      gtk_box_append (GTK_BOX (item), gtk_label_new (emo_branch_name (b)));
      gtk_widget_add_css_class (item, "caption");
      gtk_box_append (self->legend, item);
    }
}

/* In the order of the first picture's model; what only other models have comes
 * after. */
static GPtrArray *
list_labels (EmoCompareView *self)
{
  GPtrArray *labels = g_ptr_array_new_with_free_func (g_free);

  for (GtkWidget *column = gtk_widget_get_first_child (GTK_WIDGET (self->columns));
       column != NULL;
       column = gtk_widget_get_next_sibling (column))
    {
      EmoLabelSet *set = emo_compare_column_get_labels (EMO_COMPARE_COLUMN (column));
      guint n = set != NULL ? emo_label_set_get_size (set) : 0;

      for (guint i = 0; i < n; i++)
        if (!g_ptr_array_find_with_equal_func (labels, emo_label_set_get_label (set, i), g_str_equal, NULL))
          g_ptr_array_add (labels, g_strdup (emo_label_set_get_label (set, i)));
    }

  return labels;
}

static gboolean
are_equal (GPtrArray *a,
           GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!g_str_equal (g_ptr_array_index (a, i), g_ptr_array_index (b, i)))
      return FALSE;

  return TRUE;
}

static void
build_names (EmoCompareView *self)
{
  clear_box (self->names);
  g_ptr_array_set_size (self->groups, 0);
  for (guint i = 0; i < self->labels->len; i++)
    {
      GtkSizeGroup *group = gtk_size_group_new (GTK_SIZE_GROUP_VERTICAL);
      GtkWidget *name = gtk_label_new (emo_emotion_name (g_ptr_array_index (self->labels, i)));

      gtk_label_set_xalign (GTK_LABEL (name), 0);
      gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
      gtk_label_set_max_width_chars (GTK_LABEL (name), 14);
      gtk_widget_set_tooltip_text (name, gtk_label_get_text (GTK_LABEL (name)));
      gtk_size_group_add_widget (group, name);
      gtk_box_append (self->names, name);
      g_ptr_array_add (self->groups, group);
    }
}

/* Which rows there are; they keep their place while answers come in. */
static void
update_rows (EmoCompareView *self)
{
  g_autoptr (GPtrArray) labels = list_labels (self);
  gboolean changed = !are_equal (labels, self->labels);

  if (changed)
    {
      g_ptr_array_unref (self->labels);
      self->labels = g_steal_pointer (&labels);
      build_names (self);
    }
  for (GtkWidget *column = gtk_widget_get_first_child (GTK_WIDGET (self->columns));
       changed && column != NULL;
       column = gtk_widget_get_next_sibling (column))
    emo_compare_column_set_rows (EMO_COMPARE_COLUMN (column), self->labels, self->groups);
}

static void
explain_cb (EmoCompareView   *self,
            EmoCompareColumn *column)
{
  emo_session_explain (self->session, emo_compare_column_get_sample (column), -1);
}

/* One that was begun may have been given up for more urgent work. */
static gboolean
lacks_explanation (EmoPrediction *prediction)
{
  return emo_prediction_get_explanation_label (prediction) < 0 ||
         isnan (emo_prediction_get_ms (prediction, EMO_STAGE_EXPLAINED));
}

/* What is looked at closely gets its explanation, as the selected picture does. */
static void
explain_if_wanted (EmoCompareView *self,
                   EmoSample      *sample)
{
  EmoPrediction *prediction = emo_sample_get_prediction (sample);
  gboolean wanted = FALSE;

  g_object_get (self->session, "explain-selected", &wanted, NULL);
  if (wanted && emo_sample_get_state (sample) == EMO_SAMPLE_DONE && emo_session_get_classifier (self->session) != NULL &&
      emo_prediction_get_info (prediction) == emo_classifier_get_info (emo_session_get_classifier (self->session)) &&
      lacks_explanation (prediction))
    emo_session_explain (self->session, sample, -1);
}

static void
add_column (EmoCompareView *self,
            EmoSample      *sample)
{
  GtkWidget *column = emo_compare_column_new (sample);

  g_signal_connect_object (column, "answered", G_CALLBACK (update_rows), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (column, "explain", G_CALLBACK (explain_cb), self, G_CONNECT_SWAPPED);
  gtk_size_group_add_widget (self->headers, emo_compare_column_get_header (EMO_COMPARE_COLUMN (column)));
  gtk_size_group_add_widget (self->axes, emo_compare_column_get_axis (EMO_COMPARE_COLUMN (column)));
  gtk_box_append (self->columns, column);
  if (self->session != NULL)
    explain_if_wanted (self, sample);
}

static void
emo_compare_view_dispose (GObject *object)
{
  EmoCompareView *self = EMO_COMPARE_VIEW (object);

  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_COMPARE_VIEW);
  g_clear_object (&self->headers);
  g_clear_object (&self->axes);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (emo_compare_view_parent_class)->dispose (object);
}

static void
emo_compare_view_finalize (GObject *object)
{
  EmoCompareView *self = EMO_COMPARE_VIEW (object);

  g_ptr_array_unref (self->labels);
  g_ptr_array_unref (self->groups);

  G_OBJECT_CLASS (emo_compare_view_parent_class)->finalize (object);
}

static gboolean
emo_compare_view_grab_focus (GtkWidget *widget)
{
  GtkWidget *first = gtk_widget_get_first_child (GTK_WIDGET (EMO_COMPARE_VIEW (widget)->columns));

  return first != NULL && gtk_widget_grab_focus (first);
}

static void
emo_compare_view_class_init (EmoCompareViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_compare_view_dispose;
  object_class->finalize = emo_compare_view_finalize;

  widget_class->grab_focus = emo_compare_view_grab_focus;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-compare-view.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoCompareView, title);
  gtk_widget_class_bind_template_child (widget_class, EmoCompareView, legend);
  gtk_widget_class_bind_template_child (widget_class, EmoCompareView, before_header);
  gtk_widget_class_bind_template_child (widget_class, EmoCompareView, before_axis);
  gtk_widget_class_bind_template_child (widget_class, EmoCompareView, names);
  gtk_widget_class_bind_template_child (widget_class, EmoCompareView, columns);
}

static void
emo_compare_view_init (EmoCompareView *self)
{
  self->labels = g_ptr_array_new_with_free_func (g_free);
  self->groups = g_ptr_array_new_with_free_func (g_object_unref);
  self->headers = gtk_size_group_new (GTK_SIZE_GROUP_VERTICAL);
  self->axes = gtk_size_group_new (GTK_SIZE_GROUP_VERTICAL);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_size_group_add_widget (self->headers, self->before_header);
  gtk_size_group_add_widget (self->axes, self->before_axis);
  build_legend (self);
}

/**
 * emo_compare_view_set_session:
 * @self: a view
 * @session: who explains pictures when they are asked to
 *
 * To be called once.
 */
void
emo_compare_view_set_session (EmoCompareView *self,
                              EmoSession     *session)
{
  g_return_if_fail (EMO_IS_COMPARE_VIEW (self));
  g_return_if_fail (EMO_IS_SESSION (session));

  g_set_object (&self->session, session);
}

/**
 * emo_compare_view_set_samples:
 * @self: a view
 * @samples: (nullable) (element-type EmoSample): the pictures, at most
 *   %EMO_COMPARE_MAX
 *
 * Shows pictures in place of those before; with none, nothing is followed any
 * more.
 */
void
emo_compare_view_set_samples (EmoCompareView *self,
                              GPtrArray      *samples)
{
  guint n = samples != NULL ? samples->len : 0;
  g_autofree char *title = NULL;

  g_return_if_fail (EMO_IS_COMPARE_VIEW (self));
  g_return_if_fail (n <= EMO_COMPARE_MAX);

  clear_box (self->columns);
  for (guint i = 0; i < n; i++)
    add_column (self, g_ptr_array_index (samples, i));
  g_ptr_array_set_size (self->labels, 0);
  update_rows (self);

  title = g_strdup_printf (ngettext ("%u Picture Compared", "%u Pictures Compared", n), n);
  gtk_label_set_text (self->title, title);
}
