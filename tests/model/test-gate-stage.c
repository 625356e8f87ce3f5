/* test-gate-stage.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <signal.h>
#include <sys/resource.h>

#include "emo-bundle-classifier.h"
#include "emo-distilled-stage.h"
#include "emo-error.h"
#include "emo-features.h"
#include "emo-gate-stage.h"
#include "emo-patches.h"
#include "stage-fixture.h"

static void
set_up (Stage         *stage,
        gconstpointer  data)
{
  stage_init (stage, 64, 24, 16);
}

static void
tear_down (Stage         *stage,
           gconstpointer  data)
{
  stage_clear (stage);
}

static EmoJson *
read_json (Stage      *stage,
           const char *name)
{
  g_autofree char *path = g_build_filename (stage->output, name, NULL);
  g_autoptr(GError) error = NULL;
  EmoJson *json = emo_json_load (path, &error);

  g_assert_no_error (error);

  return json;
}

/* A number of a file's object, "accuracy/test/gated/accuracy". */
static double
read_number (Stage      *stage,
             const char *name,
             const char *where)
{
  g_autoptr(EmoJson) json = read_json (stage, name);
  g_auto(GStrv) keys = g_strsplit (where, "/", -1);
  const EmoJsonValue *value = emo_json_get_root (json);

  for (guint i = 0; keys[i] != NULL; i++)
    {
      value = emo_json_value_get_member (value, keys[i]);
      g_assert_nonnull (value);
    }

  return emo_json_value_get_double (value);
}

static EmoClassifier *
load_bundle (Stage *stage)
{
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;
  g_autoptr(GError) error = NULL;
  EmoClassifier *classifier;

  options.path = stage->output;
  options.device = "cpu";
  options.dtype = "float32";
  classifier = emo_bundle_classifier_load (&options, NULL, NULL, NULL, &error);
  g_assert_no_error (error);

  return classifier;
}

typedef struct
{
  int winners[3];   /* of the VLM, the head and the gate */
} Answer;

static void
answer_cb (EmoUpdate *update,
           gpointer   user_data)
{
  Answer *answer = user_data;
  guint winner = 0;

  for (guint i = 1; update->probabilities != NULL && i < update->n_labels; i++)
    if (update->probabilities[i] > update->probabilities[winner])
      winner = i;
  if (update->stage == EMO_STAGE_VLM)
    answer->winners[0] = winner;
  if (update->stage == EMO_STAGE_DISTILLED)
    answer->winners[1] = winner;
  if (update->stage == EMO_STAGE_GATE)
    answer->winners[2] = winner;
}

/* How many pictures of @split the written bundle gets right, by branch and by one
 * branch or the other. */
static void
count_right (Stage    *stage,
             EmoSplit  split,
             guint     right[4])
{
  g_autoptr(EmoClassifier) classifier = load_bundle (stage);
  guint first = emo_dataset_get_first (stage->dataset, split), n = emo_dataset_count (stage->dataset, split, -1);
  EmoRequest request = EMO_REQUEST_INIT;

  request.explain = FALSE;
  memset (right, 0, 4 * sizeof *right);
  for (guint i = first; i < first + n; i++)
    {
      const EmoDatasetItem *item = emo_dataset_get (stage->dataset, i);
      g_autoptr(EmoImage) image = emo_image_load (item->path, FALSE, NULL);
      g_autoptr(EmoPatches) patches = emo_classifier_prepare (classifier, image, NULL);
      Answer answer = { { -1, -1, -1 } };

      g_assert_true (emo_classifier_classify (classifier, patches, &request, answer_cb, &answer, NULL, NULL));
      for (guint j = 0; j < 3; j++)
        right[j] += answer.winners[j] == (int) item->label;
      right[3] += answer.winners[0] == (int) item->label || answer.winners[1] == (int) item->label;
    }
}

static void
assert_measured (Stage    *stage,
                 EmoSplit  split)
{
  static const char * const branches[] = { "vlm", "distilled", "gated", "oracle" };
  guint n = emo_dataset_count (stage->dataset, split, -1), right[4];

  count_right (stage, split, right);
  for (guint i = 0; i < G_N_ELEMENTS (branches); i++)
    {
      g_autofree char *where = g_strdup_printf ("provenance/accuracy/%s/%s/accuracy", emo_split_get_name (split), branches[i]);

      g_assert_cmpfloat (fabs (read_number (stage, "emovlm.json", where) - (double) right[i] / n), <, 1e-12);
    }
}

