/* test-golden-parts.c: whole bundles against transformers, as far as it goes without torch
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-adapter.h"
#include "emo-bundle.h"
#include "emo-chat.h"
#include "emo-gate.h"
#include "emo-head.h"
#include "emo-vlm-config.h"
#include "part-vectors.h"

typedef struct
{
  EmoBundle    *bundle;
  EmoVlmConfig  config;
  EmoTokenizer *tokenizer;
  EmoHead      *head;
  EmoGate      *gate;
  EmoJson      *golden;
  guint         n;
  double        numbers[MAX_NUMBERS];
  double        expected[MAX_NUMBERS];
} Golden;

static void
golden_free (Golden *self)
{
  emo_bundle_free (self->bundle);
  emo_tokenizer_unref (self->tokenizer);
  emo_head_free (self->head);
  emo_gate_free (self->gate);
  emo_json_unref (self->golden);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Golden, golden_free)

/* A random model may write NUL, which our strict reader refuses; U+FFFD stands
 * for it here. */
static EmoJson *
load_numbers (const char *path)
{
  g_autofree char *text = read_text (path);
  g_auto(GStrv) parts = g_strsplit (text, "\\u0000", -1);
  g_autofree char *clean = g_strjoinv ("\\ufffd", parts);
  g_autoptr(GError) error = NULL;
  EmoJson *json = emo_json_parse (clean, strlen (clean), path, 0, &error);

  g_assert_no_error (error);

  return json;
}

static Golden *
golden_load (const char *folder,
             const char *golden)
{
  Golden *self = g_new0 (Golden, 1);
  g_autofree char *tokenizer = NULL;
  g_autoptr(GError) error = NULL;

  self->bundle = emo_bundle_load (folder, NULL, NULL, &error);
  g_assert_no_error (error);
  self->n = emo_label_set_get_size (self->bundle->labels);
  emo_vlm_config_load (&self->config, self->bundle->vlm, &error);
  g_assert_no_error (error);
  tokenizer = g_build_filename (self->bundle->vlm, "tokenizer.json", NULL);
  self->tokenizer = emo_tokenizer_load (tokenizer, &error);
  g_assert_no_error (error);
  if (self->bundle->distilled != NULL)
    self->head = emo_head_load (self->bundle->distilled, self->config.hidden_size, self->n, &error);
  g_assert_no_error (error);
  if (self->bundle->gate != NULL)
    self->gate = emo_gate_load (self->bundle->gate, self->bundle->gate_kind, self->n, &error);
  g_assert_no_error (error);
  self->golden = load_numbers (golden);

  return self;
}

/* Prefix, then suffix: the ids without the picture's tokens. */
static void
check_prompt (Golden             *self,
              const EmoJsonValue *result)
{
  g_autoptr(EmoChatPrompt) prompt = emo_chat_prompt_new (self->tokenizer, self->bundle->system, self->bundle->classify, TRUE);
  gsize n = part_numbers (result, "prompt_ids", self->expected);

  g_assert_cmpuint (prompt->prefix->len + prompt->suffix->len, ==, n);
  for (gsize i = 0; i < n; i++)
    g_assert_cmpuint (i < prompt->prefix->len ? g_array_index (prompt->prefix, guint32, i)
                                              : g_array_index (prompt->suffix, guint32, i - prompt->prefix->len),
                      ==, (guint32) self->expected[i]);
  g_assert_cmpint (g_array_index (prompt->prefix, guint32, prompt->prefix->len - 1), ==, self->config.vision_start_id);
  g_assert_cmpint (g_array_index (prompt->suffix, guint32, 0), ==, self->config.vision_end_id);
}

static void
check_candidates (Golden *self)
{
  const EmoJsonValue *candidates = emo_json_value_get_member (emo_json_get_root (self->golden), "candidates");
  g_autoptr(EmoTokenTree) tree = emo_token_tree_new (self->tokenizer, self->bundle->answer, self->bundle->labels);

  for (guint i = 0; i < self->n; i++)
    {
      const EmoJsonValue *ids = emo_json_value_get_element (candidates, i);
      int node = tree->leaves[i];

      for (gsize depth = emo_json_value_get_length (ids); depth-- > 0; node = tree->parents[node])
        {
          g_assert_cmpint (node, >=, 0);
          g_assert_cmpuint (tree->ids[node], ==, (guint32) emo_json_value_get_double (emo_json_value_get_element (ids, depth)));
        }
      g_assert_cmpint (node, ==, -1);
    }
}

static void
check_head (Golden             *self,
            const EmoJsonValue *result)
{
  g_autofree float *mean = g_new (float, self->config.hidden_size);

  g_assert_cmpuint (part_numbers (result, "visual_mean", self->numbers), ==, self->config.hidden_size);
  for (int i = 0; i < self->config.hidden_size; i++)
    mean[i] = self->numbers[i];
  emo_head_forward (self->head, mean, self->numbers);
  g_assert_cmpuint (part_numbers (result, "distilled_logits", self->expected), ==, self->n);
  assert_close ("distilled", self->numbers, self->expected, self->n, 1e-4);
}

