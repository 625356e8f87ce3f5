/* emo-results-pane.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <glib/gi18n.h>

#include "emo-analyse-page.h"
#include "emo-contribution-strip.h"
#include "emo-emotion-name.h"
#include "emo-explanation-view.h"
#include "emo-label-bars.h"
#include "emo-results-pane.h"
#include "emo-sample-watch.h"

/* The pane is redrawn from the prediction as it stands after every stage, so
 * the head's bars appear first, then the VLM's, the gate's, and the text. */
struct _EmoResultsPane
{
  AdwBin                parent_instance;

  EmoSampleWatch       *watch;

  GtkStack             *stack;
  AdwStatusPage        *waiting;
  GtkLabel             *failure;
  GtkWidget            *domain_box;
  GtkLabel             *domain_notice;
  GtkLabel             *domain_reason;
  GtkLabel             *answer;
  GtkLabel             *probability;
  GtkLabel             *margin;
  GtkLabel             *agreement;
  GtkLabel             *notice;
  EmoLabelBars         *bars;
  GtkWidget            *contribution_box;
  GtkLabel             *contribution_words;
  EmoContributionStrip *strip;
  GtkWidget            *explanation_box;
  GtkLabel             *explanation_source;
  GtkWidget            *explanation_spinner;
  GtkWidget            *explain_button;
  EmoExplanationView   *explanation;
  GtkLabel             *details;
};

enum
{
  PROP_0,
  PROP_SAMPLE,
  PROP_HOVERED_LABEL,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoResultsPane, emo_results_pane, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* Below this the VLM puts more than half of its belief on something that is no
 * label at all. */
#define LOW_MASS 0.5

static void
set_text_or_hide (GtkLabel   *label,
                  const char *text)
{
  gtk_label_set_text (label, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (label), text != NULL);
}

static const char *
label_name (EmoPrediction *prediction,
            int            label)
{
  return emo_emotion_name (emo_label_set_get_label (emo_prediction_get_labels (prediction), label));
}

static int
find_runner_up (EmoPrediction *prediction,
                EmoBranch      branch,
                int            winner)
{
  const double *p = emo_prediction_get_probabilities (prediction, branch);
  int n = emo_label_set_get_size (emo_prediction_get_labels (prediction));
  int runner_up = -1;

  for (int i = 0; i < n; i++)
    if (i != winner && (runner_up < 0 || p[i] > p[runner_up]))
      runner_up = i;

  return runner_up;
}

static void
update_answer (EmoResultsPane *self,
               EmoPrediction  *prediction,
               int             winner,
               int             runner_up)
{
  EmoBranch branch = emo_prediction_get_final_branch (prediction);
  g_autofree char *percent = NULL;
  g_autofree char *points = NULL;

  if (winner < 0)
    {
      gtk_label_set_text (self->answer, _("Looking at it…"));
      set_text_or_hide (self->probability, NULL);
      set_text_or_hide (self->margin, NULL);
      return;
    }

  percent = emo_percent_to_string (emo_prediction_get_probabilities (prediction, branch)[winner]);
  gtk_label_set_text (self->answer, label_name (prediction, winner));
  set_text_or_hide (self->probability, percent);
  points = g_strdup_printf (_("%.1f points ahead of %s"),
                            emo_prediction_get_margin (prediction) * 100,
                            label_name (prediction, runner_up));
  set_text_or_hide (self->margin, points);
}

static char *
dup_agreement (EmoPrediction *prediction)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);
  int vlm = emo_prediction_get_winner (prediction, EMO_BRANCH_VLM);
  int distilled = emo_prediction_get_winner (prediction, EMO_BRANCH_DISTILLED);

  if (!info->has_distilled)
    return g_strdup (_("This model answers with the VLM alone"));
  if (vlm < 0 || distilled < 0)
    return NULL;
  if (emo_prediction_get_agree (prediction))
    return g_strdup_printf (_("VLM and distilled agree on %s"), label_name (prediction, vlm));

  return g_strdup_printf (_("VLM and distilled disagree: %s against %s"),
                          label_name (prediction, vlm),
                          label_name (prediction, distilled));
}

static void
update_notices (EmoResultsPane *self,
                EmoPrediction  *prediction)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);
  gboolean out = emo_prediction_get_in_domain (prediction) == EMO_DOMAIN_OUT;
  g_autofree char *agreement = dup_agreement (prediction);
  g_autofree char *mass = NULL;

  set_text_or_hide (self->agreement, agreement);

  if (emo_prediction_get_winner (prediction, EMO_BRANCH_VLM) >= 0 && emo_prediction_get_mass (prediction) < LOW_MASS)
    mass = g_strdup_printf (_("Only %.0f %% of the VLM’s belief is on a valid answer: its prompt or adapter may not fit."),
                            emo_prediction_get_mass (prediction) * 100);
  set_text_or_hide (self->notice, mass);

  gtk_widget_set_visible (self->domain_box, out);
  if (out)
    {
      g_autofree char *reason = NULL;

      if (info->domain_name != NULL)
        reason = g_strdup_printf (_("This picture is unlike what the model knows (%s). Do not rely on the answer."), info->domain_name);
      else
        reason = g_strdup (_("This picture is unlike what the model knows. Do not rely on the answer."));
      gtk_label_set_text (self->domain_notice, info->domain_notice != NULL ? info->domain_notice : _("Out of Domain"));
      gtk_label_set_text (self->domain_reason, reason);
    }
}

