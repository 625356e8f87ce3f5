/* emo-gate-concat.c: fc [d; v]
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-gate-private.h"

enum { FC_WEIGHT, FC_BIAS };

static void
forward (const EmoGate *self,
         const double  *d,
         const double  *v,
         double        *logits)
{
  double x[2 * EMO_LABEL_SET_MAX];

  _emo_gate_concat_inputs (self, d, v, x);
  _emo_gate_linear (self->values[FC_WEIGHT], self->values[FC_BIAS], x, self->n, 2 * self->n, logits);
}

static void
gradient (const EmoGate *self,
          const double  *d,
          const double  *v,
          const double  *by_logit,
          double       **sums)
{
  double x[2 * EMO_LABEL_SET_MAX];

  _emo_gate_concat_inputs (self, d, v, x);
  _emo_gate_linear_gradient (x, by_logit, self->n, 2 * self->n, sums[FC_WEIGHT], sums[FC_BIAS]);
}

const EmoGateClass _emo_gate_concat = {
  .parameters = {
    [FC_WEIGHT] = { "fc.weight", { EMO_GATE_N, EMO_GATE_2N } },
    [FC_BIAS] = { "fc.bias", { EMO_GATE_N } },
  },
  .n_parameters = 2,
  .first_output = FC_WEIGHT,
  .forward = forward,
  .gradient = gradient,
};
