/* test-stored.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "safetensors-fixture.h"

static EmoSafetensors *
open_vectors (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "safetensors", "all-types.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  EmoSafetensors *set = emo_safetensors_open (path, &error);

  g_assert_no_error (error);
  return set;
}

static void
test_stored_names_and_sizes (void)
{
  g_assert_cmpstr (emo_stored_to_string (EMO_STORED_BF16), ==, "BF16");
  g_assert_cmpstr (emo_stored_to_string (EMO_STORED_BOOL), ==, "BOOL");
  g_assert_cmpuint (emo_stored_get_size (EMO_STORED_F64), ==, 8);
  g_assert_cmpuint (emo_stored_get_size (EMO_STORED_I32), ==, 4);
  g_assert_cmpuint (emo_stored_get_size (EMO_STORED_F16), ==, 2);
  g_assert_cmpuint (emo_stored_get_size (EMO_STORED_BOOL), ==, 1);
}

/* The reference's numbers, the same list in every type (generate.py). */
static void
test_stored_reads_the_references_floats (void)
{
  static const struct
  {
    const char *name;
    float large;               /* 65504 in this type */
  } types[] = { { "double", 65504 }, { "single", 65504 }, { "half", 65504 }, { "bfloat", 65536 } };
  g_autoptr (EmoSafetensors) set = open_vectors ();

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      const EmoStoredTensor *tensor = emo_safetensors_find (set, types[i].name);
      float values[10];

      g_assert_true (emo_stored_tensor_read_floats (tensor, values, NULL));
      g_assert_cmpfloat (values[0], ==, 0);
      g_assert_true (values[1] == 0 && signbit (values[1]));
      g_assert_cmpfloat (values[2], ==, 1.5);
      g_assert_cmpfloat (values[3], ==, -2.25);
      g_assert_cmpfloat (values[4], ==, types[i].large);
      g_assert_cmpfloat (values[5], ==, 0x1p-24f);
      g_assert_true (isinf (values[6]) && values[6] > 0);
      g_assert_true (isnan (values[7]));
      if (tensor->stored == EMO_STORED_F64)
        {
          g_assert_true (isinf (values[8]));
          g_assert_cmpfloat (values[9], ==, 0.1f);
        }
    }
}

static void
test_stored_refuses_to_read_integers_as_floats (void)
{
  static const char *names[] = { "long", "int", "short", "byte", "unsigned", "bool" };
  g_autoptr (EmoSafetensors) set = open_vectors ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      float values[4] = { 42 };
      g_autoptr (GError) error = NULL;

      g_assert_false (emo_stored_tensor_read_floats (emo_safetensors_find (set, names[i]), values, &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_DTYPE);
      g_assert_nonnull (strstr (error->message, names[i]));
      g_assert_cmpfloat (values[0], ==, 42);
    }
}

/* Every half there is, against the definition: (-1)^s 2^(e-15) 1.m. */
static void
test_stored_widens_every_half (void)
{
  for (guint bits = 0; bits < 65536; bits++)
    {
      guint16 half = (guint16) bits;
      guint exponent = bits >> 10 & 31, mantissa = bits & 1023;
      EmoStoredTensor tensor = { .name = "h", .stored = EMO_STORED_F16, .data = (const guint8 *) &half, .n_bytes = 2 };
      float expected = exponent > 0 ? ldexpf (1024 + mantissa, (int) exponent - 25) : ldexpf (mantissa, -24);
      float value;

      g_assert_true (emo_stored_tensor_read_floats (&tensor, &value, NULL));
      g_assert_cmpint (!!signbit (value), ==, bits >> 15);
      if (exponent < 31)
        g_assert_cmpfloat (fabsf (value), ==, expected);
      else
        g_assert_true (mantissa == 0 ? isinf (value) : isnan (value));
    }
}

static void
test_stored_counts_the_references_nonfinite (void)
{
  g_autoptr (EmoSafetensors) set = open_vectors ();

  /* An infinity and a NaN in each of four types; 1e300 is finite in F64. */
  g_assert_cmpuint (emo_safetensors_count_nonfinite (set), ==, 8);
}

/* One file of a type, with bad numbers around every border of the search: the
 * vector loop's block, its rest, and the threads' pieces. */
