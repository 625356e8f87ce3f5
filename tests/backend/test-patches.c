/* test-patches.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-patches.h"

/* Qwen2-VL's preprocessor_config.json. */
static const EmoImageSettings qwen = {
  .patch_size = 14,
  .temporal_patch_size = 2,
  .merge_size = 2,
  .min_pixels = 56 * 56,
  .max_pixels = 28 * 28 * 1280,
  .resample = EMO_FILTER_BICUBIC,
  .rescale_factor = 1 / 255.0,
  .mean = { 0.48145466, 0.4578275, 0.40821073 },
  .std = { 0.26862954, 0.26130258, 0.27577711 },
  .max_side_filter = EMO_FILTER_LANCZOS,
};

static void
check_line (const char *line)
{
  g_auto(GStrv) fields = g_strsplit (line, "\t", -1);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "image", fields[0], NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoImage) image = emo_image_load (path, FALSE, &error);
  g_autoptr(EmoPatches) patches = NULL;
  g_autofree char *sum = NULL;
  EmoImageSettings settings = qwen;
  double mean = 0;
  gsize n_values;

  g_assert_no_error (error);
  settings.min_pixels = atoi (fields[1]);
  settings.max_pixels = atoi (fields[2]);
  settings.max_side = atoi (fields[3]);
  patches = emo_patches_new (image, &settings, &error);
  g_assert_no_error (error);

  for (int i = 0; i < 3; i++)
    g_assert_cmpint (emo_patches_get_grid (patches)[i], ==, atoi (fields[4 + i]));
  g_assert_cmpuint (emo_patches_get_columns (patches), ==, 1176);
  g_assert_cmpint (emo_patches_get_tokens (patches) * 4, ==, (int) emo_patches_get_rows (patches));
  g_assert_cmpint (emo_patches_get_image_width (patches), ==, emo_image_get_width (image));
  g_assert_cmpint (emo_patches_get_image_height (patches), ==, emo_image_get_height (image));

  n_values = emo_patches_get_rows (patches) * emo_patches_get_columns (patches);
  for (gsize i = 0; i < n_values; i++)
    mean += emo_patches_get_values (patches)[i];
  g_assert_cmpfloat_with_epsilon (mean / n_values, g_ascii_strtod (fields[7], NULL), 1e-6);

  /* Not near the reference: the same bits. */
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) emo_patches_get_values (patches),
                                     n_values * sizeof (float));
  g_assert_cmpstr (sum, ==, fields[8]);
}

static void
test_patches_equal_the_reference (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "image", "patches.tsv", NULL);
  g_autofree char *text = NULL;
  g_auto(GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 16);
  for (guint i = 0; lines[i] != NULL; i++)
    check_line (lines[i]);
}

/* Numbers of smart_resize of transformers for these sides and limits. */
static void
test_patches_fit_as_the_reference (void)
{
  static const struct { int width, height, min, max, fit_width, fit_height; } cases[] = {
    /* 42 / 28 and 70 / 28 are halves: to the even neighbour. */
    { 42, 70, 1, 1000000, 56, 56 },
    { 98, 126, 1, 1000000, 112, 112 },
    { 1, 1, 3136, 1003520, 56, 56 },
    { 1280, 960, 3136, 1003520, 1148, 840 },
    { 1280, 960, 3136, 21168, 168, 112 },
    { 200, 1, 3136, 1003520, 812, 28 },
    { 28, 28, 784, 784, 28, 28 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      EmoImageSettings settings = qwen;
      int width, height;

      settings.min_pixels = cases[i].min;
      settings.max_pixels = cases[i].max;
      g_assert_true (emo_image_settings_fit (&settings, cases[i].width, cases[i].height, &width, &height, NULL));
      g_assert_cmpint (width, ==, cases[i].fit_width);
      g_assert_cmpint (height, ==, cases[i].fit_height);
    }
}

static void
test_patches_refuse_long_strips (void)
{
  g_autoptr(GError) error = NULL;
  int width, height;

  g_assert_true (emo_image_settings_fit (&qwen, 1000, 5, &width, &height, NULL));
  g_assert_false (emo_image_settings_fit (&qwen, 1001, 5, &width, &height, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  g_assert_false (emo_image_settings_fit (&qwen, 1, 20000, &width, &height, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED);
}

static void
test_patches_refuse_hostile_limits (void)
{
  g_autoptr(GError) error = NULL;
  EmoImageSettings settings = qwen;
  int width, height;

  settings.min_pixels = settings.max_pixels = G_MAXINT64;
  g_assert_false (emo_image_settings_fit (&settings, 100, 100, &width, &height, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_LIMIT);
}

/* A picture whose pixel says where it lies: red its column, green its row. */
static void
test_patches_order_is_merge_blocks_then_channel_time_row_column (void)
{
  g_autofree guint8 *rgb = g_malloc0 (8 * 8 * 3);
  g_autoptr(EmoImage) image = NULL;
  g_autoptr(EmoPatches) patches = NULL;
  EmoImageSettings settings = {
    .patch_size = 2, .temporal_patch_size = 2, .merge_size = 2, .min_pixels = 64, .max_pixels = 64,
    .resample = EMO_FILTER_BICUBIC, .rescale_factor = 1, .std = { 1, 1, 1 },
  };
  const float *values;

  for (int i = 0; i < 64; i++)
    {
      rgb[i * 3] = i % 8;
      rgb[i * 3 + 1] = i / 8;
    }
  image = emo_image_new (8, 8, g_bytes_new (rgb, 8 * 8 * 3));
  patches = emo_patches_new (image, &settings, NULL);
  values = emo_patches_get_values (patches);
  g_assert_cmpuint (emo_patches_get_rows (patches), ==, 16);
  g_assert_cmpuint (emo_patches_get_columns (patches), ==, 24);

  /* The third patch lies below the first, the fifth right of the second. */
  g_assert_cmpfloat (values[2 * 24], ==, 0);
  g_assert_cmpfloat (values[2 * 24 + 8], ==, 2);
  g_assert_cmpfloat (values[4 * 24], ==, 4);
  /* Inside: column, then row, then the same again for the second time step. */
  g_assert_cmpfloat (values[1], ==, 1);
  g_assert_cmpfloat (values[2], ==, 0);
  g_assert_cmpfloat (values[8 + 2], ==, 1);
  g_assert_cmpmem (values, 16, values + 4, 16);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Patches/equal-the-reference", test_patches_equal_the_reference);
  g_test_add_func ("/Emo/Patches/fit-as-the-reference", test_patches_fit_as_the_reference);
  g_test_add_func ("/Emo/Patches/refuse-long-strips", test_patches_refuse_long_strips);
  g_test_add_func ("/Emo/Patches/refuse-hostile-limits", test_patches_refuse_hostile_limits);
  g_test_add_func ("/Emo/Patches/order-is-merge-blocks-then-channel-time-row-column",
                   test_patches_order_is_merge_blocks_then_channel_time_row_column);

  return g_test_run ();
}
