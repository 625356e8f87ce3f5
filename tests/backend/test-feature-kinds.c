/* test-feature-kinds.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-feature-kinds.h"
#include "emo-test-files.h"

static void
copy_file (const char *from,
           const char *folder,
           const char *name)
{
  g_autofree char *source = g_build_filename (from, name, NULL);
  g_autofree char *target = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (target);
  g_autofree char *text = NULL;
  gsize length;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_get_contents (source, &text, &length, NULL));
  g_assert_true (g_file_set_contents (target, text, length, NULL));
}

typedef struct
{
  char         *folder;
  EmoBundle    *bundle;
  EmoVlmConfig  config;
  char         *means;
  char         *scores;
} Fixture;

static void
open_bundle (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;

  g_clear_pointer (&fixture->bundle, emo_bundle_free);
  fixture->bundle = emo_bundle_load (fixture->folder, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (emo_vlm_config_load (&fixture->config, fixture->bundle->vlm, &error));
}

static char *
name_means (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  char *kind = emo_feature_kind_means (fixture->bundle, &fixture->config, "cpu float32", NULL, &error);

  g_assert_no_error (error);

  return kind;
}

static char *
name_scores (Fixture    *fixture,
             const char *means)
{
  g_autoptr(GError) error = NULL;
  char *kind = emo_feature_kind_scores (fixture->bundle, means, NULL, &error);

  g_assert_no_error (error);

  return kind;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  static const char * const names[] = {
    "emovlm.json", "distilled.safetensors", "gate.safetensors", "vlm/config.json", "vlm/model.safetensors",
    "vlm/tokenizer.json", "vlm/preprocessor_config.json",
  };
  g_autofree char *from = g_test_build_filename (G_TEST_DIST, "vectors", "tiny", "cross-one-hot", NULL);

  fixture->folder = emo_test_make_folder ();
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    copy_file (from, fixture->folder, names[i]);
  open_bundle (fixture);
  fixture->means = name_means (fixture);
  fixture->scores = name_scores (fixture, fixture->means);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  emo_test_remove_folder (fixture->folder);
  emo_bundle_free (fixture->bundle);
  g_free (fixture->folder);
  g_free (fixture->means);
  g_free (fixture->scores);
}

/* Whether the kinds are what they were: the means', and the scores'. */
static void
assert_kinds (Fixture  *fixture,
              gboolean  same_means,
              gboolean  same_scores)
{
  g_autofree char *means = name_means (fixture);
  g_autofree char *scores = name_scores (fixture, means);

  g_assert_true (g_str_equal (means, fixture->means) == same_means);
  g_assert_true (g_str_equal (scores, fixture->scores) == same_scores);
}

static void
test_feature_kinds_know_picture_settings (Fixture       *fixture,
                                          gconstpointer  data)
{
  assert_kinds (fixture, TRUE, TRUE);
  fixture->config.image.max_pixels /= 2;
  assert_kinds (fixture, FALSE, FALSE);
  open_bundle (fixture);
  fixture->config.image.mean[1] += 1e-9;
  assert_kinds (fixture, FALSE, FALSE);
}

static void
replace (const char *path,
         const char *from,
         const char *to)
{
  g_autofree char *text = NULL;
  g_auto(GStrv) parts = NULL;
  g_autofree char *changed = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  parts = g_strsplit (text, from, -1);
  g_assert_cmpuint (g_strv_length (parts), >, 1);
  changed = g_strjoinv (to, parts);
  g_assert_true (g_file_set_contents (path, changed, -1, NULL));
}

static void
test_feature_kinds_know_the_prompt (Fixture       *fixture,
                                    gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "emovlm.json", NULL);

  replace (path, "\"classify\": \"", "\"classify\": \"So: ");
  open_bundle (fixture);
  assert_kinds (fixture, TRUE, FALSE);
}

/* Writes the weights anew with one bit of one tensor changed. */
static void
change_tensor (Fixture    *fixture,
               const char *part)
{
  g_autofree char *path = g_build_filename (fixture->folder, "vlm", "model.safetensors", NULL);
  g_autoptr(EmoSafetensors) file = emo_safetensors_open (path, NULL);
  guint n = emo_safetensors_get_n_tensors (file);
  g_autofree EmoStoredTensor *tensors = g_new (EmoStoredTensor, n);
  g_autofree guint8 *changed = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < n; i++)
    {
      tensors[i] = *emo_safetensors_get_tensor (file, i);
      if (changed == NULL && strstr (tensors[i].name, part) != NULL)
        {
          tensors[i].data = changed = g_memdup2 (tensors[i].data, tensors[i].n_bytes);
          changed[tensors[i].n_bytes - 1] ^= 1;
        }
    }
  g_assert_nonnull (changed);
  g_assert_true (emo_safetensors_save (path, tensors, n, NULL, &error));
  g_assert_no_error (error);
}

