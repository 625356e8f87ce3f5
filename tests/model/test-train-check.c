/* test-train-check.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-test-files.h"
#include "emo-train-check.h"

#define ALL ((1u << EMO_TRAIN_N_STAGES) - 1)

static void
assert_refused (guint       stages,
                const char *section,
                const char *key,
                const char *value,
                EmoError    code,
                const char *words)
{
  g_autoptr(EmoTrainRecipe) recipe = emo_train_recipe_new ();
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_train_recipe_set (recipe, section, key, value, NULL));
  g_assert_false (emo_train_check (ALL, recipe, &error));
  g_assert_error (error, EMO_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, words));
  /* Of a stage that is not asked for nothing is asked. */
  g_assert_true (emo_train_check (ALL & ~stages, recipe, NULL));
}

static void
test_train_check_takes_the_published_settings (void)
{
  g_autoptr(EmoTrainRecipe) recipe = emo_train_recipe_new ();
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_train_check (ALL, recipe, &error));
  g_assert_no_error (error);
  emo_train_recipe_make_published (recipe);
  g_assert_true (emo_train_check (ALL, recipe, &error));
  g_assert_no_error (error);
}

static void
test_train_check_knows_networks (void)
{
  guint teacher = 1u << EMO_TRAIN_TEACHER;
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *nowhere = g_build_filename (folder, "nowhere", NULL);
  g_autofree char *file = emo_test_write_text (folder, "model.safetensors", "no weights");
  g_autofree char *weights = g_test_build_filename (G_TEST_DIST, "vectors", "teacher", "resnet", NULL);
  g_autoptr(EmoTrainRecipe) recipe = emo_train_recipe_new ();
  g_autoptr(GError) error = NULL;

  assert_refused (teacher, "teacher", "network", "resnet50", EMO_ERROR_USAGE, "resnet-50, resnet-small, resnet-tiny");
  assert_refused (teacher, "teacher", "network", nowhere, EMO_ERROR_USAGE, "there is no file or folder");
  assert_refused (teacher, "teacher", "network", folder, EMO_ERROR_INVALID_FILE, file);
  g_assert_true (emo_train_recipe_set (recipe, "teacher", "network", weights, NULL));
  g_assert_true (emo_train_check (teacher, recipe, &error));
  g_assert_no_error (error);
  emo_test_remove_folder (folder);
}

static void
test_train_check_refuses_one_fold (void)
{
  assert_refused (1u << EMO_TRAIN_DISTILLED, "distilled", "folds", "1", EMO_ERROR_USAGE, "leaves nothing to fit on");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/TrainCheck/takes-the-published-settings", test_train_check_takes_the_published_settings);
  g_test_add_func ("/Emo/TrainCheck/knows-networks", test_train_check_knows_networks);
  g_test_add_func ("/Emo/TrainCheck/refuses-one-fold", test_train_check_refuses_one_fold);

  return g_test_run ();
}
