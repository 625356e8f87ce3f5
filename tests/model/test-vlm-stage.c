/* test-vlm-stage.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-training.h"
#include "emo-vlm-stage.h"
#include "stage-fixture.h"

#define RESULT "adapter/adapter_model.safetensors"

static void
set_up (Stage         *stage,
        gconstpointer  data)
{
  stage_init (stage, 16, 8, 0);
  stage->recipe->vlm.fit = (EmoFitRecipe) { 1e-3, 0, 0, EMO_LR_CONSTANT, 4, 8, 0 };
}

/* One picture a label, or the dataset would take val's from train. */
static void
set_up_without_val (Stage         *stage,
                    gconstpointer  data)
{
  stage_init (stage, 8, 0, 0);
  stage->recipe->vlm.fit = (EmoFitRecipe) { 1e-3, 0, 0, EMO_LR_CONSTANT, 4, 8, 2 };
}

static void
tear_down (Stage         *stage,
           gconstpointer  data)
{
  stage_clear (stage);
}

static EmoJson *
read_mark (Stage *stage)
{
  g_autofree char *path = g_build_filename (stage->output, "training", "vlm", "done.json", NULL);

  return emo_json_load (path, NULL);
}

/* Nothing is learned, so no epoch is better than the first. */
static void
learn_nothing (Stage *stage)
{
  stage->recipe->vlm.fit.lr = 0;
  stage->recipe->vlm.fit.patience = 1;
}

static void
test_vlm_stage_does_all_epochs_without_val (Stage         *stage,
                                            gconstpointer  data)
{
  guint n_notes = 0;

  stage_run (stage, emo_vlm_stage_run);
  for (guint i = 0; i < stage->lines->len; i++)
    n_notes += strstr (stage->lines->pdata[i], "nothing decides which epoch is best") != NULL;
  g_assert_cmpuint (n_notes, ==, 1);
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 4);
}

static void
test_vlm_stage_says_why_it_ends_early (Stage         *stage,
                                       gconstpointer  data)
{
  g_autoptr(EmoJson) mark = NULL;
  const EmoJsonValue *root;

  learn_nothing (stage);
  stage_run (stage, emo_vlm_stage_run);
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 2);
  g_assert_true (stage_said (stage, "no better epoch for 1 epoch: the stage ends after epoch 2 of 4"));
  mark = read_mark (stage);
  root = emo_json_get_root (mark);
  g_assert_cmpfloat (emo_json_value_get_member_double (root, "best_epoch", NAN), ==, 1);
  g_assert_nonnull (strstr (emo_json_value_get_member_string (root, "ended_early", ""), "epoch 2 of 4"));
}

static void
test_vlm_stage_makes_again_what_is_gone (Stage         *stage,
                                         gconstpointer  data)
{
  g_autofree char *path = g_build_filename (stage->output, RESULT, NULL);

  stage_run (stage, emo_vlm_stage_run);
  stage_run (stage, emo_vlm_stage_run);
  g_assert_cmpuint (stage_count (stage, "skipped"), ==, 1);
  g_assert_cmpint (g_unlink (path), ==, 0);
  stage_run (stage, emo_vlm_stage_run);
  g_assert_cmpuint (stage_count (stage, "skipped"), ==, 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* --- Stopped --- */

static void
line_that_stops_cb (const char *line,
                    gpointer    user_data)
{
  Stage *stage = user_data;

  line_cb (line, stage);
  if (g_str_has_prefix (line, "{\"event\":\"checkpoint\""))
    g_cancellable_cancel (stage->job.cancellable);
}

/* Stops it at the next checkpoint: that of an epoch's end comes before the
 * epoch's validation. */
static void
stop_at_checkpoint (Stage    *stage,
                    gboolean  resume)
{
  stage->job.line = line_that_stops_cb;
  stage->job.resume = resume;
  g_free (stage_fail (stage, emo_vlm_stage_run, G_IO_ERROR, G_IO_ERROR_CANCELLED));
  g_cancellable_reset (stage->job.cancellable);
  stage->job.line = line_cb;
  stage->job.resume = TRUE;
}

/* The columns that no clock has a part in. */
static char *
read_table (Stage *stage)
{
  g_autofree char *text = stage_read (stage, "training/vlm/epochs.csv", NULL);
  g_auto(GStrv) lines = g_strsplit (text, "\r\n", -1);
  GString *table = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto(GStrv) cells = g_strsplit (lines[i], ",", 7);

      g_clear_pointer (&cells[6], g_free);
      g_string_append_printf (table, "%s,%s,%s,%s,%s,%s\n", cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]);
    }

  return g_string_free (table, FALSE);
}

