/* test-vlm-step.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-json.h"
#include "emo-language-model-batch.h"
#include "emo-language-model-private.h"
#include "emo-optimizer.h"
#include "emo-vision-tower-batch.h"
#include "emo-vision-tower-private.h"
#include "emo-vlm-step.h"

/* Relative to the norm: float32 and another order of sums. */
#define TOLERANCE 1e-4

#define N_EXAMPLES 3

static char *
find (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "vectors", name, NULL);
}

static EmoJson *
load_vectors (void)
{
  g_autofree char *path = find ("train/steps.json");
  g_autoptr(GError) error = NULL;
  EmoJson *json = emo_json_load (path, &error);

  g_assert_no_error (error);

  return json;
}

static const EmoJsonValue *
member (const EmoJsonValue *value,
        const char         *name)
{
  const EmoJsonValue *found = emo_json_value_get_member (value, name);

  g_assert_nonnull (found);

  return found;
}

static double
number (const EmoJsonValue *value,
        const char         *name)
{
  return emo_json_value_get_double (member (value, name));
}

static EmoVlm *
load_vlm_full (gboolean nf4,
               EmoDtype dtype)
{
  g_autofree char *folder = find ("tiny/vlm-alone/vlm");
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GError) error = NULL;
  EmoLoadWatch watch = { 0 };
  EmoVlmConfig config;
  EmoVlm *vlm;

  emo_vlm_config_load (&config, folder, &error);
  g_assert_no_error (error);
  vlm = emo_vlm_load_full (folder, &config, NULL, nf4, dtype, EMO_DEVICE_CPU, notes, &watch, &error);
  g_assert_no_error (error);

  return vlm;
}

static EmoVlm *
load_vlm (EmoDtype dtype)
{
  return load_vlm_full (FALSE, dtype);
}

/* --- The batch of the vectors --- */

typedef struct
{
  EmoChatPrompt *prompts[N_EXAMPLES];
  GArray        *answers[N_EXAMPLES];
  EmoVlmBatch   *batch;
  float         *pixels;
} Inputs;

static void
inputs_init (Inputs             *inputs,
             const EmoJsonValue *root,
             EmoVlm             *vlm,
             EmoLossOn           loss_on)
{
  const EmoJsonValue *examples = member (root, "examples");
  EmoVlmExample list[N_EXAMPLES];
  int grid[3];
  gsize n;

  for (int i = 0; i < 3; i++)
    grid[i] = emo_json_value_get_double (emo_json_value_get_element (member (root, "grid"), i));
  for (guint i = 0; i < N_EXAMPLES; i++)
    {
      const EmoJsonValue *example = emo_json_value_get_element (examples, i);
      g_autofree char *answer = g_strconcat (emo_json_value_get_string (member (example, "answer")), "<|im_end|>", NULL);

      inputs->prompts[i] = emo_chat_prompt_new (vlm->tokenizer, emo_json_value_get_string (member (root, "system")),
                                                emo_json_value_get_string (member (example, "question")), TRUE);
      inputs->answers[i] = g_array_new (FALSE, FALSE, sizeof (guint32));
      emo_tokenizer_encode (vlm->tokenizer, answer, -1, inputs->answers[i]);
      list[i] = (EmoVlmExample) { inputs->prompts[i], inputs->answers[i], i };
    }
  inputs->batch = emo_vlm_batch_new (list, N_EXAMPLES, grid, vlm->config.image.merge_size, loss_on);
  n = (gsize) N_EXAMPLES * grid[0] * grid[1] * grid[2] * 1176;
  inputs->pixels = g_new (float, n);
  for (gsize i = 0; i < n; i++)
    inputs->pixels[i] = (float) (((i * 7919) % 255) / 127.5 - 1);
}

static void
inputs_clear (Inputs *inputs)
{
  for (guint i = 0; i < N_EXAMPLES; i++)
    {
      emo_chat_prompt_free (inputs->prompts[i]);
      g_array_unref (inputs->answers[i]);
    }
  emo_vlm_batch_free (inputs->batch);
  g_free (inputs->pixels);
}

/* --- Parameters --- */

static gsize
count (EmoTensor *tensor)
{
  gsize n = 1;

  for (guint i = 0; i < emo_tensor_get_rank (tensor); i++)
    n *= emo_tensor_get_size (tensor, i);

  return n;
}

