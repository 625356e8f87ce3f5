/* test-gpu.c: what libtorch throws, and a GPU that fails
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-bundle-classifier.h"
#include "emo-compute.h"
#include "emo-error.h"
#include "emo-patches.h"
#include "emo-prediction.h"
#include "emo-test-allocator.h"
#include "emo-test-gpu.h"
#include "emo-training.h"
#include "emo-vlm-stage.h"
#include "stage-fixture.h"

static const EmoError codes[EMO_TEST_N_THROWS] = {
  [EMO_TEST_THROW_OUT_OF_MEMORY] = EMO_ERROR_OUT_OF_MEMORY,
  [EMO_TEST_THROW_DEVICE_MEMORY] = EMO_ERROR_OUT_OF_MEMORY,
  [EMO_TEST_THROW_DEVICE] = EMO_ERROR_DEVICE,
  [EMO_TEST_THROW_ERROR] = EMO_ERROR_TORCH,
  [EMO_TEST_THROW_BAD_ALLOC] = EMO_ERROR_OUT_OF_MEMORY,
  [EMO_TEST_THROW_INT] = EMO_ERROR_TORCH,
};

/* What a GPU that fails throws. */
static const EmoTestThrow failures[] = { EMO_TEST_THROW_OUT_OF_MEMORY, EMO_TEST_THROW_DEVICE_MEMORY, EMO_TEST_THROW_DEVICE };

/* Moments at which something fails, of all there are. */
#define N_MOMENTS 9

static guint
get_moment (guint i,
            guint n_allocations)
{
  return (guint) ((guint64) i * (n_allocations - 1) / (N_MOMENTS - 1));
}

/* --- Answers --- */

static char *
data_path (const char *name)
{
  return g_build_filename (g_getenv ("EMOVLM_SOURCE_ROOT"), "data", name, NULL);
}

static EmoClassifier *
load_on (const char *device)
{
  g_autofree char *path = data_path ("models/emoscenes");
  g_autoptr(GError) error = NULL;
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;
  EmoClassifier *classifier;

  options.path = path;
  options.device = device;
  options.dtype = "float32";
  classifier = emo_bundle_classifier_load (&options, NULL, NULL, NULL, &error);
  g_assert_no_error (error);

  return classifier;
}

static EmoPatches *
prepare (EmoClassifier *classifier)
{
  g_autofree char *path = data_path ("samples/01-sadness.png");
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoImage) image = emo_image_load (path, FALSE, &error);
  EmoPatches *patches;

  g_assert_no_error (error);
  patches = emo_classifier_prepare (classifier, image, &error);
  g_assert_no_error (error);

  return patches;
}

static void
apply_cb (EmoUpdate *update,
          gpointer   user_data)
{
  emo_prediction_apply (user_data, update);
}

typedef struct
{
  EmoClassifier *classifier;
  EmoPrediction *prediction;   /* of the last answer */
} Asking;

static void
asking_init (Asking     *asking,
             const char *device)
{
  asking->classifier = load_on (device);
  asking->prediction = NULL;
}

static void
asking_clear (Asking *asking)
{
  g_clear_object (&asking->prediction);
  g_clear_object (&asking->classifier);
}

/* Of a picture that was not seen before. */
static gboolean
ask (Asking  *asking,
     GError **error)
{
  EmoRequest request = EMO_REQUEST_INIT;
  g_autoptr(EmoPatches) patches = prepare (asking->classifier);

  g_clear_object (&asking->prediction);
  asking->prediction = emo_prediction_new (emo_classifier_get_info (asking->classifier));

  return emo_classifier_classify (asking->classifier, patches, &request, apply_cb, asking->prediction, NULL, error);
}

static void
assert_same_answer (EmoPrediction *a,
                    EmoPrediction *b)
{
  guint n = emo_label_set_get_size (emo_prediction_get_labels (a));

  for (int branch = 0; branch < EMO_N_BRANCHES; branch++)
    g_assert_cmpmem (emo_prediction_get_probabilities (a, branch), n * sizeof (double),
                     emo_prediction_get_probabilities (b, branch), n * sizeof (double));
  g_assert_cmpstr (emo_prediction_get_explanation (a), ==, emo_prediction_get_explanation (b));
  g_assert_cmpuint (strlen (emo_prediction_get_explanation (a)), >, 0);
}

