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
#include "emo-answer-headline.h"
#include "emo-answer-words.h"
#include "emo-button-label.h"
#include "emo-contribution-strip.h"
#include "emo-emotion-wheel.h"
#include "emo-explanation-box.h"
#include "emo-fold-button.h"
#include "emo-gate-weights.h"
#include "emo-label-bars.h"
#include "emo-order-switch.h"
#include "emo-result-details.h"
#include "emo-results-pane.h"
#include "emo-sample-watch.h"
#include "emo-settings.h"
#include "emo-status-page.h"
#include "emo-what-if-bar.h"

/* The pane is redrawn from the prediction as it stands after every stage, so
 * the head's bars appear first, then the VLM's, the gate's, and the text. */
struct _EmoResultsPane
{
  AdwBin                parent_instance;

  EmoSampleWatch       *watch;

  GtkStack             *stack;
  AdwStatusPage        *nothing;
  AdwStatusPage        *waiting;
  GtkLabel             *failure;
  EmoAnswerHeadline    *headline;
  EmoLabelBars         *bars;
  EmoOrderSwitch       *order;
  GtkToggleButton      *what_if_button;
  EmoWhatIfBar         *what_if;
  GtkLabel             *notice;
  EmoFoldButton        *wheel_button;
  EmoEmotionWheel      *wheel;
  GtkWidget            *contribution_box;
  GtkWidget            *contribution_actual;
  GtkLabel             *contribution_words;
  GtkLabel             *gate_weights;
  EmoContributionStrip *strip;
  EmoExplanationBox    *explanation;
  EmoResultDetails     *details;
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

static void
update_notice (EmoResultsPane *self,
               EmoPrediction  *prediction)
{
  g_autofree char *mass = NULL;

  if (emo_prediction_get_winner (prediction, EMO_BRANCH_VLM) >= 0 && emo_prediction_get_mass (prediction) < LOW_MASS)
    mass = g_strdup_printf (_("Only %.0f %% of the VLM’s belief is on a valid answer: its prompt or adapter may not fit."),
                            emo_prediction_get_mass (prediction) * 100);
  set_text_or_hide (self->notice, mass);
}

static void
update_contributions (EmoResultsPane *self,
                      EmoPrediction  *prediction)
{
  g_autofree char *words = emo_answer_dup_contributions (prediction);
  g_autofree char *weights = emo_gate_weights_describe (prediction);

  gtk_widget_set_visible (self->contribution_box, words != NULL);
  emo_contribution_strip_show (self->strip, prediction);
  set_text_or_hide (self->gate_weights, weights);
  if (words != NULL)
    gtk_label_set_text (self->contribution_words, words);
}

/* The answer as it is, or as the person supposes it. */
static void
update_answer (EmoResultsPane *self,
               EmoPrediction  *prediction)
{
  g_autofree double *hypothetical = emo_what_if_bar_dup_answer (self->what_if);
  g_autofree char *question = emo_what_if_bar_dup_question (self->what_if);

  emo_answer_headline_show (self->headline, prediction, hypothetical, question);
  emo_label_bars_show (self->bars, prediction, hypothetical);
  emo_emotion_wheel_show (self->wheel, prediction, hypothetical);
  gtk_widget_set_visible (self->contribution_actual, hypothetical != NULL);
}

static void
update_wheel_title (EmoResultsPane *self,
                    EmoPrediction  *prediction)
{
  gboolean on_wheel;
  g_autofree guint *order = emo_label_set_dup_wheel_order (emo_prediction_get_labels (prediction), &on_wheel);

  emo_fold_button_set_title (self->wheel_button, on_wheel ? _("Emotion Wheel") : _("List of Labels"));
}

static void
update_prediction (EmoResultsPane *self,
                   EmoPrediction  *prediction)
{
  emo_order_switch_set_labels (self->order, emo_prediction_get_labels (prediction));
  emo_what_if_bar_set_prediction (self->what_if, prediction);
  update_answer (self, prediction);
  update_wheel_title (self, prediction);
  update_notice (self, prediction);
  update_contributions (self, prediction);
  emo_result_details_show (self->details, emo_sample_watch_get_sample (self->watch), prediction);
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

  if (change == EMO_SAMPLE_CHANGE_SAMPLE)
    {
      emo_what_if_bar_set_prediction (self->what_if, NULL);
      emo_explanation_box_set_sample (self->explanation, emo_sample_watch_get_sample (self->watch));
    }
  /* Text comes token by token and moves nothing but itself. */
  if (change != EMO_SAMPLE_CHANGE_TEXT)
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
what_if_cb (EmoResultsPane *self)
{
  EmoPrediction *prediction = emo_sample_watch_get_prediction (self->watch);

  if (prediction != NULL)
    update_answer (self, prediction);
}

/* Nothing stays supposed that cannot be seen to be. */
static void
what_if_toggled_cb (EmoResultsPane *self)
{
  if (!gtk_toggle_button_get_active (self->what_if_button))
    emo_what_if_bar_reset (self->what_if);
}

static void
can_ask_cb (EmoResultsPane *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "results.why", emo_explanation_box_get_can_ask (self->explanation));
}

static void
why_action (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  emo_explanation_box_ask (EMO_RESULTS_PANE (widget)->explanation, g_variant_get_int32 (parameter));
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

  g_type_ensure (EMO_TYPE_ANSWER_HEADLINE);
  g_type_ensure (EMO_TYPE_CONTRIBUTION_STRIP);
  g_type_ensure (EMO_TYPE_EMOTION_WHEEL);
  g_type_ensure (EMO_TYPE_EXPLANATION_BOX);
  g_type_ensure (EMO_TYPE_FOLD_BUTTON);
  g_type_ensure (EMO_TYPE_LABEL_BARS);
  g_type_ensure (EMO_TYPE_ORDER_SWITCH);
  g_type_ensure (EMO_TYPE_RESULT_DETAILS);
  g_type_ensure (EMO_TYPE_WHAT_IF_BAR);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-results-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, stack);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, nothing);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, waiting);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, failure);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, headline);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, bars);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, order);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, what_if_button);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, what_if);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, notice);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, wheel_button);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, wheel);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, contribution_box);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, contribution_actual);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, contribution_words);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, gate_weights);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, strip);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, explanation);
  gtk_widget_class_bind_template_child (widget_class, EmoResultsPane, details);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
  gtk_widget_class_bind_template_callback (widget_class, hovered_label_cb);
  gtk_widget_class_bind_template_callback (widget_class, what_if_cb);
  gtk_widget_class_bind_template_callback (widget_class, what_if_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, can_ask_cb);
  gtk_widget_class_install_action (widget_class, "results.why", "i", why_action);
}

static void
emo_results_pane_init (EmoResultsPane *self)
{
  GSettings *settings = emo_settings_get ();

  self->watch = emo_sample_watch_new (change_cb, self);
  gtk_widget_init_template (GTK_WIDGET (self));
  emo_button_label_ellipsize (GTK_BUTTON (self->what_if_button));
  emo_status_page_name_scroller (self->nothing);
  emo_status_page_name_scroller (self->waiting);
  can_ask_cb (self);
  if (settings != NULL)
    {
      g_settings_bind (settings, "results-order", self->order, "order", G_SETTINGS_BIND_DEFAULT);
      g_settings_bind (settings, "wheel-expanded", self->wheel_button, "active", G_SETTINGS_BIND_DEFAULT);
    }
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

/**
 * emo_results_pane_set_session:
 * @self: a pane
 * @session: (nullable): who explains the pictures
 */
void
emo_results_pane_set_session (EmoResultsPane *self,
                              EmoSession     *session)
{
  g_return_if_fail (EMO_IS_RESULTS_PANE (self));

  emo_explanation_box_set_session (self->explanation, session);
}
