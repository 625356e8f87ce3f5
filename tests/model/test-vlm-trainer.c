/* test-vlm-trainer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-test-allocator.h"
#include "emo-test-files.h"
#include "emo-vlm-gradients.h"
#include "emo-vlm-save.h"
#include "emo-vlm-trainer.h"

static const char * const modules[] = { "q_proj", "k_proj", "v_proj", "o_proj", NULL };

/* A few pictures of two sizes and two labels with annotations. */
static char *
make_folder (void)
{
  char *root = emo_test_make_folder ();
  g_autoptr(GString) text = g_string_new ("[");

  for (guint i = 0; i < 7; i++)
    {
      const char *label = i % 2 == 0 ? "awe" : "fear";
      g_autofree char *name = g_strdup_printf ("train/%s/%u.png", label, i);
      g_autofree char *path = emo_test_write_picture (root, name, i < 4 ? 56 : 84, 56);

      g_string_append_printf (text, "%s{\"gpt_response\": \"1. A thing %u. 2. It is large.\", \"img_path\": \"%s\", \"label\": \"%s\"}",
                              i > 0 ? "," : "", i, name, label);
      g_assert_nonnull (path);
    }
  g_free (emo_test_write_picture (root, "val/awe/v.png", 56, 56));
  g_free (emo_test_write_picture (root, "val/fear/v.png", 56, 56));
  g_string_append_c (text, ']');
  g_free (emo_test_write_text (root, "set_annotations_train.json", text->str));

  return root;
}

/* Everything that a training needs. */
typedef struct
{
  EmoBundle       *bundle;
  EmoVlm          *vlm;
  EmoDataset      *dataset;
  EmoVlmQuestions *questions;
  EmoVlmPictures  *pictures;
  EmoVlmTrainer   *trainer;
} Training;

static EmoVlmTrainOptions
options_of (gboolean full)
{
  EmoVlmTrainOptions options = EMO_VLM_TRAIN_DEFAULTS;

  options.full = full;
  options.lora.modules = modules;
  options.lora.dropout = 0.3;
  options.lora.seed = 5;
  options.seed = 5;
  options.schedule = (EmoLrSchedule) { EMO_LR_COSINE, 1e-2, 0.03, 0 };
  options.epochs = 3;
  options.batch = 2;
  options.accumulate = 2;

  return options;
}

static void
training_init_full (Training   *self,
                    const char *root,
                    gboolean    full,
                    gboolean    nf4)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "vectors", "tiny", "vlm-alone", NULL);
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GError) error = NULL;
  EmoVlmTrainOptions options = options_of (full);
  EmoLoadWatch watch = { 0 };
  EmoVlmConfig config;

  self->bundle = emo_bundle_load (folder, NULL, NULL, &error);
  g_assert_no_error (error);
  emo_vlm_config_load (&config, self->bundle->vlm, &error);
  g_assert_no_error (error);
  self->vlm = emo_vlm_load_full (self->bundle->vlm, &config, NULL, nf4, EMO_DTYPE_F32, EMO_DEVICE_CPU, notes, &watch, &error);
  g_assert_no_error (error);
  self->dataset = emo_dataset_load (root, NULL, EMO_DATASET_SEED, NULL, &error);
  g_assert_no_error (error);
  self->questions = emo_vlm_questions_new (self->vlm->tokenizer, self->bundle, emo_dataset_get_labels (self->dataset));
  self->pictures = emo_vlm_pictures_new (self->dataset, EMO_SPLIT_TRAIN, &self->vlm->config.image, options.batch, options.seed,
                                         notes, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (notes->len, ==, 0);
  self->trainer = emo_vlm_trainer_new (self->vlm, self->questions, self->pictures, &options, &error);
  g_assert_no_error (error);
}

static void
training_init (Training   *self,
               const char *root,
               gboolean    full)
{
  training_init_full (self, root, full, FALSE);
}

static void
training_clear (Training *self)
{
  emo_vlm_trainer_free (self->trainer);
  emo_vlm_pictures_free (self->pictures);
  emo_vlm_questions_free (self->questions);
  emo_dataset_free (self->dataset);
  emo_vlm_free (self->vlm);
  emo_bundle_free (self->bundle);
}

