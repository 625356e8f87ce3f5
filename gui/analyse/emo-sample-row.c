/* emo-sample-row.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-analyse-page.h"
#include "emo-emotion-name.h"
#include "emo-sample-row.h"
#include "emo-sample-watch.h"
#include "emo-thumbnail.h"

struct _EmoSampleRow
{
  AdwBin          parent_instance;

  EmoSampleWatch *watch;

  EmoThumbnail   *thumbnail;
  GtkLabel       *name;
  GtkLabel       *answer;
  GtkLabel       *percent;
  GtkWidget      *annotated;
  GtkWidget      *flag;
  GtkWidget      *disagree;
  GtkWidget      *out_of_domain;
  GtkWidget      *busy;
  GtkWidget      *spinner;
  GtkWidget      *retry_button;
};

enum
{
  PROP_0,
  PROP_SAMPLE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoSampleRow, emo_sample_row, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

static gboolean
disagrees (EmoSample *sample)
{
  EmoPrediction *prediction = emo_sample_get_prediction (sample);

  return emo_sample_get_state (sample) != EMO_SAMPLE_FAILED && prediction != NULL &&
         emo_prediction_get_winner (prediction, EMO_BRANCH_VLM) >= 0 &&
         emo_prediction_get_winner (prediction, EMO_BRANCH_DISTILLED) >= 0 &&
         !emo_prediction_get_agree (prediction);
}

static gboolean
is_out_of_domain (EmoSample *sample)
{
  EmoPrediction *prediction = emo_sample_get_prediction (sample);

  return emo_sample_get_state (sample) != EMO_SAMPLE_FAILED && prediction != NULL &&
         emo_prediction_get_in_domain (prediction) == EMO_DOMAIN_OUT;
}

/* NULL: nothing. */
static char *
dup_annotation (EmoSample *sample)
{
  const char *label = emo_sample_get_own_label (sample);
  const char *note = emo_sample_get_note (sample);

  if (label != NULL && note != NULL)
    return g_strdup_printf (C_("on a picture: the person's label, note", "You think: %s. Note: %s"), emo_emotion_name (label), note);
  if (label != NULL)
    return g_strdup_printf (C_("on a picture: the person's label", "You think: %s"), emo_emotion_name (label));

  return note != NULL ? g_strdup_printf (C_("on a picture", "Note: %s"), note) : NULL;
}

/* The marks in the picture's corners, in words. */
static char *
dup_description (EmoSample *sample)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *annotation = dup_annotation (sample);
  g_auto (GStrv) words = NULL;

  if (emo_sample_get_flagged (sample))
    g_strv_builder_add (builder, _("Flagged"));
  if (annotation != NULL)
    g_strv_builder_add (builder, annotation);
  if (disagrees (sample))
    g_strv_builder_add (builder, _("VLM and distilled disagree"));
  if (is_out_of_domain (sample))
    g_strv_builder_add (builder, _("Unlike what the model knows"));
  words = g_strv_builder_end (builder);

  return g_strjoinv (C_("between marks of a picture", ", "), words);
}

/* The list wraps each cell in a widget of its own, which is what a screen
 * reader lands on and which is nameless unless told. */
static void
update_accessible (EmoSampleRow *self)
{
  GtkWidget *item = gtk_widget_get_parent (GTK_WIDGET (self));
  EmoSample *sample = emo_sample_watch_get_sample (self->watch);
  g_autofree char *summary = NULL;
  g_autofree char *label = NULL;
  g_autofree char *description = NULL;

  if (item == NULL || sample == NULL)
    return;

  summary = emo_sample_dup_summary (sample);
  description = dup_description (sample);
  label = g_strdup_printf (C_("a picture in the list: name, state", "%s, %s"),
                           gtk_label_get_text (self->name), summary);
  gtk_accessible_update_property (GTK_ACCESSIBLE (item),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description,
                                  -1);
}

