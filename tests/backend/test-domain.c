/* test-domain.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-domain.h"
#include "emo-safetensors.h"
#include "emo-visual-spread.h"
#include "part-vectors.h"

#define H 24

static void
read_floats (EmoJson    *json,
             const char *key,
             float      *out,
             gsize       n)
{
  g_autofree double *numbers = g_new (double, MAX_NUMBERS);

  g_assert_cmpuint (part_numbers (emo_json_get_root (json), key, numbers), ==, n);
  for (gsize i = 0; i < n; i++)
    out[i] = (float) numbers[i];
}

static double
read_double (EmoJson    *json,
             const char *key)
{
  return emo_json_value_get_member_double (emo_json_get_root (json), key, 0);
}

static EmoDomain *
load (const char *name)
{
  g_autofree char *path = part_path (name);
  g_autoptr(GError) error = NULL;
  EmoDomain *domain = emo_domain_load (path, H, &error);

  g_assert_no_error (error);

  return domain;
}

static void
test_distance_equals_reference (void)
{
  g_autoptr(EmoJson) json = part_load ("domain.json");
  g_autoptr(EmoDomain) domain = load ("domain-spread.safetensors");
  float mean[H], spread[EMO_VISUAL_SPREAD_SIZE];

  read_floats (json, "mean", mean, H);
  read_floats (json, "spread", spread, EMO_VISUAL_SPREAD_SIZE);
  g_assert_cmpfloat_with_epsilon (emo_domain_distance (domain, mean, spread), read_double (json, "distance_of_both"), 1e-6);
  spread[2] = NAN;
  g_assert_true (isnan (emo_domain_distance (domain, mean, spread)));
  read_floats (json, "spread", spread, EMO_VISUAL_SPREAD_SIZE);
  mean[3] = NAN;
  g_assert_true (isnan (emo_domain_distance (domain, mean, spread)));
}

/* As bundles had it before there were spreads. */
static void
test_distance_of_means_alone_equals_reference (void)
{
  g_autoptr(EmoJson) json = part_load ("domain.json");
  g_autoptr(EmoDomain) domain = load ("domain.safetensors");
  static const float spread[EMO_VISUAL_SPREAD_SIZE] = { NAN, NAN, NAN };
  float x[H];

  read_floats (json, "x", x, H);
  g_assert_cmpfloat_with_epsilon (emo_domain_distance (domain, x, spread), read_double (json, "distance"), 1e-6);
  x[3] = NAN;
  g_assert_true (isnan (emo_domain_distance (domain, x, spread)));
}

static void
test_refuses_other_width (void)
{
  g_autofree char *path = part_path ("domain.safetensors");
  g_autofree char *both = part_path ("domain-spread.safetensors");
  g_autoptr(GError) error = NULL;

  g_assert_null (emo_domain_load (path, H + 1, &error));
  assert_message (error, EMO_ERROR_SHAPE, "mean: expected shape [25] or [28], found [24]");
  g_clear_error (&error);
  g_assert_null (emo_domain_load (path, H - 1, &error));
  assert_message (error, EMO_ERROR_SHAPE, "mean: expected shape [23] or [26], found [24]");
  g_clear_error (&error);
  g_assert_null (emo_domain_load (both, H + 1, &error));
  assert_message (error, EMO_ERROR_SHAPE, "mean: expected shape [25] or [28], found [27]");
}

/* A mean of @width numbers, and a precision of @rows times @rows. */
static EmoDomain *
save_and_load (gint64    width,
               gint64    rows,
               float     threshold,
               GError  **error)
{
  static const float numbers[49] = { 1 };
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "domain.safetensors", NULL);
  EmoStoredTensor tensors[] = {
    { "mean", EMO_STORED_F32, 1, { width }, (const guint8 *) numbers, width * sizeof (float) },
    { "precision", EMO_STORED_F32, 2, { rows, rows }, (const guint8 *) numbers, rows * rows * sizeof (float) },
    { "threshold", EMO_STORED_F32, 1, { 1 }, (const guint8 *) &threshold, sizeof threshold },
  };
  EmoDomain *domain;

  g_assert_true (emo_safetensors_save (path, tensors, 3, NULL, NULL));
  domain = emo_domain_load (path, 2, error);
  remove_folder (folder);

  return domain;
}

static void
test_refuses_precision_of_other_width (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (save_and_load (5, 2, 1, &error));
  assert_message (error, EMO_ERROR_SHAPE, "precision: expected shape [5, 5], found [2, 2]");
  g_clear_error (&error);
  g_assert_null (save_and_load (2, 5, 1, &error));
  assert_message (error, EMO_ERROR_SHAPE, "precision: expected shape [2, 2], found [5, 5]");
}

static void
test_refuses_threshold_of_zero (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoDomain) domain = save_and_load (2, 2, 1, &error);

  g_assert_no_error (error);
  g_assert_null (save_and_load (5, 5, 0, &error));
  assert_message (error, EMO_ERROR_INVALID_FILE, "threshold: expected more than 0");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Domain/distance-equals-reference", test_distance_equals_reference);
  g_test_add_func ("/Emo/Domain/distance-of-means-alone-equals-reference", test_distance_of_means_alone_equals_reference);
  g_test_add_func ("/Emo/Domain/refuses-other-width", test_refuses_other_width);
  g_test_add_func ("/Emo/Domain/refuses-precision-of-other-width", test_refuses_precision_of_other_width);
  g_test_add_func ("/Emo/Domain/refuses-threshold-of-zero", test_refuses_threshold_of_zero);

  return g_test_run ();
}
