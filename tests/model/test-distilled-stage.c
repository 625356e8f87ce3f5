/* test-distilled-stage.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <signal.h>
#include <sys/resource.h>

#include "emo-branch-logits.h"
#include "emo-bundle-classifier.h"
#include "emo-distilled-stage.h"
#include "emo-domain.h"
#include "emo-error.h"
#include "emo-head.h"
#include "emo-manifest-edit.h"
#include "emo-safetensors.h"
#include "emo-teacher.h"
#include "emo-train-origin.h"
#include "emo-visual-spread.h"
#include "stage-fixture.h"

static void
set_up (Stage         *stage,
        gconstpointer  data)
{
  stage_init (stage, 64, 24, 0);
}

static void
tear_down (Stage         *stage,
           gconstpointer  data)
{
  stage_clear (stage);
}

static double
read_number (Stage      *stage,
             const char *key)
{
  g_autofree char *text = stage_read (stage, "training/distilled/done.json", NULL);
  g_autoptr(EmoJson) json = emo_json_parse (text, strlen (text), "done.json", 0, NULL);

  return emo_json_value_get_member_double (emo_json_get_root (json), key, -1);
}

/* How long the mean of the domain's statistics is. */
static gint64
read_domain_width (const char *path)
{
  g_autoptr(EmoSafetensors) file = emo_safetensors_open (path, NULL);

  g_assert_nonnull (file);

  return emo_safetensors_find (file, "mean")->shape[0];
}

static void
test_distilled_stage_makes_a_head_and_a_domain (Stage         *stage,
                                                gconstpointer  data)
{
  g_autoptr(EmoBundle) bundle = NULL;
  g_autoptr(EmoHead) head = NULL;
  g_autoptr(EmoDomain) domain = NULL;
  g_autoptr(GError) error = NULL;

  stage_run (stage, emo_distilled_stage_run);
  bundle = emo_bundle_load (stage->output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (bundle->distilled);
  g_assert_null (bundle->gate);
  g_assert_cmpuint (bundle->n_checks, ==, 0);
  g_assert_cmpstr (bundle->domain_name, ==, "drawn scenes");
  g_assert_cmpstr (bundle->domain_notice, ==, "Demo model: drawn scenes only");
  head = emo_head_load (bundle->distilled, 192, 8, &error);
  g_assert_no_error (error);
  domain = emo_domain_load (bundle->domain, 192, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read_domain_width (bundle->domain), ==, 192 + EMO_VISUAL_SPREAD_SIZE);
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 4);
  g_assert_cmpuint (stage_count (stage, "start"), ==, 1);
  g_assert_cmpuint (stage_count (stage, "done"), ==, 1);
  g_assert_true (stage_said (stage, "There is no teacher"));
  g_assert_true (stage_said (stage, "Fold 3 of 3"));
  /* Colours of three bits, a fifth of them wrong, are learned from 64 pictures. */
  g_assert_cmpfloat (read_number (stage, "val_accuracy"), >, 0.4);
  g_assert_cmpfloat (read_number (stage, "temperature"), >, 0);
}

/* The weights as they are stored would see every picture elsewhere. */
static void
test_distilled_stage_learns_no_domain_of_four_bits (Stage         *stage,
                                                    gconstpointer  data)
{
  g_autoptr(EmoBundle) bundle = NULL;
  g_autoptr(GError) error = NULL;

  stage_run (stage, emo_distilled_stage_run);
  stage->job.dtype = "nf4";
  stage_run (stage, emo_distilled_stage_run);
  g_assert_true (stage_said (stage, "In nf4 it is not learned which pictures are of their kind"));
  bundle = emo_bundle_load (stage->output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (bundle->distilled);
  g_assert_null (bundle->domain);
  g_assert_cmpstr (bundle->domain_name, ==, "drawn scenes");
}

/* The bundle began with a gate, and says how good it was. */
static void
test_distilled_stage_takes_back_what_hung_on_the_head (Stage         *stage,
                                                       gconstpointer  data)
{
  static const char * const gone[] = { "gate", "gates", "checks", "prior", "provenance" };
  g_autoptr(EmoManifestEdit) manifest = emo_manifest_edit_load (stage->output, NULL);
  g_autoptr(EmoManifestEdit) left = NULL;

  emo_manifest_edit_set (manifest, "prior", "[0, 0, 0, 0, 0, 0, 0, 0]");
  g_assert_nonnull (emo_manifest_edit_get (manifest, "provenance"));
  g_assert_true (emo_manifest_edit_save (manifest, NULL));
  stage_run (stage, emo_distilled_stage_run);
  left = emo_manifest_edit_load (stage->output, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (gone); i++)
    g_assert_null (emo_manifest_edit_get (left, gone[i]));
}

/* What a model said of its pictures is not said of others. */
static void
test_distilled_stage_drops_another_models_notice (Stage         *stage,
                                                  gconstpointer  data)
{
  EmoTrainOrigin origin = { EMO_TRAIN_ORIGIN_MODEL, (char *) "/elsewhere", (char *) "0" };
  g_autoptr(EmoBundle) bundle = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_train_origin_save (&origin, stage->output, &error));
  g_assert_no_error (error);
  stage_run (stage, emo_distilled_stage_run);
  bundle = emo_bundle_load (stage->output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (bundle->domain);
  g_assert_null (bundle->domain_name);
  g_assert_null (bundle->domain_notice);
}

static void
test_distilled_stage_is_not_run_twice (Stage         *stage,
                                       gconstpointer  data)
{
  g_autofree char *path = g_build_filename (stage->output, "distilled.safetensors", NULL);

  stage_run (stage, emo_distilled_stage_run);
  stage_run (stage, emo_distilled_stage_run);
  g_assert_cmpuint (stage_count (stage, "skipped"), ==, 1);
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 0);
  stage->recipe->distilled.alpha = 0.25;
  stage_run (stage, emo_distilled_stage_run);
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 4);
  /* What the VLM says has no part in it. */
  stage->recipe->gate.fit.epochs++;
  stage_run (stage, emo_distilled_stage_run);
  g_assert_cmpuint (stage_count (stage, "skipped"), ==, 1);
}

