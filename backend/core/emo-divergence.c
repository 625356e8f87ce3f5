/* emo-divergence.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-divergence.h"

static double
sum (const double *values,
     guint         n)
{
  double total = 0;

  for (guint i = 0; i < n; i++)
    total += values[i] >= 0 ? values[i] : NAN;

  return total;
}

/* x log2 (x / m), whose limit at 0 is 0. */
static double
term (double x,
      double m)
{
  return x > 0 ? x * log2 (x / m) : 0;
}

/**
 * emo_divergence_jensen_shannon:
 * @p: [n] probabilities
 * @q: [n] probabilities of the same labels in the same order
 * @n: how many labels
 *
 * The mean of the two Kullback-Leibler divergences from their average. Sums that
 * are not quite 1, as those of rounded numbers, are divided out.
 *
 * Returns: 0 to 1; NaN where @p or @q is no distribution
 */
double
emo_divergence_jensen_shannon (const double *p,
                               const double *q,
                               guint         n)
{
  double p_sum, q_sum;
  double divergence = 0;

  g_return_val_if_fail (p != NULL && q != NULL, NAN);

  p_sum = sum (p, n);
  q_sum = sum (q, n);
  if (!(p_sum > 0) || !(q_sum > 0) || isinf (p_sum) || isinf (q_sum))
    return NAN;

  for (guint i = 0; i < n; i++)
    {
      double a = p[i] / p_sum;
      double b = q[i] / q_sum;

      divergence += (term (a, (a + b) / 2) + term (b, (a + b) / 2)) / 2;
    }

  /* Rounding leaves a hair beyond the ends. */
  return CLAMP (divergence, 0, 1);
}
