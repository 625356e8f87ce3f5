/* test-vlm-config.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-vlm-config.h"
#include "part-vectors.h"

static void
assert_int (const EmoJsonValue *item,
            const char         *key,
            gint64              found)
{
  double expected = emo_json_value_get_member_double (item, key, -1);

  if (found != expected)
    g_test_message ("%s: %s", emo_json_value_get_member_string (item, "folder", ""), key);
  g_assert_cmpint (found, ==, (gint64) expected);
}

static void
assert_text (const EmoJsonValue *item,
             const EmoVlmConfig *config)
{
  double section[MAX_NUMBERS];

  assert_int (item, "hidden_size", config->hidden_size);
  assert_int (item, "intermediate_size", config->intermediate_size);
  assert_int (item, "n_layers", config->n_layers);
  assert_int (item, "n_heads", config->n_heads);
  assert_int (item, "n_kv_heads", config->n_kv_heads);
  assert_int (item, "vocab_size", config->vocab_size);
  assert_int (item, "max_positions", config->max_positions);
  g_assert_cmpfloat (config->rms_norm_eps, ==, emo_json_value_get_member_double (item, "rms_norm_eps", 0));
  g_assert_cmpfloat (config->rope_theta, ==, emo_json_value_get_member_double (item, "rope_theta", 0));
  g_assert_cmpuint (part_numbers (item, "mrope_section", section), ==, 3);
  for (int i = 0; i < 3; i++)
    g_assert_cmpint (config->mrope_section[i], ==, (int) section[i]);
  g_assert_cmpint (config->head_dim, ==, config->hidden_size / config->n_heads);
  g_assert_cmpint (config->tied, ==, emo_json_value_get_member_bool (item, "tied", FALSE));
  g_assert_cmpstr (config->torch_dtype, ==, emo_json_value_get_member_string (item, "dtype", ""));
}

static void
assert_vision (const EmoJsonValue *item,
               const EmoVlmConfig *config)
{
  assert_int (item, "vision_dim", config->vision_dim);
  assert_int (item, "vision_depth", config->vision_depth);
  assert_int (item, "vision_heads", config->vision_heads);
  assert_int (item, "vision_mlp", config->vision_mlp);
  assert_int (item, "vision_out", config->vision_out);
  g_assert_cmpfloat (config->vision_rope_theta, ==, emo_json_value_get_member_double (item, "vision_rope_theta", 0));
}

static void
assert_tokens_and_image (const EmoJsonValue *item,
                         const EmoVlmConfig *config)
{
  double numbers[MAX_NUMBERS];

  assert_int (item, "image_token_id", config->image_token_id);
  assert_int (item, "vision_start_id", config->vision_start_id);
  assert_int (item, "vision_end_id", config->vision_end_id);
  g_assert_cmpuint (part_numbers (item, "eos", numbers), ==, config->n_eos);
  for (int i = 0; i < config->n_eos; i++)
    g_assert_cmpint (config->eos[i], ==, (int) numbers[i]);
  assert_int (item, "patch_size", config->image.patch_size);
  assert_int (item, "min_pixels", config->image.min_pixels);
  assert_int (item, "max_pixels", config->image.max_pixels);
  g_assert_cmpint (config->image.resample, ==,
                   emo_json_value_get_member_double (item, "resample", 0) == 2 ? EMO_FILTER_BILINEAR : EMO_FILTER_BICUBIC);
  part_numbers (item, "mean", numbers);
  assert_close ("mean", config->image.mean, numbers, 3, 1e-12);
  part_numbers (item, "std", numbers);
  assert_close ("std", config->image.std, numbers, 3, 1e-12);
}

static void
test_every_form_reads_as_transformers_does (void)
{
  g_autoptr(EmoJson) json = part_load ("configs.json");
  const EmoJsonValue *cases = emo_json_get_root (json);

  g_assert_cmpuint (emo_json_value_get_length (cases), ==, 4);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, i);
      g_autofree char *folder = part_path (emo_json_value_get_member_string (item, "folder", NULL));
      g_autoptr(GError) error = NULL;
      EmoVlmConfig config;

      g_assert_true (emo_vlm_config_load (&config, folder, &error));
      g_assert_no_error (error);
      assert_text (item, &config);
      assert_vision (item, &config);
      assert_tokens_and_image (item, &config);
    }
}

/* The flat config with one text in another's place, in a folder of its own. */
static void
assert_refused (const char *file,
                const char *from,
                const char *to,
                int         code,
                const char *message)
{
  static const char *const files[] = { "config.json", "preprocessor_config.json", "generation_config.json" };
  g_autofree char *source = part_path ("config-flat");
  g_autofree char *folder = make_folder ();
  g_autoptr(GError) error = NULL;
  EmoVlmConfig config;

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (source, files[i], NULL);
      g_autofree char *text = read_text (path);
      g_autofree char *changed = g_str_equal (files[i], file) ? replace_text (text, from, to) : g_strdup (text);

      write_text (folder, files[i], changed);
    }
  g_assert_false (emo_vlm_config_load (&config, folder, &error));
  assert_message (error, code, message);
  assert_message (error, code, file);
  remove_folder (folder);
}

