/* emo-temperature.c: how sure an answer sounds
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-temperature.h"

/* Halvings of the range: below float32's digits. */
#define N_HALVINGS 60

/* The mean logit under softmax (@sharpness * logits) less the label's: a row's
 * part of the derivative of the negative log-likelihood by the sharpness. */
static double
row_slope (const float *logits,
           guint        n_labels,
           guint32      label,
           double       sharpness)
{
  double highest = logits[0], sum = 0, mean = 0;

  for (guint i = 1; i < n_labels; i++)
    highest = MAX (highest, logits[i]);
  for (guint i = 0; i < n_labels; i++)
    {
      double behind = (double) logits[i] - highest, weight = exp (sharpness * behind);

      sum += weight;
      mean += weight * behind;
    }

  return mean / sum - ((double) logits[label] - highest);
}

static double
slope (const float   *logits,
       const guint32 *labels,
       gsize          n,
       guint          n_labels,
       double         sharpness)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += row_slope (logits + i * n_labels, n_labels, labels[i], sharpness);

  return sum;
}

/**
 * emo_temperature_fit:
 * @logits: [n, n_labels]
 * @labels: [n]
 * @n: rows
 * @n_labels: labels
 *
 * The negative log-likelihood is convex in the sharpness 1/T, so that halving
 * the range by the sign of its slope always finds the one minimum.
 *
 * Returns: the temperature
 */
double
emo_temperature_fit (const float   *logits,
                     const guint32 *labels,
                     gsize          n,
                     guint          n_labels)
{
  double low = 1 / EMO_TEMPERATURE_MAX, high = 1 / EMO_TEMPERATURE_MIN;
  double at_low, at_high;

  g_return_val_if_fail (n_labels > 0, 1);

  at_low = slope (logits, labels, n, n_labels, low);
  at_high = slope (logits, labels, n, n_labels, high);
  if ((at_low == 0 && at_high == 0) || !isfinite (at_low) || !isfinite (at_high))
    return 1;
  if (at_low >= 0)
    return EMO_TEMPERATURE_MAX;
  if (at_high <= 0)
    return EMO_TEMPERATURE_MIN;
  for (int i = 0; i < N_HALVINGS; i++)
    {
      double middle = sqrt (low * high);

      if (slope (logits, labels, n, n_labels, middle) < 0)
        low = middle;
      else
        high = middle;
    }

  return 1 / sqrt (low * high);
}
