/* test-early-stopping.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-early-stopping.h"
#include "emo-error.h"

static void
test_early_stopping_waits_for_something_better (void)
{
  static const double losses[] = { 1.0, 0.8, 0.9, 0.8, 0.79, 0.8, 0.8, 0.8 };
  static const gboolean better[] = { TRUE, TRUE, FALSE, FALSE, TRUE, FALSE, FALSE, FALSE };
  EmoEarlyStopping self = EMO_EARLY_STOPPING_INIT (FALSE, 3);

  for (guint i = 0; i < G_N_ELEMENTS (losses); i++)
    {
      g_assert_cmpint (emo_early_stopping_add (&self, i + 1, (i + 1) * 100, losses[i]), ==, better[i]);
      g_assert_cmpint (emo_early_stopping_should_stop (&self, i + 1), ==, i == 7);
    }
  g_assert_cmpuint (self.best_epoch, ==, 5);
  g_assert_cmpint (self.best_step, ==, 500);
  g_assert_cmpfloat (self.best, ==, 0.79);
}

static void
test_early_stopping_knows_both_directions (void)
{
  EmoEarlyStopping accuracy = EMO_EARLY_STOPPING_INIT (TRUE, 1);
  EmoEarlyStopping loss = EMO_EARLY_STOPPING_INIT (FALSE, 1);

  emo_early_stopping_add (&accuracy, 1, 1, 0.5);
  emo_early_stopping_add (&loss, 1, 1, 0.5);
  g_assert_true (emo_early_stopping_add (&accuracy, 2, 2, 0.6));
  g_assert_false (emo_early_stopping_add (&loss, 2, 2, 0.6));
  g_assert_false (emo_early_stopping_should_stop (&accuracy, 2));
  g_assert_true (emo_early_stopping_should_stop (&loss, 2));
}

static void
test_early_stopping_ignores_what_is_too_little (void)
{
  EmoEarlyStopping self = EMO_EARLY_STOPPING_INIT (TRUE, 2);

  self.min_change = 0.01;
  self.min_epochs = 5;
  emo_early_stopping_add (&self, 1, 1, 0.5);
  g_assert_false (emo_early_stopping_add (&self, 2, 2, 0.505));
  g_assert_false (emo_early_stopping_add (&self, 3, 3, 0.51));
  g_assert_false (emo_early_stopping_should_stop (&self, 3));
  g_assert_true (emo_early_stopping_should_stop (&self, 5));
  g_assert_true (emo_early_stopping_add (&self, 4, 4, 0.52));
}

static void
test_early_stopping_can_be_off (void)
{
  EmoEarlyStopping self = EMO_EARLY_STOPPING_INIT (TRUE, 0);

  for (guint epoch = 1; epoch < 100; epoch++)
    {
      emo_early_stopping_add (&self, epoch, epoch, 1.0 / epoch);
      g_assert_false (emo_early_stopping_should_stop (&self, epoch));
    }
  g_assert_cmpuint (self.best_epoch, ==, 1);
}

/* No number is never the best, nor what others are measured by, and nobody waits
 * for a better one: without val a training is as long as was asked for. */
static void
test_early_stopping_takes_no_nan (void)
{
  EmoEarlyStopping self = EMO_EARLY_STOPPING_INIT (FALSE, 2);

  g_assert_false (emo_early_stopping_add (&self, 1, 1, NAN));
  g_assert_cmpint (self.best_step, ==, -1);
  g_assert_true (emo_early_stopping_add (&self, 2, 2, 7));
  g_assert_false (emo_early_stopping_add (&self, 3, 3, -INFINITY));
  g_assert_false (emo_early_stopping_add (&self, 4, 4, NAN));
  g_assert_false (emo_early_stopping_should_stop (&self, 4));
  g_assert_false (emo_early_stopping_add (&self, 5, 5, 8));
  g_assert_false (emo_early_stopping_add (&self, 6, 6, NAN));
  g_assert_false (emo_early_stopping_should_stop (&self, 6));
  g_assert_false (emo_early_stopping_add (&self, 7, 7, 8));
  g_assert_true (emo_early_stopping_should_stop (&self, 7));
  g_assert_cmpint (self.best_step, ==, 2);
}

static void
test_early_stopping_comes_back_exactly (void)
{
  static const double values[] = { 0.1 + 0.2, 1.0 / 3, -5e-324, 1e300, 0, NAN };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      EmoEarlyStopping self = EMO_EARLY_STOPPING_INIT (TRUE, 4), other = EMO_EARLY_STOPPING_INIT (TRUE, 4);
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      emo_early_stopping_add (&self, 3, G_MAXINT64, values[i]);
      emo_early_stopping_add (&self, 4, 5, NAN);
      text = emo_early_stopping_to_string (&self);
      g_test_message ("%s", text);
      g_assert_true (emo_early_stopping_restore (&other, text, &error));
      g_assert_no_error (error);
      g_assert_true (isnan (values[i]) ? isnan (other.best) : other.best == self.best);
      g_assert_cmpuint (other.best_epoch, ==, self.best_epoch);
      g_assert_cmpint (other.best_step, ==, self.best_step);
      g_assert_cmpuint (other.waited, ==, self.waited);
      g_assert_cmpuint (other.patience, ==, 4);
    }
}

static void
test_early_stopping_refuses_strange_states (void)
{
  static const char *const texts[] = {
    "", "null", "[]", "{}", "{\"best\": \"x\", \"best_epoch\": 1, \"best_step\": 1, \"waited\": 0}",
    "{\"best\": 1, \"best_epoch\": -1, \"best_step\": 1, \"waited\": 0}", "{\"best\": 1, \"best_epoch\": 1, \"best_step\": -2, \"waited\": 0}",
    "{\"best\": 1, \"best_epoch\": 1, \"best_step\": 1.5, \"waited\": 0}", "{\"best\": 1, \"best_epoch\": 1, \"best_step\": 1}",
    "{\"best\": null, \"best_epoch\": 1, \"best_step\": 1, \"waited\": 0}", "{\"best\": 1, \"best_epoch\": 1, \"best_step\": -1, \"waited\": 0}",
    "{\"best\": 1, \"best_epoch\": 1, \"best_step\": 1, \"waited\": 4294967296}", "{\"best\": 1, \"best_epoch\": 1, \"best_step\": 1, \"waited\": 0} x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      EmoEarlyStopping self = EMO_EARLY_STOPPING_INIT (TRUE, 4);
      g_autoptr (GError) error = NULL;

      emo_early_stopping_add (&self, 3, 30, 0.5);
      if (emo_early_stopping_restore (&self, texts[i], &error))
        g_error ("“%s” was taken", texts[i]);
      g_assert_true (error->domain == EMO_ERROR);
      g_assert_true (error->code == EMO_ERROR_INVALID_FILE || error->code == EMO_ERROR_TRUNCATED);
      g_assert_true (self.best == 0.5 && self.best_epoch == 3 && self.best_step == 30 && self.waited == 0);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add_func ("/Emo/EarlyStopping/" name, test_early_stopping_##function)
  ADD ("waits-for-something-better", waits_for_something_better);
  ADD ("knows-both-directions", knows_both_directions);
  ADD ("ignores-what-is-too-little", ignores_what_is_too_little);
  ADD ("can-be-off", can_be_off);
  ADD ("takes-no-nan", takes_no_nan);
  ADD ("comes-back-exactly", comes_back_exactly);
  ADD ("refuses-strange-states", refuses_strange_states);

  return g_test_run ();
}
