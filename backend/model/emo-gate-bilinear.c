/* emo-gate-bilinear.c: fc (d' A v + a)
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-gate-private.h"

enum { BILINEAR_WEIGHT, BILINEAR_BIAS, FC_WEIGHT, FC_BIAS };

/* d' A v with @a [n, n], A's rows on d's side as in torch's Bilinear. */
static double
bilinear_form (const double *a,
               const double *d,
               const double *v,
               guint         n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      sum += d[i] * a[(gsize) i * n + j] * v[j];

  return sum;
}

/* As torch's users have it: a feature a label. */
static guint
new_free (guint n)
{
  return n;
}

static void
forward (const EmoGate *self,
         const double  *d,
         const double  *v,
         double        *logits)
{
  const double *a = self->values[BILINEAR_WEIGHT];   /* [free, n, n] */

  memcpy (logits, self->values[FC_BIAS], self->n * sizeof *logits);
  for (guint k = 0; k < self->free; k++)
    {
      double feature = self->values[BILINEAR_BIAS][k]
                       + bilinear_form (a + (gsize) k * self->n * self->n, d, v, self->n);

      for (guint i = 0; i < self->n; i++)
        logits[i] += self->values[FC_WEIGHT][(gsize) i * self->free + k] * feature;
    }
}

static void
gradient (const EmoGate *self,
          const double  *d,
          const double  *v,
          const double  *by_logit,
          double       **sums)
{
  gsize n = self->n;

  for (guint i = 0; i < n; i++)
    sums[FC_BIAS][i] += by_logit[i];
  for (guint k = 0; k < self->free; k++)
    {
      const double *a = self->values[BILINEAR_WEIGHT] + k * n * n;
      double *a_sums = sums[BILINEAR_WEIGHT] + k * n * n;
      double feature = self->values[BILINEAR_BIAS][k] + bilinear_form (a, d, v, n);
      double by_feature = 0;

      for (guint i = 0; i < n; i++)
        {
          by_feature += by_logit[i] * self->values[FC_WEIGHT][i * self->free + k];
          sums[FC_WEIGHT][i * self->free + k] += by_logit[i] * feature;
        }
      sums[BILINEAR_BIAS][k] += by_feature;
      for (guint i = 0; i < n; i++)
        for (guint j = 0; j < n; j++)
          a_sums[i * n + j] += by_feature * d[i] * v[j];
    }
}

const EmoGateClass _emo_gate_bilinear = {
  .parameters = {
    [BILINEAR_WEIGHT] = { "bilinear.weight", { EMO_GATE_FREE, EMO_GATE_N, EMO_GATE_N } },
    [BILINEAR_BIAS] = { "bilinear.bias", { EMO_GATE_FREE } },
    [FC_WEIGHT] = { "fc.weight", { EMO_GATE_N, EMO_GATE_FREE } },
    [FC_BIAS] = { "fc.bias", { EMO_GATE_N } },
  },
  .n_parameters = 4,
  .free_name = "bilinear.weight",
  .max_free = 4096,
  .new_free = new_free,
  .first_output = FC_WEIGHT,
  .forward = forward,
  .gradient = gradient,
};