/* Whatever is thrown, wherever: an error in words, and the next answer is right. */
static void
test_gpu_every_throw_is_an_error (void)
{
  Asking asking;
  g_autoptr(EmoPrediction) right = NULL;
  g_autoptr(GError) error = NULL;
  guint n;

  asking_init (&asking, "cpu");
  ask (&asking, &error);
  g_assert_no_error (error);
  emo_test_allocator_limit (G_MAXSIZE);
  ask (&asking, &error);
  g_assert_no_error (error);
  n = emo_test_allocator_stop (NULL);
  g_assert_cmpuint (n, >, 100);
  right = g_object_ref (asking.prediction);
  for (int what = 0; what < EMO_TEST_N_THROWS; what++)
    for (guint i = 0; i < N_MOMENTS; i++)
      {
        emo_test_allocator_fail (get_moment (i, n), FALSE, what);
        g_assert_false (ask (&asking, &error));
        emo_test_allocator_stop (NULL);
        g_assert_error (error, EMO_ERROR, (int) codes[what]);
        g_assert_null (strchr (error->message, '\n'));
        g_clear_error (&error);
        ask (&asking, &error);
        g_assert_no_error (error);
        assert_same_answer (asking.prediction, right);
      }
  asking_clear (&asking);
}

/* The answer is the one that there would have been, and says where it is from. */
static void
test_gpu_answers_move_to_the_cpu (void)
{
  Asking asking;
  g_autoptr(EmoPrediction) right = NULL;
  g_autoptr(GError) error = NULL;
  guint n;

  asking_init (&asking, "cpu");
  emo_test_allocator_limit (G_MAXSIZE);
  ask (&asking, &error);
  n = emo_test_allocator_stop (NULL);
  right = g_object_ref (asking.prediction);
  asking_clear (&asking);
  for (guint kind = 0; kind < G_N_ELEMENTS (failures); kind++)
    for (guint i = 0; i < N_MOMENTS; i += 2)
      {
        EmoModelInfo *before, *after;

        emo_test_gpu_pretend (TRUE);
        asking_init (&asking, "auto");
        g_assert_cmpuint (emo_test_gpu_get_n_loads (), ==, 1);
        before = emo_classifier_get_info (asking.classifier);
        g_assert_cmpstr (before->device, ==, "cuda:0");
        emo_test_allocator_fail (get_moment (i, n), FALSE, failures[kind]);
        ask (&asking, &error);
        emo_test_allocator_stop (NULL);
        g_assert_no_error (error);
        assert_same_answer (asking.prediction, right);
        after = emo_classifier_get_info (asking.classifier);
        g_assert_cmpstr (before->device, ==, "cuda:0");
        g_assert_cmpstr (after->device, ==, "cpu");
        g_assert_cmpstr (after->device_name, !=, before->device_name);
        g_assert_cmpstr (after->model_sha256, ==, before->model_sha256);
        g_assert_nonnull (after->model_sha256);
        g_assert_cmpuint (g_strv_length (after->notes), ==, g_strv_length (before->notes) + 1);
        g_assert_nonnull (strstr (after->notes[g_strv_length (before->notes)], "CPU"));
        asking_clear (&asking);
      }
  emo_test_gpu_pretend (FALSE);
}

/* --- Training --- */

/* The CPU has memory, and answers. */
static void
relief_cb (const char *line,
           gpointer    user_data)
{
  Stage *stage = user_data;

  g_ptr_array_add (stage->lines, g_strdup (line));
  if (strstr (line, "on the CPU") != NULL)
    emo_test_allocator_stop (NULL);
}

static void
prepare_stage (Stage *stage)
{
  stage_init (stage, 24, 8, 8);
  stage->recipe->vlm.fit.epochs = 2;
  stage->recipe->vlm.fit.batch = 4;
}

static void
ask_for_training (Stage           *stage,
                  EmoTrainStageId  id,
                  const char      *device,
                  const char      *dtype)
{
  g_autoptr(GError) error = NULL;
  EmoTraining training = {
    .data = stage->root, .output = stage->output, .stages = 1u << id, .recipe = stage->recipe, .device = device,
    .dtype = dtype, .threads = 1, .line = relief_cb, .user_data = stage,
  };

  g_ptr_array_set_size (stage->lines, 0);
  emo_training_run (&training, NULL, &error);
  emo_test_allocator_stop (NULL);
  g_assert_no_error (error);
}

/* One stage on @device, anew. */
static void
train (Stage           *stage,
       EmoTrainStageId  id,
       const char      *device)
{
  stage_forget (stage, emo_train_stage_id_get_name (id));
  stage_forget (stage, "cache");
  ask_for_training (stage, id, device, "float32");
  g_assert_cmpuint (stage_count (stage, "done"), ==, 1);
}

static guint
count_rows (Stage           *stage,
            EmoTrainStageId  id)
{
  g_autofree char *path = g_build_filename (stage->output, "training", emo_train_stage_id_get_name (id), "epochs.csv", NULL);
  g_autoptr(GArray) rows = emo_epoch_table_read (path);

  return rows->len;
}

