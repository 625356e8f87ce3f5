/* test-train-recipe.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-test-files.h"
#include "emo-train-recipe.h"

static EmoJson *
parse (const char *text)
{
  g_autoptr(GError) error = NULL;
  EmoJson *json = emo_json_parse (text, strlen (text), "recipe", 0, &error);

  g_assert_no_error (error);

  return json;
}

static void
assert_refused (const char *section,
                const char *key,
                const char *value,
                const char *message)
{
  g_autoptr(EmoTrainRecipe) recipe = emo_train_recipe_new ();
  g_autofree char *before = emo_train_recipe_to_json (recipe);
  g_autofree char *after = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_false (emo_train_recipe_set (recipe, section, key, value, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_assert_cmpstr (error->message, ==, message);
  after = emo_train_recipe_to_json (recipe);
  g_assert_cmpstr (after, ==, before);
}

static void
test_recipe_begins_with_the_published_settings (void)
{
  g_autoptr(EmoTrainRecipe) recipe = emo_train_recipe_new ();

  g_assert_cmpfloat (recipe->vlm.fit.lr, ==, 1e-4);
  g_assert_cmpuint (recipe->vlm.lora_rank, ==, 8);
  g_assert_cmpuint (recipe->teacher.fit.batch, ==, 10);
  g_assert_cmpfloat (recipe->distilled.temperature, ==, 2);
  g_assert_cmpuint (recipe->distilled.folds, ==, 5);
  g_assert_cmpint (recipe->gate.kind, ==, EMO_GATE_KIND_CONCAT_LINEAR);
  g_assert_cmpfloat (recipe->held_out, ==, 0.15);

  emo_train_recipe_make_published (recipe);
  g_assert_cmpfloat (recipe->held_out, ==, 0);
  g_assert_cmpuint (recipe->distilled.folds, ==, 0);
  g_assert_cmpint (recipe->gate.vlm_input, ==, EMO_VLM_INPUT_ONE_HOT);
  g_assert_cmpint (recipe->vlm.loss_on, ==, EMO_LOSS_ON_ALL);
}

static void
test_recipe_takes_every_kind_of_value (void)
{
  g_autoptr(EmoTrainRecipe) recipe = emo_train_recipe_new ();
  g_autoptr(EmoJson) json = parse ("{\"seed\": 9223372036854775807, \"vlm\": {\"lr\": 2e-3, \"schedule\": \"cosine\", \"full\": true,"
                                   " \"epochs\": 12}, \"teacher\": {\"network\": \"resnet-tiny\"}}");
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_train_recipe_read (recipe, emo_json_get_root (json), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (recipe->seed, ==, G_MAXINT64);
  g_assert_cmpfloat (recipe->vlm.fit.lr, ==, 2e-3);
  g_assert_cmpint (recipe->vlm.fit.schedule, ==, EMO_LR_COSINE);
  g_assert_true (recipe->vlm.full);
  g_assert_cmpuint (recipe->vlm.fit.epochs, ==, 12);
  g_assert_cmpstr (recipe->teacher.network, ==, "resnet-tiny");
  g_assert_cmpuint (recipe->teacher.fit.epochs, ==, 10);
}

static void
test_recipe_reads_what_it_writes (void)
{
  g_autoptr(EmoTrainRecipe) recipe = emo_train_recipe_new ();
  g_autoptr(EmoTrainRecipe) again = emo_train_recipe_new ();
  g_autofree char *text = NULL;
  g_autofree char *second = NULL;
  g_autoptr(EmoJson) json = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_train_recipe_set (recipe, "gate", "kind", "moe", NULL));
  g_assert_true (emo_train_recipe_set (recipe, "vlm", "clip", "0.1", NULL));
  g_assert_true (emo_train_recipe_set (recipe, "teacher", "network", "a \"folder\"", NULL));
  text = emo_train_recipe_to_json (recipe);
  json = parse (text);
  g_assert_true (emo_train_recipe_read (again, emo_json_get_root (json), &error));
  g_assert_no_error (error);
  second = emo_train_recipe_to_json (again);
  g_assert_cmpstr (second, ==, text);
}

static void
test_recipe_says_what_a_stage_hangs_on (void)
{
  g_autoptr(EmoTrainRecipe) recipe = emo_train_recipe_new ();
  g_autofree char *vlm = emo_train_recipe_stage_to_json (recipe, EMO_TRAIN_VLM);
  g_autofree char *gate = emo_train_recipe_stage_to_json (recipe, EMO_TRAIN_GATE);
  g_autofree char *other_vlm = NULL;
  g_autofree char *other_gate = NULL;

  g_assert_true (emo_train_recipe_set (recipe, "gate", "lr", "0.01", NULL));
  other_vlm = emo_train_recipe_stage_to_json (recipe, EMO_TRAIN_VLM);
  other_gate = emo_train_recipe_stage_to_json (recipe, EMO_TRAIN_GATE);
  g_assert_cmpstr (other_vlm, ==, vlm);
  g_assert_cmpstr (other_gate, !=, gate);
  g_assert_nonnull (strstr (vlm, "\"seed\": 0"));
}

static void
test_recipe_refuses_in_words (void)
{
  assert_refused ("vlm", "speed", "3", "there is no setting vlm.speed");
  assert_refused ("", "speed", "3", "there is no setting speed");
  assert_refused ("vlm", "seed", "3",
                  "vlm.seed: the stages were run apart, and this one had another seed: run them apart again, with \"seed\" at the top");
  assert_refused ("vlm", "lr", "fast", "vlm.lr: expected a number from 0 to 10, found \"fast\"");
  assert_refused ("vlm", "lr", "nan", "vlm.lr: expected a number from 0 to 10, found \"nan\"");
  assert_refused ("vlm", "lr", "", "vlm.lr: expected a number from 0 to 10, found \"\"");
  assert_refused ("vlm", "lr", "1e-4x", "vlm.lr: expected a number from 0 to 10, found \"1e-4x\"");
  assert_refused ("vlm", "epochs", "0", "vlm.epochs: expected a whole number from 1 to 100000, found \"0\"");
  assert_refused ("vlm", "epochs", "1.5", "vlm.epochs: expected a whole number from 1 to 100000, found \"1.5\"");
  assert_refused ("vlm", "epochs", "-1", "vlm.epochs: expected a whole number from 1 to 100000, found \"-1\"");
  assert_refused ("vlm", "full", "yes", "vlm.full: expected true or false, found \"yes\"");
  assert_refused ("gate", "kind", "linear", "gate.kind: expected concat-linear, bilinear, moe, dynamic, cross, found \"linear\"");
  assert_refused ("vlm", "beta2", "1", "vlm.beta2: expected a number from 0 to 0.999999, found \"1\"");
  assert_refused ("teacher", "network", "", "teacher.network: expected a text, found \"\"");
  assert_refused ("", "seed", "-1", "seed: expected a whole number from 0, found \"-1\"");
}

static void
test_recipe_refuses_files (void)
{
  static const struct { const char *text; const char *message; } cases[] = {
    { "[]", "a recipe is an object of settings" },
    { "{\"vlm\": 3}", "there is no setting vlm" },
    { "{\"vlm\": {\"lr\": {}}}", "vlm.lr: expected a number" },
    { "{\"vlm\": {\"lr\": null}}", "vlm.lr: expected a number" },
    { "{\"all\": {\"lr\": 1}}", "there is no setting all" },
    { "{\"vlm\": {\"epochs\": 1e30}}", "vlm.epochs: expected a whole number" },
  };

  g_autofree char *folder = emo_test_make_folder ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = emo_test_write_text (folder, "recipe.json", cases[i].text);
      g_autoptr(EmoTrainRecipe) recipe = emo_train_recipe_new ();
      g_autoptr(GError) error = NULL;

      g_assert_false (emo_train_recipe_load (recipe, path, &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
      g_assert_true (g_str_has_prefix (error->message, path));
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
  emo_test_remove_folder (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/TrainRecipe/begins-with-the-published-settings", test_recipe_begins_with_the_published_settings);
  g_test_add_func ("/Emo/TrainRecipe/takes-every-kind-of-value", test_recipe_takes_every_kind_of_value);
  g_test_add_func ("/Emo/TrainRecipe/reads-what-it-writes", test_recipe_reads_what_it_writes);
  g_test_add_func ("/Emo/TrainRecipe/says-what-a-stage-hangs-on", test_recipe_says_what_a_stage_hangs_on);
  g_test_add_func ("/Emo/TrainRecipe/refuses-in-words", test_recipe_refuses_in_words);
  g_test_add_func ("/Emo/TrainRecipe/refuses-files", test_recipe_refuses_files);

  return g_test_run ();
}
