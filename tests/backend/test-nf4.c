/* test-nf4.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-nf4.h"
#include "nf4-vectors.h"

static gsize
count (const EmoStoredTensor *tensor)
{
  return tensor->n_bytes / emo_stored_get_size (tensor->stored);
}

/* Bit by bit, -0 and all. */
static void
assert_same (const EmoStoredTensor *expected,
             gconstpointer          found,
             gsize                  n)
{
  const guint8 *bytes = found;

  g_assert_nonnull (expected);
  g_assert_cmpuint (count (expected), ==, n);
  for (gsize i = 0; i < expected->n_bytes; i++)
    if (bytes[i] != expected->data[i])
      g_error ("%s differs at byte %" G_GSIZE_FORMAT ": %d, expected %d", expected->name, i, bytes[i], expected->data[i]);
}

typedef struct
{
  EmoNf4  nf4;
  guint8 *codes;
  float  *absmax;
  guint8 *absmax_codes;
  float  *scales;
} Quantised;

static void
quantise (Quantised   *self,
          const float *values,
          gsize        n)
{
  gsize blocks = emo_nf4_count_blocks (n);

  self->codes = g_new (guint8, (n + 1) / 2);
  self->absmax = g_new (float, blocks);
  self->absmax_codes = g_new (guint8, blocks);
  self->scales = g_new (float, emo_nf4_count_scales (n));
  self->nf4 = (EmoNf4) { n, self->codes, self->absmax_codes, self->scales, 0 };
  emo_nf4_quantise (values, n, self->codes, self->absmax);
  emo_nf4_quantise_absmax (self->absmax, blocks, self->absmax_codes, self->scales, &self->nf4.offset);
}

static void
quantised_clear (Quantised *self)
{
  g_free (self->codes);
  g_free (self->absmax);
  g_free (self->absmax_codes);
  g_free (self->scales);
}

static float *
read_weights (const EmoStoredTensor *tensor)
{
  g_autoptr(GError) error = NULL;
  float *values = g_new (float, count (tensor));

  emo_stored_tensor_read_floats (tensor, values, &error);
  g_assert_no_error (error);

  return values;
}

static void
test_nf4_equals_the_reference (gconstpointer data)
{
  const char *name = data;
  g_autoptr(EmoSafetensors) file = nf4_open ();
  const EmoStoredTensor *weights = nf4_find (file, name, "weights");
  gsize n = count (weights), blocks = emo_nf4_count_blocks (n);
  g_autofree float *values = read_weights (weights);
  g_autofree float *wide = g_new (float, n);
  g_autofree guint16 *narrow = g_new (guint16, n);
  Quantised quantised;

  quantise (&quantised, values, n);
  assert_same (nf4_find (file, name, "codes"), quantised.codes, (n + 1) / 2);
  assert_same (nf4_find (file, name, "absmax"), quantised.absmax, blocks);
  assert_same (nf4_find (file, name, "offset"), &quantised.nf4.offset, 1);
  assert_same (nf4_find (file, name, "absmax_codes"), quantised.absmax_codes, blocks);
  assert_same (nf4_find (file, name, "scales"), quantised.scales, emo_nf4_count_scales (n));
  emo_nf4_read (&quantised.nf4, 0, n, wide);
  emo_nf4_read_bf16 (&quantised.nf4, 0, n, narrow);
  if (n < 10000)
    assert_same (nf4_find (file, name, "float32"), wide, n);
  assert_same (nf4_find (file, name, "bfloat16"), narrow, n);
  quantised_clear (&quantised);
}

static void
test_nf4_has_the_reference_levels (void)
{
  g_autoptr(EmoSafetensors) file = nf4_open ();

  assert_same (emo_safetensors_find (file, "levels"), emo_nf4_get_levels (), 16);
  assert_same (emo_safetensors_find (file, "absmax_levels"), emo_nf4_get_absmax_levels (), 256);
}

/* Any piece is what it is in the whole: tiles of a matrix begin within a block and
 * within a byte. */