/* Too small at load, in the first step, in the middle of an epoch; or gone there:
 * what is learned is the CPU's to the last bit, and the table has no epoch twice. */
static void
test_gpu_training_goes_on_on_the_cpu (gconstpointer data)
{
  EmoTrainStageId id = GPOINTER_TO_UINT (data);
  const char *result = id == EMO_TRAIN_VLM ? "adapter/adapter_model.safetensors" : "distilled.safetensors";
  Stage stage;
  g_autofree char *right = NULL;
  gsize length;
  guint n;

  prepare_stage (&stage);
  emo_test_allocator_limit (G_MAXSIZE);
  train (&stage, id, "cpu");
  n = emo_test_allocator_stop (NULL);
  right = stage_read (&stage, result, &length);
  emo_test_gpu_pretend (TRUE);
  for (guint kind = 0; kind < G_N_ELEMENTS (failures); kind++)
    for (guint i = 0; i < N_MOMENTS; i += 2)
      {
        g_autofree char *found = NULL;
        gsize n_found;

        emo_test_allocator_fail (get_moment (i, n), TRUE, failures[kind]);
        train (&stage, id, "auto");
        g_assert_true (stage_said (&stage, "on the CPU"));
        g_assert_cmpuint (count_rows (&stage, id), ==, id == EMO_TRAIN_VLM ? 2 : 4);
        found = stage_read (&stage, result, &n_found);
        g_assert_cmpmem (found, n_found, right, length);
      }
  emo_test_gpu_pretend (FALSE);
  stage_clear (&stage);
}

/* On the CPU there is nowhere to go: it fails in words, and goes on from there. */
static void
test_gpu_training_on_the_cpu_fails_in_words (void)
{
  Stage stage;
  g_autofree char *message = NULL;

  prepare_stage (&stage);
  emo_test_allocator_fail (500, TRUE, EMO_TEST_THROW_BAD_ALLOC);
  message = stage_fail (&stage, emo_vlm_stage_run, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY);
  emo_test_allocator_stop (NULL);
  g_assert_nonnull (strstr (message, "memory ran out"));
  stage.job.resume = TRUE;
  stage_run (&stage, emo_vlm_stage_run);
  stage_clear (&stage);
}

/* What "auto" chose is the same training when it is named; a GPU that is named is
 * another, and one that has gone was none that anyone named. */
static void
test_gpu_training_knows_what_auto_stands_for (void)
{
  EmoCompute compute;
  Stage stage;

  prepare_stage (&stage);
  ask_for_training (&stage, EMO_TRAIN_VLM, "auto", "auto");
  g_assert_true (emo_compute_choose_for_training (&compute, "cpu", "auto", 1, NULL));
  ask_for_training (&stage, EMO_TRAIN_VLM, "cpu", emo_compute_get_dtype (&compute));
  g_assert_cmpuint (stage_count (&stage, "skipped"), ==, 1);
  emo_test_gpu_pretend (TRUE);
  ask_for_training (&stage, EMO_TRAIN_VLM, "cuda", emo_compute_get_dtype (&compute));
  g_assert_cmpuint (stage_count (&stage, "skipped"), ==, 0);
  ask_for_training (&stage, EMO_TRAIN_VLM, "auto", emo_compute_get_dtype (&compute));
  g_assert_cmpuint (stage_count (&stage, "skipped"), ==, 1);
  emo_test_gpu_pretend (FALSE);
  ask_for_training (&stage, EMO_TRAIN_VLM, "auto", "auto");
  g_assert_cmpuint (stage_count (&stage, "skipped"), ==, 1);
  stage_clear (&stage);
}

int
main (int   argc,
      char *argv[])
{
  emo_torch_init (1);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Gpu/every-throw-is-an-error", test_gpu_every_throw_is_an_error);
  g_test_add_func ("/Emo/Gpu/answers-move-to-the-cpu", test_gpu_answers_move_to_the_cpu);
  g_test_add_data_func ("/Emo/Gpu/training-goes-on-on-the-cpu", GUINT_TO_POINTER (EMO_TRAIN_VLM), test_gpu_training_goes_on_on_the_cpu);
  g_test_add_data_func ("/Emo/Gpu/features-are-made-on-the-cpu", GUINT_TO_POINTER (EMO_TRAIN_DISTILLED),
                        test_gpu_training_goes_on_on_the_cpu);
  g_test_add_func ("/Emo/Gpu/training-on-the-cpu-fails-in-words", test_gpu_training_on_the_cpu_fails_in_words);
  g_test_add_func ("/Emo/Gpu/training-knows-what-auto-stands-for", test_gpu_training_knows_what_auto_stands_for);

  return g_test_run ();
}
