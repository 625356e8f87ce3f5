/* test-pace.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-pace.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

static void
test_pace_knows_nothing_at_first (void)
{
  EmoPace self = { 0 };

  g_assert_true (isnan (emo_pace_get_pictures_per_second (&self)));
  g_assert_cmpint (emo_pace_add (&self, SECOND, 4), ==, SECOND);
  g_assert_true (isnan (emo_pace_get_seconds_per_step (&self)));
  emo_pace_add (&self, SECOND, 4);
  g_assert_cmpfloat_with_epsilon (emo_pace_get_pictures_per_second (&self), 4, 1e-9);
  g_assert_cmpfloat_with_epsilon (emo_pace_get_seconds_per_step (&self), 1, 1e-9);
}

static void
test_pace_follows_the_latest_steps (void)
{
  EmoPace self = { 0 };

  for (guint i = 0; i < 100; i++)
    emo_pace_add (&self, 2 * SECOND, 8);
  for (guint i = 0; i < EMO_PACE_STEPS; i++)
    emo_pace_add (&self, SECOND, 8);
  g_assert_cmpfloat_with_epsilon (emo_pace_get_pictures_per_second (&self), 8, 1e-9);
}

/* Eight hours of sleep, early or late, count as one slow step. */
static void
test_pace_sleeps_through_a_night (void)
{
  for (guint night = 0; night < 200; night += 7)
    {
      EmoPace self = { 0 };

      for (guint i = 0; i < 200; i++)
        {
          gint64 counted = emo_pace_add (&self, i == night ? 8 * 3600 * SECOND : SECOND, 4);

          if (i > 0)
            g_assert_cmpint (counted, <=, 10 * SECOND);
          if (i > 0 && i != night)
            g_assert_cmpint (counted, ==, SECOND);
          if (i > 1)
            g_assert_cmpfloat (emo_pace_get_seconds_per_step (&self), <=, (10.0 + i) / (i < EMO_PACE_STEPS ? i + 1 : EMO_PACE_STEPS) + 1e-9);
        }
    }
}

static void
test_pace_takes_a_clock_that_goes_back (void)
{
  EmoPace self = { 0 };

  for (guint i = 0; i < 10; i++)
    emo_pace_add (&self, i == 5 ? -3600 * SECOND : SECOND, 1);
  g_assert_cmpfloat_with_epsilon (emo_pace_get_seconds_per_step (&self), 0.9, 1e-9);
  for (guint i = 0; i < 100; i++)
    emo_pace_add (&self, 0, 1);
  g_assert_true (isnan (emo_pace_get_pictures_per_second (&self)));
  g_assert_cmpfloat (emo_pace_get_seconds_per_step (&self), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Pace/knows-nothing-at-first", test_pace_knows_nothing_at_first);
  g_test_add_func ("/Emo/Pace/follows-the-latest-steps", test_pace_follows_the_latest_steps);
  g_test_add_func ("/Emo/Pace/sleeps-through-a-night", test_pace_sleeps_through_a_night);
  g_test_add_func ("/Emo/Pace/takes-a-clock-that-goes-back", test_pace_takes_a_clock_that_goes_back);

  return g_test_run ();
}