static void
test_nf4_reads_any_part (void)
{
  g_autoptr(EmoSafetensors) file = nf4_open ();
  const EmoStoredTensor *weights = nf4_find (file, "odd", "weights");
  gsize n = count (weights);
  g_autofree float *values = read_weights (weights);
  g_autofree float *whole = g_new (float, n);
  g_autofree guint16 *whole_narrow = g_new (guint16, n);
  Quantised quantised;

  quantise (&quantised, values, n);
  emo_nf4_read (&quantised.nf4, 0, n, whole);
  emo_nf4_read_bf16 (&quantised.nf4, 0, n, whole_narrow);
  for (gsize start = 0; start < n; start++)
    for (gsize length = 0; start + length <= n; length += 1 + length / 8)
      {
        g_autofree float *part = g_new (float, MAX (length, 1));
        g_autofree guint16 *narrow = g_new (guint16, MAX (length, 1));

        emo_nf4_read (&quantised.nf4, start, length, part);
        emo_nf4_read_bf16 (&quantised.nf4, start, length, narrow);
        g_assert_cmpmem (part, length * sizeof *part, whole + start, length * sizeof *part);
        g_assert_cmpmem (narrow, length * sizeof *narrow, whole_narrow + start, length * sizeof *narrow);
      }
  quantised_clear (&quantised);
}

/* Threads take parts that begin with a block. */
static void
test_nf4_quantises_in_parts (void)
{
  g_autoptr(EmoSafetensors) file = nf4_open ();
  const EmoStoredTensor *weights = nf4_find (file, "rest", "weights");
  gsize n = count (weights);
  g_autofree float *values = read_weights (weights);
  g_autofree guint8 *codes = g_new (guint8, (n + 1) / 2);
  g_autofree float *absmax = g_new (float, emo_nf4_count_blocks (n));

  for (gsize start = 0; start < n; start += 3 * EMO_NF4_BLOCK)
    emo_nf4_quantise (values + start, MIN (n - start, 3 * EMO_NF4_BLOCK), codes + start / 2, absmax + start / EMO_NF4_BLOCK);
  assert_same (nf4_find (file, "rest", "codes"), codes, (n + 1) / 2);
  assert_same (nf4_find (file, "rest", "absmax"), absmax, emo_nf4_count_blocks (n));
}

/* What is not a number does not become one. */
static void
test_nf4_keeps_what_is_not_finite (void)
{
  const float bad[] = { NAN, -NAN, INFINITY, -INFINITY };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      float values[3 * EMO_NF4_BLOCK], found[3 * EMO_NF4_BLOCK];
      guint16 narrow[3 * EMO_NF4_BLOCK];
      Quantised quantised;

      for (guint j = 0; j < G_N_ELEMENTS (values); j++)
        values[j] = sin (j);
      values[70] = bad[i];
      quantise (&quantised, values, G_N_ELEMENTS (values));
      emo_nf4_read (&quantised.nf4, 0, G_N_ELEMENTS (values), found);
      emo_nf4_read_bf16 (&quantised.nf4, 0, G_N_ELEMENTS (values), narrow);
      g_assert_false (isfinite (found[70]));
      /* All bits of the exponent. */
      g_assert_cmphex (narrow[70] & 0x7f80, ==, 0x7f80);
      quantised_clear (&quantised);
    }
}

static void
test_nf4_counts (void)
{
  g_assert_cmpuint (emo_nf4_count_blocks (0), ==, 0);
  g_assert_cmpuint (emo_nf4_count_blocks (1), ==, 1);
  g_assert_cmpuint (emo_nf4_count_blocks (64), ==, 1);
  g_assert_cmpuint (emo_nf4_count_blocks (65), ==, 2);
  g_assert_cmpuint (emo_nf4_count_scales (64 * 256), ==, 1);
  g_assert_cmpuint (emo_nf4_count_scales (64 * 256 + 1), ==, 2);
  g_assert_cmpint (emo_nf4_count_bytes (64 * 256), ==, 32 * 256 + 256 + 4);
  g_assert_cmpint (emo_nf4_count_bytes (65), ==, 33 + 2 + 4);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  nf4_add_cases ("/Emo/Nf4/equals-the-reference", test_nf4_equals_the_reference);
  g_test_add_func ("/Emo/Nf4/has-the-reference-levels", test_nf4_has_the_reference_levels);
  g_test_add_func ("/Emo/Nf4/reads-any-part", test_nf4_reads_any_part);
  g_test_add_func ("/Emo/Nf4/quantises-in-parts", test_nf4_quantises_in_parts);
  g_test_add_func ("/Emo/Nf4/keeps-what-is-not-finite", test_nf4_keeps_what_is_not_finite);
  g_test_add_func ("/Emo/Nf4/counts", test_nf4_counts);

  return g_test_run ();
}