static void
test_feature_kinds_know_the_tower (Fixture       *fixture,
                                   gconstpointer  data)
{
  change_tensor (fixture, "visual.merger");
  assert_kinds (fixture, FALSE, FALSE);
}

static void
test_feature_kinds_of_means_do_not_know_the_decoder (Fixture       *fixture,
                                                     gconstpointer  data)
{
  change_tensor (fixture, "layers.0.mlp");
  assert_kinds (fixture, TRUE, FALSE);
}

static void
test_feature_kinds_of_spreads_hang_on_the_means (Fixture       *fixture,
                                                 gconstpointer  data)
{
  g_autofree char *spreads = emo_feature_kind_spreads (fixture->means);
  g_autofree char *means = NULL;
  g_autofree char *other = NULL;

  g_assert_cmpstr (spreads, !=, fixture->means);
  g_assert_true (g_str_has_prefix (spreads, "visual-spreads "));
  fixture->config.image.max_pixels /= 2;
  means = name_means (fixture);
  other = emo_feature_kind_spreads (means);
  g_assert_cmpstr (spreads, !=, other);
}

static void
test_feature_kinds_have_widths (Fixture       *fixture,
                                gconstpointer  data)
{
  g_assert_cmpuint (emo_feature_get_width (EMO_FEATURE_MEANS, 192, 8), ==, 192);
  g_assert_cmpuint (emo_feature_get_width (EMO_FEATURE_SPREADS, 192, 8), ==, 3);
  g_assert_cmpuint (emo_feature_get_width (EMO_FEATURE_SCORES, 192, 8), ==, 8);
  g_assert_cmpuint (emo_feature_get_width (EMO_FEATURE_TEACHER, 192, 8), ==, 8);
}

static void
test_feature_kinds_know_an_adapter (Fixture       *fixture,
                                    gconstpointer  data)
{
  g_free (emo_test_write_text (fixture->folder, "adapter/adapter_config.json", "{}"));
  g_free (emo_test_write_text (fixture->folder, "adapter/adapter_model.safetensors", "one"));
  fixture->bundle->adapter = g_build_filename (fixture->folder, "adapter", NULL);
  assert_kinds (fixture, TRUE, FALSE);
  g_free (fixture->scores);
  fixture->scores = name_scores (fixture, fixture->means);
  g_free (emo_test_write_text (fixture->folder, "adapter/adapter_model.safetensors", "two"));
  assert_kinds (fixture, TRUE, FALSE);
}

static void
test_feature_kinds_know_the_teacher (Fixture       *fixture,
                                     gconstpointer  data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *other = NULL;
  g_autoptr(EmoLabelSet) labels = emo_label_set_new ((const char *[]) { "awe", "fear", NULL }, NULL);
  g_autoptr(EmoLabelSet) swapped = emo_label_set_new ((const char *[]) { "fear", "awe", NULL }, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_null (emo_feature_kind_teacher (fixture->folder, labels, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_free (emo_test_write_text (fixture->folder, "model.safetensors", "weights"));
  g_free (emo_test_write_text (fixture->folder, "config.json", "{\"image_size\": 384}"));
  first = emo_feature_kind_teacher (fixture->folder, labels, NULL, NULL);
  g_free (emo_test_write_text (fixture->folder, "config.json", "{\"image_size\": 224}"));
  second = emo_feature_kind_teacher (fixture->folder, labels, NULL, NULL);
  g_assert_cmpstr (first, !=, second);
  other = emo_feature_kind_teacher (fixture->folder, swapped, NULL, NULL);
  g_assert_cmpstr (other, !=, second);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/Emo/FeatureKinds/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("know-picture-settings", test_feature_kinds_know_picture_settings);
  ADD ("know-the-prompt", test_feature_kinds_know_the_prompt);
  ADD ("of-spreads-hang-on-the-means", test_feature_kinds_of_spreads_hang_on_the_means);
  ADD ("have-widths", test_feature_kinds_have_widths);
  ADD ("know-the-tower", test_feature_kinds_know_the_tower);
  ADD ("of-means-do-not-know-the-decoder", test_feature_kinds_of_means_do_not_know_the_decoder);
  ADD ("know-an-adapter", test_feature_kinds_know_an_adapter);
  ADD ("know-the-teacher", test_feature_kinds_know_the_teacher);
#undef ADD

  return g_test_run ();
}
