/* test-quantised.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "emo-error.h"
#include "emo-train-ops.h"
#include "nf4-vectors.h"

static EmoTensor *
quantise (EmoTensor *values)
{
  g_autoptr(GError) error = NULL;
  EmoTensor *weight = emo_tensor_new_nf4 (values, EMO_DEVICE_CPU, &error);

  g_assert_no_error (error);

  return weight;
}

static EmoTensor *
load_weights (EmoSafetensors *file,
              const char     *name)
{
  const EmoStoredTensor *stored = nf4_find (file, name, "weights");
  g_autoptr(GBytes) bytes = emo_safetensors_get_bytes (file, stored);
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoTensor) values = emo_tensor_new_for_bytes (bytes, stored->stored == EMO_STORED_BF16 ? EMO_DTYPE_BF16 : EMO_DTYPE_F32,
                                                          stored->rank, stored->shape, &error);

  g_assert_no_error (error);

  return quantise (values);
}

static EmoTensor *
dequantise (EmoTensor *weight,
            EmoDtype   dtype)
{
  g_autoptr(GError) error = NULL;
  EmoTensor *values = emo_tensor_dequantise (weight, dtype, &error);

  g_assert_no_error (error);

  return values;
}

static float *
read_floats (EmoTensor *tensor)
{
  g_autoptr(GError) error = NULL;
  gsize n = 1;
  float *values;

  for (guint i = 0; i < emo_tensor_get_rank (tensor); i++)
    n *= emo_tensor_get_size (tensor, i);
  values = g_new (float, n);
  emo_tensor_read_floats (tensor, values, n, &error);
  g_assert_no_error (error);

  return values;
}

static EmoTensor *
new_identity (gint64   n,
              EmoDtype dtype)
{
  gint64 shape[] = { n, n };
  g_autofree float *values = g_new0 (float, n * n);
  g_autoptr(EmoTensor) wide = NULL;
  g_autoptr(GError) error = NULL;
  EmoTensor *identity;

  for (gint64 i = 0; i < n; i++)
    values[i * n + i] = 1;
  wide = emo_tensor_new_floats (values, 2, shape, &error);
  g_assert_no_error (error);
  identity = emo_tensor_to (wide, dtype, EMO_DEVICE_CPU, &error);
  g_assert_no_error (error);

  return identity;
}

/* x = 1 gives the weight's columns, whichever way it is multiplied. */
static void
assert_weights (const EmoStoredTensor *expected,
                EmoTensor             *weight,
                EmoDtype               dtype)
{
  gint64 n = emo_tensor_get_size (weight, 0), k = emo_tensor_get_size (weight, 1);
  g_autoptr(EmoTensor) values = dequantise (weight, dtype);
  g_autoptr(EmoTensor) identity = new_identity (k, dtype);
  EmoScope *scope = emo_scope_open (NULL, FALSE);
  g_autoptr(EmoTensor) product = emo_scope_keep (scope, emo_op_linear (scope, identity, weight, NULL));
  g_autofree float *wanted = g_new (float, n * k);
  g_autofree float *found = read_floats (values);
  g_autofree float *multiplied = NULL;
  g_autoptr(GError) error = NULL;

  emo_scope_close (scope, &error);
  g_assert_no_error (error);
  emo_stored_tensor_read_floats (expected, wanted, &error);
  g_assert_no_error (error);
  multiplied = read_floats (product);
  g_assert_cmpmem (found, n * k * sizeof *found, wanted, n * k * sizeof *wanted);
  /* A sum has no -0, and a matrix product may take what is below the smallest normal
   * number for zero. */
  for (gint64 row = 0; row < n; row++)
    for (gint64 column = 0; column < k; column++)
      if (fabsf (wanted[row * k + column]) >= FLT_MIN)
        g_assert_cmpfloat (multiplied[column * n + row], ==, wanted[row * k + column]);
      else
        g_assert_cmpfloat_with_epsilon (multiplied[column * n + row], 0, FLT_MIN);
}

