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

static void
forward (const EmoGate *self,
         const double  *d,
         const double  *v,
         double        *logits)
{
  double for_d[EMO_LABEL_SET_MAX], for_v[EMO_LABEL_SET_MAX];

  _emo_gate_linear (self->values[GATE1_WEIGHT], self->values[GATE1_BIAS], v, self->n, self->n, for_d);
  _emo_gate_linear (self->values[GATE2_WEIGHT], self->values[GATE2_BIAS], d, self->n, self->n, for_v);
  for (guint i = 0; i < self->n; i++)
    for_d[i] = sigmoid (for_d[i]) * d[i] + sigmoid (for_v[i]) * v[i];
  _emo_gate_linear (self->values[FC_WEIGHT], self->values[FC_BIAS], for_d, self->n, self->n, logits);
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
  .forward = forward,
};
