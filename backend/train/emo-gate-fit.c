/* emo-gate-fit.c: gates learn which branch to believe
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-gate-fit.h"
#include "emo-label-set.h"

typedef struct
{
  EmoGate     *gate;      /* follows the parameters */
  guint        n;         /* labels */
  gsize        n_parameters;
  EmoGateRows  rows;
  EmoVlmInput  vlm_input;
  double      *sums;      /* [n_parameters] of gradients */
} Model;

static void
model_free (gpointer data)
{
  Model *model = data;

  emo_gate_free (model->gate);
  g_free (model->sums);
  g_free (model);
}

static void
read_inputs (const EmoGateRows *rows,
             guint              n,
             EmoVlmInput        vlm_input,
             gsize              row,
             double            *d,
             double            *v)
{
  const float *distilled = rows->distilled + row * n;
  const float *vlm = rows->vlm + row * n;
  guint winner = 0;

  for (guint i = 0; i < n; i++)
    {
      d[i] = distilled[i];
      v[i] = vlm[i];
      if (vlm[i] > vlm[winner])
        winner = i;
    }
  if (vlm_input == EMO_VLM_INPUT_PROBABILITIES)
    return;
  for (guint i = 0; i < n; i++)
    v[i] = i == winner;
}

/* The cross-entropy of @logits, which become its derivatives by them. */
static double
cross_entropy (double  *logits,
               guint    n,
               guint32  label)
{
  double highest = logits[0], sum = 0, loss;

  for (guint i = 1; i < n; i++)
    highest = MAX (highest, logits[i]);
  for (guint i = 0; i < n; i++)
    sum += exp (logits[i] - highest);
  loss = log (sum) + highest - logits[label];
  for (guint i = 0; i < n; i++)
    logits[i] = exp (logits[i] - highest) / sum - (i == label);

  return loss;
}

static double
compute_loss (gpointer       data,
              const float   *parameters,
              const guint32 *rows,
              guint          n_rows,
              guint          epoch,
              float         *gradients)
{
  Model *model = data;
  double d[EMO_LABEL_SET_MAX], v[EMO_LABEL_SET_MAX], logits[EMO_LABEL_SET_MAX];
  double loss = 0;

  emo_gate_set_parameters (model->gate, parameters);
  memset (model->sums, 0, model->n_parameters * sizeof *model->sums);
  for (guint i = 0; i < n_rows; i++)
    {
      read_inputs (&model->rows, model->n, model->vlm_input, rows[i], d, v);
      emo_gate_forward (model->gate, d, v, logits);
      loss += cross_entropy (logits, model->n, model->rows.labels[rows[i]]);
      emo_gate_gradient (model->gate, d, v, logits, model->sums);
    }
  for (gsize i = 0; i < model->n_parameters; i++)
    gradients[i] = model->sums[i] / n_rows;

  return loss / n_rows;
}

static EmoGate *
copy_gate (EmoGate     *gate,
           const float *parameters)
{
  EmoGate *copy = emo_gate_dup (gate);

  emo_gate_set_parameters (copy, parameters);

  return copy;
}

/**
 * emo_gate_fit_new_from:
 * @begin: where it begins; copied
 * @rows: rows, at least one, which outlive the fit
 * @options: copied
 *
 * Returns: (transfer full): a fit that has made no step
 */
EmoFit *
emo_gate_fit_new_from (EmoGate                 *begin,
                       const EmoGateRows       *rows,
                       const EmoGateFitOptions *options)
{
  g_autofree float *parameters = NULL;
  EmoFitSettings settings = { .name = "gate" };
  Model *model;

  g_return_val_if_fail (begin != NULL, NULL);
  g_return_val_if_fail (rows != NULL && rows->n > 0, NULL);
  g_return_val_if_fail (options != NULL, NULL);
  for (gsize i = 0; i < rows->n; i++)
    g_return_val_if_fail (rows->labels[i] < emo_gate_get_n_labels (begin), NULL);

  model = g_new0 (Model, 1);
  model->n = emo_gate_get_n_labels (begin);
  model->n_parameters = emo_gate_get_n_parameters (begin);
  model->rows = *rows;
  model->vlm_input = options->vlm_input;
  model->sums = g_new (double, model->n_parameters);
  parameters = g_new (float, model->n_parameters);
  emo_gate_get_parameters (begin, parameters);
  model->gate = copy_gate (begin, parameters);
  settings.n_rows = rows->n;
  settings.epochs = options->epochs;
  settings.batch = options->batch;
  settings.seed = options->seed;
  settings.adam = options->adam;
  settings.shape = options->shape;
  settings.warmup = options->warmup;

  return emo_fit_new (&settings, parameters, model->n_parameters, compute_loss, model, model_free);
}

/**
 * emo_gate_fit_new:
 * @kind: a kind of gate
 * @n_labels: labels
 * @rows: rows, at least one, which outlive the fit
 * @options: copied
 *
 * Returns: (transfer full): a fit that has made no step
 */
EmoFit *
emo_gate_fit_new (EmoGateKind              kind,
                  guint                    n_labels,
                  const EmoGateRows       *rows,
                  const EmoGateFitOptions *options)
{
  g_autoptr(EmoGate) begin = NULL;

  g_return_val_if_fail (options != NULL, NULL);

  begin = emo_gate_new (kind, n_labels, options->seed);

  return emo_gate_fit_new_from (begin, rows, options);
}

/**
 * emo_gate_fit_ask:
 * @gate: a gate
 * @rows: what the branches say
 * @vlm_input: how the VLM's part is given
 *
 * Returns: (transfer full): [n, labels] gated logits
 */
float *
emo_gate_fit_ask (EmoGate           *gate,
                  const EmoGateRows *rows,
                  EmoVlmInput        vlm_input)
{
  double d[EMO_LABEL_SET_MAX], v[EMO_LABEL_SET_MAX], answer[EMO_LABEL_SET_MAX];
  guint n;
  float *logits;

  g_return_val_if_fail (gate != NULL && rows != NULL, NULL);

  n = emo_gate_get_n_labels (gate);
  logits = g_new (float, MAX (rows->n * n, 1));
  for (gsize row = 0; row < rows->n; row++)
    {
      read_inputs (rows, n, vlm_input, row, d, v);
      emo_gate_forward (gate, d, v, answer);
      for (guint i = 0; i < n; i++)
        logits[row * n + i] = (float) answer[i];
    }

  return logits;
}

/**
 * emo_gate_fit_dup_gate:
 * @fit: a fit of a gate
 *
 * Returns: (transfer full): the gate as it is now
 */
EmoGate *
emo_gate_fit_dup_gate (EmoFit *fit)
{
  Model *model;

  g_return_val_if_fail (fit != NULL, NULL);

  model = emo_fit_get_model (fit);

  return copy_gate (model->gate, emo_fit_get_parameters (fit));
}
