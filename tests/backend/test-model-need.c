/* test-model-need.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <glib/gstdio.h>

#include "emo-bundle.h"
#include "emo-error.h"
#include "emo-model-need.h"
#include "emo-safetensors.h"
#include "emo-test-files.h"

static char *
embedded_path (void)
{
  return g_test_build_filename (G_TEST_DIST, "..", "data", "models", "emoscenes", NULL);
}

static char *
tiny_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "vectors", "tiny", name, NULL);
}

static EmoModelNeed *
estimate (const char *path,
          const char *dtype)
{
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;
  EmoModelNeed *need;

  options.path = path;
  options.dtype = dtype;
  need = emo_model_need_new (&options, &error);
  g_assert_no_error (error);

  return need;
}

static gint64
bytes_of (const char *folder,
          const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoSafetensors) file = emo_safetensors_open (path, &error);

  g_assert_no_error (error);

  return emo_safetensors_get_n_bytes (file);
}

static void
test_counts_the_weights_of_real_files (void)
{
  static const char *const tiny[] = { "flat-untied-f16", "sharded-f32", "vlm-alone", "adapter-nested" };
  g_autofree char *embedded = embedded_path ();
  g_autoptr (EmoModelNeed) need = estimate (embedded, "auto");
  gint64 vlm = bytes_of (embedded, "vlm"), head = bytes_of (embedded, "distilled.safetensors");

  g_assert_cmpstr (need->name, !=, NULL);
  g_assert_cmpint (need->weights, >, vlm);
  /* The head is held in double; gate and domain are small beside the VLM. */
  g_assert_cmpint (need->weights, >=, vlm + 2 * head);
  g_assert_cmpint (need->weights, <, vlm + 2 * head + vlm / 4);
  g_assert_cmpint (need->parameters, >, 2500000);
  g_assert_cmpint (need->parameters, <, 3500000);
  g_assert_cmpint (emo_model_need_get_total (need), ==, need->weights + need->work);

  for (gsize i = 0; i < G_N_ELEMENTS (tiny); i++)
    {
      g_autofree char *folder = tiny_path (tiny[i]);
      g_autoptr (EmoModelNeed) small = estimate (folder, "auto");

      g_assert_cmpint (small->weights, >=, bytes_of (folder, "vlm"));
      g_assert_cmpint (small->weights, <, emo_model_need_get_total (need));
    }
}

/* What is converted is kept in two bytes an element; what is mapped stays. */
static void
test_follows_the_precision (void)
{
  g_autofree char *folder = tiny_path ("sharded-f32");
  g_autoptr (EmoModelNeed) as_stored = estimate (folder, "float32");
  g_autoptr (EmoModelNeed) automatic = estimate (folder, "auto");
  g_autoptr (EmoModelNeed) halved = estimate (folder, "bfloat16");
  gint64 vlm = bytes_of (folder, "vlm");

  g_assert_cmpint (automatic->weights, ==, as_stored->weights);
  g_assert_cmpint (as_stored->weights - halved->weights, ==, vlm / 2);
}

/* Four bits for most of a model, the rest as it is stored. */
static void
test_counts_four_bits (void)
{
  g_autofree char *folder = tiny_path ("vlm-alone");
  g_autoptr (EmoModelNeed) as_stored = estimate (folder, "float32");
  g_autoptr (EmoModelNeed) quantised = estimate (folder, "nf4");
  g_autofree char *path = g_build_filename (folder, "vlm", NULL);
  g_autoptr (EmoSafetensors) file = emo_safetensors_open (path, NULL);
  gint64 saved = 0, widest = 0;

  g_assert_nonnull (file);
  for (guint i = 0; i < emo_safetensors_get_n_tensors (file); i++)
    {
      const EmoStoredTensor *tensor = emo_safetensors_get_tensor (file, i);
      gint64 n = (gint64) tensor->n_bytes / 2;

      g_assert_cmpint (tensor->stored, ==, EMO_STORED_BF16);
      if (strstr (tensor->name, "proj.weight") == NULL && strstr (tensor->name, "qkv.weight") == NULL &&
          strstr (tensor->name, "fc1.weight") == NULL && strstr (tensor->name, "fc2.weight") == NULL &&
          strstr (tensor->name, "merger.mlp.0.weight") == NULL && strstr (tensor->name, "merger.mlp.2.weight") == NULL)
        continue;
      if (strstr (tensor->name, "patch_embed") != NULL)
        continue;
      saved += 2 * n - (n / 2 + (n + 63) / 64 + ((n + 63) / 64 + 255) / 256 * 4);
      widest = MAX (widest, 2 * n);
    }
  g_assert_cmpint (as_stored->weights - quantised->weights, ==, saved);
  g_assert_cmpint (quantised->work - as_stored->work, ==, widest);
  g_assert_cmpint (quantised->parameters, ==, as_stored->parameters);
}

