/* test-visual-spread.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <float.h>

#include "emo-visual-spread.h"
#include "part-vectors.h"

#define H 24

/* Several tokens, one alone, the same over and over, nearly the same, and zeros. */
static void
test_visual_spread_equals_numpy (void)
{
  g_autoptr(EmoJson) json = part_load ("spreads.json");
  const EmoJsonValue *cases = emo_json_get_root (json);

  g_assert_cmpuint (emo_json_value_get_length (cases), ==, 6);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *given = emo_json_value_get_element (cases, i);
      g_autofree double *numbers = g_new (double, MAX_NUMBERS);
      g_autofree float *tokens = NULL;
      double expected[EMO_VISUAL_SPREAD_SIZE], found[EMO_VISUAL_SPREAD_SIZE];
      float spread[EMO_VISUAL_SPREAD_SIZE];
      gsize n = part_numbers (given, "tokens", numbers);

      g_assert_cmpuint (n % H, ==, 0);
      tokens = g_new (float, n);
      for (gsize j = 0; j < n; j++)
        tokens[j] = (float) numbers[j];
      g_assert_cmpuint (part_numbers (given, "spread", numbers), ==, EMO_VISUAL_SPREAD_SIZE);
      memcpy (expected, numbers, sizeof expected);
      emo_visual_spread (tokens, n / H, H, spread);
      for (gsize j = 0; j < EMO_VISUAL_SPREAD_SIZE; j++)
        found[j] = spread[j];
      assert_close ("spread", found, expected, EMO_VISUAL_SPREAD_SIZE, 1e-5);
    }
}

static void
test_visual_spread_is_as_wide_as_the_tokens (void)
{
  /* [2, 2]: norms 5 and 10, mean (4.5, 6), deviations (1.5, 2). */
  static const float tokens[] = { 3, 4, 6, 8 };
  float spread[EMO_VISUAL_SPREAD_SIZE];

  emo_visual_spread (tokens, 2, 2, spread);
  g_assert_cmpfloat_with_epsilon (spread[0], log (6.25), 1e-6);
  g_assert_cmpfloat_with_epsilon (spread[1], log (2.5), 1e-6);
  g_assert_cmpfloat_with_epsilon (spread[2], log (10), 1e-6);
}

/* What rounding leaves between equal tokens is no spread. */
static void
test_visual_spread_does_not_see_rounding (void)
{
  static const float one[] = { 3, 4 }, same[] = { 3, 4, 3, 4, 3, 4 }, rounded[] = { 3, 4, 3.0000002f, 4, 3, 3.9999998f };
  float alone[EMO_VISUAL_SPREAD_SIZE], spread[EMO_VISUAL_SPREAD_SIZE];

  emo_visual_spread (one, 1, 2, alone);
  g_assert_cmpfloat_with_epsilon (alone[0], 2 * log (5e-3), 1e-6);
  g_assert_cmpfloat_with_epsilon (alone[1], log (5e-3), 1e-6);
  emo_visual_spread (same, 3, 2, spread);
  g_assert_cmpmem (spread, sizeof spread, alone, sizeof alone);
  emo_visual_spread (rounded, 3, 2, spread);
  for (gsize i = 0; i < EMO_VISUAL_SPREAD_SIZE; i++)
    g_assert_cmpfloat_with_epsilon (spread[i], alone[i], 1e-6);
}

static void
test_visual_spread_takes_the_largest_numbers (void)
{
  static const float tokens[] = { FLT_MAX, FLT_MAX, -FLT_MAX, 0 };
  float spread[EMO_VISUAL_SPREAD_SIZE];

  emo_visual_spread (tokens, 2, 2, spread);
  for (gsize i = 0; i < EMO_VISUAL_SPREAD_SIZE; i++)
    g_assert_true (isfinite (spread[i]));
}

static void
test_visual_spread_passes_on_what_is_no_number (void)
{
  static const float bad[] = { NAN, INFINITY, -INFINITY };
  float spread[EMO_VISUAL_SPREAD_SIZE];

  for (gsize i = 0; i < G_N_ELEMENTS (bad) * 3; i++)
    {
      float tokens[] = { 1, 2, 3, 4, 5, 6 };

      tokens[i / G_N_ELEMENTS (bad) * 2] = bad[i % G_N_ELEMENTS (bad)];
      emo_visual_spread (tokens, 3, 2, spread);
      for (gsize j = 0; j < EMO_VISUAL_SPREAD_SIZE; j++)
        g_assert_true (isnan (spread[j]));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/VisualSpread/equals-numpy", test_visual_spread_equals_numpy);
  g_test_add_func ("/Emo/VisualSpread/is-as-wide-as-the-tokens", test_visual_spread_is_as_wide_as_the_tokens);
  g_test_add_func ("/Emo/VisualSpread/does-not-see-rounding", test_visual_spread_does_not_see_rounding);
  g_test_add_func ("/Emo/VisualSpread/takes-the-largest-numbers", test_visual_spread_takes_the_largest_numbers);
  g_test_add_func ("/Emo/VisualSpread/passes-on-what-is-no-number", test_visual_spread_passes_on_what_is_no_number);

  return g_test_run ();
}
