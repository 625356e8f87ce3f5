/* emo-compare-column.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <glib/gi18n.h>

#include "emo-compare-column.h"
#include "emo-emotion-name.h"
#include "emo-explanation-view.h"
#include "emo-label-row.h"
#include "emo-roving-box.h"
#include "emo-sample-row.h"
#include "emo-sample-watch.h"
#include "emo-thumbnail.h"

struct _EmoCompareColumn
{
  GtkBox              parent_instance;

  EmoSampleWatch     *watch;
  GPtrArray          *labels;          /* of char *, one a row */
  GPtrArray          *label_rows;      /* of EmoLabelRow */
  guint               resize_id;       /* a timeout */

  GtkWidget          *header;
  EmoThumbnail       *thumbnail;
  GtkLabel           *answer;
  GtkLabel           *percent;
  GtkLabel           *agreement;
  GtkLabel           *name;
  GtkBox             *axis;
  EmoRovingBox       *rows;
  GtkWidget          *explanation_box;
  GtkLabel           *source;
  EmoExplanationView *explanation;
  GtkWidget          *explain_button;
};

enum
{
  PROP_0,
  PROP_SAMPLE,
  N_PROPS
};

enum
{
  SIGNAL_ANSWERED,
  SIGNAL_EXPLAIN,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (EmoCompareColumn, emo_compare_column, GTK_TYPE_BOX)

#define RESIZE_MS 100

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* What failed has no answer to compare, though one may be left of before. */
static EmoPrediction *
get_prediction (EmoCompareColumn *self)
{
  EmoSample *sample = emo_compare_column_get_sample (self);

  return sample != NULL && emo_sample_get_state (sample) != EMO_SAMPLE_FAILED
         ? emo_sample_get_prediction (sample) : NULL;
}

static gboolean
is_trained (EmoModelInfo *info,
            EmoBranch     branch)
{
  if (branch == EMO_BRANCH_DISTILLED)
    return info->has_distilled;
  if (branch == EMO_BRANCH_GATED)
    return info->has_gate;

  return TRUE;
}

static int
find_label (EmoPrediction *prediction,
            const char    *label)
{
  EmoLabelSet *labels = prediction != NULL ? emo_prediction_get_labels (prediction) : NULL;
  int n = labels != NULL ? emo_label_set_get_size (labels) : 0;

  for (int i = 0; i < n; i++)
    if (g_str_equal (emo_label_set_get_label (labels, i), label))
      return i;

  return -1;
}

/* A label that the picture's model does not have leaves its row empty. */
static void
update_row (EmoLabelRow   *row,
            EmoPrediction *prediction,
            int            label)
{
  for (int b = 0; b < EMO_N_BRANCHES; b++)
    {
      const double *p = label >= 0 ? emo_prediction_get_probabilities (prediction, b) : NULL;

      emo_label_row_set_trained (row, b, label >= 0 && is_trained (emo_prediction_get_info (prediction), b));
      emo_label_row_set_value (row, b, p != NULL ? p[label] : NAN);
    }
  emo_label_row_set_winner (row, label >= 0 &&
                            label == emo_prediction_get_winner (prediction, emo_prediction_get_final_branch (prediction)));
}

static void
update_rows (EmoCompareColumn *self)
{
  EmoPrediction *prediction = get_prediction (self);

  for (guint i = 0; i < self->label_rows->len; i++)
    update_row (g_ptr_array_index (self->label_rows, i), prediction,
                find_label (prediction, g_ptr_array_index (self->labels, i)));

  if (prediction != NULL && emo_prediction_get_in_domain (prediction) == EMO_DOMAIN_OUT)
    gtk_widget_add_css_class (GTK_WIDGET (self->rows), "out-of-domain");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->rows), "out-of-domain");
}

