/* test-train-output.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "emo-error.h"
#include "emo-test-files.h"
#include "emo-train-output.h"

/* What a training begins with lies in @config; @output is not there yet. */
typedef struct
{
  char           *folder;
  char           *config;
  char           *output;
  EmoTrainOrigin *origin;
} Fixture;

static char *
make_config (const char *folder,
             const char *name,
             const char *text)
{
  char *config = g_build_filename (folder, name, NULL);

  g_free (emo_test_write_text (config, "emovlm.json", text));
  g_free (emo_test_write_text (config, "vlm/config.json", "{}"));
  g_free (emo_test_write_text (config, "vlm/preprocessor_config.json", "{}"));

  return config;
}

static EmoTrainOrigin *
origin_of (const char *config)
{
  g_autoptr(GError) error = NULL;
  EmoTrainOrigin *origin = emo_train_origin_new_config (config, NULL, &error);

  g_assert_no_error (error);

  return origin;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = emo_test_make_folder ();
  fixture->config = make_config (fixture->folder, "config", "{}");
  fixture->output = g_build_filename (fixture->folder, "output", NULL);
  fixture->origin = origin_of (fixture->config);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  emo_test_remove_folder (fixture->folder);
  emo_train_origin_free (fixture->origin);
  g_free (fixture->folder);
  g_free (fixture->config);
  g_free (fixture->output);
}

static EmoTrainOutput *
open_output (Fixture              *fixture,
             const EmoTrainOrigin *wanted)
{
  g_autoptr(GError) error = NULL;
  EmoTrainOutput *output = emo_train_output_open (fixture->output, wanted, &error);

  g_assert_no_error (error);

  return output;
}

