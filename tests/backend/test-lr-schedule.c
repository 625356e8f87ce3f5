/* test-lr-schedule.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-json.h"
#include "emo-lr-schedule.h"

static double
number (const EmoJsonValue *object,
        const char         *key)
{
  return emo_json_value_get_member_double (object, key, NAN);
}

static void
test_lr_schedule_matches_the_reference (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "lr-schedule.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoJson) json = emo_json_load (path, &error);
  const EmoJsonValue *cases = emo_json_get_root (json);

  g_assert_no_error (error);
  g_assert_cmpuint (emo_json_value_get_length (cases), ==, 15);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *one = emo_json_value_get_element (cases, i);
      const EmoJsonValue *rates = emo_json_value_get_member (one, "rates");
      EmoLrSchedule schedule = { .peak = number (one, "peak"), .warmup = number (one, "warmup"), .n_steps = (gint64) number (one, "steps") };

      g_assert_true (emo_lr_shape_from_string (emo_json_value_get_member_string (one, "shape", NULL), &schedule.shape));
      g_assert_cmpuint (emo_json_value_get_length (rates), ==, (gsize) schedule.n_steps);
      for (gint64 step = 0; step < schedule.n_steps; step++)
        g_assert_cmpfloat_with_epsilon (emo_lr_schedule_get (&schedule, step), emo_json_value_get_double (emo_json_value_get_element (rates, (gsize) step)),
                                        1e-12 * schedule.peak);
    }
}

/* Asked again, in any order and beyond the end, it gives the same. */
static void
test_lr_schedule_is_a_function_of_the_step (void)
{
  for (int shape = 0; shape < EMO_N_LR_SHAPES; shape++)
    {
      const EmoLrSchedule schedule = { (EmoLrShape) shape, 1e-3, 0.1, 50 };
      double rates[60];

      for (gint64 step = 0; step < 60; step++)
        rates[step] = emo_lr_schedule_get (&schedule, step);
      for (gint64 step = 59; step >= 0; step--)
        {
          g_assert_true (rates[step] == emo_lr_schedule_get (&schedule, step));
          g_assert_true (rates[step] >= 0 && rates[step] <= schedule.peak);
        }
      g_assert_cmpfloat (rates[0], ==, 0);
      g_assert_cmpfloat (rates[5], ==, schedule.peak);
      g_assert_cmpfloat_with_epsilon (rates[59], shape == EMO_LR_CONSTANT ? schedule.peak : 0, 1e-18);
    }
}

static void
test_lr_schedule_takes_a_training_of_no_steps (void)
{
  for (int shape = 0; shape < EMO_N_LR_SHAPES; shape++)
    {
      const EmoLrSchedule schedule = { (EmoLrShape) shape, 1e-3, 0.5, 0 };

      g_assert_cmpfloat (emo_lr_schedule_get (&schedule, 0), ==, schedule.peak);
    }
}

/* The only update of a training would change nothing at the rate 0. */
static void
test_lr_schedule_learns_in_the_only_step (void)
{
  for (int shape = 0; shape < EMO_N_LR_SHAPES; shape++)
    {
      const EmoLrSchedule one = { (EmoLrShape) shape, 1e-3, 0.03, 1 };
      const EmoLrSchedule two = { (EmoLrShape) shape, 1e-3, 0.03, 2 };

      g_assert_cmpfloat (emo_lr_schedule_get (&one, 0), ==, one.peak);
      g_assert_cmpfloat (emo_lr_schedule_get (&two, 0), ==, 0);
      g_assert_cmpfloat (emo_lr_schedule_get (&two, 1), ==, two.peak);
    }
}

static void
test_lr_schedule_names_go_both_ways (void)
{
  EmoLrShape shape = EMO_LR_LINEAR;

  for (int i = 0; i < EMO_N_LR_SHAPES; i++)
    {
      g_assert_true (emo_lr_shape_from_string (emo_lr_shape_to_string ((EmoLrShape) i), &shape));
      g_assert_cmpint (shape, ==, i);
    }
  g_assert_false (emo_lr_shape_from_string ("Cosine", &shape));
  g_assert_false (emo_lr_shape_from_string (NULL, &shape));
  g_assert_cmpint (shape, ==, EMO_LR_LINEAR);
  g_assert_null (emo_lr_shape_to_string ((EmoLrShape) EMO_N_LR_SHAPES));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/LrSchedule/matches-the-reference", test_lr_schedule_matches_the_reference);
  g_test_add_func ("/Emo/LrSchedule/is-a-function-of-the-step", test_lr_schedule_is_a_function_of_the_step);
  g_test_add_func ("/Emo/LrSchedule/takes-a-training-of-no-steps", test_lr_schedule_takes_a_training_of_no_steps);
  g_test_add_func ("/Emo/LrSchedule/learns-in-the-only-step", test_lr_schedule_learns_in_the_only_step);
  g_test_add_func ("/Emo/LrSchedule/names-go-both-ways", test_lr_schedule_names_go_both_ways);

  return g_test_run ();
}