static void
update_header (EmoCompareColumn *self,
               EmoSample        *sample)
{
  EmoPrediction *prediction = get_prediction (self);
  EmoBranch branch = prediction != NULL ? emo_prediction_get_final_branch (prediction) : EMO_BRANCH_VLM;
  int winner = prediction != NULL ? emo_prediction_get_winner (prediction, branch) : -1;
  g_autofree char *name = emo_sample_dup_display_name (sample);
  g_autofree char *summary = emo_sample_dup_summary (sample);
  g_autofree char *percent = NULL;
  g_autofree char *label = NULL;

  if (winner >= 0)
    percent = emo_percent_to_string (emo_prediction_get_probabilities (prediction, branch)[winner]);
  gtk_label_set_text (self->answer, winner >= 0 ? emo_emotion_name (emo_label_set_get_label (emo_prediction_get_labels (prediction), winner))
                                                : summary);
  if (winner >= 0)
    gtk_widget_add_css_class (GTK_WIDGET (self->answer), "emotion");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->answer), "emotion");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->answer), summary);
  gtk_label_set_text (self->percent, percent != NULL ? percent : "");
  gtk_label_set_text (self->name, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name), name);

  if (prediction == NULL || !emo_prediction_knows_agree (prediction))
    gtk_label_set_text (self->agreement, "");
  else
    gtk_label_set_text (self->agreement, emo_prediction_get_agree (prediction) ? _("VLM and distilled agree")
                                                                               : _("VLM and distilled disagree"));

  label = g_strdup_printf (C_("a picture in the list: name, state", "%s, %s"), name, summary);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
update_explanation (EmoCompareColumn *self)
{
  EmoPrediction *prediction = get_prediction (self);
  int label = prediction != NULL ? emo_prediction_get_explanation_label (prediction) : -1;
  g_autofree char *source = NULL;

  if (label >= 0)
    source = g_strdup_printf (_("Generated by the VLM, arguing for %s"),
                              emo_emotion_name (emo_label_set_get_label (emo_prediction_get_labels (prediction), label)));
  gtk_label_set_text (self->source, source != NULL ? source : "");
  gtk_widget_set_visible (GTK_WIDGET (self->source), label >= 0);
  gtk_widget_set_visible (GTK_WIDGET (self->explanation), label >= 0);
  gtk_widget_set_visible (self->explain_button, label < 0);
  gtk_widget_set_visible (self->explanation_box, prediction != NULL);
  gtk_widget_set_sensitive (self->explain_button,
                            emo_sample_get_state (emo_compare_column_get_sample (self)) == EMO_SAMPLE_DONE);
}

static void
change_cb (EmoSampleChange change,
           gpointer        user_data)
{
  EmoCompareColumn *self = user_data;
  EmoSample *sample = emo_compare_column_get_sample (self);

  if (sample == NULL || change == EMO_SAMPLE_CHANGE_MARKS)
    return;

  /* The text shows itself as it streams; only its beginning matters here. */
  update_explanation (self);
  if (change == EMO_SAMPLE_CHANGE_TEXT)
    return;

  emo_thumbnail_set_sample (self->thumbnail, sample);
  emo_explanation_view_set_prediction (self->explanation, get_prediction (self));
  update_header (self, sample);
  update_rows (self);
  if (change != EMO_SAMPLE_CHANGE_STAGE)
    g_signal_emit (self, signals[SIGNAL_ANSWERED], 0);
}

static gboolean
resize_cb (gpointer user_data)
{
  EmoCompareColumn *self = user_data;

  self->resize_id = 0;
  gtk_widget_queue_resize (GTK_WIDGET (self->explanation));

  return G_SOURCE_REMOVE;
}

/* A text view knows its height only some time after its text has changed, and
 * outside of a scroller of its own nobody asks it then. */
static void
text_cb (EmoCompareColumn *self)
{
  if (self->resize_id == 0)
    self->resize_id = g_timeout_add (RESIZE_MS, resize_cb, self);
}

static void
explain_cb (EmoCompareColumn *self)
{
  g_signal_emit (self, signals[SIGNAL_EXPLAIN], 0);
}