static double
read_accuracy (Stage *stage)
{
  g_autoptr(EmoJson) mark = read_mark (stage);

  return emo_json_value_get_member_double (emo_json_get_root (mark), "val_accuracy", NAN);
}

/* An epoch whose validation was broken off is not done: its row is as it would
 * have been, and so is the model. */
static void
test_vlm_stage_stopped_in_validation_ends_bit_equal (Stage         *stage,
                                                     gconstpointer  data)
{
  g_autofree char *whole = NULL;
  g_autofree char *parts = NULL;
  g_autofree char *whole_table = NULL;
  g_autofree char *parts_table = NULL;
  gsize n_whole, n_parts;
  double accuracy;

  stage->recipe->vlm.fit.batch = 3;
  stage_run (stage, emo_vlm_stage_run);
  whole = stage_read (stage, RESULT, &n_whole);
  whole_table = read_table (stage);
  accuracy = read_accuracy (stage);
  stage_forget (stage, "vlm");
  for (guint epoch = 1; epoch <= 4; epoch++)
    {
      stop_at_checkpoint (stage, epoch > 1);
      /* The one before, which was not judged yet. */
      g_assert_cmpuint (stage_count (stage, "epoch"), ==, epoch > 1);
    }
  stage_run (stage, emo_vlm_stage_run);
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 1);
  parts = stage_read (stage, RESULT, &n_parts);
  parts_table = read_table (stage);
  g_assert_cmpmem (parts, n_parts, whole, n_whole);
  g_assert_cmpstr (parts_table, ==, whole_table);
  g_assert_true (isfinite (accuracy) && read_accuracy (stage) == accuracy);
}

static void
test_vlm_stage_resumed_at_its_end_trains_no_more (Stage         *stage,
                                                  gconstpointer  data)
{
  learn_nothing (stage);
  stop_at_checkpoint (stage, FALSE);
  stop_at_checkpoint (stage, TRUE);
  /* The second epoch's validation says that it was the last. */
  stage_run (stage, emo_vlm_stage_run);
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 1);
  g_assert_cmpuint (stage_count (stage, "step"), ==, 0);
  g_assert_true (stage_said (stage, "the stage ends after epoch 2 of 4"));
}

static char *
find_checkpoint (Stage  *stage,
                 gint64  step)
{
  g_autofree char *folder = g_build_filename (stage->output, "training", "vlm", "checkpoints", NULL);
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  g_autofree char *own = g_build_filename (folder, g_dir_read_name (dir), NULL);

  return emo_checkpoint_dup_path (own, step);
}

/* Changes a bit of the weights that a checkpoint has. */
static void
damage (Stage  *stage,
        gint64  step)
{
  g_autofree char *path = find_checkpoint (stage, step);
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  text[length - 1] ^= 1;
  g_assert_true (g_file_set_contents (path, text, length, NULL));
}

static void
test_vlm_stage_whose_best_is_damaged_keeps_the_last (Stage         *stage,
                                                     gconstpointer  data)
{
  g_autoptr(EmoJson) mark = NULL;

  learn_nothing (stage);
  stage->recipe->vlm.fit.patience = 3;
  for (guint epoch = 1; epoch <= 3; epoch++)
    stop_at_checkpoint (stage, epoch > 1);
  damage (stage, 1);
  stage_run (stage, emo_vlm_stage_run);
  g_assert_true (stage_said (stage, "the best epoch, 1, is lost, and the last one is kept"));
  g_assert_true (stage_said (stage, "step-1.safetensors"));
  g_assert_true (isfinite (read_accuracy (stage)));
  mark = read_mark (stage);
  g_assert_null (emo_json_value_get_member (emo_json_get_root (mark), "best_epoch"));
}

