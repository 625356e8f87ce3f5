/* test-divergence.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-divergence.h"

static void
test_divergence_is_zero_for_equal (void)
{
  const double p[] = { 0.1, 0.2, 0.7 };

  g_assert_cmpfloat (emo_divergence_jensen_shannon (p, p, 3), ==, 0);
}

static void
test_divergence_is_one_without_overlap (void)
{
  const double p[] = { 0.4, 0.6, 0, 0 };
  const double q[] = { 0, 0, 0.5, 0.5 };

  g_assert_cmpfloat_with_epsilon (emo_divergence_jensen_shannon (p, q, 4), 1, 1e-12);
}

/* With m = (3/4, 1/4): (log2 (4/3) + 1/2 log2 (2/3) + 1/2 log2 2) / 2. */
static void
test_divergence_equals_the_formula (void)
{
  const double p[] = { 1, 0 };
  const double q[] = { 0.5, 0.5 };
  double expected = (log2 (4.0 / 3) + 0.5 * log2 (2.0 / 3) + 0.5) / 2;

  g_assert_cmpfloat_with_epsilon (emo_divergence_jensen_shannon (p, q, 2), expected, 1e-12);
  g_assert_cmpfloat_with_epsilon (expected, 0.3112781244591328, 1e-12);
  g_assert_cmpfloat_with_epsilon (emo_divergence_jensen_shannon (q, p, 2), expected, 1e-12);
}

static void
test_divergence_divides_sums_out (void)
{
  const double p[] = { 0.5, 0.3, 0.2 };
  const double twice[] = { 1.0, 0.6, 0.4 };
  const double q[] = { 0.1, 0.1, 0.8 };

  g_assert_cmpfloat_with_epsilon (emo_divergence_jensen_shannon (twice, q, 3),
                                  emo_divergence_jensen_shannon (p, q, 3), 1e-12);
}

static void
test_divergence_is_nan_for_no_distribution (void)
{
  const double p[] = { 0.5, 0.5 };
  const double zeros[] = { 0, 0 };
  const double negative[] = { 1.5, -0.5 };
  const double nan[] = { NAN, 1 };
  const double infinite[] = { INFINITY, 1 };

  g_assert_true (isnan (emo_divergence_jensen_shannon (p, zeros, 2)));
  g_assert_true (isnan (emo_divergence_jensen_shannon (zeros, p, 2)));
  g_assert_true (isnan (emo_divergence_jensen_shannon (p, negative, 2)));
  g_assert_true (isnan (emo_divergence_jensen_shannon (nan, p, 2)));
  g_assert_true (isnan (emo_divergence_jensen_shannon (infinite, p, 2)));
  g_assert_true (isnan (emo_divergence_jensen_shannon (p, p, 0)));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Divergence/is-zero-for-equal", test_divergence_is_zero_for_equal);
  g_test_add_func ("/Emo/Divergence/is-one-without-overlap", test_divergence_is_one_without_overlap);
  g_test_add_func ("/Emo/Divergence/equals-the-formula", test_divergence_equals_the_formula);
  g_test_add_func ("/Emo/Divergence/divides-sums-out", test_divergence_divides_sums_out);
  g_test_add_func ("/Emo/Divergence/is-nan-for-no-distribution", test_divergence_is_nan_for_no_distribution);

  return g_test_run ();
}