static void
test_gate_stage_measures_what_the_application_says (Stage         *stage,
                                                    gconstpointer  data)
{
  stage_run (stage, emo_distilled_stage_run);
  stage_run (stage, emo_gate_stage_run);
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 4);
  assert_measured (stage, EMO_SPLIT_VAL);
  assert_measured (stage, EMO_SPLIT_TEST);
  g_assert_cmpfloat (read_number (stage, "training/gate/done.json", "n_train"), ==, 16);
  g_assert_true (stage_said (stage, "Measured: "));
}

/* Pictures with numbers that hold, and gates of all kinds, in one bundle. */
static void
test_gate_stage_completes_the_bundle (Stage         *stage,
                                      gconstpointer  data)
{
  g_autoptr(EmoBundle) bundle = NULL;
  g_autoptr(EmoClassifier) classifier = NULL;
  g_autoptr(EmoCheck) check = NULL;
  g_autoptr(GError) error = NULL;

  stage->recipe->gate.kind = EMO_GATE_KIND_MOE;
  stage_run (stage, emo_distilled_stage_run);
  stage_run (stage, emo_gate_stage_run);
  bundle = emo_bundle_load (stage->output, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (bundle->gate_kind, ==, EMO_GATE_KIND_MOE);
  g_assert_cmpuint (bundle->n_gates, ==, EMO_N_GATE_KINDS - 1);
  g_assert_cmpuint (bundle->n_checks, ==, 2);
  classifier = load_bundle (stage);
  check = emo_classifier_check (classifier, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (check->n_pictures, ==, 2);
  g_assert_cmpfloat (check->worst, <, 1e-6);
  g_assert_cmpfloat (read_number (stage, "emovlm.json", "provenance/seed"), ==, stage->recipe->seed);
  g_assert_cmpfloat (read_number (stage, "emovlm.json", "provenance/recipe/held_out"), ==, 0.25);
}

/* The label that a blank picture evokes least. */
static guint
find_rarest (Stage *stage)
{
  g_autoptr(EmoBundle) bundle = emo_bundle_load (stage->output, NULL, NULL, NULL);
  g_autofree char *cache = emo_train_job_dup_path (&stage->job, "cache");
  EmoFeatureOptions options = { .folder = cache, .device = "cpu", .dtype = "float32", .threads = 1 };
  g_autoptr(EmoFeatures) features = emo_features_new (bundle, &options, NULL, NULL);
  float scores[8];
  guint rarest = 0;

  g_assert_true (emo_features_look_at_blank (features, scores, NULL, NULL));
  for (guint i = 1; i < 8; i++)
    if (scores[i] < scores[rarest])
      rarest = i;

  return rarest;
}

/* 60 pictures of val with one label: where it is the one that the VLM believes in
 * least before it sees anything, dividing that out helps. */
static void
test_gate_stage_divides_a_prior_out_where_it_helps (Stage         *stage,
                                                    gconstpointer  data)
{
  guint rarest = find_rarest (stage);
  g_autofree char *folder = g_build_filename (stage->root, "val", emo_label_set_get_label (emo_dataset_get_labels (stage->dataset), rarest), NULL);
  g_autoptr(EmoBundle) bundle = NULL;
  double sum = 0;

  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *name = g_strdup_printf ("more-%u.png", i);

      write_noise (folder, name, rarest, 5000 + i);
    }
  stage_open_dataset (stage);
  stage_run (stage, emo_distilled_stage_run);
  stage_run (stage, emo_gate_stage_run);
  g_assert_true (stage_said (stage, "a blank picture is divided out"));
  bundle = emo_bundle_load (stage->output, NULL, NULL, NULL);
  g_assert_nonnull (bundle->prior);
  for (guint i = 0; i < 8; i++)
    sum += exp (bundle->prior[i]);
  g_assert_cmpfloat (fabs (sum - 1), <, 1e-6);
  assert_measured (stage, EMO_SPLIT_VAL);
  assert_measured (stage, EMO_SPLIT_TEST);
}

static void
test_gate_stage_leaves_a_prior_out_where_it_does_not_help (Stage         *stage,
                                                           gconstpointer  data)
{
  g_autoptr(EmoBundle) bundle = NULL;

  /* 56 pictures of val suffice to tell. */
  emo_test_remove_folder (stage->root);
  g_free (stage->root);
  stage->root = make_pictures (64, 56, 16);
  stage_open_dataset (stage);
  stage_run (stage, emo_distilled_stage_run);
  stage_run (stage, emo_gate_stage_run);
  bundle = emo_bundle_load (stage->output, NULL, NULL, NULL);
  g_assert_null (bundle->prior);
  g_assert_false (stage_said (stage, "a blank picture is divided out"));
}

static void
test_gate_stage_is_not_run_twice (Stage         *stage,
                                  gconstpointer  data)
{
  stage_run (stage, emo_distilled_stage_run);
  stage_run (stage, emo_gate_stage_run);
  stage_run (stage, emo_gate_stage_run);
  g_assert_cmpuint (stage_count (stage, "skipped"), ==, 1);
  stage->recipe->gate.vlm_input = EMO_VLM_INPUT_ONE_HOT;
  stage_run (stage, emo_gate_stage_run);
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 4);
  /* Another head makes another gate. */
  stage->recipe->distilled.fit.lr *= 2;
  stage_run (stage, emo_distilled_stage_run);
  stage_run (stage, emo_gate_stage_run);
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 4);
}