/* Lines up with the bars: as wide as they are, before the values' column. */
static void
build_axis (EmoCompareColumn *self)
{
  static const int ticks[] = { 0, 50, 100 };
  GtkWidget *scale = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *value = g_object_new (GTK_TYPE_LABEL,
                                   "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION,
                                   "width-chars", 7,
                                   NULL);

  gtk_widget_set_hexpand (scale, TRUE);
  gtk_box_set_homogeneous (GTK_BOX (scale), TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (ticks); i++)
    {
      g_autofree char *text = emo_tick_to_string (ticks[i] / 100.0);
      GtkWidget *tick = gtk_label_new (text);

      gtk_label_set_xalign (GTK_LABEL (tick), ticks[i] / 100.0);
      gtk_box_append (GTK_BOX (scale), tick);
    }
  gtk_box_append (self->axis, scale);
  gtk_widget_add_css_class (value, "bar-value");
  gtk_widget_add_css_class (value, "numeric");
  gtk_box_append (self->axis, value);
}

static void
emo_compare_column_dispose (GObject *object)
{
  EmoCompareColumn *self = EMO_COMPARE_COLUMN (object);

  g_clear_handle_id (&self->resize_id, g_source_remove);
  if (self->explanation != NULL)
    g_signal_handlers_disconnect_by_data (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->explanation)), self);
  g_clear_pointer (&self->watch, emo_sample_watch_free);
  g_clear_pointer (&self->labels, g_ptr_array_unref);
  g_clear_pointer (&self->label_rows, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_COMPARE_COLUMN);

  G_OBJECT_CLASS (emo_compare_column_parent_class)->dispose (object);
}

