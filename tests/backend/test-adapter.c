/* test-adapter.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-adapter.h"
#include "part-vectors.h"

/* name, rank, scale, and the sum of lora_A's elements. */
static void
assert_module (EmoAdapter         *adapter,
               const EmoJsonValue *expected)
{
  const char *name = emo_json_value_get_string (emo_json_value_get_element (expected, 0));
  const EmoLora *lora = emo_adapter_find (adapter, name);
  g_autofree float *values = NULL;
  double sum = 0;

  if (lora == NULL)
    g_test_message ("%s is not there", name);
  g_assert_nonnull (lora);
  g_assert_cmpint (lora->a->shape[0], ==, (gint64) emo_json_value_get_double (emo_json_value_get_element (expected, 1)));
  g_assert_cmpint (lora->b->shape[1], ==, lora->a->shape[0]);
  g_assert_cmpfloat_with_epsilon (lora->scale, emo_json_value_get_double (emo_json_value_get_element (expected, 2)), 1e-12);
  values = g_new (float, lora->a->n_bytes / sizeof (float));
  g_assert_true (emo_stored_tensor_read_floats (lora->a, values, NULL));
  for (gsize i = 0; i < lora->a->n_bytes / sizeof (float); i++)
    sum += values[i];
  g_assert_cmpfloat_with_epsilon (sum, emo_json_value_get_double (emo_json_value_get_element (expected, 3)), 1e-4);
}

static void
test_every_form_reads_as_peft_does (void)
{
  g_autoptr(EmoJson) json = part_load ("adapters.json");
  const EmoJsonValue *cases = emo_json_get_root (json);

  g_assert_cmpuint (emo_json_value_get_length (cases), ==, 10);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, i);
      const EmoJsonValue *modules = emo_json_value_get_member (item, "modules");
      g_autofree char *folder = part_path (emo_json_value_get_member_string (item, "folder", NULL));
      g_autoptr(GError) error = NULL;
      g_autoptr(EmoAdapter) adapter = emo_adapter_load (folder, &error);
      g_auto(GStrv) unused = NULL;

      g_assert_no_error (error);
      g_assert_cmpuint (emo_adapter_get_n_modules (adapter), ==, emo_json_value_get_length (modules));
      for (gsize j = 0; j < emo_json_value_get_length (modules); j++)
        assert_module (adapter, emo_json_value_get_element (modules, j));
      unused = emo_adapter_dup_unused (adapter);
      g_assert_cmpuint (g_strv_length (unused), ==, 0);
    }
}

static void
test_lists_what_nothing_asked_for (void)
{
  g_autofree char *folder = part_path ("adapter-list-old");
  g_autoptr(EmoAdapter) adapter = emo_adapter_load (folder, NULL);
  g_auto(GStrv) unused = NULL;

  g_assert_nonnull (adapter);
  g_assert_nonnull (emo_adapter_find (adapter, "layers.1.self_attn.q_proj"));
  g_assert_null (emo_adapter_find (adapter, "layers.1.self_attn.k_proj"));
  unused = emo_adapter_dup_unused (adapter);
  g_assert_cmpuint (g_strv_length (unused), ==, 5);
  g_assert_cmpstr (unused[0], ==, "layers.0.self_attn.q_proj");
  g_assert_false (g_strv_contains ((const char *const *) unused, "layers.1.self_attn.q_proj"));
}

/* The adapter of lists with one text of its config in another's place. */
static GError *
load_changed (const char *from,
              const char *to)
{
  g_autofree char *config = part_path ("adapter-list-new/adapter_config.json");
  g_autofree char *weights = part_path ("adapter-list-new/adapter_model.safetensors");
  g_autofree char *text = read_text (config);
  g_autofree char *changed = replace_text (text, from, to);
  g_autofree char *folder = make_folder ();
  g_autofree char *link = g_build_filename (folder, "adapter_model.safetensors", NULL);
  g_autofree char *absolute = g_canonicalize_filename (weights, NULL);
  GError *error = NULL;

  write_text (folder, "adapter_config.json", changed);
  g_assert_cmpint (symlink (absolute, link), ==, 0);
  if (emo_adapter_load (folder, &error) != NULL)
    g_error ("%s was taken", to);
  g_assert_nonnull (error);
  remove_folder (folder);

  return error;
}