static float *
read_floats (EmoTensor *tensor)
{
  g_autoptr(GError) error = NULL;
  float *values = g_new (float, count (tensor));

  emo_tensor_read_floats (tensor, values, count (tensor), &error);
  g_assert_no_error (error);

  return values;
}

/* The vectors' formula. */
static void
set_adapter (EmoParameter *parameter)
{
  gsize n = count (parameter->master);
  g_autofree float *values = g_new (float, n);
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoTensor) tensor = NULL;
  gint64 shape[] = { emo_tensor_get_size (parameter->master, 0), emo_tensor_get_size (parameter->master, 1) };

  for (gsize i = 0; i < n; i++)
    values[i] = sin (i * 0.7 + strlen (parameter->name)) * 0.1;
  tensor = emo_tensor_new_floats (values, 2, shape, &error);
  g_assert_no_error (error);
  emo_tensor_copy_from (parameter->master, tensor, &error);
  g_assert_no_error (error);
}

static EmoParameters *
list_parameters (EmoVlm             *vlm,
                 const EmoJsonValue *root,
                 gboolean            adapted)
{
  static const char * const modules[] = { "q_proj", "k_proj", "v_proj", "o_proj", NULL };
  EmoParameters *parameters = emo_parameters_new ();
  int decoder = emo_vlm_get_decoder_block (vlm);
  g_autoptr(GError) error = NULL;

  if (!adapted)
    {
      emo_vision_tower_list (vlm->tower, parameters, vlm->dtype, &error);
      g_assert_no_error (error);
      emo_language_model_list (vlm->language, parameters, decoder, vlm->dtype, &error);
    }
  else
    {
      const EmoJsonValue *lora = member (root, "lora");
      EmoLoraSettings settings = { .rank = number (lora, "r"), .alpha = number (lora, "alpha"), .modules = modules };

      emo_language_model_add_lora (vlm->language, &settings, parameters, decoder, vlm->dtype, &error);
      for (guint i = 0; i < emo_parameters_get_n (parameters); i++)
        set_adapter (emo_parameters_get (parameters, i));
    }
  g_assert_no_error (error);
  emo_parameters_publish (parameters, &error);
  g_assert_no_error (error);

  return parameters;
}

/* --- Comparison --- */

/* Norm and products with fixed directions, as the generator tells a tensor. */
static void
assert_told (const EmoJsonValue *told,
             const char         *name,
             EmoTensor          *tensor,
             double              tolerance)
{
  gsize n = count (tensor);
  g_autofree float *values = read_floats (tensor);
  const EmoJsonValue *products = member (told, "products");
  double norm = number (told, "norm");
  double squares = 0;

  for (gsize i = 0; i < n; i++)
    squares += (double) values[i] * values[i];
  if (fabs (sqrt (squares) - norm) > tolerance * norm)
    g_error ("%s: norm %.8g, expected %.8g", name, sqrt (squares), norm);
  for (gsize d = 0; d < emo_json_value_get_length (products); d++)
    {
      double expected = emo_json_value_get_double (emo_json_value_get_element (products, d));
      double sum = 0;

      for (gsize i = 0; i < n; i++)
        sum += values[i] * sin ((d + 1) * (i + 1.0) * 0.37 + d);
      /* A difference of tolerance * norm in the worst direction. */
      if (fabs (sum - expected) > tolerance * norm * sqrt (n / 2.0))
        g_error ("%s: product %" G_GSIZE_FORMAT " is %.8g, expected %.8g of norm %.8g", name, d, sum, expected, norm);
    }
}

static void
assert_relative (const char *what,
                 double      found,
                 double      expected,
                 double      tolerance)
{
  if (!(fabs (found - expected) <= tolerance * fabs (expected)))
    g_error ("%s is %.8g, expected %.8g", what, found, expected);
}

static void
clear_gradients (EmoTensor **gradients,
                 guint       n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&gradients[i], emo_tensor_unref);
}

static void
assert_gradients (const EmoJsonValue *expected,
                  EmoParameters      *parameters,
                  EmoTensor         **gradients)
{
  g_assert_cmpuint (emo_json_value_get_length (expected), ==, emo_parameters_get_n (parameters));
  for (guint i = 0; i < emo_parameters_get_n (parameters); i++)
    {
      const char *name = emo_parameters_get (parameters, i)->name;

      if (gradients[i] == NULL)
        g_error ("%s has no gradient", name);
      assert_told (member (expected, name), name, gradients[i], TOLERANCE);
    }
}

