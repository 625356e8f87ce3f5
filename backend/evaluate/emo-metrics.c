/* emo-metrics.c: how good predictions are
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-metrics.h"

/* The normal distribution's 97.5 % point. */
#define Z 1.959963984540054

/* Below it a probability counts as this, so that one wrong certainty does not
 * make the mean infinite: the least positive float32 of full precision. */
#define LEAST 1.17549435e-38

#define EXACT_BELOW 25

/* (lower, upper] bins, so that a certain answer is in the last. */
static guint
find_bin (double confidence)
{
  double bin = ceil (confidence * EMO_METRICS_ECE_BINS) - 1;

  return CLAMP (bin, 0, EMO_METRICS_ECE_BINS - 1);
}

static void
count_row (EmoMetrics  *self,
           const float *probabilities,
           guint32      label)
{
  guint winner = 0, bin;

  for (guint i = 1; i < self->n_labels; i++)
    if (probabilities[i] > probabilities[winner])
      winner = i;
  self->n_right += winner == label;
  self->confusion[(gsize) label * self->n_labels + winner]++;
  self->nll -= log (MAX (probabilities[label], LEAST));
  bin = find_bin (probabilities[winner]);
  self->bin_n[bin]++;
  self->bin_confidence[bin] += probabilities[winner];
  self->bin_accuracy[bin] += winner == label;
}

static void
finish_labels (EmoMetrics *self)
{
  guint n_seen = 0;

  for (guint i = 0; i < self->n_labels; i++)
    {
      gsize right = self->confusion[(gsize) i * self->n_labels + i], occur = 0, predicted = 0;

      for (guint j = 0; j < self->n_labels; j++)
        {
          occur += self->confusion[(gsize) i * self->n_labels + j];
          predicted += self->confusion[(gsize) j * self->n_labels + i];
        }
      if (occur + predicted == 0)
        continue;
      self->precision[i] = predicted > 0 ? (double) right / predicted : 0;
      self->recall[i] = occur > 0 ? (double) right / occur : 0;
      self->f1[i] = 2.0 * right / (occur + predicted);
      self->macro_f1 += self->f1[i];
      n_seen++;
    }
  if (n_seen > 0)
    self->macro_f1 /= n_seen;
}

static void
finish_bins (EmoMetrics *self)
{
  for (guint i = 0; i < EMO_METRICS_ECE_BINS; i++)
    {
      if (self->bin_n[i] == 0)
        continue;
      self->bin_confidence[i] /= self->bin_n[i];
      self->bin_accuracy[i] /= self->bin_n[i];
      self->ece += fabs (self->bin_confidence[i] - self->bin_accuracy[i]) * self->bin_n[i] / self->n;
    }
}

/**
 * emo_metrics_new:
 * @probabilities: [n, n_labels]
 * @labels: [n]
 * @n: rows
 * @n_labels: labels
 *
 * Returns: (transfer full): the metrics; all are 0 where there are no rows
 */
EmoMetrics *
emo_metrics_new (const float   *probabilities,
                 const guint32 *labels,
                 gsize          n,
                 guint          n_labels)
{
  EmoMetrics *self;

  g_return_val_if_fail (n_labels > 0, NULL);
  for (gsize i = 0; i < n; i++)
    g_return_val_if_fail (labels[i] < n_labels, NULL);

  self = g_new0 (EmoMetrics, 1);
  self->n = n;
  self->n_labels = n_labels;
  self->confusion = g_new0 (gsize, (gsize) n_labels * n_labels);
  self->precision = g_new0 (double, n_labels);
  self->recall = g_new0 (double, n_labels);
  self->f1 = g_new0 (double, n_labels);
  for (gsize i = 0; i < n; i++)
    count_row (self, probabilities + i * n_labels, labels[i]);
  emo_metrics_wilson (self->n_right, n, &self->accuracy_low, &self->accuracy_high);
  finish_labels (self);
  finish_bins (self);
  if (n > 0)
    {
      self->accuracy = (double) self->n_right / n;
      self->nll /= n;
    }

  return self;
}

/**
 * emo_metrics_free:
 * @self: (transfer full) (nullable): metrics
 */
void
emo_metrics_free (EmoMetrics *self)
{
  if (self == NULL)
    return;
  g_free (self->confusion);
  g_free (self->precision);
  g_free (self->recall);
  g_free (self->f1);
  g_free (self);
}

/**
 * emo_metrics_wilson:
 * @n_right: how many of them
 * @n: how many there are
 * @low: (out): the interval's lower end
 * @high: (out): its upper end
 */
void
emo_metrics_wilson (gsize   n_right,
                    gsize   n,
                    double *low,
                    double *high)
{
  double part, middle, half, width;

  g_return_if_fail (n_right <= n);

  *low = 0;
  *high = 1;
  if (n == 0)
    return;
  part = (double) n_right / n;
  width = 1 + Z * Z / n;
  middle = (part + Z * Z / (2.0 * n)) / width;
  half = Z * sqrt (part * (1 - part) / n + Z * Z / (4.0 * n * n)) / width;
  /* The ends are exactly 0 and 1 where rounding would miss them. */
  *low = n_right == 0 ? 0 : middle - half;
  *high = n_right == n ? 1 : middle + half;
}

/* Both tails of a fair coin's @n throws at @fewer heads. */
static double
binomial_tails (guint fewer,
                guint n)
{
  double term = pow (0.5, n), sum = 0;

  for (guint i = 0; i <= fewer; i++)
    {
      sum += term;
      term = term * (n - i) / (i + 1);
    }

  return MIN (1, 2 * sum);
}

/**
 * emo_metrics_mcnemar:
 * @only_first: rows that the first model alone got right
 * @only_second: rows that the second model alone got right
 *
 * Returns: the p-value, both sides; 1 where the models never differ
 */
double
emo_metrics_mcnemar (gsize only_first,
                     gsize only_second)
{
  gsize n = only_first + only_second;
  double difference;

  if (n < EXACT_BELOW)
    return binomial_tails (MIN (only_first, only_second), n);
  difference = MAX (fabs ((double) only_first - only_second) - 1, 0);

  /* The upper tail of chi squared with one degree of freedom. */
  return erfc (sqrt (difference * difference / n / 2));
}
