/* test-metrics.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "emo-metrics.h"

#define assert_near(found, expected) g_assert_cmpfloat_with_epsilon (found, expected, 1e-6)

/* Six rows of three labels, by hand: right, right, wrong, right, wrong, right. */
static const float probabilities[6 * 3] = {
  0.7f, 0.2f, 0.1f,
  0.5f, 0.3f, 0.2f,
  0.6f, 0.3f, 0.1f,
  0.1f, 0.8f, 0.1f,
  0.4f, 0.5f, 0.1f,
  0.1f, 0.0f, 0.9f,
};
static const guint32 labels[6] = { 0, 0, 1, 1, 2, 2 };

static void
test_counts_and_means_by_hand (void)
{
  g_autoptr(EmoMetrics) metrics = emo_metrics_new (probabilities, labels, 6, 3);
  const gsize confusion[9] = { 2, 0, 0, 1, 1, 0, 0, 1, 1 };

  g_assert_cmpuint (metrics->n_right, ==, 4);
  assert_near (metrics->accuracy, 4 / 6.0);
  g_assert_cmpmem (metrics->confusion, sizeof confusion, confusion, sizeof confusion);
  assert_near (metrics->precision[0], 2 / 3.0);
  assert_near (metrics->recall[0], 1);
  assert_near (metrics->f1[0], 0.8);
  assert_near (metrics->f1[1], 0.5);
  assert_near (metrics->f1[2], 2 / 3.0);
  assert_near (metrics->macro_f1, (0.8 + 0.5 + 2 / 3.0) / 3);
  assert_near (metrics->nll, -(log (0.7) + log (0.5) + log (0.3) + log (0.8) + log (0.1) + log (0.9)) / 6);
}

/* 0.5 (right), 0.5 (wrong): a gap of 0 in their bin; the others stand alone. */
static void
test_calibration_by_hand (void)
{
  g_autoptr(EmoMetrics) metrics = emo_metrics_new (probabilities, labels, 6, 3);

  g_assert_cmpuint (metrics->bin_n[7], ==, 2);
  assert_near (metrics->bin_confidence[7], 0.5);
  assert_near (metrics->bin_accuracy[7], 0.5);
  assert_near (metrics->ece, (0.3 + 0.6 + 0.2 + 0.1) / 6);
}

/* (lower, upper]: a certain answer is in the last bin, a fifteenth in the first. */
static void
test_bins_at_their_edges (void)
{
  const float edges[4] = { 1, 0, 0, 1 };
  const guint32 edge_labels[2] = { 0, 0 };
  g_autoptr(EmoMetrics) metrics = emo_metrics_new (edges, edge_labels, 2, 2);
  float even[20];
  g_autoptr(EmoMetrics) low = NULL;

  g_assert_cmpuint (metrics->bin_n[EMO_METRICS_ECE_BINS - 1], ==, 2);
  assert_near (metrics->ece, 0.5);
  /* A certainty that is wrong costs much, but not everything. */
  g_assert_true (isfinite (metrics->nll));
  g_assert_cmpfloat (metrics->nll, >, 40);
  for (int i = 0; i < 20; i++)
    even[i] = 0.05f;
  low = emo_metrics_new (even, edge_labels, 1, 20);
  g_assert_cmpuint (low->bin_n[0], ==, 1);
}

/* A label that neither occurs nor is predicted does not lower the mean. */
static void
test_absent_labels_do_not_count (void)
{
  const float two[2 * 4] = { 1, 0, 0, 0, 0, 1, 0, 0 };
  const guint32 two_labels[2] = { 0, 1 };
  g_autoptr(EmoMetrics) metrics = emo_metrics_new (two, two_labels, 2, 4);
  g_autoptr(EmoMetrics) none = emo_metrics_new (two, two_labels, 0, 4);

  assert_near (metrics->macro_f1, 1);
  assert_near (metrics->nll, 0);
  assert_near (none->accuracy, 0);
  assert_near (none->macro_f1, 0);
  assert_near (none->nll, 0);
  assert_near (none->accuracy_high, 1);
}

static void
test_wilson_equals_published_numbers (void)
{
  double low, high;

  emo_metrics_wilson (8, 10, &low, &high);
  assert_near (low, 0.490162);
  assert_near (high, 0.943318);
  emo_metrics_wilson (0, 10, &low, &high);
  g_assert_cmpfloat (low, ==, 0);
  assert_near (high, 0.277533);
  emo_metrics_wilson (10, 10, &low, &high);
  assert_near (low, 1 - 0.277533);
  g_assert_cmpfloat (high, ==, 1);
}

/* Exact sums of binomial coefficients, and chi squared from 25 on. */
static void
test_mcnemar_exact_and_by_chi_squared (void)
{
  assert_near (emo_metrics_mcnemar (0, 0), 1);
  assert_near (emo_metrics_mcnemar (1, 9), 22 / 1024.0);
  assert_near (emo_metrics_mcnemar (9, 1), 22 / 1024.0);
  assert_near (emo_metrics_mcnemar (5, 5), 1);
  assert_near (emo_metrics_mcnemar (7, 17), 0.0639147);
  assert_near (emo_metrics_mcnemar (10, 25), 0.0179605);
  assert_near (emo_metrics_mcnemar (15, 15), 1);
  assert_near (emo_metrics_mcnemar (13, 12), 1);
  g_assert_cmpfloat (emo_metrics_mcnemar (1000, 100000), <, 1e-100);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Metrics/counts-and-means-by-hand", test_counts_and_means_by_hand);
  g_test_add_func ("/Emo/Metrics/calibration-by-hand", test_calibration_by_hand);
  g_test_add_func ("/Emo/Metrics/bins-at-their-edges", test_bins_at_their_edges);
  g_test_add_func ("/Emo/Metrics/absent-labels-do-not-count", test_absent_labels_do_not_count);
  g_test_add_func ("/Emo/Metrics/wilson-equals-published-numbers", test_wilson_equals_published_numbers);
  g_test_add_func ("/Emo/Metrics/mcnemar-exact-and-by-chi-squared", test_mcnemar_exact_and_by_chi_squared);

  return g_test_run ();
}