static void
update_contributions (EmoResultsPane *self,
                      EmoPrediction  *prediction,
                      int             winner,
                      int             runner_up)
{
  double vlm, distilled, rest;
  gboolean known = winner >= 0 && emo_prediction_get_margin_parts (prediction, &vlm, &distilled, &rest);

  gtk_widget_set_visible (self->contribution_box, known);
  emo_contribution_strip_show (self->strip, prediction);
  if (known)
    {
      g_autofree char *vlm_text = emo_signed_to_string (vlm);
      g_autofree char *distilled_text = emo_signed_to_string (distilled);
      g_autofree char *rest_text = emo_signed_to_string (rest);
      g_autofree char *text = NULL;

      text = g_strdup_printf (_("For %s over %s: VLM %s, distilled %s, rest %s"),
                              label_name (prediction, winner),
                              label_name (prediction, runner_up),
                              vlm_text, distilled_text, rest_text);
      gtk_label_set_text (self->contribution_words, text);
    }
}

static char *
dup_explanation_source (EmoPrediction *prediction,
                        int            winner)
{
  int label = emo_prediction_get_explanation_label (prediction);

  if (label < 0)
    return g_strdup (_("Generated by the VLM"));
  if (winner >= 0 && label != winner)
    return g_strdup_printf (_("Generated by the VLM. It argues for %s; the answer above is %s."),
                            label_name (prediction, label),
                            label_name (prediction, winner));

  return g_strdup_printf (_("Generated by the VLM, arguing for %s"), label_name (prediction, label));
}

static void
update_explanation (EmoResultsPane *self,
                    EmoPrediction  *prediction)
{
  int winner = emo_prediction_get_winner (prediction, emo_prediction_get_final_branch (prediction));
  EmoStage stage = emo_prediction_get_stage (prediction);
  const char *text = emo_prediction_get_explanation (prediction);
  gboolean any = text != NULL && *text != '\0';
  gboolean done = emo_sample_get_state (emo_sample_watch_get_sample (self->watch)) == EMO_SAMPLE_DONE;
  g_autofree char *source = dup_explanation_source (prediction, winner);

  gtk_label_set_text (self->explanation_source, source);
  gtk_widget_set_visible (GTK_WIDGET (self->explanation), any);
  gtk_widget_set_visible (self->explain_button, done && !any && stage == EMO_STAGE_DONE);
  gtk_widget_set_visible (self->explanation_spinner, stage == EMO_STAGE_TEXT);
  gtk_spinner_set_spinning (GTK_SPINNER (self->explanation_spinner), stage == EMO_STAGE_TEXT);
  gtk_widget_set_visible (self->explanation_box, any || gtk_widget_get_visible (self->explain_button));
}

static void
update_details (EmoResultsPane *self,
                EmoPrediction  *prediction)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char **marks = emo_sample_get_marks (emo_sample_watch_get_sample (self->watch));
  double ms = emo_prediction_get_ms (prediction, EMO_STAGE_DONE);
  int width, height;

  emo_prediction_get_size (prediction, &width, &height);
  g_string_append_printf (text, _("%d × %d pixels"), width, height);
  g_string_append_printf (text, ngettext (", %d visual token", ", %d visual tokens", emo_prediction_get_image_tokens (prediction)),
                          emo_prediction_get_image_tokens (prediction));
  if (!isnan (ms))
    g_string_append_printf (text, _(", %.2f s"), ms / 1000);
  for (guint i = 0; marks != NULL && marks[i] != NULL; i++)
    g_string_append_printf (text, "\n%s", marks[i]);

  gtk_label_set_text (self->details, text->str);
}

static void
update_prediction (EmoResultsPane *self,
                   EmoPrediction  *prediction)
{
  EmoBranch branch = emo_prediction_get_final_branch (prediction);
  int winner = emo_prediction_get_winner (prediction, branch);
  int runner_up = winner < 0 ? -1 : find_runner_up (prediction, branch, winner);

  update_answer (self, prediction, winner, runner_up);
  update_notices (self, prediction);
  update_contributions (self, prediction, winner, runner_up);
  update_explanation (self, prediction);
  update_details (self, prediction);
  emo_label_bars_show (self->bars, prediction);
}

static const char *
waiting_title (EmoSample *sample)
{
  switch (emo_sample_get_state (sample))
    {
    case EMO_SAMPLE_STOPPED:
      return _("Stopped");
    case EMO_SAMPLE_RUNNING:
      return _("Looking at It…");
    default:
      return _("Waiting");
    }
}