static void
test_stored_counts_nonfinite_anywhere (Fixture      *fixture,
                                       gconstpointer user_data)
{
  static const struct
  {
    const char *dtype;
    gsize size;
    guint64 bad[3];
    guint64 good[2];           /* the largest number, and a subnormal */
  } types[] = {
    { "F64", 8, { 0x7ff0000000000000, 0xfff0000000000000, 0x7ff0000000000001 }, { 0x7fefffffffffffff, 1 } },
    { "F32", 4, { 0x7f800000, 0xff800000, 0x7f800001 }, { 0x7f7fffff, 1 } },
    { "F16", 2, { 0x7c00, 0xfc00, 0x7c01 }, { 0x7bff, 1 } },
    { "BF16", 2, { 0x7f80, 0xff80, 0x7f81 }, { 0x7f7f, 1 } },
  };
  const gsize n = (9 << 20) + 13;

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    {
      const gsize piece = (4 << 20) / types[i].size;
      const gsize places[] = { 0, 1, 4095, 4096, 4097, piece - 1, piece, piece + 1, 2 * piece, n - 14, n - 1 };
      g_autofree char *path = fixture_sparse (fixture, "file.safetensors", types[i].dtype, n, n * types[i].size);
      g_autoptr (EmoSafetensors) set = NULL;
      int fd = g_open (path, O_RDWR | O_CLOEXEC, 0);
      off_t start = lseek (fd, 0, SEEK_END) - (off_t) (n * types[i].size);

      for (guint j = 0; j < G_N_ELEMENTS (places); j++)
        g_assert_cmpint (pwrite (fd, &types[i].bad[j % 3], types[i].size, start + (off_t) (places[j] * types[i].size)), ==, (gssize) types[i].size);
      for (guint j = 0; j < 2; j++)
        g_assert_cmpint (pwrite (fd, &types[i].good[j], types[i].size, start + (off_t) ((10000 + j) * types[i].size)), ==, (gssize) types[i].size);
      close (fd);
      set = emo_safetensors_open (path, NULL);
      g_assert_cmpuint (emo_safetensors_count_nonfinite (set), ==, G_N_ELEMENTS (places));
      g_assert_true (emo_safetensors_check (set, NULL));
    }
}

/* A count that wrapped in its 16-bit lane would be far too small. */
static void
test_stored_counts_a_file_of_nan (Fixture      *fixture,
                                  gconstpointer user_data)
{
  const gsize n = 300001;
  g_autofree char *path = fixture_sparse (fixture, "file.safetensors", "BF16", n, 2 * n);
  g_autofree guint8 *bytes = g_malloc (2 * n);
  g_autoptr (EmoSafetensors) set = NULL;
  int fd = g_open (path, O_RDWR | O_CLOEXEC, 0);
  off_t start = lseek (fd, 0, SEEK_END) - (off_t) (2 * n);

  memset (bytes, 0xff, 2 * n);
  g_assert_cmpint (pwrite (fd, bytes, 2 * n, start), ==, (gssize) (2 * n));
  close (fd);
  set = emo_safetensors_open (path, NULL);
  g_assert_cmpuint (emo_safetensors_count_nonfinite (set), ==, n);
}

/* A cancelled count looks at no further piece: a load that is given up must not
 * read 4 GB from a disk first. */
static void
test_stored_stops_counting_when_cancelled (Fixture      *fixture,
                                           gconstpointer user_data)
{
  const guint32 nan = 0x7fc00000;
  const gsize n = 1 << 22;
  g_autofree char *path = fixture_sparse (fixture, "file.safetensors", "F32", n, 4 * n);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (EmoSafetensors) set = NULL;
  int fd = g_open (path, O_RDWR | O_CLOEXEC, 0);

  g_assert_cmpint (pwrite (fd, &nan, 4, lseek (fd, 0, SEEK_END) - 4), ==, 4);
  close (fd);
  set = emo_safetensors_open (path, NULL);
  g_assert_cmpuint (emo_safetensors_count_nonfinite_full (set, NULL, NULL, cancellable), ==, 1);
  g_cancellable_cancel (cancellable);
  g_assert_cmpuint (emo_safetensors_count_nonfinite_full (set, NULL, NULL, cancellable), ==, 0);
}

/* Not run by default: the speed over a file of any size. */
static void
test_stored_measures_count (void)
{
  const char *path = g_getenv ("EMO_TEST_BENCH");
  g_autoptr (EmoSafetensors) set = NULL;

  if (path == NULL)
    {
      g_test_skip ("EMO_TEST_BENCH names no file");
      return;
    }
  set = emo_safetensors_open (path, NULL);
  g_assert_nonnull (set);
  for (guint i = 0; i < 3; i++)
    {
      gint64 start = g_get_monotonic_time ();
      guint64 found = emo_safetensors_count_nonfinite (set);
      double seconds = (double) (g_get_monotonic_time () - start) / 1e6;

      g_test_message ("%" G_GUINT64_FORMAT " not finite, %.2f s, %.1f GB/s", found, seconds,
                      (double) emo_safetensors_get_n_bytes (set) / 1e9 / seconds);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Stored/names-and-sizes", test_stored_names_and_sizes);
  g_test_add_func ("/Emo/Stored/reads-the-references-floats", test_stored_reads_the_references_floats);
  g_test_add_func ("/Emo/Stored/refuses-to-read-integers-as-floats", test_stored_refuses_to_read_integers_as_floats);
  g_test_add_func ("/Emo/Stored/widens-every-half", test_stored_widens_every_half);
  g_test_add_func ("/Emo/Stored/counts-the-references-nonfinite", test_stored_counts_the_references_nonfinite);
  g_test_add ("/Emo/Stored/counts-nonfinite-anywhere", Fixture, NULL, fixture_set_up, test_stored_counts_nonfinite_anywhere, fixture_tear_down);
  g_test_add ("/Emo/Stored/counts-a-file-of-nan", Fixture, NULL, fixture_set_up, test_stored_counts_a_file_of_nan, fixture_tear_down);
  g_test_add ("/Emo/Stored/stops-counting-when-cancelled", Fixture, NULL, fixture_set_up, test_stored_stops_counting_when_cancelled, fixture_tear_down);
  g_test_add_func ("/Emo/Stored/measures-count", test_stored_measures_count);
  return g_test_run ();
}