/* The best epoch's checkpoint has the name of one of the other's. */
static void
test_vlm_stage_goes_on_after_other_settings (Stage         *stage,
                                             gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (stage->output, "training", "vlm", "checkpoints", NULL);
  g_autofree char *whole = NULL;
  g_autofree char *parts = NULL;
  g_autofree char *whole_table = NULL;
  g_autofree char *parts_table = NULL;
  g_autoptr(GDir) dir = NULL;
  gsize n_whole, n_parts;

  learn_nothing (stage);
  stage->recipe->vlm.fit.patience = 3;
  stage_run (stage, emo_vlm_stage_run);
  whole = stage_read (stage, RESULT, &n_whole);
  whole_table = read_table (stage);
  stage_forget (stage, "vlm");
  for (guint epoch = 1; epoch <= 3; epoch++)
    stop_at_checkpoint (stage, epoch > 1);
  stage->recipe->vlm.fit.lr = 1e-3;
  stop_at_checkpoint (stage, TRUE);
  g_assert_true (stage_said (stage, "belong to another model or other settings"));
  stop_at_checkpoint (stage, TRUE);
  stage->recipe->vlm.fit.lr = 0;
  stage_run (stage, emo_vlm_stage_run);
  g_assert_false (stage_said (stage, "is lost"));
  parts = stage_read (stage, RESULT, &n_parts);
  parts_table = read_table (stage);
  g_assert_cmpmem (parts, n_parts, whole, n_whole);
  g_assert_cmpstr (parts_table, ==, whole_table);
  /* What is done leaves none, of whichever settings. */
  dir = g_dir_open (folder, 0, NULL);
  g_assert_null (g_dir_read_name (dir));
}

/* What was begun on a GPU goes on where there is none, unless the CPU is asked
 * for by its name. */
static void
test_vlm_stage_goes_on_where_auto_is_something_else (Stage         *stage,
                                                     gconstpointer  data)
{
  static const char * const on_gpu[] = { "cuda:0\nbfloat16", "cpu\nbfloat16", NULL };
  static const char * const on_cpu[] = { "cpu\nfloat32", "cuda:0\nbfloat16", NULL };

  stage->job.computes = on_gpu;
  stop_at_checkpoint (stage, FALSE);
  stage->job.computes = NULL;
  stop_at_checkpoint (stage, TRUE);
  g_assert_true (stage_said (stage, "begins anew"));
  stage->job.computes = on_gpu;
  stop_at_checkpoint (stage, TRUE);
  g_assert_false (stage_said (stage, "begins anew"));
  stage_forget (stage, "vlm");

  stage->job.computes = on_gpu;
  stop_at_checkpoint (stage, FALSE);
  stage->job.computes = on_cpu;
  stage_run (stage, emo_vlm_stage_run);
  g_assert_false (stage_said (stage, "begins anew"));
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 4);
}

/* While pictures are read, before any stage. */
static void
test_vlm_stage_stopped_before_it_begins_says_so (Stage         *stage,
                                                 gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  EmoTraining training = {
    .data = stage->root, .output = stage->output, .stages = 1u << EMO_TRAIN_VLM, .recipe = stage->recipe, .device = "cpu",
    .dtype = "float32", .threads = 1, .line = line_cb, .user_data = stage,
  };

  g_cancellable_cancel (stage->job.cancellable);
  g_assert_false (emo_training_run (&training, stage->job.cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (stage_count (stage, "stopped"), ==, 1);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, set_up, function) g_test_add ("/Emo/VlmStage/" name, Stage, NULL, set_up, function, tear_down)
  ADD ("does-all-epochs-without-val", set_up_without_val, test_vlm_stage_does_all_epochs_without_val);
  ADD ("says-why-it-ends-early", set_up, test_vlm_stage_says_why_it_ends_early);
  ADD ("makes-again-what-is-gone", set_up, test_vlm_stage_makes_again_what_is_gone);
  ADD ("stopped-in-validation-ends-bit-equal", set_up, test_vlm_stage_stopped_in_validation_ends_bit_equal);
  ADD ("resumed-at-its-end-trains-no-more", set_up, test_vlm_stage_resumed_at_its_end_trains_no_more);
  ADD ("whose-best-is-damaged-keeps-the-last", set_up, test_vlm_stage_whose_best_is_damaged_keeps_the_last);
  ADD ("goes-on-after-other-settings", set_up, test_vlm_stage_goes_on_after_other_settings);
  ADD ("goes-on-where-auto-is-something-else", set_up, test_vlm_stage_goes_on_where_auto_is_something_else);
  ADD ("stopped-before-it-begins-says-so", set_up, test_vlm_stage_stopped_before_it_begins_says_so);
#undef ADD

  return g_test_run ();
}