static void
assert_refused (Fixture              *fixture,
                const EmoTrainOrigin *wanted,
                const char           *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (emo_train_output_open (fixture->output, wanted, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (error->message, words));
}

static gboolean
has (Fixture    *fixture,
     const char *name)
{
  g_autofree char *path = g_build_filename (fixture->output, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

/* A part in a folder, and the manifest. */
static void
put_together (EmoTrainOutput *output)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *staged = emo_train_output_begin (output, &error);

  g_assert_no_error (error);
  g_free (emo_test_write_text (staged, "vlm/config.json", "{}"));
  g_free (emo_test_write_text (staged, "emovlm.json", "{}"));
}

static void
make_bundle (Fixture *fixture)
{
  g_autoptr(EmoTrainOutput) output = open_output (fixture, fixture->origin);
  g_autoptr(GError) error = NULL;

  g_assert_false (emo_train_output_is_bundle (output));
  put_together (output);
  g_assert_true (emo_train_output_complete (output, fixture->origin, &error));
  g_assert_no_error (error);
  g_assert_true (emo_train_output_is_bundle (output));
}

static void
test_train_output_becomes_a_bundle (Fixture       *fixture,
                                    gconstpointer  data)
{
  make_bundle (fixture);
  g_assert_true (has (fixture, "emovlm.json"));
  g_assert_true (has (fixture, "vlm/config.json"));
  g_assert_true (has (fixture, "training/origin.json"));
  g_assert_false (has (fixture, "training/begin"));
}

static void
test_train_output_is_one_trainings_at_a_time (Fixture       *fixture,
                                              gconstpointer  data)
{
  EmoTrainOutput *first = open_output (fixture, NULL);

  assert_refused (fixture, NULL, "another training is at work");
  g_assert_true (has (fixture, "training/lock"));
  emo_train_output_free (first);
  emo_train_output_free (open_output (fixture, NULL));
}

static void
test_train_output_leaves_nothing_where_nothing_came_of_it (Fixture       *fixture,
                                                           gconstpointer  data)
{
  EmoTrainOutput *output = open_output (fixture, NULL);

  put_together (output);
  g_assert_true (has (fixture, "training/begin/vlm/config.json"));
  emo_train_output_free (output);
  g_assert_false (has (fixture, "."));
  /* A folder that was there stays. */
  g_assert_cmpint (g_mkdir (fixture->output, 0700), ==, 0);
  emo_train_output_free (open_output (fixture, NULL));
  g_assert_true (has (fixture, "."));
  g_assert_false (has (fixture, "training"));
}

/* What a killed process left of its beginning is in nobody's way. */
static void
test_train_output_begins_again_after_a_kill (Fixture       *fixture,
                                             gconstpointer  data)
{
  g_free (emo_test_write_text (fixture->output, "training/begin/adapter/half.safetensors", "half"));
  g_free (emo_test_write_text (fixture->output, "training/lock", ""));
  make_bundle (fixture);
  g_assert_false (has (fixture, "adapter"));
  g_assert_true (has (fixture, "vlm/config.json"));
}

static void
test_train_output_ends_a_move_that_was_cut_short (Fixture       *fixture,
                                                  gconstpointer  data)
{
  g_autofree char *other = make_config (fixture->folder, "other", "{\"name\": 1}");
  g_autoptr(EmoTrainOrigin) another = origin_of (other);
  g_autoptr(EmoTrainOutput) output = NULL;
  g_autoptr(GError) error = NULL;

  g_free (emo_test_write_text (fixture->output, "training/begin/emovlm.json", "{}"));
  g_free (emo_test_write_text (fixture->output, "training/begin/domain.safetensors", "d"));
  g_free (emo_test_write_text (fixture->output, "vlm/config.json", "{}"));
  g_assert_true (emo_train_origin_save (fixture->origin, fixture->output, &error));
  assert_refused (fixture, another, "cannot begin with");
  output = open_output (fixture, fixture->origin);
  g_assert_true (emo_train_output_is_bundle (output));
  g_assert_true (has (fixture, "domain.safetensors"));
  g_assert_true (has (fixture, "vlm/config.json"));
  g_assert_false (has (fixture, "training/begin"));
}

static void
test_train_output_begins_with_one_thing (Fixture       *fixture,
                                         gconstpointer  data)
{
  g_autofree char *other = make_config (fixture->folder, "other", "{\"name\": 1}");
  g_autofree char *copy = make_config (fixture->folder, "copy", "{}");
  g_autoptr(EmoTrainOrigin) another = origin_of (other);
  g_autoptr(EmoTrainOrigin) same = origin_of (copy);
  g_autoptr(EmoTrainOrigin) changed = NULL;
  g_autoptr(EmoTrainOrigin) gone = NULL;

  make_bundle (fixture);
  assert_refused (fixture, another, fixture->config);
  assert_refused (fixture, another, other);
  emo_train_output_free (open_output (fixture, NULL));
  emo_train_output_free (open_output (fixture, fixture->origin));
  emo_train_output_free (open_output (fixture, same));
  g_free (emo_test_write_text (fixture->config, "emovlm.json", "{\"name\": 2}"));
  changed = origin_of (fixture->config);
  assert_refused (fixture, changed, "changed since");
  emo_test_remove_folder (fixture->config);
  gone = origin_of (fixture->config);
  emo_train_output_free (open_output (fixture, gone));
}

static void
test_train_output_of_unknown_origin_is_only_gone_on_with (Fixture       *fixture,
                                                          gconstpointer  data)
{
  g_free (emo_test_write_text (fixture->output, "emovlm.json", "{}"));
  assert_refused (fixture, fixture->origin, "does not name");
  emo_train_output_free (open_output (fixture, NULL));
}

static void
test_train_output_refuses_a_folder_of_other_things (Fixture       *fixture,
                                                    gconstpointer  data)
{
  g_free (emo_test_write_text (fixture->output, "thesis.txt", "years of work"));
  assert_refused (fixture, NULL, "new or empty");
  g_assert_false (has (fixture, "training"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/Emo/TrainOutput/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("becomes-a-bundle", test_train_output_becomes_a_bundle);
  ADD ("is-one-trainings-at-a-time", test_train_output_is_one_trainings_at_a_time);
  ADD ("leaves-nothing-where-nothing-came-of-it", test_train_output_leaves_nothing_where_nothing_came_of_it);
  ADD ("begins-again-after-a-kill", test_train_output_begins_again_after_a_kill);
  ADD ("ends-a-move-that-was-cut-short", test_train_output_ends_a_move_that_was_cut_short);
  ADD ("begins-with-one-thing", test_train_output_begins_with_one_thing);
  ADD ("of-unknown-origin-is-only-gone-on-with", test_train_output_of_unknown_origin_is_only_gone_on_with);
  ADD ("refuses-a-folder-of-other-things", test_train_output_refuses_a_folder_of_other_things);
#undef ADD

  return g_test_run ();
}