static void
emo_compare_column_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SAMPLE:
      g_value_set_object (value, emo_compare_column_get_sample (EMO_COMPARE_COLUMN (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_compare_column_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SAMPLE:
      emo_sample_watch_set_sample (EMO_COMPARE_COLUMN (object)->watch, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* Its bars: GTK would choose the text below, and scroll what is above away. */
static gboolean
emo_compare_column_grab_focus (GtkWidget *widget)
{
  return gtk_widget_child_focus (GTK_WIDGET (EMO_COMPARE_COLUMN (widget)->rows), GTK_DIR_TAB_FORWARD);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, EmoCompareColumn, child)

static void
emo_compare_column_class_init (EmoCompareColumnClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_compare_column_dispose;
  object_class->get_property = emo_compare_column_get_property;
  object_class->set_property = emo_compare_column_set_property;

  widget_class->grab_focus = emo_compare_column_grab_focus;

  properties[PROP_SAMPLE] =
    g_param_spec_object ("sample", NULL, NULL,
                         EMO_TYPE_SAMPLE,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoCompareColumn::answered:
   * @self: the column
   *
   * Emitted when the picture may have other labels than before.
   */
  signals[SIGNAL_ANSWERED] =
    g_signal_new ("answered", EMO_TYPE_COMPARE_COLUMN, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * EmoCompareColumn::explain:
   * @self: the column
   *
   * Emitted when the person asks for the picture's explanation.
   */
  signals[SIGNAL_EXPLAIN] =
    g_signal_new ("explain", EMO_TYPE_COMPARE_COLUMN, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (EMO_TYPE_EXPLANATION_VIEW);
  g_type_ensure (EMO_TYPE_ROVING_BOX);
  g_type_ensure (EMO_TYPE_THUMBNAIL);

  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-compare-column.ui");
  BIND (header);
  BIND (thumbnail);
  BIND (answer);
  BIND (percent);
  BIND (agreement);
  BIND (name);
  BIND (axis);
  BIND (rows);
  BIND (explanation_box);
  BIND (source);
  BIND (explanation);
  BIND (explain_button);
  gtk_widget_class_bind_template_callback (widget_class, explain_cb);
}

static void
emo_compare_column_init (EmoCompareColumn *self)
{
  self->labels = g_ptr_array_new_with_free_func (g_free);
  self->label_rows = g_ptr_array_new ();
  self->watch = emo_sample_watch_new (change_cb, self);
  gtk_widget_init_template (GTK_WIDGET (self));
  build_axis (self);
  g_signal_connect_swapped (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->explanation)), "changed", G_CALLBACK (text_cb), self);
  g_signal_connect_swapped (self->explanation, "map", G_CALLBACK (text_cb), self);
}

/**
 * emo_compare_column_new:
 * @sample: a picture
 *
 * Returns: (transfer floating): a column that shows and follows it, without rows
 */
GtkWidget *
emo_compare_column_new (EmoSample *sample)
{
  g_return_val_if_fail (EMO_IS_SAMPLE (sample), NULL);

  return g_object_new (EMO_TYPE_COMPARE_COLUMN, "sample", sample, NULL);
}

/**
 * emo_compare_column_get_sample:
 * @self: a column
 *
 * Returns: (transfer none) (nullable): its picture
 */
EmoSample *
emo_compare_column_get_sample (EmoCompareColumn *self)
{
  g_return_val_if_fail (EMO_IS_COMPARE_COLUMN (self), NULL);

  return self->watch != NULL ? emo_sample_watch_get_sample (self->watch) : NULL;
}

/**
 * emo_compare_column_get_labels:
 * @self: a column
 *
 * Returns: (transfer none) (nullable): the labels of its answer; %NULL before
 *   there is one
 */
EmoLabelSet *
emo_compare_column_get_labels (EmoCompareColumn *self)
{
  EmoPrediction *prediction;

  g_return_val_if_fail (EMO_IS_COMPARE_COLUMN (self), NULL);

  prediction = get_prediction (self);

  return prediction != NULL ? emo_prediction_get_labels (prediction) : NULL;
}

/**
 * emo_compare_column_get_header:
 * @self: a column
 *
 * Returns: (transfer none): what is above its axis
 */
GtkWidget *
emo_compare_column_get_header (EmoCompareColumn *self)
{
  g_return_val_if_fail (EMO_IS_COMPARE_COLUMN (self), NULL);

  return self->header;
}

/**
 * emo_compare_column_get_axis:
 * @self: a column
 *
 * Returns: (transfer none): what is above its rows
 */
GtkWidget *
emo_compare_column_get_axis (EmoCompareColumn *self)
{
  g_return_val_if_fail (EMO_IS_COMPARE_COLUMN (self), NULL);

  return GTK_WIDGET (self->axis);
}

/**
 * emo_compare_column_set_rows:
 * @self: a column
 * @labels: (element-type utf8): the labels that are compared, in their order
 * @groups: (element-type GtkSizeGroup): one for each, of rows of one height
 *
 * Makes the rows anew. The label's name stands once, before all columns.
 */
void
emo_compare_column_set_rows (EmoCompareColumn *self,
                             GPtrArray        *labels,
                             GPtrArray        *groups)
{
  GtkWidget *child;

  g_return_if_fail (EMO_IS_COMPARE_COLUMN (self));
  g_return_if_fail (labels != NULL && groups != NULL && labels->len == groups->len);

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->rows))) != NULL)
    gtk_box_remove (GTK_BOX (self->rows), child);
  g_ptr_array_set_size (self->labels, 0);
  g_ptr_array_set_size (self->label_rows, 0);

  for (guint i = 0; i < labels->len; i++)
    {
      GtkWidget *row = emo_label_row_new (g_ptr_array_index (labels, i));

      gtk_widget_set_visible (emo_label_row_get_name (EMO_LABEL_ROW (row)), FALSE);
      gtk_size_group_add_widget (g_ptr_array_index (groups, i), row);
      emo_roving_box_append_row (self->rows, row);
      g_ptr_array_add (self->labels, g_strdup (g_ptr_array_index (labels, i)));
      g_ptr_array_add (self->label_rows, row);
    }
  update_rows (self);
}
