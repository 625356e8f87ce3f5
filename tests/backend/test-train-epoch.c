/* test-train-epoch.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-error.h"
#include "emo-train-epoch.h"

static void
test_train_epoch_is_the_mean_over_its_pictures (void)
{
  EmoTrainEpoch epoch = { .epoch = 1, .loss = 9, .n_pictures = 100 };

  emo_train_epoch_add_step (&epoch, 2, 11, 4, 1, 0.5);
  g_assert_cmpfloat (epoch.loss, ==, 1);
  emo_train_epoch_add_step (&epoch, 2, 12, 12, 3, 0.25);
  /* All its pictures are broken. */
  emo_train_epoch_add_step (&epoch, 2, 13, 0, NAN, 0.125);
  g_assert_cmpfloat (epoch.loss, ==, 2.5);
  g_assert_cmpuint (epoch.n_pictures, ==, 16);
  g_assert_cmpint (epoch.step, ==, 13);
  g_assert_cmpfloat (epoch.lr, ==, 0.125);
  g_assert_cmpuint (epoch.epoch, ==, 2);
}

/* An epoch that a checkpoint knows nothing of has the mean of what is left. */
static void
test_train_epoch_goes_on_from_what_is_not_known (void)
{
  EmoTrainEpoch epoch = { .epoch = 2, .loss = NAN, .lr = NAN };

  emo_train_epoch_add_step (&epoch, 2, 12, 4, 3, 0.25);
  g_assert_cmpfloat (epoch.loss, ==, 3);
}

static void
test_train_epoch_of_no_picture_nothing_is_known (void)
{
  const EmoMetrics some = { .n = 4, .accuracy = 0.75, .macro_f1 = 0.5, .nll = 0.25 }, none = { .n = 0 };
  EmoTrainEpoch row = { .epoch = 1 };

  emo_train_epoch_set_val (&row, &some);
  g_assert_true (row.val_loss == 0.25 && row.val_accuracy == 0.75 && row.val_macro_f1 == 0.5);
  emo_train_epoch_set_val (&row, &none);
  g_assert_true (isnan (row.val_loss) && isnan (row.val_accuracy) && isnan (row.val_macro_f1));
  row = (EmoTrainEpoch) { .epoch = 1 };
  emo_train_epoch_set_val (&row, NULL);
  g_assert_true (isnan (row.val_loss) && isnan (row.val_accuracy) && isnan (row.val_macro_f1));
}

static void
test_train_epoch_comes_back_exactly (void)
{
  static const double values[] = { 0.1 + 0.2, 1.0 / 3, 5e-324, 1e300, NAN };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      const EmoTrainEpoch epoch = { .epoch = 3, .step = 70, .n_pictures = 1234567, .loss = values[i], .lr = -values[i] };
      g_autofree char *text = emo_train_epoch_to_string (&epoch);
      g_autoptr (GError) error = NULL;
      EmoTrainEpoch found = { 0 };

      g_test_message ("%s", text);
      g_assert_true (emo_train_epoch_restore (&found, text, &error));
      g_assert_no_error (error);
      g_assert_true (isnan (values[i]) ? isnan (found.loss) && isnan (found.lr) : found.loss == epoch.loss && found.lr == epoch.lr);
      g_assert_true (found.epoch == 3 && found.step == 70 && found.n_pictures == 1234567 && isnan (found.val_accuracy));
    }
}

static void
test_train_epoch_refuses_strange_states (void)
{
  static const char *const texts[] = {
    "", "null", "[]", "{}", "{\"epoch\": -1, \"step\": 1, \"pictures\": 1, \"loss\": 1, \"lr\": 1}",
    "{\"epoch\": 1, \"step\": 1.5, \"pictures\": 1, \"loss\": 1, \"lr\": 1}", "{\"epoch\": 1, \"step\": 1, \"pictures\": 1, \"loss\": 1}",
    "{\"epoch\": 1, \"step\": 1, \"pictures\": 1e30, \"loss\": 1, \"lr\": 1}", "{\"epoch\": 4294967296, \"step\": 1, \"pictures\": 1, \"loss\": 1, \"lr\": 1}",
    "{\"epoch\": 1, \"step\": 1, \"pictures\": 1, \"loss\": \"x\", \"lr\": 1}", "{\"epoch\": 1, \"step\": 1, \"pictures\": 1, \"loss\": 1, \"lr\": 1} x",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      EmoTrainEpoch epoch = { .epoch = 7, .loss = 0.5 };
      g_autoptr (GError) error = NULL;

      if (emo_train_epoch_restore (&epoch, texts[i], &error))
        g_error ("“%s” was taken", texts[i]);
      g_assert_true (error->domain == EMO_ERROR);
      g_assert_true (error->code == EMO_ERROR_INVALID_FILE || error->code == EMO_ERROR_TRUNCATED);
      g_assert_true (epoch.epoch == 7 && epoch.loss == 0.5);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add_func ("/Emo/TrainEpoch/" name, test_train_epoch_##function)
  ADD ("is-the-mean-over-its-pictures", is_the_mean_over_its_pictures);
  ADD ("goes-on-from-what-is-not-known", goes_on_from_what_is_not_known);
  ADD ("of-no-picture-nothing-is-known", of_no_picture_nothing_is_known);
  ADD ("comes-back-exactly", comes_back_exactly);
  ADD ("refuses-strange-states", refuses_strange_states);

  return g_test_run ();
}