typedef struct
{
  gint64 stop_at;      /* update; 0: the end */
  guint  n_updates;
  guint  n_epochs;
  double first_loss;
  double last_loss;
} Heard;

static gboolean
heard_cb (EmoVlmTrainer          *trainer,
          const EmoVlmTrainState *state,
          gboolean                epoch_ends,
          gpointer                user_data)
{
  Heard *heard = user_data;

  g_assert_cmpint (state->step, ==, emo_vlm_trainer_get_step (trainer));
  g_assert_true (state->lr > 0 || state->step == 1);
  g_assert_cmpuint (state->n_pictures, >=, 1);
  g_assert_cmpuint (state->n_pictures, <=, 4);
  if (heard->n_updates++ == 0)
    heard->first_loss = state->loss;
  heard->last_loss = state->loss;
  heard->n_epochs += epoch_ends;

  return state->step != heard->stop_at;
}

static void
run (Training *training,
     Heard    *heard)
{
  g_autoptr(GError) error = NULL;

  emo_vlm_trainer_run (training->trainer, heard_cb, heard, NULL, &error);
  g_assert_no_error (error);
}

static GArray *
state_of (Training *training)
{
  g_autoptr(GError) error = NULL;
  GArray *state = emo_vlm_trainer_list_state (training->trainer, &error);

  g_assert_no_error (error);

  return state;
}

static void
assert_same_state (GArray *a,
                   GArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++)
    {
      const EmoStoredTensor *first = &g_array_index (a, EmoStoredTensor, i);
      const EmoStoredTensor *second = &g_array_index (b, EmoStoredTensor, i);

      g_assert_cmpstr (first->name, ==, second->name);
      if (first->n_bytes != second->n_bytes || memcmp (first->data, second->data, first->n_bytes) != 0)
        g_error ("%s differs", first->name);
    }
}

/* Stopped after any update and gone on with elsewhere: the same bits. */
static void
test_trainer_resumes (gconstpointer full)
{
  g_autofree char *root = make_folder ();
  g_autofree char *path = g_build_filename (root, "state.safetensors", NULL);
  g_autoptr(GArray) unbroken = NULL;
  Training whole;
  Heard heard = { 0 };
  gint64 steps;

  training_init (&whole, root, GPOINTER_TO_INT (full));
  steps = emo_vlm_trainer_get_steps (whole.trainer);
  /* Four and three pictures in twos are four batches, two updates an epoch. */
  g_assert_cmpint (steps, ==, 6);
  run (&whole, &heard);
  g_assert_cmpuint (heard.n_updates, ==, steps);
  g_assert_cmpuint (heard.n_epochs, ==, 3);
  g_assert_cmpfloat (heard.last_loss, <, heard.first_loss);
  unbroken = state_of (&whole);
  training_clear (&whole);

  for (gint64 stop = 1; stop < steps; stop++)
    {
      Training first, second;
      Heard before = { .stop_at = stop }, after = { 0 };
      g_autoptr(GArray) saved = NULL;
      g_autoptr(GArray) resumed = NULL;
      g_autoptr(EmoSafetensors) file = NULL;
      g_autoptr(GError) error = NULL;

      training_init (&first, root, GPOINTER_TO_INT (full));
      run (&first, &before);
      g_assert_cmpuint (before.n_updates, ==, stop);
      saved = state_of (&first);
      emo_safetensors_save (path, (const EmoStoredTensor *) saved->data, saved->len, NULL, &error);
      g_assert_no_error (error);
      training_clear (&first);

      training_init (&second, root, GPOINTER_TO_INT (full));
      file = emo_safetensors_open (path, &error);
      g_assert_no_error (error);
      emo_vlm_trainer_restore (second.trainer, file, stop, &error);
      g_assert_no_error (error);
      run (&second, &after);
      g_assert_cmpuint (after.n_updates, ==, steps - stop);
      resumed = state_of (&second);
      assert_same_state (unbroken, resumed);
      training_clear (&second);
    }
  emo_test_remove_folder (root);
}

/* On 4 bits an adapter learns; the weights themselves cannot. */
static void
test_trainer_leaves_nf4_as_it_is (void)
{
  g_autofree char *root = make_folder ();
  EmoVlmTrainOptions options = options_of (TRUE);
  g_autoptr(GError) error = NULL;
  Training training;
  Heard heard = { 0 };

  training_init_full (&training, root, FALSE, TRUE);
  run (&training, &heard);
  g_assert_cmpfloat (heard.last_loss, <, heard.first_loss);
  g_assert_null (emo_vlm_trainer_new (training.vlm, training.questions, training.pictures, &options, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "nf4"));
  training_clear (&training);
  emo_test_remove_folder (root);
}

