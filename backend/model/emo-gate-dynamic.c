/* emo-gate-dynamic.c: fc (w1 d + w2 v), w from a softmax
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-gate-private.h"

enum { GATE_WEIGHT, GATE_BIAS, FC_WEIGHT, FC_BIAS };

/* The distilled branch's weight first, then the VLM's. */
static guint
weights (const EmoGate *self,
         const double  *d,
         const double  *v,
         double        *out)
{
  double x[2 * EMO_LABEL_SET_MAX];

  _emo_gate_concat_inputs (self, d, v, x);
  _emo_gate_linear (self->values[GATE_WEIGHT], self->values[GATE_BIAS], x, 2, 2 * self->n, out);
  _emo_gate_softmax (out, 2);

  return 2;
}

static void
forward (const EmoGate *self,
         const double  *d,
         const double  *v,
         double        *logits)
{
  double branch[2];
  double x[EMO_LABEL_SET_MAX];

  weights (self, d, v, branch);
  for (guint i = 0; i < self->n; i++)
    x[i] = branch[0] * d[i] + branch[1] * v[i];
  _emo_gate_linear (self->values[FC_WEIGHT], self->values[FC_BIAS], x, self->n, self->n, logits);
}

static void
gradient (const EmoGate *self,
          const double  *d,
          const double  *v,
          const double  *by_logit,
          double       **sums)
{
  double branch[2], by_branch[2] = { 0, 0 };
  double x[EMO_LABEL_SET_MAX], by_x[EMO_LABEL_SET_MAX], inputs[2 * EMO_LABEL_SET_MAX];

  weights (self, d, v, branch);
  for (guint i = 0; i < self->n; i++)
    x[i] = branch[0] * d[i] + branch[1] * v[i];
  _emo_gate_linear_gradient (x, by_logit, self->n, self->n, sums[FC_WEIGHT], sums[FC_BIAS]);
  _emo_gate_linear_back (self->values[FC_WEIGHT], by_logit, self->n, self->n, by_x);
  for (guint i = 0; i < self->n; i++)
    {
      by_branch[0] += by_x[i] * d[i];
      by_branch[1] += by_x[i] * v[i];
    }
  _emo_gate_softmax_back (branch, by_branch, 2, by_branch);
  _emo_gate_concat_inputs (self, d, v, inputs);
  _emo_gate_linear_gradient (inputs, by_branch, 2, 2 * self->n, sums[GATE_WEIGHT], sums[GATE_BIAS]);
}

const EmoGateClass _emo_gate_dynamic = {
  .parameters = {
    [GATE_WEIGHT] = { "gate.weight", { EMO_GATE_2, EMO_GATE_2N } },
    [GATE_BIAS] = { "gate.bias", { EMO_GATE_2 } },
    [FC_WEIGHT] = { "fc.weight", { EMO_GATE_N, EMO_GATE_N } },
    [FC_BIAS] = { "fc.bias", { EMO_GATE_N } },
  },
  .n_parameters = 4,
  .first_output = FC_WEIGHT,
  .forward = forward,
  .gradient = gradient,
  .weights = weights,
};