static void
test_refuses_values_out_of_range_by_field (void)
{
  static const struct
  {
    const char *from;
    const char *to;
    const char *message;
  } cases[] = {
    { "\"hidden_size\": 1536,\n \"init", "\"hidden_size\": 0,\n \"init", "hidden_size: expected an integer from 1 to 131072, found 0" },
    { "\"num_hidden_layers\": 28", "\"num_hidden_layers\": 1000000000", "num_hidden_layers: expected an integer from 1 to 1024, found 1000000000" },
    { "\"num_hidden_layers\": 28", "\"num_hidden_layers\": -1", "num_hidden_layers" },
    { "\"num_hidden_layers\": 28", "\"num_hidden_layers\": 28.5", "num_hidden_layers" },
    { "\"num_hidden_layers\": 28", "\"num_hidden_layers\": \"28\"", "num_hidden_layers: expected a number, found the string \"28\"" },
    { "\"num_hidden_layers\": 28", "\"Num_hidden_layers\": 28", "num_hidden_layers: missing; found \"Num_hidden_layers\"" },
    { "\"num_hidden_layers\": 28", "\"num_hidden_layers\": 28, \"num_hidden_layers\": 28", "num_hidden_layers" },
    { "\"num_hidden_layers\": 28", "\"num_hidden_layers\": NaN", "" },
    { "\"vocab_size\": 151936", "\"vocab_size\": 1000000000000", "vocab_size" },
    { "\"vocab_size\": 151936", "\"vocab_size\": 1000", "image_token_id: expected less than vocab_size 1000" },
    { "\"num_attention_heads\": 12", "\"num_attention_heads\": 7", "num_attention_heads: expected a divisor of hidden_size 1536, found 7" },
    { "\"num_key_value_heads\": 2", "\"num_key_value_heads\": 5", "num_key_value_heads: expected a divisor of num_attention_heads 12, found 5" },
    { "\"rms_norm_eps\": 1e-06", "\"rms_norm_eps\": -1", "rms_norm_eps" },
    { "\"rms_norm_eps\": 1e-06", "\"rms_norm_eps\": 0", "rms_norm_eps: expected a number from 1e-12 to 1, found 0" },
    { "\"rms_norm_eps\": 1e-06", "\"rms_norm_eps\": 1e-300", "rms_norm_eps" },
    { "\"rms_norm_eps\": 1e-06", "\"rms_norm_eps\": 1e999", "a number beyond what a double holds" },
    { "\"rms_norm_eps\": 1e-06", "\"rms_norm_eps\": NaN", "" },
    { "\"rms_norm_eps\": 1e-06", "\"rms_norm_eps\": \"nan\"", "rms_norm_eps: expected a number, found the string \"nan\"" },
    { "\"rope_theta\": 1000000.0", "\"rope_theta\": 0", "rope_theta" },
    { "   24,\n", "   23,\n", "rope_scaling.mrope_section: expected a sum of 64, half of a head, found 63" },
    { "\"patch_size\": 14", "\"patch_size\": 0", "vision_config.patch_size" },
    { "\"num_heads\": 16", "\"num_heads\": 3", "vision_config.num_heads: expected a divisor of embed_dim 1280, found 3" },
    { "\"depth\": 32", "\"depth\": 1000000", "vision_config.depth" },
    { "\"in_chans\": 3", "\"in_chans\": 4", "vision_config.in_chans" },
    { "\"hidden_size\": 1536,\n  \"patch", "\"hidden_size\": 1024,\n  \"patch", "vision_config.hidden_size: expected the text's hidden_size 1536, found 1024" },
    { "\"vision_config\": {", "\"vision_config\": [], \"other\": {", "vision_config: expected an object" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused ("config.json", cases[i].from, cases[i].to, EMO_ERROR_INVALID_FILE, cases[i].message);
}

static void
test_refuses_other_architectures_by_name (void)
{
  static const struct
  {
    const char *from;
    const char *to;
    const char *message;
  } cases[] = {
    { "\"model_type\": \"qwen2_vl\"", "\"model_type\": \"qwen2_5_vl\"", "model_type: \"qwen2_5_vl\" is not supported" },
    { "\"use_sliding_window\": false", "\"use_sliding_window\": true, \"layer_types\": [\"sliding_attention\"]", "sliding_attention" },
    { "\"max_window_layers\": 28", "\"max_window_layers\": 28, \"quantization_config\": {\"bits\": 4}", "quantization_config" },
    { "\"type\": \"mrope\"", "\"type\": \"yarn\"", "rope_scaling.rope_type: \"yarn\" is not supported" },
    { "\"hidden_act\": \"silu\"", "\"hidden_act\": \"mish\"", "hidden_act: \"mish\" is not supported, only silu" },
    { "\"depth\": 32", "\"depth\": 32, \"hidden_act\": \"mish\"", "vision_config.hidden_act" },
    { "\"hidden_act\": \"silu\"", "\"hidden_act\": \"silu\", \"head_dim\": 64", "head_dim" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused ("config.json", cases[i].from, cases[i].to, EMO_ERROR_UNSUPPORTED, cases[i].message);
}

static void
test_refuses_processors_that_disagree (void)
{
  const char *file = "preprocessor_config.json";

  assert_refused (file, "\"patch_size\": 14", "\"patch_size\": 16", EMO_ERROR_INVALID_FILE, "patch_size: expected config.json's 14, found 16");
  assert_refused (file, "\"min_pixels\": 3136", "\"min_pixels\": 99999999", EMO_ERROR_INVALID_FILE, "min_pixels");
  assert_refused (file, "\"max_pixels\": 12845056", "\"max_pixels\": -1", EMO_ERROR_INVALID_FILE, "max_pixels");
  assert_refused (file, "0.26862954", "0.0", EMO_ERROR_INVALID_FILE, "image_std: expected 1e-06 to 65536, found 0");
  assert_refused (file, "0.26862954", "1e-300", EMO_ERROR_INVALID_FILE, "image_std");
  assert_refused (file, "0.48145466", "1e300", EMO_ERROR_INVALID_FILE, "image_mean: expected at most 65536, found 1e+300");
  assert_refused (file, "0.26862954,", "", EMO_ERROR_INVALID_FILE, "image_std: expected 3 numbers, found 2");
  assert_refused (file, "\"merge_size\": 2", "\"merge_size\": 2, \"resample\": 0", EMO_ERROR_UNSUPPORTED, "resample");
  assert_refused ("generation_config.json", "151645", "999999", EMO_ERROR_INVALID_FILE, "eos_token_id: element 0");
}

static void
assert_unapplied (const char *generation,
                  const char *expected)
{
  g_autofree char *path = part_path ("config-flat/config.json");
  g_autofree char *text = read_text (path);
  g_autofree char *folder = make_folder ();
  g_autofree char *names = NULL;
  g_autoptr(GError) error = NULL;
  EmoVlmConfig config;

  write_text (folder, "config.json", text);
  write_text (folder, "generation_config.json", generation);
  g_assert_true (emo_vlm_config_load (&config, folder, &error));
  g_assert_no_error (error);
  names = emo_vlm_config_dup_unapplied (&config);
  g_assert_cmpstr (names, ==, expected);
  remove_folder (folder);
}

static void
test_names_what_is_not_applied_to_a_text (void)
{
  assert_unapplied ("{}", NULL);
  assert_unapplied ("{\"do_sample\": true, \"temperature\": 0.01, \"top_k\": 1, \"top_p\": 0.001}", NULL);
  assert_unapplied ("{\"repetition_penalty\": 1.0, \"no_repeat_ngram_size\": 0, \"num_beams\": 1, \"bad_words_ids\": null, "
                    "\"suppress_tokens\": [], \"sequence_bias\": {}, \"min_length\": false}", NULL);
  assert_unapplied ("{\"repetition_penalty\": 1.05}", "repetition_penalty");
  assert_unapplied ("{\"num_beams\": 4, \"no_repeat_ngram_size\": 3, \"repetition_penalty\": 1}", "no_repeat_ngram_size, num_beams");
  assert_unapplied ("{\"bad_words_ids\": [[5]], \"suppress_tokens\": [1, 2], \"min_new_tokens\": 8}",
                    "min_new_tokens, bad_words_ids, suppress_tokens");
}

/* A window that no layer is under is not in use. */
static void
test_takes_a_sliding_window_that_no_layer_uses (void)
{
  g_autofree char *path = part_path ("config-flat/config.json");
  g_autofree char *text = read_text (path);
  g_autofree char *unused = replace_text (text, "\"use_sliding_window\": false", "\"use_sliding_window\": true");
  g_autofree char *used = replace_text (unused, "\"max_window_layers\": 28", "\"max_window_layers\": 27");
  g_autofree char *folder = make_folder ();
  g_autoptr(GError) error = NULL;
  EmoVlmConfig config;

  write_text (folder, "config.json", unused);
  g_assert_true (emo_vlm_config_load (&config, folder, &error));
  g_assert_no_error (error);
  /* Without the processor's file its defaults stand; eos is the config's own. */
  g_assert_cmpint (config.image.max_pixels, ==, 28 * 28 * 1280);
  g_assert_cmpint (config.n_eos, ==, 1);
  g_assert_cmpint (config.eos[0], ==, 151645);
  write_text (folder, "config.json", used);
  g_assert_false (emo_vlm_config_load (&config, folder, &error));
  assert_message (error, EMO_ERROR_UNSUPPORTED, "use_sliding_window");
  remove_folder (folder);
}

/* Loads the flat config with one text in another's place. */
static void
load_changed (const char   *from,
              const char   *to,
              EmoVlmConfig *config)
{
  g_autofree char *path = part_path ("config-flat/config.json");
  g_autofree char *text = read_text (path);
  g_autofree char *changed = replace_text (text, from, to);
  g_autofree char *folder = make_folder ();
  g_autoptr(GError) error = NULL;

  write_text (folder, "config.json", changed);
  g_assert_true (emo_vlm_config_load (config, folder, &error));
  g_assert_no_error (error);
  remove_folder (folder);
}

static void
test_what_is_left_out_is_transformers_default (void)
{
  EmoVlmConfig config;

  load_changed ("\"vocab_size\": 151936", "\"left\": 0", &config);
  g_assert_cmpint (config.vocab_size, ==, 152064);
  g_assert_cmpint (config.n_layers, ==, 28);
  load_changed ("\"num_hidden_layers\": 28", "\"left\": 0", &config);
  g_assert_cmpint (config.n_layers, ==, 80);
  g_assert_cmpint (config.activation, ==, EMO_ACTIVATION_SILU);
  g_assert_cmpint (config.vision_activation, ==, EMO_ACTIVATION_QUICK_GELU);
}

static void
test_reads_activations_and_rotations_of_every_place (void)
{
  EmoVlmConfig config;

  load_changed ("\"hidden_act\": \"silu\"", "\"hidden_act\": \"swish\"", &config);
  g_assert_cmpint (config.activation, ==, EMO_ACTIVATION_SILU);
  load_changed ("\"hidden_act\": \"silu\"", "\"hidden_act\": \"gelu_pytorch_tanh\"", &config);
  g_assert_cmpint (config.activation, ==, EMO_ACTIVATION_GELU_TANH);
  load_changed ("\"depth\": 32", "\"depth\": 32, \"hidden_act\": \"gelu\", \"rope_theta\": 50.0", &config);
  g_assert_cmpint (config.vision_activation, ==, EMO_ACTIVATION_GELU);
  g_assert_cmpfloat (config.vision_rope_theta, ==, 50.0);
  g_assert_cmpfloat (config.rope_theta, ==, 1000000.0);
  load_changed ("\"depth\": 32", "\"depth\": 32, \"rope_scaling\": {\"rope_theta\": 70}, \"rope_parameters\": {\"rope_theta\": 5}", &config);
  g_assert_cmpfloat (config.vision_rope_theta, ==, 70.0);
  load_changed ("\"depth\": 32", "\"depth\": 32, \"rope_scaling\": {}, \"rope_parameters\": {\"rope_theta\": 5}", &config);
  g_assert_cmpfloat (config.vision_rope_theta, ==, 5.0);
}

static void
test_says_what_is_not_there (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(GError) absent = NULL;
  g_autoptr(GError) array = NULL;
  EmoVlmConfig config;

  g_assert_false (emo_vlm_config_load (&config, folder, &absent));
  assert_message (absent, EMO_ERROR_MODEL, "config.json");
  write_text (folder, "config.json", "[]");
  g_assert_false (emo_vlm_config_load (&config, folder, &array));
  assert_message (array, EMO_ERROR_INVALID_FILE, "expected an object, found an array");
  remove_folder (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/VlmConfig/every-form-reads-as-transformers-does", test_every_form_reads_as_transformers_does);
  g_test_add_func ("/Emo/VlmConfig/refuses-values-out-of-range-by-field", test_refuses_values_out_of_range_by_field);
  g_test_add_func ("/Emo/VlmConfig/refuses-other-architectures-by-name", test_refuses_other_architectures_by_name);
  g_test_add_func ("/Emo/VlmConfig/refuses-processors-that-disagree", test_refuses_processors_that_disagree);
  g_test_add_func ("/Emo/VlmConfig/names-what-is-not-applied-to-a-text", test_names_what_is_not_applied_to_a_text);
  g_test_add_func ("/Emo/VlmConfig/takes-a-sliding-window-that-no-layer-uses", test_takes_a_sliding_window_that_no_layer_uses);
  g_test_add_func ("/Emo/VlmConfig/what-is-left-out-is-transformers-default", test_what_is_left_out_is_transformers_default);
  g_test_add_func ("/Emo/VlmConfig/reads-activations-and-rotations-of-every-place", test_reads_activations_and_rotations_of_every_place);
  g_test_add_func ("/Emo/VlmConfig/says-what-is-not-there", test_says_what_is_not_there);

  return g_test_run ();
}