static void
test_quantised_equals_the_reference (gconstpointer data)
{
  const char *name = data;
  g_autoptr(EmoSafetensors) file = nf4_open ();
  g_autoptr(EmoTensor) weight = load_weights (file, name);
  const EmoStoredTensor *weights = nf4_find (file, name, "weights");

  g_assert_cmpint (emo_tensor_get_size (weight, 0), ==, weights->shape[0]);
  g_assert_cmpint (emo_tensor_get_size (weight, -1), ==, weights->shape[1]);
  g_assert_false (emo_tensor_get_device (weight).cuda);
  if (nf4_find (file, name, "float32") != NULL)
    assert_weights (nf4_find (file, name, "float32"), weight, EMO_DTYPE_F32);
  assert_weights (nf4_find (file, name, "bfloat16"), weight, EMO_DTYPE_BF16);
}

static EmoTensor *
random_matrix (EmoDtype dtype,
               gint64   rows,
               gint64   columns)
{
  gint64 shape[] = { rows, columns };
  EmoTensor *tensor = emo_tensor_new_random (dtype, 2, shape, NULL);

  g_assert_nonnull (tensor);

  return tensor;
}

static void
assert_close (EmoTensor *found,
              EmoTensor *expected,
              double     tolerance)
{
  g_autofree float *a = read_floats (found);
  g_autofree float *b = read_floats (expected);
  gsize n = 1;
  double difference = 0, norm = 0;

  g_assert_cmpuint (emo_tensor_get_rank (found), ==, emo_tensor_get_rank (expected));
  for (guint i = 0; i < emo_tensor_get_rank (found); i++)
    {
      g_assert_cmpint (emo_tensor_get_size (found, i), ==, emo_tensor_get_size (expected, i));
      n *= emo_tensor_get_size (found, i);
    }
  for (gsize i = 0; i < n; i++)
    {
      difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      norm += (double) b[i] * b[i];
    }
  g_assert_cmpfloat (sqrt (difference), <=, tolerance * sqrt (norm));
}

/* One row and many, widths within a block and beyond a tile; also with three
 * dimensions. */
static void
check_linear (EmoDtype dtype,
              int      m,
              int      k,
              int      n,
              gboolean with_bias)
{
  gint64 width = n, deep[] = { 1, m, k };
  g_autoptr(EmoTensor) x = random_matrix (dtype, m, k);
  g_autoptr(EmoTensor) values = random_matrix (EMO_DTYPE_BF16, n, k);
  g_autoptr(EmoTensor) weight = quantise (values);
  g_autoptr(EmoTensor) again = dequantise (weight, dtype);
  g_autoptr(EmoTensor) bias = with_bias ? emo_tensor_new_random (dtype, 1, &width, NULL) : NULL;
  g_autoptr(GError) error = NULL;

  for (int grad = 0; grad < 2; grad++)
    {
      EmoScope *scope = emo_scope_open (NULL, grad);
      EmoTensor *y[2], *dx[2], *leaf = emo_op_leaf (scope, x);

      y[0] = emo_op_linear (scope, emo_op_reshape (scope, leaf, 3, deep), weight, bias);
      y[1] = emo_op_linear (scope, emo_op_reshape (scope, leaf, 3, deep), again, bias);
      for (int i = 0; grad && i < 2; i++)
        dx[i] = emo_op_grad (scope, y[i], y[1], leaf);
      g_assert_false (emo_scope_failed (scope));
      assert_close (y[0], y[1], dtype == EMO_DTYPE_F32 ? 2e-6 : 1e-2);
      if (grad)
        assert_close (dx[0], dx[1], dtype == EMO_DTYPE_F32 ? 2e-6 : 1e-2);
      emo_scope_close (scope, &error);
      g_assert_no_error (error);
    }
}

