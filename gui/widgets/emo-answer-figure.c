/* emo-answer-figure.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <adwaita.h>
#include <glib/gi18n.h>

#include "emo-answer-figure.h"
#include "emo-answer-words.h"
#include "emo-emotion-name.h"

/* More labels make no figure; the least likely ones are summed up in words. */
#define MAX_LABELS 24

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

static void
fill_label (EmoFigureLabel *label,
            EmoPrediction  *prediction,
            guint           index)
{
  const double *contributions[EMO_FIGURE_N_PARTS] = {
    [EMO_FIGURE_PART_VLM] = emo_prediction_get_contribution_vlm (prediction),
    [EMO_FIGURE_PART_DISTILLED] = emo_prediction_get_contribution_distilled (prediction),
    [EMO_FIGURE_PART_REST] = emo_prediction_get_contribution_rest (prediction),
  };
  const char *name = emo_label_set_get_label (emo_prediction_get_labels (prediction), index);

  label->name = g_strdup (emo_emotion_name (name));
  label->emotion = emo_emotion_get_wheel_place (name);
  for (int b = 0; b < EMO_N_BRANCHES; b++)
    {
      const double *p = emo_prediction_get_probabilities (prediction, b);

      label->probability[b] = p != NULL ? p[index] : NAN;
    }
  for (int part = 0; part < EMO_FIGURE_N_PARTS; part++)
    label->contribution[part] = contributions[part] != NULL ? contributions[part][index] : 0;
}

static void
fill_branches (EmoFigureAnswer *answer,
               EmoPrediction   *prediction)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);

  for (int b = 0; b < EMO_N_BRANCHES; b++)
    {
      answer->trained[b] = is_trained (info, b);
      answer->branch_names[b] = answer->trained[b]
                                    ? g_strdup (emo_branch_name (b))
                                    : g_strdup_printf (C_("a branch that the model lacks", "%s: not trained"), emo_branch_name (b));
    }
  answer->part_names[EMO_FIGURE_PART_VLM] = g_strdup (emo_branch_name (EMO_BRANCH_VLM));
  answer->part_names[EMO_FIGURE_PART_DISTILLED] = g_strdup (emo_branch_name (EMO_BRANCH_DISTILLED));
  answer->part_names[EMO_FIGURE_PART_REST] = g_strdup (C_("contribution of neither branch", "Rest"));
  answer->final_branch = emo_prediction_get_final_branch (prediction);
  answer->has_contributions = emo_prediction_get_contribution_rest (prediction) != NULL;
  answer->out_of_domain = emo_prediction_get_in_domain (prediction) == EMO_DOMAIN_OUT;
  answer->no_answer = g_strdup (C_("in the place of a bar", "no answer"));
  answer->percent = emo_percent_to_string;
  answer->whole_percent = emo_tick_to_string;
  answer->logits = emo_signed_to_string;
}

/* --- The whole result --- */

static int
compare_descending (gconstpointer a,
                    gconstpointer b,
                    gpointer      user_data)
{
  const double *p = user_data;
  guint i = *(const guint *) a;
  guint j = *(const guint *) b;

  if (p[i] != p[j])
    return p[i] < p[j] ? 1 : -1;

  return i < j ? -1 : i > j;
}

/* As in the window. The wheel's order is for few labels: of many, the likeliest
 * are shown. */
static guint *
order_labels (EmoPrediction *prediction,
              guint          n,
              gboolean       by_wheel)
{
  const double *p = emo_prediction_get_probabilities (prediction, emo_prediction_get_final_branch (prediction));
  guint *order;

  if (by_wheel && n <= MAX_LABELS)
    return emo_label_set_dup_wheel_order (emo_prediction_get_labels (prediction), NULL);

  order = g_new (guint, n);
  for (guint i = 0; i < n; i++)
    order[i] = i;
  if (p != NULL)
    g_qsort_with_data (order, n, sizeof (guint), compare_descending, (gpointer) p);

  return order;
}

static char *
dup_others (EmoPrediction *prediction,
            const guint   *order,
            guint          n)
{
  const double *p = emo_prediction_get_probabilities (prediction, emo_prediction_get_final_branch (prediction));
  g_autofree char *percent = NULL;
  double sum = 0;

  if (n <= MAX_LABELS)
    return NULL;

  for (guint i = MAX_LABELS; p != NULL && i < n; i++)
    sum += p[order[i]];
  percent = emo_percent_to_string (sum);

  /* Translators: %s is a probability in per cent. */
  return g_strdup_printf (ngettext ("And %u less likely label, %s", "And %u less likely labels, together %s", n - MAX_LABELS),
                          n - MAX_LABELS, percent);
}

/* As in the window, where the style sheet does it. */
static char *
capitalize (const char *text)
{
  char first[6] = { 0 };
  const char *rest = g_utf8_next_char (text);

  if (*text == '\0')
    return g_strdup (text);

  g_unichar_to_utf8 (g_unichar_totitle (g_utf8_get_char (text)), first);

  return g_strdup_printf ("%.6s%s", first, rest);
}

