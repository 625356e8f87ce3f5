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

const EmoGateClass _emo_gate_dynamic = {
  .parameters = {
    [GATE_WEIGHT] = { "gate.weight", { EMO_GATE_2, EMO_GATE_2N } },
    [GATE_BIAS] = { "gate.bias", { EMO_GATE_2 } },
    [FC_WEIGHT] = { "fc.weight", { EMO_GATE_N, EMO_GATE_N } },
    [FC_BIAS] = { "fc.bias", { EMO_GATE_N } },
  },
  .n_parameters = 4,
  .forward = forward,
  .weights = weights,
};