/* Ten updates, whose losses and norms are the vectors'. */
static void
check_case (const EmoJsonValue *root,
            const EmoJsonValue *wanted,
            gboolean            checkpointing)
{
  gboolean adapted = emo_json_value_get_bool (member (wanted, "adapted"));
  gboolean all = g_str_equal (emo_json_value_get_string (member (wanted, "loss_on")), "all");
  const EmoJsonValue *optimizer_settings = member (root, "optimizer"), *betas = member (optimizer_settings, "betas");
  g_autoptr(EmoVlm) vlm = load_vlm (EMO_DTYPE_F32);
  g_autoptr(EmoParameters) parameters = list_parameters (vlm, root, adapted);
  EmoOptimizerSettings settings = {
    .adamw = { emo_json_value_get_double (emo_json_value_get_element (betas, 0)),
               emo_json_value_get_double (emo_json_value_get_element (betas, 1)), number (optimizer_settings, "eps") },
    .weight_decay = number (optimizer_settings, "weight_decay"),
    .clip = number (optimizer_settings, "clip"),
  };
  guint n = emo_parameters_get_n (parameters);
  g_autofree EmoTensor **gradients = g_new0 (EmoTensor *, n);
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoOptimizer) optimizer = emo_optimizer_new (parameters, &settings, &error);
  Inputs inputs;
  EmoVlmStep step;

  g_assert_no_error (error);
  inputs_init (&inputs, root, vlm, all ? EMO_LOSS_ON_ALL : EMO_LOSS_ON_ANSWER);
  step = (EmoVlmStep) { .vlm = vlm, .parameters = parameters, .batch = inputs.batch, .pixels = inputs.pixels,
                        .checkpointing = checkpointing };
  for (guint i = 0; i < number (optimizer_settings, "steps"); i++)
    {
      double loss, norm;

      emo_vlm_step_run (&step, gradients, &loss, NULL, &error);
      g_assert_no_error (error);
      assert_relative ("the loss", loss, emo_json_value_get_double (emo_json_value_get_element (member (wanted, "losses"), i)), TOLERANCE);
      if (i == 0)
        assert_gradients (member (wanted, "gradients"), parameters, gradients);
      emo_optimizer_step (optimizer, gradients, 1, number (optimizer_settings, "lr"), &norm, &error);
      g_assert_no_error (error);
      assert_relative ("the norm", norm, emo_json_value_get_double (emo_json_value_get_element (member (wanted, "norms"), i)), TOLERANCE);
      clear_gradients (gradients, n);
    }
  for (guint i = 0; i < n; i++)
    {
      EmoParameter *parameter = emo_parameters_get (parameters, i);

      assert_told (member (member (wanted, "trained"), parameter->name), parameter->name, parameter->master, TOLERANCE);
    }
  inputs_clear (&inputs);
}

static void
test_step_equals_the_reference (gconstpointer checkpointing)
{
  g_autoptr(EmoJson) json = load_vectors ();
  const EmoJsonValue *root = emo_json_get_root (json);
  const EmoJsonValue *cases = member (root, "cases");

  g_assert_cmpuint (emo_json_value_get_length (cases), ==, 4);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    check_case (root, emo_json_value_get_element (cases, i), GPOINTER_TO_INT (checkpointing));
}

