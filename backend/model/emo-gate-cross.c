/* emo-gate-cross.c: fc (s(G1 v) d + s(G2 d) v)
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-gate-private.h"

enum { GATE1_WEIGHT, GATE1_BIAS, GATE2_WEIGHT, GATE2_BIAS, FC_WEIGHT, FC_BIAS };

static double
sigmoid (double x)
{
  return 1 / (1 + exp (-x));
}

/* What each branch is multiplied by, which the other one says, and the sum. */
static void
cross (const EmoGate *self,
       const double  *d,
       const double  *v,
       double        *for_d,
       double        *for_v,
       double        *x)
{
  _emo_gate_linear (self->values[GATE1_WEIGHT], self->values[GATE1_BIAS], v, self->n, self->n, for_d);
  _emo_gate_linear (self->values[GATE2_WEIGHT], self->values[GATE2_BIAS], d, self->n, self->n, for_v);
  for (guint i = 0; i < self->n; i++)
    {
      for_d[i] = sigmoid (for_d[i]);
      for_v[i] = sigmoid (for_v[i]);
      x[i] = for_d[i] * d[i] + for_v[i] * v[i];
    }
}

static void
forward (const EmoGate *self,
         const double  *d,
         const double  *v,
         double        *logits)
{
  double for_d[EMO_LABEL_SET_MAX], for_v[EMO_LABEL_SET_MAX], x[EMO_LABEL_SET_MAX];

  cross (self, d, v, for_d, for_v, x);
  _emo_gate_linear (self->values[FC_WEIGHT], self->values[FC_BIAS], x, self->n, self->n, logits);
}

static void
gradient (const EmoGate *self,
          const double  *d,
          const double  *v,
          const double  *by_logit,
          double       **sums)
{
  double for_d[EMO_LABEL_SET_MAX], for_v[EMO_LABEL_SET_MAX], x[EMO_LABEL_SET_MAX], by_x[EMO_LABEL_SET_MAX];

  cross (self, d, v, for_d, for_v, x);
  _emo_gate_linear_gradient (x, by_logit, self->n, self->n, sums[FC_WEIGHT], sums[FC_BIAS]);
  _emo_gate_linear_back (self->values[FC_WEIGHT], by_logit, self->n, self->n, by_x);
  for (guint i = 0; i < self->n; i++)
    {
      for_d[i] = by_x[i] * d[i] * for_d[i] * (1 - for_d[i]);
      for_v[i] = by_x[i] * v[i] * for_v[i] * (1 - for_v[i]);
    }
  _emo_gate_linear_gradient (v, for_d, self->n, self->n, sums[GATE1_WEIGHT], sums[GATE1_BIAS]);
  _emo_gate_linear_gradient (d, for_v, self->n, self->n, sums[GATE2_WEIGHT], sums[GATE2_BIAS]);
}

const EmoGateClass _emo_gate_cross = {
  .parameters = {
    [GATE1_WEIGHT] = { "gate1.weight", { EMO_GATE_N, EMO_GATE_N } },
    [GATE1_BIAS] = { "gate1.bias", { EMO_GATE_N } },
    [GATE2_WEIGHT] = { "gate2.weight", { EMO_GATE_N, EMO_GATE_N } },
    [GATE2_BIAS] = { "gate2.bias", { EMO_GATE_N } },
    [FC_WEIGHT] = { "fc.weight", { EMO_GATE_N, EMO_GATE_N } },
    [FC_BIAS] = { "fc.bias", { EMO_GATE_N } },
  },
  .n_parameters = 6,
  .first_output = FC_WEIGHT,
  .forward = forward,
  .gradient = gradient,
};
