/* emo-answer-words.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-answer-words.h"
#include "emo-emotion-name.h"

static int
get_winner (EmoPrediction *prediction)
{
  return emo_prediction_get_winner (prediction, emo_prediction_get_final_branch (prediction));
}

static int
get_runner_up (EmoPrediction *prediction)
{
  return emo_prediction_get_runner_up (prediction, emo_prediction_get_final_branch (prediction));
}

/**
 * emo_answer_label_name:
 * @prediction: a prediction
 * @label: an index into its model's labels
 *
 * Returns: (transfer none): the label in the person's language
 */
const char *
emo_answer_label_name (EmoPrediction *prediction,
                       int            label)
{
  g_return_val_if_fail (EMO_IS_PREDICTION (prediction), NULL);
  g_return_val_if_fail (label >= 0, NULL);

  return emo_emotion_name (emo_label_set_get_label (emo_prediction_get_labels (prediction), label));
}

/**
 * emo_answer_dup_margin:
 * @prediction: a prediction
 *
 * Returns: (transfer full) (nullable): how far the winner is ahead
 */
char *
emo_answer_dup_margin (EmoPrediction *prediction)
{
  int runner_up = get_runner_up (prediction);

  if (runner_up < 0)
    return NULL;

  return g_strdup_printf (_("%.1f points ahead of %s"),
                          emo_prediction_get_margin (prediction) * 100,
                          emo_answer_label_name (prediction, runner_up));
}

/**
 * emo_answer_dup_agreement:
 * @prediction: a prediction
 *
 * Returns: (transfer full) (nullable): whether the branches name the same label
 */
char *
emo_answer_dup_agreement (EmoPrediction *prediction)
{
  int vlm = emo_prediction_get_winner (prediction, EMO_BRANCH_VLM);
  int distilled = emo_prediction_get_winner (prediction, EMO_BRANCH_DISTILLED);

  if (!emo_prediction_get_info (prediction)->has_distilled)
    return g_strdup (_("This model answers with the VLM alone"));
  if (vlm < 0 || distilled < 0)
    return NULL;
  if (emo_prediction_get_agree (prediction))
    return g_strdup_printf (_("VLM and distilled agree on %s"), emo_answer_label_name (prediction, vlm));

  return g_strdup_printf (_("VLM and distilled disagree: %s against %s"),
                          emo_answer_label_name (prediction, vlm),
                          emo_answer_label_name (prediction, distilled));
}

/**
 * emo_answer_dup_contributions:
 * @prediction: a prediction
 *
 * Returns: (transfer full) (nullable): which branch decided, in logits; %NULL
 *   without a gate's answer
 */
char *
emo_answer_dup_contributions (EmoPrediction *prediction)
{
  int winner = get_winner (prediction);
  int runner_up = get_runner_up (prediction);
  g_autofree char *vlm_text = NULL;
  g_autofree char *distilled_text = NULL;
  g_autofree char *rest_text = NULL;
  double vlm, distilled, rest;

  if (runner_up < 0 || !emo_prediction_get_margin_parts (prediction, &vlm, &distilled, &rest))
    return NULL;

  vlm_text = emo_signed_to_string (vlm);
  distilled_text = emo_signed_to_string (distilled);
  rest_text = emo_signed_to_string (rest);

  /* No-break spaces: a number stays with what it is of. */
  return g_strdup_printf (_("For %s over %s: VLM %s, distilled %s, rest %s"),
                          emo_answer_label_name (prediction, winner),
                          emo_answer_label_name (prediction, runner_up),
                          vlm_text, distilled_text, rest_text);
}

/**
 * emo_answer_dup_domain_notice:
 * @prediction: a prediction
 *
 * Returns: (transfer full) (nullable): what heads a result that is not to be
 *   relied on
 */
char *
emo_answer_dup_domain_notice (EmoPrediction *prediction)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);

  if (emo_prediction_get_in_domain (prediction) != EMO_DOMAIN_OUT)
    return NULL;

  return g_strdup (info->domain_notice != NULL ? info->domain_notice : _("Out of Domain"));
}

/**
 * emo_answer_dup_domain_reason:
 * @prediction: a prediction
 *
 * Returns: (transfer full) (nullable): why it is not to be relied on
 */
char *
emo_answer_dup_domain_reason (EmoPrediction *prediction)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);

  if (emo_prediction_get_in_domain (prediction) != EMO_DOMAIN_OUT)
    return NULL;
  if (info->domain_name == NULL)
    return g_strdup (_("This picture is unlike what the model knows. Do not rely on the answer."));

  return g_strdup_printf (_("This picture is unlike what the model knows (%s). Do not rely on the answer."), info->domain_name);
}

/**
 * emo_answer_dup_explanation_source:
 * @prediction: a prediction
 *
 * Returns: (transfer full): who wrote the explanation, and for which label
 */
char *
emo_answer_dup_explanation_source (EmoPrediction *prediction)
{
  int label = emo_prediction_get_explanation_label (prediction);
  int winner = get_winner (prediction);

  if (label < 0)
    return g_strdup (_("Generated by the VLM"));
  if (winner >= 0 && label != winner)
    return g_strdup_printf (_("Generated by the VLM. It argues for %s; the answer above is %s."),
                            emo_answer_label_name (prediction, label),
                            emo_answer_label_name (prediction, winner));

  return g_strdup_printf (_("Generated by the VLM, arguing for %s"), emo_answer_label_name (prediction, label));
}