/* Two questions about one picture see it once. */
static void
test_step_shares_a_picture (void)
{
  g_autoptr(EmoJson) json = load_vectors ();
  const EmoJsonValue *root = emo_json_get_root (json);
  g_autoptr(EmoVlm) vlm = load_vlm (EMO_DTYPE_F32);
  g_autoptr(EmoParameters) parameters = list_parameters (vlm, root, FALSE);
  guint n = emo_parameters_get_n (parameters);
  g_autofree EmoTensor **twice = g_new0 (EmoTensor *, n);
  g_autofree EmoTensor **once = g_new0 (EmoTensor *, n);
  g_autoptr(GError) error = NULL;
  double loss_twice, loss_once;
  Inputs inputs;
  EmoVlmStep step;

  inputs_init (&inputs, root, vlm, EMO_LOSS_ON_ANSWER);
  for (guint i = 0; i < 2; i++)
    {
      EmoVlmExample list[] = { { inputs.prompts[0], inputs.answers[0], 0 }, { inputs.prompts[2], inputs.answers[2], i == 0 } };
      gsize n_pixels = (gsize) inputs.batch->grid[1] * inputs.batch->grid[2] * 1176;
      g_autoptr(EmoVlmBatch) batch = emo_vlm_batch_new (list, 2, inputs.batch->grid, vlm->config.image.merge_size, EMO_LOSS_ON_ANSWER);

      memcpy (inputs.pixels + n_pixels, inputs.pixels, n_pixels * sizeof (float));
      step = (EmoVlmStep) { .vlm = vlm, .parameters = parameters, .batch = batch, .pixels = inputs.pixels };
      g_assert_cmpuint (batch->n_pictures, ==, i == 0 ? 2 : 1);
      emo_vlm_step_run (&step, i == 0 ? twice : once, i == 0 ? &loss_twice : &loss_once, NULL, &error);
      g_assert_no_error (error);
    }
  assert_relative ("the loss", loss_once, loss_twice, 1e-6);
  for (guint i = 0; i < n; i++)
    {
      g_autofree float *a = read_floats (twice[i]);
      g_autofree float *b = read_floats (once[i]);
      double difference = 0, norm = 0;

      for (gsize j = 0; j < count (once[i]); j++)
        {
          difference += (a[j] - b[j]) * (a[j] - b[j]);
          norm += a[j] * a[j];
        }
      g_assert_cmpfloat (sqrt (difference), <=, 1e-5 * sqrt (norm) + 1e-7);
    }
  clear_gradients (twice, n);
  clear_gradients (once, n);
  inputs_clear (&inputs);
}

/* A leaf of @n values from a formula, listed behind all blocks. */
static EmoTensor *
add_leaf (EmoParameters *parameters,
          const char    *name,
          EmoTensor    **slot,
          guint          rank,
          const gint64  *shape,
          double         factor)
{
  gsize n = rank == 2 ? shape[0] * shape[1] : shape[0];
  g_autofree float *values = g_new (float, n);
  g_autoptr(GError) error = NULL;

  for (gsize i = 0; i < n; i++)
    values[i] = factor * sin (i * 0.9);
  *slot = emo_tensor_new_floats (values, rank, shape, &error);
  g_assert_no_error (error);
  emo_parameters_add (parameters, name, 1000, slot, EMO_DTYPE_F32, &error);
  g_assert_no_error (error);

  return *slot;
}

#define N_WORDS 4

/* With weights of zero the logits are, and the gradient is written down at once:
 * factor * (1/2 - target) / (pictures * words), for the bias summed over pictures.
 * With others, both ways of computing it agree, and the tower feels it. */