/* The input is what the bundle says: the probabilities or their one-hot. */
static void
check_gate (Golden             *self,
            const EmoJsonValue *result)
{
  double v[EMO_LABEL_SET_MAX] = { 0 };
  guint best = 0;

  part_numbers (result, "vlm", self->numbers);
  for (guint i = 1; i < self->n; i++)
    if (self->numbers[i] > self->numbers[best])
      best = i;
  if (self->bundle->vlm_input == EMO_VLM_INPUT_ONE_HOT)
    v[best] = 1;
  else
    memcpy (v, self->numbers, self->n * sizeof *v);
  part_numbers (result, "distilled_logits", self->expected);
  emo_gate_forward (self->gate, self->expected, v, self->numbers);
  g_assert_cmpuint (part_numbers (result, "gated_logits", self->expected), ==, self->n);
  assert_close ("gated", self->numbers, self->expected, self->n, 1e-4);
}

static void
check_explanation (Golden             *self,
                   const EmoJsonValue *result)
{
  g_autofree char *cut = NULL;

  if (!emo_bundle_has_reason (self->bundle))
    return;
  cut = emo_answer_cut (emo_json_value_get_member_string (result, "explanation_raw", ""), self->bundle->answer_end, NULL);
  g_assert_cmpstr (cut, ==, emo_json_value_get_member_string (result, "explanation", NULL));
}

static void
check_bundle (const char *folder,
              const char *golden)
{
  g_autoptr(Golden) self = golden_load (folder, golden);
  const EmoJsonValue *results = emo_json_value_get_member (emo_json_get_root (self->golden), "results");

  check_candidates (self);
  g_assert_cmpuint (emo_json_value_get_length (results), >, 0);
  for (gsize i = 0; i < emo_json_value_get_length (results); i++)
    {
      const EmoJsonValue *result = emo_json_value_get_element (results, i);

      /* A picture beyond the ratio limit has no numbers. */
      if (emo_json_value_get_member (result, "prompt_ids") == NULL)
        continue;
      check_prompt (self, result);
      check_explanation (self, result);
      if (self->head != NULL)
        check_head (self, result);
      if (self->gate != NULL)
        check_gate (self, result);
    }
}

static void
test_embedded_bundle_equals_transformers (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "..", "data", "models", "emoscenes", NULL);
  g_autofree char *golden = g_test_build_filename (G_TEST_DIST, "vectors", "emoscenes.golden.json", NULL);

  check_bundle (folder, golden);
}

static void
test_tiny_bundles_equal_transformers (void)
{
  g_autofree char *root = g_test_build_filename (G_TEST_DIST, "vectors", "tiny", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(GDir) dir = g_dir_open (root, 0, &error);
  const char *name;
  guint n = 0;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (root, name, NULL);
      g_autofree char *manifest = g_build_filename (folder, "emovlm.json", NULL);
      g_autofree char *golden = g_build_filename (folder, "golden.json", NULL);

      if (!g_file_test (manifest, G_FILE_TEST_EXISTS))
        continue;
      g_test_message ("%s", name);
      check_bundle (folder, golden);
      n++;
    }
  g_assert_cmpuint (n, >=, 10);
}

/* Every module of an adapter is one of the model's own. */
static void
test_tiny_adapters_name_the_models_modules (void)
{
  static const char *const bundles[] = { "adapter-flat-rslora", "adapter-nested", "adapter-regex" };

  for (gsize i = 0; i < G_N_ELEMENTS (bundles); i++)
    {
      g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "vectors", "tiny", bundles[i], NULL);
      g_autoptr(GError) error = NULL;
      g_autoptr(EmoBundle) bundle = emo_bundle_load (folder, NULL, NULL, &error);
      g_autoptr(EmoAdapter) adapter = NULL;
      g_auto(GStrv) modules = NULL;

      g_assert_no_error (error);
      g_assert_nonnull (bundle->adapter);
      adapter = emo_adapter_load (bundle->adapter, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (emo_adapter_get_n_modules (adapter), >, 0);
      modules = emo_adapter_dup_unused (adapter);
      for (guint m = 0; modules[m] != NULL; m++)
        g_assert_true (g_str_has_prefix (modules[m], "layers.") || g_str_has_prefix (modules[m], "visual."));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/GoldenParts/embedded-bundle-equals-transformers", test_embedded_bundle_equals_transformers);
  g_test_add_func ("/Emo/GoldenParts/tiny-bundles-equal-transformers", test_tiny_bundles_equal_transformers);
  g_test_add_func ("/Emo/GoldenParts/tiny-adapters-name-the-models-modules", test_tiny_adapters_name_the_models_modules);

  return g_test_run ();
}
