/* emo-answer-headline.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-answer-headline.h"
#include "emo-emotion-name.h"

struct _EmoAnswerHeadline
{
  AdwBin     parent_instance;

  GtkWidget *domain_box;
  GtkLabel  *domain_notice;
  GtkLabel  *domain_reason;
  GtkLabel  *answer;
  GtkLabel  *probability;
  GtkLabel  *margin;
  GtkLabel  *agreement;
  GtkLabel  *polarity;
};

G_DEFINE_FINAL_TYPE (EmoAnswerHeadline, emo_answer_headline, ADW_TYPE_BIN)

/* What the headline tells: the final branch's distribution, or a hypothetical
 * one in its place. */
typedef struct
{
  EmoPrediction *prediction;
  const double  *p;           /* (nullable) [n_labels] */
  gboolean       hypothetical;
  int            winner;      /* -1: no answer yet */
  int            runner_up;
} Shown;

/* Holds the place of a line that is to come. */
#define NO_TEXT_YET "\xc2\xa0"

static const char *
label_name (EmoPrediction *prediction,
            int            label)
{
  return emo_emotion_name (emo_label_set_get_label (emo_prediction_get_labels (prediction), label));
}

static int
find_best (const double *p,
           int           n,
           int           except)
{
  int best = -1;

  for (int i = 0; i < n; i++)
    if (i != except && (best < 0 || p[i] > p[best]))
      best = i;

  return best;
}

static void
init_shown (Shown         *shown,
            EmoPrediction *prediction,
            const double  *hypothetical)
{
  EmoBranch branch = emo_prediction_get_final_branch (prediction);
  int n = (int) emo_label_set_get_size (emo_prediction_get_labels (prediction));

  shown->prediction = prediction;
  shown->hypothetical = hypothetical != NULL;
  shown->p = hypothetical != NULL ? hypothetical : emo_prediction_get_probabilities (prediction, branch);
  shown->winner = hypothetical != NULL ? find_best (hypothetical, n, -1) : emo_prediction_get_winner (prediction, branch);
  shown->runner_up = shown->winner >= 0 ? find_best (shown->p, n, shown->winner) : -1;
}

static void
show_answer (EmoAnswerHeadline *self,
             const Shown       *shown,
             const char        *question)
{
  g_autofree char *percent = NULL;
  g_autofree char *text = NULL;

  if (shown->winner < 0)
    {
      gtk_label_set_text (self->answer, _("Looking at it…"));
      gtk_label_set_text (self->probability, "");
      gtk_label_set_text (self->margin, NO_TEXT_YET);
      return;
    }

  percent = emo_percent_to_string (shown->p[shown->winner]);
  gtk_label_set_text (self->answer, label_name (shown->prediction, shown->winner));
  gtk_label_set_text (self->probability, percent);
  if (shown->hypothetical)
    /* Translators: %s says what is supposed, "without the VLM". */
    text = g_strdup_printf (_("Hypothetical: %s"), question != NULL ? question : "");
  else
    text = g_strdup_printf (_("%.1f points ahead of %s"),
                            (shown->p[shown->winner] - shown->p[shown->runner_up]) * 100,
                            label_name (shown->prediction, shown->runner_up));
  gtk_label_set_text (self->margin, text);
}

/* So that what is supposed is never seen without what is. */
static char *
dup_actual (EmoPrediction *prediction)
{
  EmoBranch branch = emo_prediction_get_final_branch (prediction);
  int winner = emo_prediction_get_winner (prediction, branch);
  g_autofree char *percent = NULL;

  if (winner < 0)
    return g_strdup (_("There is no actual answer"));
  percent = emo_percent_to_string (emo_prediction_get_probabilities (prediction, branch)[winner]);

  /* Translators: an emotion and its probability in per cent. */
  return g_strdup_printf (_("The actual answer is %s, %s"), label_name (prediction, winner), percent);
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
    return g_strdup (NO_TEXT_YET);
  if (emo_prediction_get_agree (prediction))
    return g_strdup_printf (_("VLM and distilled agree on %s"), label_name (prediction, vlm));

  return g_strdup_printf (_("VLM and distilled disagree: %s against %s"),
                          label_name (prediction, vlm),
                          label_name (prediction, distilled));
}

/* Labels whose polarity is not known have no such line; one that is known keeps
 * its place until the answer is there. */
