/* emo-what-if.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-what-if.h"

static guint
count_labels (EmoPrediction *prediction)
{
  return emo_label_set_get_size (emo_prediction_get_labels (prediction));
}

/* In place; exponents of the differences, so that nothing overflows. */
static void
softmax (double *values,
         guint   n)
{
  double highest = values[0];
  double sum = 0;

  for (guint i = 1; i < n; i++)
    highest = MAX (highest, values[i]);
  for (guint i = 0; i < n; i++)
    sum += values[i] = exp (values[i] - highest);
  for (guint i = 0; i < n; i++)
    values[i] /= sum;
}

/* Both branches have answered with numbers. */
static gboolean
has_branches (EmoPrediction *prediction)
{
  return emo_prediction_get_winner (prediction, EMO_BRANCH_VLM) >= 0 &&
         emo_prediction_get_winner (prediction, EMO_BRANCH_DISTILLED) >= 0;
}

/* A gate that was kept with the model's description. */
static gboolean
has_gate (const EmoWhatIf *self,
          EmoPrediction   *prediction)
{
  EmoFusion *fusion = emo_prediction_get_info (prediction)->fusion;

  return fusion != NULL && self->gate < emo_fusion_get_n_gates (fusion);
}

/* Of a stored result only the contributions are left. They give back the gate's
 * other answers where it adds its branches up, and always where both are mute. */
static gboolean
can_rebuild (const EmoWhatIf *self,
             EmoPrediction   *prediction)
{
  EmoModelInfo *info = emo_prediction_get_info (prediction);

  return self->gate == 0 && emo_prediction_get_contribution_rest (prediction) != NULL &&
         (emo_gate_kind_is_additive (info->gate_kind) ||
          self->mute_vlm == self->mute_distilled);
}

static void
rebuild (const EmoWhatIf *self,
         EmoPrediction   *prediction,
         double          *p)
{
  const double *vlm = emo_prediction_get_contribution_vlm (prediction);
  const double *distilled = emo_prediction_get_contribution_distilled (prediction);
  const double *rest = emo_prediction_get_contribution_rest (prediction);
  guint n = count_labels (prediction);

  for (guint i = 0; i < n; i++)
    p[i] = rest[i] + (self->mute_vlm ? 0 : vlm[i]) + (self->mute_distilled ? 0 : distilled[i]);
  softmax (p, n);
}

static void
ask_gate (const EmoWhatIf *self,
          EmoPrediction   *prediction,
          double          *p)
{
  EmoFusion *fusion = emo_prediction_get_info (prediction)->fusion;
  const double *probabilities = emo_prediction_get_probabilities (prediction, EMO_BRANCH_VLM);
  guint n = count_labels (prediction);
  g_autofree double *d = g_memdup2 (emo_prediction_get_scores (prediction, EMO_BRANCH_DISTILLED), n * sizeof *d);
  g_autofree double *v = g_memdup2 (probabilities, n * sizeof *v);
  gboolean one_hot = emo_fusion_get_vlm_input (fusion, self->gate) == EMO_VLM_INPUT_ONE_HOT;
  guint winner = emo_prediction_get_winner (prediction, EMO_BRANCH_VLM);

  for (guint i = 0; i < n; i++)
    {
      if (self->mute_distilled)
        d[i] = 0;
      if (self->mute_vlm)
        v[i] = 1.0 / n;
      else if (one_hot)
        v[i] = i == winner ? 1 : 0;
    }
  emo_fusion_forward (fusion, self->gate, d, v, p);
  softmax (p, n);
}

/* Logarithms, so that a product of small numbers is no zero. */
static void
combine (const EmoWhatIf *self,
         EmoPrediction   *prediction,
         double          *p)
{
  const double *vlm = emo_prediction_get_probabilities (prediction, EMO_BRANCH_VLM);
  const double *distilled = emo_prediction_get_probabilities (prediction, EMO_BRANCH_DISTILLED);
  guint n = count_labels (prediction);

  for (guint i = 0; i < n; i++)
    {
      double a = self->mute_vlm ? 1.0 / n : vlm[i];
      double b = self->mute_distilled ? 1.0 / n : distilled[i];

      p[i] = self->rule == EMO_WHAT_IF_MEAN ? (a + b) / 2 : log (MAX (a, G_MINDOUBLE)) + log (MAX (b, G_MINDOUBLE));
    }
  if (self->rule == EMO_WHAT_IF_PRODUCT)
    softmax (p, n);
}

/**
 * emo_what_if_is_actual:
 * @self: a question
 *
 * Returns: whether it asks for nothing but the answer as it is
 */
gboolean
emo_what_if_is_actual (const EmoWhatIf *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return self->rule == EMO_WHAT_IF_GATE && self->gate == 0 && !self->mute_vlm && !self->mute_distilled;
}

/**
 * emo_what_if_is_possible:
 * @self: a question
 * @prediction: whom to ask about
 *
 * Returns: whether emo_what_if_apply() knows the answer
 */
gboolean
emo_what_if_is_possible (const EmoWhatIf *self,
                         EmoPrediction   *prediction)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (EMO_IS_PREDICTION (prediction), FALSE);

  if (!has_branches (prediction))
    return FALSE;

  return self->rule != EMO_WHAT_IF_GATE || has_gate (self, prediction) || can_rebuild (self, prediction);
}

/**
 * emo_what_if_apply:
 * @self: a question
 * @prediction: whom to ask about; it is not changed
 * @p: (out): [n_labels] probabilities
 *
 * Fuses the two branches' answers anew. Takes microseconds, on any thread that
 * may read @prediction.
 *
 * Returns: whether it is known; @p is untouched if not
 */
gboolean
emo_what_if_apply (const EmoWhatIf *self,
                   EmoPrediction   *prediction,
                   double          *p)
{
  g_return_val_if_fail (p != NULL, FALSE);

  if (!emo_what_if_is_possible (self, prediction))
    return FALSE;

  if (self->rule != EMO_WHAT_IF_GATE)
    combine (self, prediction, p);
  else if (has_gate (self, prediction))
    ask_gate (self, prediction, p);
  else
    rebuild (self, prediction, p);

  return TRUE;
}