/* A checkpoint of an adapter is none of the whole. */
static void
test_trainer_refuses_another_state (void)
{
  g_autofree char *root = make_folder ();
  g_autofree char *path = g_build_filename (root, "state.safetensors", NULL);
  g_autoptr(GArray) saved = NULL;
  g_autoptr(EmoSafetensors) file = NULL;
  g_autoptr(GError) error = NULL;
  Training adapter, whole;

  training_init (&adapter, root, FALSE);
  saved = state_of (&adapter);
  emo_safetensors_save (path, (const EmoStoredTensor *) saved->data, saved->len, NULL, &error);
  g_assert_no_error (error);
  file = emo_safetensors_open (path, &error);
  g_assert_no_error (error);
  training_init (&whole, root, TRUE);
  g_assert_false (emo_vlm_trainer_restore (whole.trainer, file, 1, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_MISSING_WEIGHT);
  training_clear (&adapter);
  training_clear (&whole);
  emo_test_remove_folder (root);
}

static double *
score (EmoVlm     *vlm,
       Training   *training,
       EmoPatches *patches)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoTensor) tokens = emo_vlm_see (vlm, patches, NULL, &error);
  g_autoptr(EmoTokenTree) tree = emo_token_tree_new (vlm->tokenizer, training->bundle->answer, training->bundle->labels);
  g_auto(EmoVlmState) state = { 0 };
  double *scores = g_new (double, tree->n_labels);

  emo_vlm_prefill (vlm, emo_vlm_questions_get_classify (training->questions), tokens, emo_patches_get_grid (patches),
                   0, tree->n_nodes, &state, NULL, &error);
  g_assert_no_error (error);
  emo_vlm_score (vlm, &state, tree, 0, scores, NULL, &error);
  g_assert_no_error (error);

  return scores;
}

/* What was saved answers as what was trained: the adapter on its base to float32,
 * the whole to the bf16 of its file. */