static void
update (EmoResultsPane *self)
{
  EmoSample *sample = emo_sample_watch_get_sample (self->watch);
  EmoPrediction *prediction = emo_sample_watch_get_prediction (self->watch);
  const char *page = "nothing";

  emo_explanation_view_set_prediction (self->explanation, prediction);

  if (sample == NULL)
    page = "nothing";
  else if (emo_sample_get_state (sample) == EMO_SAMPLE_FAILED)
    {
      const GError *error = emo_sample_get_error (sample);

      gtk_label_set_text (self->failure, error != NULL ? error->message : "");
      page = "failed";
    }
  else if (prediction != NULL)
    {
      update_prediction (self, prediction);
      page = "answer";
    }
  else
    {
      adw_status_page_set_title (self->waiting, waiting_title (sample));
      page = "waiting";
    }

  gtk_stack_set_visible_child_name (self->stack, page);
}

static void
change_cb (EmoSampleChange change,
           gpointer        user_data)
{
  EmoResultsPane *self = user_data;

  /* Text comes token by token and moves nothing but itself. */
  if (change == EMO_SAMPLE_CHANGE_TEXT)
    update_explanation (self, emo_sample_watch_get_prediction (self->watch));
  else
    update (self);
}

static void
retry_cb (EmoResultsPane *self)
{
  GtkWidget *page = gtk_widget_get_ancestor (GTK_WIDGET (self), EMO_TYPE_ANALYSE_PAGE);

  if (page != NULL && emo_results_pane_get_sample (self) != NULL)
    emo_analyse_page_retry (EMO_ANALYSE_PAGE (page), emo_results_pane_get_sample (self));
}

static void
explain_cb (EmoResultsPane *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "page.explain", NULL);
}

static void
hovered_label_cb (EmoResultsPane *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HOVERED_LABEL]);
}

static void
emo_results_pane_dispose (GObject *object)
{
  EmoResultsPane *self = EMO_RESULTS_PANE (object);

  g_clear_pointer (&self->watch, emo_sample_watch_free);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_RESULTS_PANE);

  G_OBJECT_CLASS (emo_results_pane_parent_class)->dispose (object);
}

static void
emo_results_pane_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  EmoResultsPane *self = EMO_RESULTS_PANE (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      g_value_set_object (value, emo_results_pane_get_sample (self));
      break;
    case PROP_HOVERED_LABEL:
      g_value_set_int (value, emo_results_pane_get_hovered_label (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_results_pane_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  EmoResultsPane *self = EMO_RESULTS_PANE (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      emo_results_pane_set_sample (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_results_pane_class_init (EmoResultsPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_results_pane_dispose;
  object_class->get_property = emo_results_pane_get_property;
  object_class->set_property = emo_results_pane_set_property;

  properties[PROP_SAMPLE] =
    g_param_spec_object ("sample", NULL, NULL,
                         EMO_TYPE_SAMPLE,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_HOVERED_LABEL] =
    g_param_spec_int ("hovered-label", NULL, NULL,
                      -1, G_MAXINT, -1,
                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (EMO_TYPE_CONTRIBUTION_STRIP);
  g_type_ensure (EMO_TYPE_EXPLANATION_VIEW);
  g_type_ensure (EMO_TYPE_LABEL_BARS);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-results-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, stack);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, waiting);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, failure);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, domain_box);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, domain_notice);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, domain_reason);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, answer);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, probability);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, margin);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, agreement);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, notice);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, bars);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, contribution_box);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, contribution_words);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, strip);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, explanation_box);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, explanation_source);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, explanation_spinner);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, explain_button);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, explanation);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, details);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
  gtk_widget_class_bind_template_callback (widget_class, explain_cb);
  gtk_widget_class_bind_template_callback (widget_class, hovered_label_cb);
}

static void
emo_results_pane_init (EmoResultsPane *self)
{
  self->watch = emo_sample_watch_new (change_cb, self);
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_results_pane_get_sample:
 * @self: a pane
 *
 * Returns: (transfer none) (nullable): the picture whose results are shown
 */
EmoSample *
emo_results_pane_get_sample (EmoResultsPane *self)
{
  g_return_val_if_fail (EMO_IS_RESULTS_PANE (self), NULL);

  return self->watch != NULL ? emo_sample_watch_get_sample (self->watch) : NULL;
}

/**
 * emo_results_pane_get_hovered_label:
 * @self: a pane
 *
 * Returns: the label whose bars are under the pointer, else have the focus, in
 *   the order of the prediction's labels; -1 for none
 */
int
emo_results_pane_get_hovered_label (EmoResultsPane *self)
{
  g_return_val_if_fail (EMO_IS_RESULTS_PANE (self), -1);

  /* The template's children are gone once it is disposed. */
  return self->bars != NULL ? emo_label_bars_get_hovered_label (self->bars) : -1;
}

/**
 * emo_results_pane_set_sample:
 * @self: a pane
 * @sample: (nullable): the picture whose results to show and follow
 */
void
emo_results_pane_set_sample (EmoResultsPane *self,
                             EmoSample      *sample)
{
  g_return_if_fail (EMO_IS_RESULTS_PANE (self));

  if (emo_sample_watch_set_sample (self->watch, sample))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAMPLE]);
}