static void
fill_head (EmoFigureAnswer *answer,
           EmoPrediction   *prediction,
           const char      *picture_name)
{
  g_autoptr (GStrvBuilder) remarks = g_strv_builder_new ();
  g_autofree char *margin = emo_answer_dup_margin (prediction);
  g_autofree char *agreement = emo_answer_dup_agreement (prediction);
  int winner = emo_prediction_get_winner (prediction, answer->final_branch);

  if (winner >= 0)
    {
      answer->title = capitalize (emo_answer_label_name (prediction, winner));
      answer->title_value = emo_percent_to_string (emo_prediction_get_probabilities (prediction, answer->final_branch)[winner]);
    }
  if (margin != NULL)
    g_strv_builder_add (remarks, margin);
  if (agreement != NULL)
    g_strv_builder_add (remarks, agreement);
  answer->remarks = g_strv_builder_end (remarks);
  answer->picture_name = g_strdup (picture_name);
  answer->notice = emo_answer_dup_domain_notice (prediction);
  answer->notice_reason = emo_answer_dup_domain_reason (prediction);
}

static void
fill_sections (EmoFigureAnswer *answer,
               EmoPrediction   *prediction)
{
  answer->bars_heading = g_strdup (_("Probabilities"));
  answer->contributions_heading = g_strdup (_("Why the Gate Decided So"));
  answer->contributions_words = emo_answer_dup_contributions (prediction);
  answer->wheel_heading = g_strdup (_("Emotion Wheel"));
  answer->explanation_heading = g_strdup (_("Explanation"));
  answer->explanation = g_strdup (emo_prediction_get_explanation (prediction));
  answer->explanation_source = emo_answer_dup_explanation_source (prediction);
}

/* What somebody needs who finds the sheet without the application. */
static void
fill_details (EmoFigureAnswer *answer,
              EmoPrediction   *prediction)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);
  g_autoptr (GStrvBuilder) details = g_strv_builder_new ();
  g_autofree char *model = g_strdup_printf (_("Model: %s"), info->name);
  g_autofree char *made_by = g_strdup_printf (_("Made with EmoVLM %s. It tells which emotion a picture evokes, not what a person in it feels."),
                                              EMO_VERSION);

  g_strv_builder_add (details, model);
  if (info->model_sha256 != NULL)
    {
      g_autofree char *hash = g_strdup_printf ("SHA-256: %s", info->model_sha256);

      g_strv_builder_add (details, hash);
    }
  g_strv_builder_add (details, made_by);
  answer->details = g_strv_builder_end (details);
}

/**
 * emo_answer_figure_new:
 * @prediction: an answer
 * @picture_name: (nullable): how the picture is called on the screen
 * @by_wheel: labels in the order of the wheel, not the likeliest first
 *
 * Returns: (transfer full): all that a sheet says of a picture
 */
EmoFigureAnswer *
emo_answer_figure_new (EmoPrediction *prediction,
                       const char    *picture_name,
                       gboolean       by_wheel)
{
  EmoFigureAnswer *answer;
  g_autofree guint *order = NULL;
  guint n;

  g_return_val_if_fail (EMO_IS_PREDICTION (prediction), NULL);

  n = emo_label_set_get_size (emo_prediction_get_labels (prediction));
  order = order_labels (prediction, n, by_wheel);
  answer = emo_figure_answer_new (MIN (n, MAX_LABELS));
  fill_branches (answer, prediction);
  for (guint i = 0; i < answer->n_labels; i++)
    {
      fill_label (&answer->labels[i], prediction, order[i]);
      if ((int) order[i] == emo_prediction_get_winner (prediction, answer->final_branch))
        answer->winner = i;
    }
  answer->others = dup_others (prediction, order, n);
  fill_head (answer, prediction, picture_name);
  fill_sections (answer, prediction);
  fill_details (answer, prediction);

  return answer;
}

/**
 * emo_answer_figure_new_numbers:
 * @prediction: an answer as far as it has come
 * @hypothetical: (nullable): [n_labels] probabilities to show in the place of
 *   the deciding branch's
 *
 * Returns: (transfer full): names and numbers of all labels
 */
EmoFigureAnswer *
emo_answer_figure_new_numbers (EmoPrediction *prediction,
                               const double  *hypothetical)
{
  EmoFigureAnswer *answer;

  g_return_val_if_fail (EMO_IS_PREDICTION (prediction), NULL);

  answer = emo_figure_answer_new (emo_label_set_get_size (emo_prediction_get_labels (prediction)));
  fill_branches (answer, prediction);
  answer->winner = emo_prediction_get_winner (prediction, answer->final_branch);
  for (guint i = 0; i < answer->n_labels; i++)
    {
      fill_label (&answer->labels[i], prediction, i);
      if (hypothetical != NULL)
        {
          answer->labels[i].probability[answer->final_branch] = hypothetical[i];
          if (answer->winner < 0 || hypothetical[i] > hypothetical[answer->winner])
            answer->winner = i;
        }
    }

  return answer;
}

/**
 * emo_answer_figure_get_scheme:
 *
 * Returns: the colours that the window has at the moment
 */
EmoFigureScheme
emo_answer_figure_get_scheme (void)
{
  AdwStyleManager *manager = adw_style_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (manager);

  if (adw_style_manager_get_high_contrast (manager))
    return dark ? EMO_FIGURE_HIGH_CONTRAST_DARK : EMO_FIGURE_HIGH_CONTRAST;

  return dark ? EMO_FIGURE_DARK : EMO_FIGURE_LIGHT;
}
