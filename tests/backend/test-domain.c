/* test-domain.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-domain.h"
#include "emo-safetensors.h"
#include "part-vectors.h"

#define H 24

static void
test_distance_equals_reference (void)
{
  g_autoptr(EmoJson) json = part_load ("domain.json");
  g_autofree double *numbers = g_new (double, MAX_NUMBERS);
  g_autofree char *path = part_path ("domain.safetensors");
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoDomain) domain = emo_domain_load (path, H, &error);
  float x[H];

  g_assert_no_error (error);
  g_assert_cmpuint (part_numbers (emo_json_get_root (json), "x", numbers), ==, H);
  for (int i = 0; i < H; i++)
    x[i] = numbers[i];
  g_assert_cmpfloat_with_epsilon (emo_domain_distance (domain, x),
                                  emo_json_value_get_member_double (emo_json_get_root (json), "distance", 0), 1e-6);
  x[3] = NAN;
  g_assert_true (isnan (emo_domain_distance (domain, x)));
}

static void
test_refuses_other_width (void)
{
  g_autofree char *path = part_path ("domain.safetensors");
  g_autoptr(GError) error = NULL;

  g_assert_null (emo_domain_load (path, H + 1, &error));
  assert_message (error, EMO_ERROR_SHAPE, "mean: expected shape [25], found [24]");
}

static void
test_refuses_threshold_of_zero (void)
{
  static const float numbers[4] = { 1, 0, 0, 1 };
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "domain.safetensors", NULL);
  EmoStoredTensor tensors[] = {
    { "mean", EMO_STORED_F32, 1, { 2 }, (const guint8 *) numbers, 8 },
    { "precision", EMO_STORED_F32, 2, { 2, 2 }, (const guint8 *) numbers, 16 },
    { "threshold", EMO_STORED_F32, 1, { 1 }, (const guint8 *) &numbers[1], 4 },
  };
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_safetensors_save (path, tensors, 3, NULL, NULL));
  g_assert_null (emo_domain_load (path, 2, &error));
  assert_message (error, EMO_ERROR_INVALID_FILE, "threshold: expected more than 0");
  remove_folder (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Domain/distance-equals-reference", test_distance_equals_reference);
  g_test_add_func ("/Emo/Domain/refuses-other-width", test_refuses_other_width);
  g_test_add_func ("/Emo/Domain/refuses-threshold-of-zero", test_refuses_threshold_of_zero);

  return g_test_run ();
}