/* The label on the left keeps its start, the number on the right all of itself. */
static void
update_answer (EmoSampleRow *self,
               EmoSample    *sample)
{
  EmoPrediction *prediction = emo_sample_get_prediction (sample);
  gboolean failed = emo_sample_get_state (sample) == EMO_SAMPLE_FAILED;
  EmoBranch branch = prediction != NULL ? emo_prediction_get_final_branch (prediction) : EMO_BRANCH_VLM;
  int winner = prediction != NULL && !failed ? emo_prediction_get_winner (prediction, branch) : -1;
  g_autofree char *summary = emo_sample_dup_summary (sample);
  g_autofree char *percent = NULL;

  if (winner >= 0)
    {
      percent = emo_percent_to_string (emo_prediction_get_probabilities (prediction, branch)[winner]);
      gtk_label_set_text (self->answer, emo_emotion_name (emo_label_set_get_label (emo_prediction_get_labels (prediction), winner)));
      gtk_widget_add_css_class (GTK_WIDGET (self->answer), "emotion");
    }
  else
    {
      gtk_label_set_text (self->answer, summary);
      gtk_widget_remove_css_class (GTK_WIDGET (self->answer), "emotion");
    }
  gtk_label_set_text (self->percent, percent != NULL ? percent : "");
  gtk_widget_set_visible (GTK_WIDGET (self->percent), percent != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->answer), failed ? summary : NULL);
  if (failed)
    gtk_widget_add_css_class (GTK_WIDGET (self->answer), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->answer), "error");
}

static void
update (EmoSampleRow *self)
{
  EmoSample *sample = emo_sample_watch_get_sample (self->watch);
  g_autofree char *annotation = NULL;
  g_autofree char *name = NULL;
  EmoSampleState state;

  emo_thumbnail_set_sample (self->thumbnail, sample);
  if (sample == NULL)
    return;

  name = emo_sample_dup_display_name (sample);
  annotation = dup_annotation (sample);
  state = emo_sample_get_state (sample);

  gtk_label_set_text (self->name, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->name), name);
  update_answer (self, sample);
  gtk_widget_set_visible (self->busy, state == EMO_SAMPLE_RUNNING);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), state == EMO_SAMPLE_RUNNING);
  gtk_widget_set_visible (self->retry_button, state == EMO_SAMPLE_FAILED);
  gtk_widget_set_visible (self->annotated, annotation != NULL);
  gtk_widget_set_tooltip_text (self->annotated, annotation);
  gtk_widget_set_visible (self->flag, emo_sample_get_flagged (sample));
  gtk_widget_set_visible (self->disagree, disagrees (sample));
  gtk_widget_set_visible (self->out_of_domain, is_out_of_domain (sample));
  if (state == EMO_SAMPLE_DONE)
    emo_thumbnail_retry (self->thumbnail);

  update_accessible (self);
}

static void
change_cb (EmoSampleChange change,
           gpointer        user_data)
{
  /* Streamed text changes nothing here. */
  if (change != EMO_SAMPLE_CHANGE_TEXT)
    update (user_data);
}

static void
retry_cb (EmoSampleRow *self)
{
  GtkWidget *page = gtk_widget_get_ancestor (GTK_WIDGET (self), EMO_TYPE_ANALYSE_PAGE);

  if (page != NULL && emo_sample_row_get_sample (self) != NULL)
    emo_analyse_page_retry (EMO_ANALYSE_PAGE (page), emo_sample_row_get_sample (self));
}

static void
emo_sample_row_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (emo_sample_row_parent_class)->root (widget);

  update_accessible (EMO_SAMPLE_ROW (widget));
}

static void
emo_sample_row_dispose (GObject *object)
{
  EmoSampleRow *self = EMO_SAMPLE_ROW (object);

  g_clear_pointer (&self->watch, emo_sample_watch_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_SAMPLE_ROW);

  G_OBJECT_CLASS (emo_sample_row_parent_class)->dispose (object);
}