static void
test_step_learns_words (void)
{
  g_autoptr(EmoJson) json = load_vectors ();
  const EmoJsonValue *root = emo_json_get_root (json);
  g_autoptr(GError) error = NULL;
  float targets[N_EXAMPLES * N_WORDS] = { 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0 };

  for (guint flat = 0; flat < 2; flat++)
    {
      g_autoptr(EmoVlm) vlm = load_vlm (EMO_DTYPE_F32);
      g_autoptr(EmoParameters) parameters = list_parameters (vlm, root, FALSE);
      gint64 weight_shape[] = { N_WORDS, vlm->config.hidden_size }, bias_shape[] = { N_WORDS };
      EmoWordLoss words = { .n_words = N_WORDS, .targets = targets, .factor = 3 };
      g_autoptr(EmoTensor) weight = NULL;
      g_autoptr(EmoTensor) bias = NULL;
      EmoTensor **gradients[3];
      double losses[3];
      Inputs inputs;
      guint n;

      add_leaf (parameters, "words.weight", &weight, 2, weight_shape, flat ? 0 : 0.1);
      add_leaf (parameters, "words.bias", &bias, 1, bias_shape, flat ? 0 : 0.1);
      words.weight = weight;
      words.bias = bias;
      n = emo_parameters_get_n (parameters);
      inputs_init (&inputs, root, vlm, EMO_LOSS_ON_ANSWER);
      for (guint i = 0; i < 3; i++)
        {
          EmoVlmStep step = { .vlm = vlm, .parameters = parameters, .batch = inputs.batch, .pixels = inputs.pixels,
                              .words = i < 2 ? &words : NULL, .words_block = 1000, .checkpointing = i == 1 };

          gradients[i] = g_new0 (EmoTensor *, n);
          emo_vlm_step_run (&step, gradients[i], &losses[i], NULL, &error);
          g_assert_no_error (error);
        }
      assert_relative ("the loss of the answers", losses[0], losses[2], 1e-6);
      assert_relative ("the loss of the answers", losses[1], losses[2], 1e-6);
      g_assert_null (gradients[2][n - 1]);
      for (guint i = 0; i < n; i++)
        {
          g_autofree float *recorded = read_floats (gradients[0][i]);
          g_autofree float *checkpointed = read_floats (gradients[1][i]);
          double difference = 0, norm = 0;

          for (gsize j = 0; j < count (gradients[0][i]); j++)
            {
              difference += (recorded[j] - checkpointed[j]) * (recorded[j] - checkpointed[j]);
              norm += recorded[j] * recorded[j];
            }
          g_assert_cmpfloat (sqrt (difference), <=, 1e-5 * sqrt (norm) + 1e-7);
        }
      if (flat)
        {
          g_autofree float *found = read_floats (gradients[0][n - 1]);

          for (guint w = 0; w < N_WORDS; w++)
            {
              double expected = 0;

              for (guint b = 0; b < N_EXAMPLES; b++)
                expected += 3 * (0.5 - targets[b * N_WORDS + w]) / (N_EXAMPLES * N_WORDS);
              g_assert_cmpfloat_with_epsilon (found[w], expected, 1e-6);
            }
        }
      else
        {
          g_autofree float *with = read_floats (gradients[0][0]);
          g_autofree float *without = read_floats (gradients[2][0]);

          g_assert_cmpstr (emo_parameters_get (parameters, 0)->name, ==, "visual.patch_embed.proj.weight");
          g_assert_cmpint (memcmp (with, without, count (gradients[0][0]) * sizeof *with), !=, 0);
        }
      for (guint i = 0; i < 3; i++)
        {
          clear_gradients (gradients[i], n);
          g_free (gradients[i]);
        }
      inputs_clear (&inputs);
    }
}

/* In bf16 the direction is right, if not the last digits. */
static void
test_step_computes_in_bf16 (void)
{
  g_autoptr(EmoJson) json = load_vectors ();
  const EmoJsonValue *root = emo_json_get_root (json);
  const EmoJsonValue *wanted = emo_json_value_get_element (member (root, "cases"), 0);
  g_autoptr(EmoVlm) vlm = load_vlm (EMO_DTYPE_BF16);
  g_autoptr(EmoParameters) parameters = list_parameters (vlm, root, FALSE);
  guint n = emo_parameters_get_n (parameters);
  g_autofree EmoTensor **gradients = g_new0 (EmoTensor *, n);
  g_autoptr(GError) error = NULL;
  double loss;
  Inputs inputs;
  EmoVlmStep step;

  inputs_init (&inputs, root, vlm, EMO_LOSS_ON_ANSWER);
  step = (EmoVlmStep) { .vlm = vlm, .parameters = parameters, .batch = inputs.batch, .pixels = inputs.pixels };
  emo_vlm_step_run (&step, gradients, &loss, NULL, &error);
  g_assert_no_error (error);
  assert_relative ("the loss", loss, emo_json_value_get_double (emo_json_value_get_element (member (wanted, "losses"), 0)), 0.02);
  for (guint i = 0; i < n; i++)
    {
      const char *name = emo_parameters_get (parameters, i)->name;

      assert_told (member (member (wanted, "gradients"), name), name, gradients[i], 0.15);
    }
  clear_gradients (gradients, n);
  inputs_clear (&inputs);
}

/* --- On a base in 4 bits --- */

static void
widen_linear (EmoLinear *linear)
{
  g_autoptr(GError) error = NULL;
  EmoTensor *wide = emo_tensor_dequantise (linear->weight, EMO_DTYPE_F32, &error);

  g_assert_no_error (error);
  emo_tensor_unref (linear->weight);
  linear->weight = wide;
}