static void
test_quantised_linear_equals_its_weights (void)
{
  const int sizes[][3] = { { 1, 64, 32 }, { 2, 100, 7 }, { 3, 37, 5 }, { 7, 1030, 800 }, { 40, 2100, 390 }, { 300, 64, 3 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int with_bias = 0; with_bias < 2; with_bias++)
      {
        check_linear (EMO_DTYPE_F32, sizes[i][0], sizes[i][1], sizes[i][2], with_bias);
        check_linear (EMO_DTYPE_BF16, sizes[i][0], sizes[i][1], sizes[i][2], with_bias);
      }
}

/* The codes differ where nothing else does. */
static void
test_quantised_hardly_changes_a_normal_weight (void)
{
  g_autoptr(EmoTensor) values = random_matrix (EMO_DTYPE_BF16, 256, 640);
  g_autoptr(EmoTensor) weight = quantise (values);
  g_autoptr(EmoTensor) again = dequantise (weight, EMO_DTYPE_F32);

  /* 4 bits of a normal variable in blocks of 64 lose 0.09 of it. */
  assert_close (again, values, 0.1);
}

/* Bytes of this process that are in memory. */
static gint64
get_resident (void)
{
  g_autofree char *text = NULL;
  gint64 pages = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%*d %" G_GINT64_FORMAT, &pages), ==, 1);

  return pages * sysconf (_SC_PAGESIZE);
}

#define N_LAYERS 12

/* A recorded forward keeps the codes alone: twelve layers of 2,048 x 2,048 would be
 * 96 MiB in bf16, and as much where each left a hole in the heap. */
static void
test_quantised_keeps_no_weights_for_the_gradient (gconstpointer dtype)
{
  g_autoptr(EmoTensor) values = random_matrix (EMO_DTYPE_BF16, 2048, 2048);
  g_autoptr(EmoTensor) x = random_matrix (GPOINTER_TO_INT (dtype), 2, 2048);
  EmoTensor *weights[N_LAYERS];
  g_autoptr(GError) error = NULL;
  EmoScope *scope;
  EmoTensor *leaf, *y;
  gint64 before, after;

  for (int i = 0; i < N_LAYERS; i++)
    weights[i] = quantise (values);
  scope = emo_scope_open (NULL, TRUE);
  leaf = emo_op_leaf (scope, x);
  y = emo_op_linear (scope, leaf, weights[0], NULL);
  before = get_resident ();
  for (int i = 1; i < N_LAYERS; i++)
    y = emo_op_linear (scope, y, weights[i], NULL);
  after = get_resident ();
  g_assert_nonnull (emo_op_grad (scope, y, y, leaf));
  emo_scope_close (scope, &error);
  g_assert_no_error (error);
  g_assert_cmpint (after - before, <, 32 * 1024 * 1024);
  for (int i = 0; i < N_LAYERS; i++)
    emo_tensor_unref (weights[i]);
}

static void
test_quantised_serves_no_other_op (void)
{
  g_autoptr(EmoTensor) values = random_matrix (EMO_DTYPE_F32, 8, 64);
  g_autoptr(EmoTensor) weight = quantise (values);
  g_autoptr(GError) error = NULL;
  float out[8 * 64];
  EmoScope *scope = emo_scope_open (NULL, FALSE);

  g_assert_false (emo_scope_read (scope, emo_op_add (scope, weight, values), out, G_N_ELEMENTS (out)));
  g_assert_false (emo_scope_close (scope, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_TORCH);
  g_clear_error (&error);
  g_assert_false (emo_tensor_read_floats (weight, out, G_N_ELEMENTS (out), &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_TORCH);
  g_clear_error (&error);
  g_assert_null (emo_tensor_new_leaf (weight, EMO_DTYPE_F32, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_TORCH);
  g_clear_error (&error);
  g_assert_null (emo_tensor_dequantise (values, EMO_DTYPE_F32, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_TORCH);
}

int
main (int   argc,
      char *argv[])
{
  emo_torch_init (2);
  emo_torch_seed (1);
  g_test_init (&argc, &argv, NULL);

  nf4_add_cases ("/Emo/Quantised/equals-the-reference", test_quantised_equals_the_reference);
  g_test_add_func ("/Emo/Quantised/linear-equals-its-weights", test_quantised_linear_equals_its_weights);
  g_test_add_func ("/Emo/Quantised/hardly-changes-a-normal-weight", test_quantised_hardly_changes_a_normal_weight);
  g_test_add_data_func ("/Emo/Quantised/keeps-no-weights-for-the-gradient/float32", GINT_TO_POINTER (EMO_DTYPE_F32),
                        test_quantised_keeps_no_weights_for_the_gradient);
  g_test_add_data_func ("/Emo/Quantised/keeps-no-weights-for-the-gradient/bfloat16", GINT_TO_POINTER (EMO_DTYPE_BF16),
                        test_quantised_keeps_no_weights_for_the_gradient);
  g_test_add_func ("/Emo/Quantised/serves-no-other-op", test_quantised_serves_no_other_op);

  return g_test_run ();
}