/* The stage waits for what the search chooses by. */
static void
test_gate_stage_judges_by_loss (Stage         *stage,
                                gconstpointer  data)
{
  g_autofree char *path = g_build_filename (stage->output, "training", "gate", "epochs.csv", NULL);
  g_autoptr(GArray) rows = NULL;
  guint best = 0;

  stage->recipe->gate.fit.lr = 3e-2;
  stage->recipe->gate.fit.epochs = 30;
  stage->recipe->gate.fit.patience = 4;
  stage_run (stage, emo_distilled_stage_run);
  stage_run (stage, emo_gate_stage_run);
  rows = emo_epoch_table_read (path);
  for (guint i = 1; i < rows->len; i++)
    if (g_array_index (rows, EmoTrainEpoch, i).val_loss < g_array_index (rows, EmoTrainEpoch, best).val_loss)
      best = i;
  g_assert_cmpuint (rows->len, ==, best + 1 + 4);
  g_assert_cmpfloat (read_number (stage, "training/gate/done.json", "best_epoch"), ==, best + 1);
}

static void
test_gate_stage_learns_as_published (Stage         *stage,
                                     gconstpointer  data)
{
  emo_train_recipe_make_published (stage->recipe);
  stage_open_dataset (stage);
  stage_run (stage, emo_distilled_stage_run);
  stage_run (stage, emo_gate_stage_run);
  g_assert_cmpfloat (read_number (stage, "training/gate/done.json", "n_train"), ==, 64);
  assert_measured (stage, EMO_SPLIT_TEST);
}

static void
test_gate_stage_says_that_nothing_is_held_out (Stage         *stage,
                                               gconstpointer  data)
{
  stage->recipe->held_out = 0;
  stage_open_dataset (stage);
  stage_run (stage, emo_distilled_stage_run);
  stage_run (stage, emo_gate_stage_run);
  g_assert_true (stage_said (stage, "Nothing is held out"));
  g_assert_cmpfloat (read_number (stage, "training/gate/done.json", "n_train"), ==, 64);
}

static void
test_gate_stage_stopped_at_random_ends_bit_equal (Stage         *stage,
                                                  gconstpointer  data)
{
  static const char * const names[] = { "gate.safetensors", "gates/moe.safetensors", "gates/cross.safetensors" };
  char *whole[G_N_ELEMENTS (names)];
  gsize n_whole[G_N_ELEMENTS (names)];
  guint n_stops;

  stage->recipe->gate.fit.batch = 1;
  stage->recipe->gate.fit.epochs = 400;
  stage_run (stage, emo_distilled_stage_run);
  stage_run (stage, emo_gate_stage_run);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    whole[i] = stage_read (stage, names[i], &n_whole[i]);
  stage_forget (stage, "gate");
  n_stops = stage_run_in_pieces (stage, 200000, emo_gate_stage_run);
  g_test_message ("stopped %u times", n_stops);
  g_assert_cmpuint (n_stops, >, 0);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gsize n;
      g_autofree char *pieces = stage_read (stage, names[i], &n);

      g_assert_cmpmem (whole[i], n_whole[i], pieces, n);
      g_free (whole[i]);
    }
}