static void
show_polarity (EmoAnswerHeadline *self,
               const Shown       *shown)
{
  EmoLabelSet *labels = emo_prediction_get_labels (shown->prediction);
  g_autofree double *none = g_new0 (double, emo_label_set_get_size (labels));
  g_autofree char *positive_text = NULL;
  g_autofree char *negative_text = NULL;
  g_autofree char *neither_text = NULL;
  g_autofree char *text = NULL;
  double positive, negative, neither;
  gboolean known = emo_label_set_sum_polarity (labels, shown->winner >= 0 ? shown->p : none,
                                               &positive, &negative, &neither);

  gtk_widget_set_visible (GTK_WIDGET (self->polarity), known);
  if (!known)
    return;

  positive_text = emo_percent_to_string (positive);
  negative_text = emo_percent_to_string (negative);
  neither_text = emo_percent_to_string (neither);
  if (shown->winner < 0)
    text = g_strdup (NO_TEXT_YET);
  else if (neither > 0)
    text = g_strdup_printf (_("Positive %s, negative %s, neither %s"), positive_text, negative_text, neither_text);
  else
    text = g_strdup_printf (_("Positive %s, negative %s"), positive_text, negative_text);
  gtk_label_set_text (self->polarity, text);
}

static void
show_domain (EmoAnswerHeadline *self,
             EmoPrediction     *prediction)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);
  gboolean out = emo_prediction_get_in_domain (prediction) == EMO_DOMAIN_OUT;
  g_autofree char *reason = NULL;

  gtk_widget_set_visible (self->domain_box, out);
  if (!out)
    return;

  if (info->domain_name != NULL)
    reason = g_strdup_printf (_("This picture is unlike what the model knows (%s). Do not rely on the answer."), info->domain_name);
  else
    reason = g_strdup (_("This picture is unlike what the model knows. Do not rely on the answer."));
  gtk_label_set_text (self->domain_notice, info->domain_notice != NULL ? info->domain_notice : _("Out of Domain"));
  gtk_label_set_text (self->domain_reason, reason);
}

static void
emo_answer_headline_dispose (GObject *object)
{
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), EMO_TYPE_ANSWER_HEADLINE);

  G_OBJECT_CLASS (emo_answer_headline_parent_class)->dispose (object);
}

static void
emo_answer_headline_class_init (EmoAnswerHeadlineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = emo_answer_headline_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-answer-headline.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoAnswerHeadline, domain_box);
  gtk_widget_class_bind_template_child (widget_class, EmoAnswerHeadline, domain_notice);
  gtk_widget_class_bind_template_child (widget_class, EmoAnswerHeadline, domain_reason);
  gtk_widget_class_bind_template_child (widget_class, EmoAnswerHeadline, answer);
  gtk_widget_class_bind_template_child (widget_class, EmoAnswerHeadline, probability);
  gtk_widget_class_bind_template_child (widget_class, EmoAnswerHeadline, margin);
  gtk_widget_class_bind_template_child (widget_class, EmoAnswerHeadline, agreement);
  gtk_widget_class_bind_template_child (widget_class, EmoAnswerHeadline, polarity);
}

static void
emo_answer_headline_init (EmoAnswerHeadline *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_answer_headline_show:
 * @self: a headline
 * @prediction: what to tell of, as far as it has come
 * @hypothetical: (nullable): [n_labels] probabilities to tell in the place of
 *   the answer's, see emo-what-if.h
 * @question: (nullable): what is supposed for them, such as "without the VLM"
 *
 * Tells the answer as it stands. A hypothetical one is headed so, and the
 * actual one is named beside it.
 */
void
emo_answer_headline_show (EmoAnswerHeadline *self,
                          EmoPrediction     *prediction,
                          const double      *hypothetical,
                          const char        *question)
{
  g_autofree char *agreement = NULL;
  Shown shown;

  g_return_if_fail (EMO_IS_ANSWER_HEADLINE (self));
  g_return_if_fail (EMO_IS_PREDICTION (prediction));

  init_shown (&shown, prediction, hypothetical);
  agreement = shown.hypothetical ? dup_actual (prediction) : dup_agreement (prediction);

  show_domain (self, prediction);
  show_answer (self, &shown, question);
  gtk_label_set_text (self->agreement, agreement);
  show_polarity (self, &shown);
  if (shown.hypothetical)
    gtk_widget_add_css_class (GTK_WIDGET (self), "hypothetical");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "hypothetical");
}
