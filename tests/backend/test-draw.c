/* test-draw.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-draw.h"

static void
test_draw_repeats (void)
{
  EmoDraw a = emo_draw_begin (7, "shuffle", 1, 2, 3);
  EmoDraw b = emo_draw_begin (7, "shuffle", 1, 2, 3);

  for (int i = 0; i < 100; i++)
    g_assert_cmpuint (emo_draw_bits (&a), ==, emo_draw_bits (&b));
}

/* A checkpoint is resumed by another build: the numbers are part of the format. */
static void
test_draw_stays_what_it_was (void)
{
  EmoDraw draw = { 1234567 };

  /* SplitMix64's published sequence for this state. */
  g_assert_cmpuint (emo_draw_bits (&draw), ==, G_GUINT64_CONSTANT (6457827717110365317));
  g_assert_cmpuint (emo_draw_bits (&draw), ==, G_GUINT64_CONSTANT (3203168211198807973));
  g_assert_cmpuint (emo_draw_bits (&draw), ==, G_GUINT64_CONSTANT (9817491932198370423));
}

static void
test_draw_tells_streams_apart (void)
{
  const EmoDraw streams[] = {
    emo_draw_begin (7, "a", 1, 2, 3), emo_draw_begin (8, "a", 1, 2, 3), emo_draw_begin (7, "b", 1, 2, 3),
    emo_draw_begin (7, "a", 2, 1, 3), emo_draw_begin (7, "a", 1, 3, 2), emo_draw_begin (7, "a", 1, 2, 4),
    emo_draw_begin (7, "ab", 1, 2, 3), emo_draw_begin (7, "ba", 1, 2, 3),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (streams); i++)
    for (gsize j = 0; j < i; j++)
      g_assert_cmpuint (streams[i].state, !=, streams[j].state);
}

static void
test_draw_is_uniform (void)
{
  EmoDraw draw = emo_draw_begin (1, "test", 0, 0, 0);
  guint counts[10] = { 0 };
  double sum = 0;

  for (int i = 0; i < 100000; i++)
    {
      double u = emo_draw_uniform (&draw);

      g_assert_true (u >= 0 && u < 1);
      sum += u;
      counts[emo_draw_below (&draw, 10)]++;
    }
  /* Five standard deviations: 0.2887 / sqrt (1e5), sqrt (1e5 * 0.1 * 0.9). */
  g_assert_cmpfloat_with_epsilon (sum / 100000, 0.5, 0.0046);
  for (int i = 0; i < 10; i++)
    g_assert_cmpint (ABS ((int) counts[i] - 10000), <, 475);
}

static void
test_draw_is_normal (void)
{
  EmoDraw draw = emo_draw_begin (1, "test", 1, 0, 0);
  double sum = 0, squares = 0;

  for (int i = 0; i < 100000; i++)
    {
      double x = emo_draw_normal (&draw);

      g_assert_true (isfinite (x));
      sum += x;
      squares += x * x;
    }
  g_assert_cmpfloat_with_epsilon (sum / 100000, 0, 0.016);
  g_assert_cmpfloat_with_epsilon (squares / 100000, 1, 0.023);
}

static void
test_draw_shuffles_everything (void)
{
  EmoDraw draw = emo_draw_begin (1, "test", 2, 0, 0);
  guint orders[6] = { 0 };

  for (int i = 0; i < 60000; i++)
    {
      guint32 values[] = { 0, 1, 2 };

      emo_draw_shuffle (&draw, values, 3);
      g_assert_cmpuint ((1u << values[0]) | (1u << values[1]) | (1u << values[2]), ==, 7);
      orders[values[0] * 2 + (values[1] > values[2])]++;
    }
  for (int i = 0; i < 6; i++)
    g_assert_cmpint (ABS ((int) orders[i] - 10000), <, 457);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Draw/repeats", test_draw_repeats);
  g_test_add_func ("/Emo/Draw/stays-what-it-was", test_draw_stays_what_it_was);
  g_test_add_func ("/Emo/Draw/tells-streams-apart", test_draw_tells_streams_apart);
  g_test_add_func ("/Emo/Draw/is-uniform", test_draw_is_uniform);
  g_test_add_func ("/Emo/Draw/is-normal", test_draw_is_normal);
  g_test_add_func ("/Emo/Draw/shuffles-everything", test_draw_shuffles_everything);

  return g_test_run ();
}