/* Rows that are not held out as well as those that are; folds differ from the head. */
static void
test_distilled_stage_leaves_logits_for_the_gate (Stage         *stage,
                                                 gconstpointer  data)
{
  g_autofree char *path = emo_distilled_stage_dup_logits (&stage->job);
  g_autofree char *dataset = emo_dataset_dup_sha256 (stage->dataset);
  g_autoptr(EmoBranchLogits) logits = NULL;
  g_autoptr(GError) error = NULL;

  stage_run (stage, emo_distilled_stage_run);
  logits = emo_branch_logits_load (path, dataset, 8, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (logits->n, ==, 64);
  for (guint32 i = 0; i < 64; i++)
    {
      const float *row = emo_branch_logits_find (logits, i);

      g_assert_nonnull (row);
      g_assert_true (row[0] != row[1]);
    }
  g_assert_null (emo_branch_logits_find (logits, 64));
  g_assert_null (emo_branch_logits_load (path, "another", 8, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
}

static void
assert_resumes (Stage *stage,
                guint  piece_us)
{
  g_autofree char *head = NULL;
  g_autofree char *logits = NULL;
  g_autofree char *head_again = NULL;
  g_autofree char *logits_again = NULL;
  gsize n_head, n_logits, n_head_again, n_logits_again;
  guint n_stops;

  stage_run (stage, emo_distilled_stage_run);
  head = stage_read (stage, "distilled.safetensors", &n_head);
  logits = stage_read (stage, "training/distilled/logits.safetensors", &n_logits);
  stage_forget (stage, "distilled");
  n_stops = stage_run_in_pieces (stage, piece_us, emo_distilled_stage_run);
  g_test_message ("stopped %u times", n_stops);
  g_assert_cmpuint (n_stops, >, 0);
  head_again = stage_read (stage, "distilled.safetensors", &n_head_again);
  logits_again = stage_read (stage, "training/distilled/logits.safetensors", &n_logits_again);
  g_assert_cmpmem (head, n_head, head_again, n_head_again);
  g_assert_cmpmem (logits, n_logits, logits_again, n_logits_again);
}

static void
test_distilled_stage_stopped_at_random_ends_bit_equal (Stage         *stage,
                                                       gconstpointer  data)
{
  stage->recipe->distilled.fit.batch = 1;
  stage->recipe->distilled.fit.epochs = 12;
  assert_resumes (stage, 200000);
}

static void
test_distilled_stage_resumes_with_patience (Stage         *stage,
                                            gconstpointer  data)
{
  stage->recipe->distilled.fit.batch = 1;
  stage->recipe->distilled.fit.epochs = 12;
  stage->recipe->distilled.fit.patience = 2;
  stage->recipe->distilled.fit.lr = 2e-2;
  assert_resumes (stage, 200000);
}

/* What is said of the stage is said of the epoch that it keeps. */
static void
test_distilled_stage_says_how_good_the_kept_one_is (Stage         *stage,
                                                    gconstpointer  data)
{
  g_autofree char *path = g_build_filename (stage->output, "training", "distilled", "epochs.csv", NULL);
  g_autoptr(GArray) rows = NULL;
  double best = 0, last = 0;

  stage->recipe->distilled.folds = 0;
  stage->recipe->distilled.fit.batch = 1;
  stage->recipe->distilled.fit.epochs = 12;
  stage->recipe->distilled.fit.patience = 2;
  stage->recipe->distilled.fit.lr = 10;
  stage_run (stage, emo_distilled_stage_run);
  rows = emo_epoch_table_read (path);
  for (guint i = 0; i < rows->len; i++)
    {
      last = g_array_index (rows, EmoTrainEpoch, i).val_accuracy;
      best = MAX (best, last);
    }
  g_assert_cmpfloat (last, <, best);
  g_assert_cmpfloat_with_epsilon (read_number (stage, "val_accuracy"), best, 1e-9);
}

static void
test_distilled_stage_asks_a_teacher (Stage         *stage,
                                     gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (stage->output, "teacher", NULL);
  g_autofree char *alone = NULL;
  g_autofree char *taught = NULL;
  EmoTeacherConfig config;
  g_autoptr(EmoTeacher) teacher = NULL;
  gsize n_alone, n_taught;

  stage_run (stage, emo_distilled_stage_run);
  alone = stage_read (stage, "distilled.safetensors", &n_alone);
  g_assert_true (emo_teacher_config_init_named (&config, "resnet-tiny", NULL));
  teacher = emo_teacher_new (&config, emo_dataset_get_labels (stage->dataset), 7, NULL);
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  g_assert_true (emo_teacher_save (teacher, folder, NULL));
  stage_run (stage, emo_distilled_stage_run);
  g_assert_true (stage_said (stage, "asking the teacher"));
  taught = stage_read (stage, "distilled.safetensors", &n_taught);
  g_assert_cmpuint (n_alone, ==, n_taught);
  g_assert_cmpint (memcmp (alone, taught, n_taught), !=, 0);
}

/* A label without pictures in train, one label in val, a broken picture. */
static void
test_distilled_stage_takes_little (Stage         *stage,
                                   gconstpointer  data)
{
  g_autoptr(GString) list = g_string_new ("file_name,label,split\ntrain/awe/broken.png,awe,train\nval/awe/2.png,awe,val\n");
  g_autofree char *root = stage->root;
  g_autofree char *path = NULL;

  /* One picture a label, or the dataset would take val's from train. */
  for (guint i = 0; i < 8; i++)
    {
      const char *label = emo_label_set_get_label (emo_dataset_get_labels (stage->dataset), i % 8);

      if (!g_str_equal (label, "fear"))
        g_string_append_printf (list, "train/%s/%u.png,%s,train\n", label, i, label);
    }
  g_free (emo_test_write_text (root, "train/awe/broken.png", "no picture"));
  stage->root = path = emo_test_write_text (root, "list.csv", list->str);
  stage_open_dataset (stage);
  stage->root = g_steal_pointer (&root);
  stage_run (stage, emo_distilled_stage_run);
  g_assert_true (stage_said (stage, "No picture of train is labelled fear"));
  g_assert_true (stage_said (stage, "No picture of val is labelled anger"));
  g_assert_true (stage_said (stage, "broken.png"));
}

static void
test_distilled_stage_does_without_folds (Stage         *stage,
                                         gconstpointer  data)
{
  g_autofree char *path = emo_distilled_stage_dup_logits (&stage->job);

  stage->recipe->distilled.folds = 0;
  stage_run (stage, emo_distilled_stage_run);
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 4);
  g_assert_false (stage_said (stage, "Fold"));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* Files may not grow: nothing that was there is lost. */
static void
test_distilled_stage_survives_a_full_disk (Stage         *stage,
                                           gconstpointer  data)
{
  g_autofree char *before = stage_read (stage, "emovlm.json", NULL);
  g_autofree char *after = NULL;
  struct rlimit old, small;
  g_autoptr(GError) error = NULL;
  gboolean ok;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 4096;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  ok = emo_distilled_stage_run (&stage->job, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_false (ok);
  g_assert_error (error, EMO_ERROR, EMO_ERROR_NO_SPACE);
  after = stage_read (stage, "emovlm.json", NULL);
  g_assert_cmpstr (before, ==, after);
  stage_run (stage, emo_distilled_stage_run);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/Emo/DistilledStage/" name, Stage, NULL, set_up, function, tear_down)
  ADD ("makes-a-head-and-a-domain", test_distilled_stage_makes_a_head_and_a_domain);
  ADD ("learns-no-domain-of-four-bits", test_distilled_stage_learns_no_domain_of_four_bits);
  ADD ("takes-back-what-hung-on-the-head", test_distilled_stage_takes_back_what_hung_on_the_head);
  ADD ("drops-another-models-notice", test_distilled_stage_drops_another_models_notice);
  ADD ("is-not-run-twice", test_distilled_stage_is_not_run_twice);
  ADD ("leaves-logits-for-the-gate", test_distilled_stage_leaves_logits_for_the_gate);
  ADD ("stopped-at-random-ends-bit-equal", test_distilled_stage_stopped_at_random_ends_bit_equal);
  ADD ("resumes-with-patience", test_distilled_stage_resumes_with_patience);
  ADD ("says-how-good-the-kept-one-is", test_distilled_stage_says_how_good_the_kept_one_is);
  ADD ("asks-a-teacher", test_distilled_stage_asks_a_teacher);
  ADD ("takes-little", test_distilled_stage_takes_little);
  ADD ("does-without-folds", test_distilled_stage_does_without_folds);
  ADD ("survives-a-full-disk", test_distilled_stage_survives_a_full_disk);
#undef ADD

  return g_test_run ();
}