static void
test_refuses_by_name (void)
{
  static const struct
  {
    const char *from;
    const char *to;
    int         code;
    const char *message;
  } cases[] = {
    { "\"use_dora\": false", "\"use_dora\": true", EMO_ERROR_UNSUPPORTED, "use_dora" },
    { "\"modules_to_save\": null", "\"modules_to_save\": [\"lm_head\"]", EMO_ERROR_UNSUPPORTED, "modules_to_save" },
    { "\"layers_to_transform\": null", "\"layers_to_transform\": 1", EMO_ERROR_UNSUPPORTED, "layers_to_transform" },
    { "\"bias\": \"none\"", "\"bias\": \"lora_only\"", EMO_ERROR_UNSUPPORTED, "bias" },
    { "\"peft_type\": \"LORA\"", "\"peft_type\": \"LOHA\"", EMO_ERROR_UNSUPPORTED, "peft_type: \"LOHA\"" },
    { "\"fan_in_fan_out\": false", "\"fan_in_fan_out\": true", EMO_ERROR_UNSUPPORTED, "fan_in_fan_out" },
    { "\"init_lora_weights\": false", "\"init_lora_weights\": \"pissa_niter_4\"", EMO_ERROR_UNSUPPORTED, "init_lora_weights" },
    { "\"r\": 4", "\"r\": 8", EMO_ERROR_SHAPE, "expected lora_A [8, in]" },
    { "\"r\": 4", "\"r\": 0", EMO_ERROR_INVALID_FILE, "r: expected an integer from 1" },
    { "\"v_proj\"", "\"k_proj\"", EMO_ERROR_INVALID_FILE, "v_proj is not among adapter_config.json's target_modules" },
    { "\"rank_pattern\": {}", "\"rank_pattern\": {\"(\": 2}", EMO_ERROR_UNSUPPORTED, "rank_pattern" },
    { "\"rank_pattern\": {}", "\"rank_pattern\": {\"q_proj\": 0.5}", EMO_ERROR_INVALID_FILE, "rank_pattern" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = load_changed (cases[i].from, cases[i].to);

      assert_message (error, cases[i].code, cases[i].message);
    }
}

/* Exponential backtracking ends at the step limit, in words. */
static void
test_gives_up_on_endless_patterns (void)
{
  gint64 start = g_get_monotonic_time ();
  g_autoptr(GError) error = load_changed ("\"rank_pattern\": {}", "\"rank_pattern\": {\"(([a-z_.0-9]+)+)+[^a-z_.0-9]\": 2}");

  assert_message (error, EMO_ERROR_UNSUPPORTED, "cannot be matched");
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_USEC_PER_SEC);
}

static void
save_tensors (const char *folder,
              const char *first,
              const char *second)
{
  static const float zeros[64];
  g_autofree char *path = g_build_filename (folder, "adapter_model.safetensors", NULL);
  EmoStoredTensor tensors[] = {
    { first, EMO_STORED_F32, 2, { 8, 8 }, (const guint8 *) zeros, sizeof zeros },
    { second, EMO_STORED_F32, 2, { 8, 8 }, (const guint8 *) zeros, sizeof zeros },
  };
  g_autoptr(GError) error = NULL;

  emo_safetensors_save (path, tensors, second != NULL ? 2 : 1, NULL, &error);
  g_assert_no_error (error);
}

static void
test_refuses_odd_tensors (void)
{
  static const struct
  {
    const char *first;
    const char *second;
    int         code;
    const char *message;
  } cases[] = {
    { "base_model.model.model.layers.0.q.lora_A.weight", NULL, EMO_ERROR_MISSING_WEIGHT, "model.layers.0.q has no lora_B.weight" },
    { "base_model.model.model.layers.0.q.lora_A.weight", "base_model.model.model.language_model.layers.0.q.lora_A.weight", EMO_ERROR_INVALID_FILE, "name the same weight" },
    { "base_model.model.model.layers.0.q.lora_magnitude_vector", NULL, EMO_ERROR_UNSUPPORTED, "lora_magnitude_vector" },
    { "base_model.model.lm_head.weight", NULL, EMO_ERROR_UNSUPPORTED, "lm_head.weight" },
    { "base_model.model..lora_A.weigh", NULL, EMO_ERROR_UNSUPPORTED, "lora_A.weigh" },
  };
  g_autofree char *folder = make_folder ();

  write_text (folder, "adapter_config.json", "{\"peft_type\": \"LORA\", \"target_modules\": [\"q\"]}");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;

      save_tensors (folder, cases[i].first, cases[i].second);
      g_assert_null (emo_adapter_load (folder, &error));
      assert_message (error, cases[i].code, cases[i].message);
    }
  save_tensors (folder, "base_model.model.model.layers.0.q.lora_A.default.weight", "base_model.model.model.layers.0.q.lora_B.default.weight");
  {
    g_autoptr(GError) error = NULL;
    g_autoptr(EmoAdapter) adapter = emo_adapter_load (folder, &error);

    g_assert_no_error (error);
    g_assert_cmpfloat (emo_adapter_find (adapter, "layers.0.q")->scale, ==, 1);
    g_assert_null (emo_adapter_get_base (adapter));
  }
  remove_folder (folder);
}

static void
test_refuses_pickles (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(GError) error = NULL;

  write_text (folder, "adapter_config.json", "{\"peft_type\": \"LORA\"}");
  write_text (folder, "adapter_model.bin", "x");
  g_assert_null (emo_adapter_load (folder, &error));
  assert_message (error, EMO_ERROR_UNSUPPORTED, "adapter_model.bin");
  remove_folder (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Adapter/every-form-reads-as-peft-does", test_every_form_reads_as_peft_does);
  g_test_add_func ("/Emo/Adapter/lists-what-nothing-asked-for", test_lists_what_nothing_asked_for);
  g_test_add_func ("/Emo/Adapter/refuses-by-name", test_refuses_by_name);
  g_test_add_func ("/Emo/Adapter/gives-up-on-endless-patterns", test_gives_up_on_endless_patterns);
  g_test_add_func ("/Emo/Adapter/refuses-odd-tensors", test_refuses_odd_tensors);
  g_test_add_func ("/Emo/Adapter/refuses-pickles", test_refuses_pickles);

  return g_test_run ();
}