static void
test_gate_stage_wants_a_head_first (Stage         *stage,
                                    gconstpointer  data)
{
  g_autofree char *logits = emo_distilled_stage_dup_logits (&stage->job);
  g_autofree char *message = NULL;

  /* The embedded bundle has a head, but nobody knows what it had seen. */
  message = stage_fail (stage, emo_gate_stage_run, EMO_ERROR, EMO_ERROR_IO);
  g_assert_nonnull (strstr (message, "run the stage distilled"));
  stage_run (stage, emo_distilled_stage_run);
  /* Logits of other pictures. */
  stage->recipe->held_out = 0.5;
  g_free (emo_test_write_text (stage->root, "train/awe/broken.png", "no picture"));
  stage_open_dataset (stage);
  g_clear_pointer (&message, g_free);
  message = stage_fail (stage, emo_gate_stage_run, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_assert_nonnull (strstr (message, "run the stage distilled again"));
}

static void
test_gate_stage_leaves_broken_pictures_out (Stage         *stage,
                                            gconstpointer  data)
{
  g_free (emo_test_write_text (stage->root, "train/awe/broken.png", "no picture"));
  g_free (emo_test_write_text (stage->root, "val/awe/broken.png", "no picture"));
  g_free (emo_test_write_text (stage->root, "test/awe/broken.png", "no picture"));
  stage_open_dataset (stage);
  stage_run (stage, emo_distilled_stage_run);
  stage_run (stage, emo_gate_stage_run);
  g_assert_true (stage_said (stage, "val/awe/broken.png"));
  g_assert_true (stage_said (stage, "test/awe/broken.png"));
  g_assert_cmpfloat (read_number (stage, "emovlm.json", "provenance/accuracy/val/n"), ==, 24);
  g_assert_cmpfloat (read_number (stage, "emovlm.json", "provenance/accuracy/test/n"), ==, 16);
}

/* Files may not grow: the bundle stays one that loads. */
static void
test_gate_stage_survives_a_full_disk (Stage         *stage,
                                      gconstpointer  data)
{
  struct rlimit old, small;
  g_autoptr(EmoBundle) bundle = NULL;
  g_autoptr(GError) error = NULL;
  gboolean ok;

  stage_run (stage, emo_distilled_stage_run);
  stage_run (stage, emo_gate_stage_run);
  stage->recipe->gate.fit.epochs++;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small = old;
  small.rlim_cur = 512;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  ok = emo_gate_stage_run (&stage->job, &error);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_false (ok);
  g_assert_error (error, EMO_ERROR, EMO_ERROR_NO_SPACE);
  bundle = emo_bundle_load (stage->output, NULL, NULL, NULL);
  g_assert_nonnull (bundle);
  stage_run (stage, emo_gate_stage_run);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/Emo/GateStage/" name, Stage, NULL, set_up, function, tear_down)
  ADD ("measures-what-the-application-says", test_gate_stage_measures_what_the_application_says);
  ADD ("completes-the-bundle", test_gate_stage_completes_the_bundle);
  ADD ("divides-a-prior-out-where-it-helps", test_gate_stage_divides_a_prior_out_where_it_helps);
  ADD ("leaves-a-prior-out-where-it-does-not-help", test_gate_stage_leaves_a_prior_out_where_it_does_not_help);
  ADD ("is-not-run-twice", test_gate_stage_is_not_run_twice);
  ADD ("judges-by-loss", test_gate_stage_judges_by_loss);
  ADD ("learns-as-published", test_gate_stage_learns_as_published);
  ADD ("says-that-nothing-is-held-out", test_gate_stage_says_that_nothing_is_held_out);
  ADD ("stopped-at-random-ends-bit-equal", test_gate_stage_stopped_at_random_ends_bit_equal);
  ADD ("wants-a-head-first", test_gate_stage_wants_a_head_first);
  ADD ("leaves-broken-pictures-out", test_gate_stage_leaves_broken_pictures_out);
  ADD ("survives-a-full-disk", test_gate_stage_survives_a_full_disk);
#undef ADD

  return g_test_run ();
}
