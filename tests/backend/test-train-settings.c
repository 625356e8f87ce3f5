/* test-train-settings.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-test-files.h"
#include "emo-train-settings.h"

#define GATE (1u << EMO_TRAIN_GATE)

typedef struct
{
  char           *output;
  EmoTrainRecipe *recipe;
  EmoTrainJob     job;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->output = emo_test_make_folder ();
  fixture->recipe = emo_train_recipe_new ();
  fixture->job = (EmoTrainJob) { .output = fixture->output, .recipe = fixture->recipe };
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  emo_test_remove_folder (fixture->output);
  emo_train_recipe_free (fixture->recipe);
  g_free (fixture->output);
}

/* As the stage's end leaves it. */
static void
mark (Fixture    *fixture,
      const char *stage,
      const char *recipe)
{
  g_autofree char *name = g_strdup_printf ("training/%s/done.json", stage);
  g_autofree char *text = g_strdup_printf ("{\"stage\": \"%s\", \"recipe\": %s, \"seconds\": 1}", stage, recipe);

  g_free (emo_test_write_text (fixture->output, name, text));
}

static EmoJson *
get (Fixture  *fixture,
     guint     now,
     gboolean  rest,
     char    **seed)
{
  g_autofree char *text = emo_train_settings_to_json (&fixture->job, now, rest);
  g_autoptr(GError) error = NULL;
  EmoJson *json = emo_json_parse (text, strlen (text), "settings", 0, &error);

  g_assert_no_error (error);
  *seed = emo_train_settings_dup_seed (text);

  return json;
}

static const EmoJsonValue *
find (EmoJson    *json,
      const char *stage)
{
  return emo_json_value_get_member (emo_json_get_root (json), stage);
}

static void
test_train_settings_are_each_stages_own (Fixture       *fixture,
                                         gconstpointer  data)
{
  g_autofree char *seed = NULL;
  g_autoptr(EmoJson) json = NULL;

  mark (fixture, "vlm", "{\"seed\": 5, \"held_out\": 0.15, \"lr\": 0.003}");
  mark (fixture, "distilled", "{\"seed\": 0, \"held_out\": 0.15, \"epochs\": 7}");
  mark (fixture, "gate", "{\"seed\": 9, \"held_out\": 0.5, \"epochs\": 1}");
  json = get (fixture, GATE, FALSE, &seed);
  g_assert_cmpfloat (emo_json_value_get_member_double (emo_json_get_root (json), "seed", -1), ==, 0);
  g_assert_cmpfloat (emo_json_value_get_member_double (find (json, "vlm"), "lr", -1), ==, 0.003);
  g_assert_cmpfloat (emo_json_value_get_member_double (find (json, "vlm"), "seed", -1), ==, 5);
  g_assert_null (emo_json_value_get_member (find (json, "vlm"), "held_out"));
  g_assert_cmpfloat (emo_json_value_get_member_double (find (json, "distilled"), "epochs", -1), ==, 7);
  g_assert_null (emo_json_value_get_member (find (json, "distilled"), "seed"));
  /* The one that runs is as this command says, and none is made up. */
  g_assert_cmpfloat (emo_json_value_get_member_double (find (json, "gate"), "epochs", -1), ==, 10);
  g_assert_null (find (json, "teacher"));
  g_assert_cmpstr (seed, ==, "{\"vlm\": 5, \"distilled\": 0, \"gate\": 0}");
}

/* What all have in common is said once, and can be read as a recipe. */
static void
test_train_settings_are_a_recipe (Fixture       *fixture,
                                  gconstpointer  data)
{
  g_autoptr(EmoTrainRecipe) again = emo_train_recipe_new ();
  g_autofree char *seed = NULL;
  g_autofree char *vlm = NULL;
  g_autoptr(EmoJson) json = NULL;
  g_autoptr(GError) error = NULL;

  fixture->recipe->seed = 3;
  fixture->recipe->vlm.fit.lr = 3e-3;
  vlm = emo_train_recipe_stage_to_json (fixture->recipe, EMO_TRAIN_VLM);
  mark (fixture, "vlm", vlm);
  fixture->recipe->vlm.fit.lr = 1e-4;
  json = get (fixture, GATE, TRUE, &seed);
  g_assert_cmpstr (seed, ==, "3");
  g_assert_true (emo_train_recipe_read (again, emo_json_get_root (json), &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (again->vlm.fit.lr, ==, 3e-3);
  g_assert_cmpuint (again->seed, ==, 3);
  g_assert_cmpuint (again->teacher.fit.epochs, ==, fixture->recipe->teacher.fit.epochs);
}

/* Marks of versions that wrote none, and damaged ones. */
static void
test_train_settings_do_without_marks (Fixture       *fixture,
                                      gconstpointer  data)
{
  g_autofree char *seed = NULL;
  g_autoptr(EmoJson) json = NULL;

  g_free (emo_test_write_text (fixture->output, "training/vlm/done.json", "{\"stage\": \"vlm\"}"));
  g_free (emo_test_write_text (fixture->output, "training/teacher/done.json", "[1]"));
  mark (fixture, "distilled", "7");
  json = get (fixture, GATE, FALSE, &seed);
  g_assert_null (find (json, "vlm"));
  g_assert_null (find (json, "teacher"));
  g_assert_null (find (json, "distilled"));
  g_assert_nonnull (find (json, "gate"));
  g_assert_cmpstr (seed, ==, "0");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/Emo/TrainSettings/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("are-each-stages-own", test_train_settings_are_each_stages_own);
  ADD ("are-a-recipe", test_train_settings_are_a_recipe);
  ADD ("do-without-marks", test_train_settings_do_without_marks);
#undef ADD

  return g_test_run ();
}