static void
test_grows_with_the_picture (void)
{
  g_autofree char *folder = embedded_path ();
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;
  g_autoptr (EmoModelNeed) small = NULL;
  g_autoptr (EmoModelNeed) large = NULL;

  options.path = folder;
  options.max_pixels = 112 * 112;
  small = emo_model_need_new (&options, NULL);
  options.max_pixels = 4 * 112 * 112;
  large = emo_model_need_new (&options, NULL);

  g_assert_nonnull (small);
  g_assert_nonnull (large);
  g_assert_cmpint (large->work, >, small->work);
  g_assert_cmpint (large->weights, ==, small->weights);
}

static void
test_knows_what_is_available (void)
{
  g_autofree char *folder = embedded_path ();
  g_autoptr (EmoModelNeed) need = estimate (folder, "auto");

  /* A machine that runs this has some. */
  g_assert_cmpint (need->available, >, 1024 * 1024);
}

static void
test_asks_only_where_it_is_tight (void)
{
  EmoModelNeed need = { .weights = 700, .work = 300, .available = 1000 };

  g_assert_true (emo_model_need_fits (&need, 0));
  g_assert_true (emo_model_need_fits (&need, 1000));
  g_assert_false (emo_model_need_fits (&need, 999));
  need.available = 999;
  g_assert_false (emo_model_need_fits (&need, 0));
  g_assert_false (emo_model_need_fits (&need, 5000));
  need.available = -1;
  g_assert_true (emo_model_need_fits (&need, 0));
}

static void
test_fails_as_loading_would (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  EmoLoadOptions options = EMO_LOAD_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  options.path = folder;
  g_assert_null (emo_model_need_new (&options, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_MODEL);
  g_clear_error (&error);

  g_free (emo_test_write_text (folder, "config.json", "{}"));
  g_free (emo_test_write_text (folder, "tokenizer.json", "{}"));
  g_free (emo_test_write_text (folder, "model.safetensors", "no header"));
  g_assert_null (emo_model_need_new (&options, &error));
  g_assert_nonnull (error);
  emo_test_remove_folder (folder);
}

static void
test_knows_a_model_folder_by_its_files (void)
{
  static const struct { const char *file; EmoModelKind kind; } cases[] = {
    { "readme.txt", EMO_MODEL_KIND_NONE },
    { "adapter_config.json", EMO_MODEL_KIND_PEFT },
    { "config.json", EMO_MODEL_KIND_HUB },
    { "emovlm.json", EMO_MODEL_KIND_BUNDLE },
  };
  g_autofree char *folder = emo_test_make_folder ();

  /* One after the other: each outranks those before. */
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_free (emo_test_write_text (folder, cases[i].file, "{}"));
      g_assert_cmpint (emo_model_kind_of (folder), ==, cases[i].kind);
    }
  emo_test_remove_folder (folder);
  g_assert_cmpint (emo_model_kind_of (folder), ==, EMO_MODEL_KIND_NONE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/ModelNeed/counts-the-weights-of-real-files", test_counts_the_weights_of_real_files);
  g_test_add_func ("/Emo/ModelNeed/follows-the-precision", test_follows_the_precision);
  g_test_add_func ("/Emo/ModelNeed/counts-four-bits", test_counts_four_bits);
  g_test_add_func ("/Emo/ModelNeed/grows-with-the-picture", test_grows_with_the_picture);
  g_test_add_func ("/Emo/ModelNeed/knows-what-is-available", test_knows_what_is_available);
  g_test_add_func ("/Emo/ModelNeed/asks-only-where-it-is-tight", test_asks_only_where_it_is_tight);
  g_test_add_func ("/Emo/ModelNeed/fails-as-loading-would", test_fails_as_loading_would);
  g_test_add_func ("/Emo/ModelNeed/knows-a-model-folder-by-its-files", test_knows_a_model_folder_by_its_files);
  return g_test_run ();
}