static void
emo_sample_row_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  EmoSampleRow *self = EMO_SAMPLE_ROW (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      g_value_set_object (value, emo_sample_row_get_sample (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_sample_row_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  EmoSampleRow *self = EMO_SAMPLE_ROW (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      emo_sample_row_set_sample (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_sample_row_class_init (EmoSampleRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_sample_row_dispose;
  object_class->get_property = emo_sample_row_get_property;
  object_class->set_property = emo_sample_row_set_property;

  widget_class->root = emo_sample_row_root;

  properties[PROP_SAMPLE] =
    g_param_spec_object ("sample", NULL, NULL,
                         EMO_TYPE_SAMPLE,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (EMO_TYPE_THUMBNAIL);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-sample-row.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoSampleRow, thumbnail);
  gtk_widget_class_bind_template_child (widget_class, EmoSampleRow, name);
  gtk_widget_class_bind_template_child (widget_class, EmoSampleRow, answer);
  gtk_widget_class_bind_template_child (widget_class, EmoSampleRow, percent);
  gtk_widget_class_bind_template_child (widget_class, EmoSampleRow, annotated);
  gtk_widget_class_bind_template_child (widget_class, EmoSampleRow, flag);
  gtk_widget_class_bind_template_child (widget_class, EmoSampleRow, disagree);
  gtk_widget_class_bind_template_child (widget_class, EmoSampleRow, out_of_domain);
  gtk_widget_class_bind_template_child (widget_class, EmoSampleRow, busy);
  gtk_widget_class_bind_template_child (widget_class, EmoSampleRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, EmoSampleRow, retry_button);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
}

static void
emo_sample_row_init (EmoSampleRow *self)
{
  self->watch = emo_sample_watch_new (change_cb, self);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_sample_row_get_sample:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): the picture it shows
 */
EmoSample *
emo_sample_row_get_sample (EmoSampleRow *self)
{
  g_return_val_if_fail (EMO_IS_SAMPLE_ROW (self), NULL);

  return self->watch != NULL ? emo_sample_watch_get_sample (self->watch) : NULL;
}

/**
 * emo_sample_row_set_sample:
 * @self: a row
 * @sample: (nullable): the picture to show and follow
 */
void
emo_sample_row_set_sample (EmoSampleRow *self,
                           EmoSample    *sample)
{
  g_return_if_fail (EMO_IS_SAMPLE_ROW (self));

  if (emo_sample_watch_set_sample (self->watch, sample))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAMPLE]);
}

static char *
dup_answer (EmoPrediction *prediction)
{
  EmoBranch branch = emo_prediction_get_final_branch (prediction);
  int winner = emo_prediction_get_winner (prediction, branch);
  g_autofree char *percent = NULL;

  if (winner < 0)
    return NULL;

  percent = emo_percent_to_string (emo_prediction_get_probabilities (prediction, branch)[winner]);

  return g_strdup_printf (C_("label, probability", "%s %s"),
                          emo_emotion_name (emo_label_set_get_label (emo_prediction_get_labels (prediction), winner)),
                          percent);
}

/**
 * emo_sample_dup_summary:
 * @sample: a picture
 *
 * Returns: (transfer full): its answer, else its state, in a few words
 */
char *
emo_sample_dup_summary (EmoSample *sample)
{
  EmoPrediction *prediction;
  g_autofree char *answer = NULL;

  g_return_val_if_fail (EMO_IS_SAMPLE (sample), NULL);

  if (emo_sample_get_state (sample) == EMO_SAMPLE_FAILED)
    return g_strdup (emo_sample_get_error (sample) != NULL ? emo_sample_get_error (sample)->message : _("Failed"));

  prediction = emo_sample_get_prediction (sample);
  if (prediction != NULL)
    answer = dup_answer (prediction);
  if (answer != NULL)
    return g_steal_pointer (&answer);

  switch (emo_sample_get_state (sample))
    {
    case EMO_SAMPLE_RUNNING:
      return g_strdup (C_("state of a picture", "Looking at it"));
    case EMO_SAMPLE_STOPPED:
      return g_strdup (C_("state of a picture", "Stopped"));
    case EMO_SAMPLE_DONE:
      return g_strdup (C_("state of a picture", "Done"));
    case EMO_SAMPLE_WAITING:
    case EMO_SAMPLE_FAILED:
    default:
      return g_strdup (C_("state of a picture", "Waiting"));
    }
}