static void
test_trainer_saves_what_it_learned (gconstpointer full)
{
  g_autofree char *root = make_folder ();
  g_autofree char *folder = g_build_filename (root, "saved", NULL);
  g_autofree char *picture = g_build_filename (root, "train", "awe", "0.png", NULL);
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(EmoAdapter) adapter = NULL;
  g_autoptr(EmoImage) image = NULL;
  g_autoptr(EmoPatches) patches = NULL;
  g_autoptr(EmoVlm) loaded = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree double *expected = NULL;
  g_autofree double *found = NULL;
  EmoVlmTrainOptions options = options_of (GPOINTER_TO_INT (full));
  EmoLoadWatch watch = { 0 };
  Training training;
  Heard heard = { 0 };

  training_init (&training, root, options.full);
  image = emo_image_load (picture, FALSE, &error);
  g_assert_no_error (error);
  patches = emo_patches_new (image, &training.vlm->config.image, &error);
  g_assert_no_error (error);
  run (&training, &heard);
  expected = score (training.vlm, &training, patches);
  if (options.full)
    emo_vlm_save_whole (folder, emo_vlm_trainer_get_parameters (training.trainer), training.bundle->vlm, &error);
  else
    emo_vlm_save_adapter (folder, emo_vlm_trainer_get_parameters (training.trainer), &options.lora, training.bundle->vlm, &error);
  g_assert_no_error (error);
  if (!options.full)
    {
      adapter = emo_adapter_load (folder, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (emo_adapter_get_n_modules (adapter), ==, 4 * training.vlm->config.n_layers);
    }
  loaded = emo_vlm_load (options.full ? folder : training.bundle->vlm, &training.vlm->config, adapter, EMO_DTYPE_F32, EMO_DEVICE_CPU,
                         notes, &watch, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (notes->len, ==, 0);
  found = score (loaded, &training, patches);
  for (guint i = 0; i < emo_label_set_get_size (training.bundle->labels); i++)
    g_assert_cmpfloat_with_epsilon (found[i], expected[i], options.full ? 0.5 : 1e-4);
  training_clear (&training);
  emo_test_remove_folder (root);
}

/* Weights in parts that were there before would be others. */
static void
test_trainer_leaves_no_parts_of_others (void)
{
  static const char * const parts[] = { "model.safetensors.index.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors" };
  g_autofree char *root = make_folder ();
  g_autofree char *folder = g_build_filename (root, "saved", NULL);
  g_autofree char *notes = emo_test_write_text (folder, "notes.txt", "ours");
  EmoVlmTrainOptions options = options_of (TRUE);
  g_autoptr(GError) error = NULL;
  Training training;
  Heard heard = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    g_free (emo_test_write_text (folder, parts[i], "of others"));
  training_init (&training, root, options.full);
  run (&training, &heard);
  emo_vlm_save_whole (folder, emo_vlm_trainer_get_parameters (training.trainer), training.bundle->vlm, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_build_filename (folder, parts[i], NULL);

      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
    }
  g_assert_true (g_file_test (notes, G_FILE_TEST_EXISTS));
  training_clear (&training);
  emo_test_remove_folder (root);
}

/* A picture that cannot be read is told and left out. */
static void
test_pictures_leave_broken_ones_out (void)
{
  g_autofree char *root = make_folder ();
  g_autofree char *broken = emo_test_write_text (root, "train/awe/broken.png", "no picture");
  g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(EmoDataset) dataset = NULL;
  g_autoptr(EmoVlmPictures) pictures = NULL;
  g_autoptr(GError) error = NULL;
  EmoImageSettings settings = {
    .patch_size = 14, .temporal_patch_size = 2, .merge_size = 2, .min_pixels = 56 * 56, .max_pixels = 168 * 168,
    .resample = EMO_FILTER_BICUBIC, .rescale_factor = 1 / 255.0, .std = { 1, 1, 1 },
  };
  guint n = 0;

  dataset = emo_dataset_load (root, NULL, EMO_DATASET_SEED, NULL, &error);
  g_assert_no_error (error);
  pictures = emo_vlm_pictures_new (dataset, EMO_SPLIT_TRAIN, &settings, 2, 1, problems, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (problems->len, ==, 1);
  g_assert_nonnull (strstr (problems->pdata[0], broken));
  g_assert_cmpuint (emo_vlm_pictures_get_n (pictures), ==, 7);
  for (;;)
    {
      g_autoptr(EmoVlmPictureBatch) batch = emo_vlm_pictures_next (pictures, &error);

      g_assert_no_error (error);
      if (batch == NULL)
        break;
      for (guint i = 0; i < batch->n; i++)
        g_assert_cmpstr (batch->items[i]->path, !=, broken);
      n += batch->n;
    }
  g_assert_cmpuint (n, ==, 7);
  emo_test_remove_folder (root);
}

/* --- Parts and weights of a batch --- */

/* Of a batch of two. */
static double
run_gradients (Training    *training,
               guint        n_parts,
               EmoTensor  **gradients,
               GPtrArray   *notes,
               GError     **error)
{
  EmoVlmGradientsSettings settings = {
    .vlm = training->vlm, .parameters = emo_vlm_trainer_get_parameters (training->trainer), .questions = training->questions,
    .loss_on = EMO_LOSS_ON_ANSWER, .n_parts = n_parts, .notes = notes,
  };
  g_autoptr(EmoVlmGradients) self = emo_vlm_gradients_new (&settings);
  g_autoptr(EmoVlmPictureBatch) batch = NULL;
  double loss = NAN;

  /* Seven pictures are batches of two and one of one. */
  emo_vlm_pictures_seek (training->pictures, 0, 0);
  while (batch == NULL || batch->n < 2)
    {
      g_clear_pointer (&batch, emo_vlm_picture_batch_free);
      batch = emo_vlm_pictures_next (training->pictures, error);
      g_assert_nonnull (batch);
    }
  emo_vlm_gradients_run (self, batch, 0, 0, gradients, &loss, NULL, error);

  return loss;
}

static void
assert_near (EmoTensor  *a,
             EmoTensor  *b,
             const char *name)
{
  gsize n = 1;
  g_autofree float *first = NULL;
  g_autofree float *second = NULL;
  double difference = 0, size = 0;

  for (guint i = 0; i < emo_tensor_get_rank (a); i++)
    n *= emo_tensor_get_size (a, i);
  first = g_new (float, n);
  second = g_new (float, n);
  g_assert_true (emo_tensor_read_floats (a, first, n, NULL));
  g_assert_true (emo_tensor_read_floats (b, second, n, NULL));
  for (gsize i = 0; i < n; i++)
    {
      difference = MAX (difference, fabs (first[i] - second[i]));
      size = MAX (size, fabs (first[i]));
    }
  if (difference > 1e-4 * size + 1e-8)
    g_error ("%s: %g of %g apart", name, difference, size);
}

/* A batch's gradients, computed in one way and in another. */
typedef struct
{
  char          *root;
  Training       training;
  EmoParameters *parameters;
  EmoTensor    **whole;
  EmoTensor    **parts;
  GPtrArray     *notes;
  GError        *error;
} Comparison;

static void
comparison_init (Comparison *self,
                 gboolean    full)
{
  *self = (Comparison) { .root = make_folder (), .notes = g_ptr_array_new_with_free_func (g_free) };
  training_init (&self->training, self->root, full);
  self->parameters = emo_vlm_trainer_get_parameters (self->training.trainer);
  self->whole = g_new0 (EmoTensor *, emo_parameters_get_n (self->parameters));
  self->parts = g_new0 (EmoTensor *, emo_parameters_get_n (self->parameters));
}

static void
forget_gradients (Comparison *self)
{
  for (guint i = 0; i < emo_parameters_get_n (self->parameters); i++)
    {
      g_clear_pointer (&self->whole[i], emo_tensor_unref);
      g_clear_pointer (&self->parts[i], emo_tensor_unref);
    }
}

static void
comparison_clear (Comparison *self)
{
  forget_gradients (self);
  g_free (self->whole);
  g_free (self->parts);
  training_clear (&self->training);
  emo_test_remove_folder (self->root);
  g_free (self->root);
  g_ptr_array_unref (self->notes);
  g_clear_error (&self->error);
}

static double
run_whole (Comparison *self,
           guint       n_parts)
{
  double loss = run_gradients (&self->training, n_parts, self->whole, self->notes, &self->error);

  g_assert_no_error (self->error);
  g_assert_cmpuint (self->notes->len, ==, 0);

  return loss;
}

static void
assert_parts_equal (Comparison *self,
                    guint       n_parts,
                    double      loss)
{
  g_assert_cmpfloat_with_epsilon (run_gradients (&self->training, n_parts, self->parts, self->notes, &self->error), loss, 1e-5);
  emo_test_allocator_stop (NULL);
  g_assert_no_error (self->error);
  for (guint i = 0; i < emo_parameters_get_n (self->parameters); i++)
    {
      g_assert_true ((self->whole[i] == NULL) == (self->parts[i] == NULL));
      if (self->whole[i] != NULL)
        assert_near (self->whole[i], self->parts[i], emo_parameters_get (self->parameters, i)->name);
    }
}

static void
assert_was_halved (Comparison *self)
{
  g_assert_cmpuint (self->notes->len, ==, 1);
  g_assert_nonnull (strstr (self->notes->pdata[0], "two halves"));
}

/* A part a thread gives what the whole batch gives. */
static void
test_gradients_are_the_sum_of_parts (void)
{
  Comparison comparison;

  comparison_init (&comparison, TRUE);
  assert_parts_equal (&comparison, 2, run_whole (&comparison, 1));
  g_assert_cmpuint (comparison.notes->len, ==, 0);
  comparison_clear (&comparison);
}

/* A batch that does not fit in memory is computed in two halves; where those do
 * not fit either, memory was too small. */
static void
test_gradients_are_halved_once (void)
{
  Comparison comparison;
  double loss;
  gsize peak;

  comparison_init (&comparison, FALSE);
  emo_test_allocator_limit (G_MAXSIZE);
  loss = run_whole (&comparison, 1);
  emo_test_allocator_stop (&peak);
  emo_test_allocator_limit (peak - 1);
  assert_parts_equal (&comparison, 1, loss);
  assert_was_halved (&comparison);
  forget_gradients (&comparison);
  emo_test_allocator_limit (peak / 4);
  run_gradients (&comparison.training, 1, comparison.parts, comparison.notes, &comparison.error);
  emo_test_allocator_stop (NULL);
  g_assert_error (comparison.error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY);
  comparison_clear (&comparison);
}

/* Where one of two threads finds no memory, each has it alone. */
static void
test_gradients_of_threads_are_halved (void)
{
  Comparison comparison;
  double loss;

  comparison_init (&comparison, TRUE);
  loss = run_whole (&comparison, 2);
  emo_test_allocator_fail (100, FALSE, EMO_TEST_THROW_OUT_OF_MEMORY);
  assert_parts_equal (&comparison, 2, loss);
  assert_was_halved (&comparison);
  comparison_clear (&comparison);
}

/* The label's tokens, and they alone, weigh more, and what is learned of a batch
 * stays a mean. */
static void
test_labels_weigh_what_they_are_told_to (void)
{
  g_autofree char *root = make_folder ();
  Training training;
  const EmoDatasetItem *item;
  g_autoptr(GArray) examples = g_array_new (FALSE, FALSE, sizeof (EmoVlmExample));
  g_autoptr(EmoVlmBatch) batch = NULL;
  const EmoVlmExample *classify;
  double sum = 0;
  guint first;

  training_init (&training, root, TRUE);
  item = emo_dataset_get (training.dataset, 0);
  emo_vlm_questions_set_label_weight (training.questions, 3);
  emo_vlm_questions_ask (training.questions, item, 0, examples);
  classify = &g_array_index (examples, EmoVlmExample, examples->len - 1);
  g_assert_cmpuint (classify->n, >, 0);
  g_assert_cmpuint (classify->first + classify->n, <=, classify->answer->len);
  batch = emo_vlm_batch_new (classify, 1, (const int[]) { 1, 4, 4 }, training.vlm->config.image.merge_size, EMO_LOSS_ON_ANSWER);
  first = batch->n_targets - classify->answer->len;
  g_assert_cmpfloat (batch->weight, ==, batch->n_targets + 2.0 * classify->n);
  for (guint i = 0; i < batch->n_targets; i++)
    {
      gboolean heavy = i >= first + classify->first && i < first + classify->first + classify->n;

      g_assert_cmpfloat_with_epsilon (batch->weights[i], (heavy ? 3 : 1) / batch->weight, 1e-6);
      sum += batch->weights[i];
    }
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-5);
  for (guint i = 0; i < examples->len; i++)
    g_array_unref (g_array_index (examples, EmoVlmExample, i).answer);
  training_clear (&training);
  emo_test_remove_folder (root);
}

int
main (int   argc,
      char *argv[])
{
  emo_torch_init (1);
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/Emo/VlmTrainer/resumes-an-adapter", GINT_TO_POINTER (FALSE), test_trainer_resumes);
  g_test_add_data_func ("/Emo/VlmTrainer/resumes-the-whole", GINT_TO_POINTER (TRUE), test_trainer_resumes);
  g_test_add_func ("/Emo/VlmTrainer/leaves-nf4-as-it-is", test_trainer_leaves_nf4_as_it_is);
  g_test_add_func ("/Emo/VlmTrainer/refuses-another-state", test_trainer_refuses_another_state);
  g_test_add_data_func ("/Emo/VlmTrainer/saves-an-adapter", GINT_TO_POINTER (FALSE), test_trainer_saves_what_it_learned);
  g_test_add_func ("/Emo/VlmTrainer/leaves-no-parts-of-others", test_trainer_leaves_no_parts_of_others);
  g_test_add_data_func ("/Emo/VlmTrainer/saves-the-whole", GINT_TO_POINTER (TRUE), test_trainer_saves_what_it_learned);
  g_test_add_func ("/Emo/VlmGradients/are-the-sum-of-parts", test_gradients_are_the_sum_of_parts);
  g_test_add_func ("/Emo/VlmGradients/are-halved-once", test_gradients_are_halved_once);
  g_test_add_func ("/Emo/VlmGradients/of-threads-are-halved", test_gradients_of_threads_are_halved);
  g_test_add_func ("/Emo/VlmQuestions/labels-weigh-what-they-are-told-to", test_labels_weigh_what_they_are_told_to);
  g_test_add_func ("/Emo/VlmPictures/leave-broken-ones-out", test_pictures_leave_broken_ones_out);

  return g_test_run ();
}