/* Every Linear but lm_head was quantised, or this fails. */
static void
widen (EmoVlm *vlm)
{
  for (int i = 0; i < vlm->config.vision_depth; i++)
    {
      EmoVisionBlock *block = &vlm->tower->blocks[i];
      EmoLinear *linears[] = { &block->qkv, &block->proj, &block->fc1, &block->fc2 };

      for (guint j = 0; j < G_N_ELEMENTS (linears); j++)
        widen_linear (linears[j]);
    }
  widen_linear (&vlm->tower->merger_in);
  widen_linear (&vlm->tower->merger_out);
  for (int i = 0; i < vlm->config.n_layers; i++)
    {
      EmoDecoderLayer *layer = &vlm->language->layers[i];
      EmoLinear *linears[] = { &layer->q, &layer->k, &layer->v, &layer->o, &layer->gate, &layer->up, &layer->down };

      for (guint j = 0; j < G_N_ELEMENTS (linears); j++)
        widen_linear (linears[j]);
    }
}

static void
assert_alike (const char *name,
              EmoTensor  *found,
              EmoTensor  *expected,
              double      tolerance)
{
  g_autofree float *a = read_floats (found);
  g_autofree float *b = read_floats (expected);
  double difference = 0, norm = 0;

  for (gsize i = 0; i < count (found); i++)
    {
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      norm += (double) b[i] * b[i];
    }
  if (!(norm > 0 && sqrt (difference) <= tolerance * sqrt (norm)))
    g_error ("%s differs by %.3g of its norm %.3g", name, sqrt (difference), sqrt (norm));
}

/* An adapter on the codes learns what it learns on the weights that they stand
 * for; the loss is not that of the weights before. */
static void
test_step_trains_on_nf4 (gconstpointer checkpointing)
{
  g_autoptr(EmoJson) json = load_vectors ();
  const EmoJsonValue *root = emo_json_get_root (json);
  EmoTensor **gradients[3];
  EmoParameters *lists[3];
  double losses[3];
  guint n = 0;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr(EmoVlm) vlm = load_vlm_full (i < 2, EMO_DTYPE_F32);
      g_autoptr(GError) error = NULL;
      Inputs inputs;
      EmoVlmStep step;

      if (i == 1)
        widen (vlm);
      lists[i] = list_parameters (vlm, root, TRUE);
      n = emo_parameters_get_n (lists[i]);
      gradients[i] = g_new0 (EmoTensor *, n);
      inputs_init (&inputs, root, vlm, EMO_LOSS_ON_ANSWER);
      step = (EmoVlmStep) { .vlm = vlm, .parameters = lists[i], .batch = inputs.batch, .pixels = inputs.pixels,
                            .checkpointing = GPOINTER_TO_INT (checkpointing) };
      emo_vlm_step_run (&step, gradients[i], &losses[i], NULL, &error);
      g_assert_no_error (error);
      inputs_clear (&inputs);
    }
  assert_relative ("the loss", losses[0], losses[1], 1e-5);
  g_assert_cmpfloat (fabs (losses[0] - losses[2]), >, 1e-4 * losses[2]);
  for (guint i = 0; i < n; i++)
    assert_alike (emo_parameters_get (lists[0], i)->name, gradients[0][i], gradients[1][i], 1e-4);
  for (guint i = 0; i < 3; i++)
    {
      clear_gradients (gradients[i], n);
      g_free (gradients[i]);
      emo_parameters_free (lists[i]);
    }
}

int
main (int   argc,
      char *argv[])
{
  emo_torch_init (1);
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/Emo/VlmStep/equals-the-reference", GINT_TO_POINTER (FALSE), test_step_equals_the_reference);
  g_test_add_data_func ("/Emo/VlmStep/equals-the-reference-checkpointed", GINT_TO_POINTER (TRUE), test_step_equals_the_reference);
  g_test_add_func ("/Emo/VlmStep/shares-a-picture", test_step_shares_a_picture);
  g_test_add_func ("/Emo/VlmStep/learns-words", test_step_learns_words);
  g_test_add_func ("/Emo/VlmStep/computes-in-bf16", test_step_computes_in_bf16);
  g_test_add_data_func ("/Emo/VlmStep/trains-on-nf4", GINT_TO_POINTER (FALSE), test_step_trains_on_nf4);
  g_test_add_data_func ("/Emo/VlmStep/trains-on-nf4-checkpointed", GINT_TO_POINTER (TRUE), test_step_trains_on_nf4);

  return g_test_run ();
}
