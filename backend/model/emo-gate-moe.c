/* emo-gate-moe.c: experts on [d; v], mixed by a softmax
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-gate-private.h"

/* An expert's pair follows the expert before it: published 3, from the file. */
enum { GATE_WEIGHT, GATE_BIAS, EXPERT_WEIGHT, EXPERT_BIAS };

/* The published number of experts. */
static guint
new_free (guint n)
{
  return 3;
}

static guint
weights (const EmoGate *self,
         const double  *d,
         const double  *v,
         double        *out)
{
  double x[2 * EMO_LABEL_SET_MAX];

  _emo_gate_concat_inputs (self, d, v, x);
  _emo_gate_linear (self->values[GATE_WEIGHT], self->values[GATE_BIAS], x, self->free, 2 * self->n, out);
  _emo_gate_softmax (out, self->free);

  return self->free;
}

static void
forward (const EmoGate *self,
         const double  *d,
         const double  *v,
         double        *logits)
{
  double x[2 * EMO_LABEL_SET_MAX];
  double mix[EMO_GATE_MAX_WEIGHTS];
  double expert[EMO_LABEL_SET_MAX];

  _emo_gate_concat_inputs (self, d, v, x);
  weights (self, d, v, mix);
  memset (logits, 0, self->n * sizeof *logits);
  for (guint e = 0; e < self->free; e++)
    {
      _emo_gate_linear (self->values[EXPERT_WEIGHT + 2 * e], self->values[EXPERT_BIAS + 2 * e],
                        x, self->n, 2 * self->n, expert);
      for (guint i = 0; i < self->n; i++)
        logits[i] += mix[e] * expert[i];
    }
}

static void
gradient (const EmoGate *self,
          const double  *d,
          const double  *v,
          const double  *by_logit,
          double       **sums)
{
  double x[2 * EMO_LABEL_SET_MAX];
  double mix[EMO_GATE_MAX_WEIGHTS], by_mix[EMO_GATE_MAX_WEIGHTS] = { 0 };
  double expert[EMO_LABEL_SET_MAX], by_expert[EMO_LABEL_SET_MAX];

  _emo_gate_concat_inputs (self, d, v, x);
  weights (self, d, v, mix);
  for (guint e = 0; e < self->free; e++)
    {
      guint weight = EXPERT_WEIGHT + 2 * e, bias = EXPERT_BIAS + 2 * e;

      _emo_gate_linear (self->values[weight], self->values[bias], x, self->n, 2 * self->n, expert);
      for (guint i = 0; i < self->n; i++)
        {
          by_mix[e] += by_logit[i] * expert[i];
          by_expert[i] = by_logit[i] * mix[e];
        }
      _emo_gate_linear_gradient (x, by_expert, self->n, 2 * self->n, sums[weight], sums[bias]);
    }
  _emo_gate_softmax_back (mix, by_mix, self->free, by_mix);
  _emo_gate_linear_gradient (x, by_mix, self->free, 2 * self->n, sums[GATE_WEIGHT], sums[GATE_BIAS]);
}

const EmoGateClass _emo_gate_moe = {
  .parameters = {
    [GATE_WEIGHT] = { "gate.weight", { EMO_GATE_FREE, EMO_GATE_2N } },
    [GATE_BIAS] = { "gate.bias", { EMO_GATE_FREE } },
    [EXPERT_WEIGHT] = { "experts.%u.weight", { EMO_GATE_N, EMO_GATE_2N } },
    [EXPERT_BIAS] = { "experts.%u.bias", { EMO_GATE_N } },
  },
  .n_parameters = 4,
  .free_name = "gate.weight",
  .max_free = EMO_GATE_MAX_WEIGHTS,
  .new_free = new_free,
  .first_output = EXPERT_WEIGHT,
  .forward = forward,
  .gradient = gradient,
  .weights = weights,
};
