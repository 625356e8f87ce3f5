/* test-tensor.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "emo-error.h"
#include "emo-tensor.h"

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

static float *
read_all (EmoScope  *scope,
          EmoTensor *tensor,
          gsize      n)
{
  float *values = g_new0 (float, n);

  g_assert_true (emo_scope_read (scope, tensor, values, n));
  return values;
}

static void
assert_close (const float *found,
              const float *expected,
              gsize        n,
              double       tolerance)
{
  gsize worst = 0;

  for (gsize i = 0; i < n; i++)
    if (fabsf (found[i] - expected[i]) > fabsf (found[worst] - expected[worst]))
      worst = i;
  if (!(fabsf (found[worst] - expected[worst]) <= tolerance))
    g_error ("differs by %g at %" G_GSIZE_FORMAT " (found %g, expected %g, tolerance %g)",
             fabsf (found[worst] - expected[worst]), worst, found[worst], expected[worst], tolerance);
}

/* Row counts on both sides of the few-rows kernel, widths that are no multiple
 * of a vector register, more rows and columns than a tile has. */
static void
test_tensor_mixed_linear_equals_float32 (void)
{
  const int sizes[][3] = { { 1, 64, 32 }, { 2, 100, 7 }, { 3, 37, 5 }, { 5, 1500, 70 }, { 6, 33, 1 }, { 7, 1030, 800 }, { 40, 2100, 390 }, { 300, 64, 3 } };
  const EmoDtype dtypes[] = { EMO_DTYPE_BF16, EMO_DTYPE_F16 };

  for (guint d = 0; d < G_N_ELEMENTS (dtypes); d++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      for (int with_bias = 0; with_bias < 2; with_bias++)
        {
          int m = sizes[i][0], k = sizes[i][1], n = sizes[i][2];
          gint64 width = n;
          g_autoptr (EmoTensor) x = random_matrix (EMO_DTYPE_F32, m, k);
          g_autoptr (EmoTensor) w = random_matrix (dtypes[d], n, k);
          g_autoptr (EmoTensor) wide = emo_tensor_to (w, EMO_DTYPE_F32, EMO_DEVICE_CPU, NULL);
          g_autoptr (EmoTensor) bias = with_bias ? emo_tensor_new_random (EMO_DTYPE_F32, 1, &width, NULL) : NULL;
          EmoScope *scope = emo_scope_open (NULL, FALSE);
          g_autofree float *found = read_all (scope, emo_op_linear (scope, x, w, bias), (gsize) m * n);
          g_autofree float *expected = read_all (scope, emo_op_linear (scope, x, wide, bias), (gsize) m * n);

          assert_close (found, expected, (gsize) m * n, 2e-5 * sqrt (k));
          g_assert_true (emo_scope_close (scope, NULL));
        }
}

static void
test_tensor_fused_ops_equal_composed_ones (void)
{
  g_autoptr (EmoTensor) x = random_matrix (EMO_DTYPE_F32, 33, 70);
  g_autoptr (EmoTensor) y = random_matrix (EMO_DTYPE_F32, 33, 70);
  gint64 width = 70;
  g_autoptr (EmoTensor) weight = emo_tensor_new_random (EMO_DTYPE_F32, 1, &width, NULL);
  gsize n = 33 * 70;

  for (int op = 0; op < 3; op++)
    {
      g_autofree float *values[2] = { NULL, NULL };

      for (int grad = 0; grad < 2; grad++)   /* recording takes libtorch's own ops */
        {
          EmoScope *scope = emo_scope_open (NULL, grad);
          EmoTensor *result = op == 0   ? emo_op_quick_gelu (scope, x)
                              : op == 1 ? emo_op_silu_mul (scope, x, y)
                                        : emo_op_rms_norm (scope, x, weight, 1e-6);
          values[grad] = read_all (scope, result, n);
          g_assert_true (emo_scope_close (scope, NULL));
        }
      assert_close (values[0], values[1], n, 2e-6);
      g_free (g_steal_pointer (&values[1]));
    }
}

static double
activate (double        x,
          EmoActivation activation)
{
  switch (activation)
    {
    case EMO_ACTIVATION_SILU:
      return x / (1 + exp (-x));

    case EMO_ACTIVATION_QUICK_GELU:
      return x / (1 + exp (-1.702 * x));

    case EMO_ACTIVATION_GELU:
      return x / 2 * (1 + erf (x / sqrt (2)));

    case EMO_ACTIVATION_GELU_TANH:
      return x / 2 * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x)));

    case EMO_ACTIVATION_RELU:
    default:
      return MAX (x, 0);
    }
}

static void
test_tensor_activations_are_their_formulas (void)
{
  g_autoptr (EmoTensor) x = random_matrix (EMO_DTYPE_F32, 9, 20);
  gsize n = 9 * 20;

  for (EmoActivation a = EMO_ACTIVATION_SILU; a <= EMO_ACTIVATION_RELU; a++)
    {
      EmoScope *scope = emo_scope_open (NULL, FALSE);
      g_autofree float *in = read_all (scope, x, n);
      g_autofree float *out = read_all (scope, emo_op_activate (scope, x, a), n);

      for (gsize i = 0; i < n; i++)
        g_assert_cmpfloat_with_epsilon (out[i], activate (in[i], a), 1e-6);
      g_assert_true (emo_scope_close (scope, NULL));
    }
}

static void
test_tensor_quick_gelu_holds_at_extremes (void)
{
  const float in[] = { -1e30f, -200.0f, -60.0f, -1.0f, 0.0f, 1.0f, 60.0f, 200.0f, 1e30f };
  gint64 n = G_N_ELEMENTS (in);
  EmoScope *scope = emo_scope_open (NULL, FALSE);
  EmoTensor *x = emo_op_floats (scope, in, 1, &n, EMO_DTYPE_F32, EMO_DEVICE_CPU);
  g_autofree float *out = read_all (scope, emo_op_quick_gelu (scope, x), n);

  for (gint64 i = 0; i < n; i++)
    {
      double expected = in[i] / (1.0 + exp (-1.702 * in[i]));
      if (in[i] > -50.0f)
        g_assert_cmpfloat_with_epsilon (out[i], expected, fabs (expected) * 1e-6 + 1e-12);
      else
        g_assert_true (isfinite (out[i]));
    }
  g_assert_true (emo_scope_close (scope, NULL));
}

static void
test_tensor_rotation_of_strided_heads_equals_composed (void)
{
  gint64 shape[] = { 9, 3 * 4 * 16 }, heads[] = { 9, 4, 16 }, angles[] = { 9, 8 };
  g_autoptr (EmoTensor) qkv = emo_tensor_new_random (EMO_DTYPE_F32, 2, shape, NULL);
  g_autoptr (EmoTensor) cosine = emo_tensor_new_random (EMO_DTYPE_F32, 2, angles, NULL);
  g_autoptr (EmoTensor) sine = emo_tensor_new_random (EMO_DTYPE_F32, 2, angles, NULL);
  g_autofree float *values[2] = { NULL, NULL };

  for (int grad = 0; grad < 2; grad++)
    {
      EmoScope *scope = emo_scope_open (NULL, grad);
      EmoTensor *k = emo_op_reshape (scope, emo_op_narrow (scope, qkv, 1, 64, 64), 3, heads);
      values[grad] = read_all (scope, emo_op_rotate (scope, k, cosine, sine), 9 * 64);
      g_assert_true (emo_scope_close (scope, NULL));
    }
  assert_close (values[0], values[1], 9 * 64, 1e-6);
  g_free (g_steal_pointer (&values[1]));
}

/* Attention of grouped heads against the definition. */
static void
test_tensor_attention_of_grouped_heads (void)
{
  enum { S = 3, HEADS = 6, KV = 2, D = 8, L = 5 };
  gint64 qs[] = { S, HEADS, D }, ks[] = { KV, L, D }, ms[] = { S, L };
  g_autoptr (EmoTensor) q = emo_tensor_new_random (EMO_DTYPE_F32, 3, qs, NULL);
  g_autoptr (EmoTensor) k = emo_tensor_new_random (EMO_DTYPE_F32, 3, ks, NULL);
  g_autoptr (EmoTensor) v = emo_tensor_new_random (EMO_DTYPE_F32, 3, ks, NULL);
  float mask[S * L] = { 0 };
  EmoScope *scope = emo_scope_open (NULL, FALSE);
  g_autofree float *out = NULL, *qv = NULL, *kv = NULL, *vv = NULL;

  mask[0 * L + 4] = mask[0 * L + 3] = mask[1 * L + 4] = -INFINITY;
  out = read_all (scope, emo_op_attend (scope, q, k, v, emo_op_floats (scope, mask, 2, ms, EMO_DTYPE_F32, EMO_DEVICE_CPU)), S * HEADS * D);
  qv = read_all (scope, q, S * HEADS * D);
  kv = read_all (scope, k, KV * L * D);
  vv = read_all (scope, v, KV * L * D);
  for (int s = 0; s < S; s++)
    for (int h = 0; h < HEADS; h++)
      {
        int g = h / (HEADS / KV);
        double weight[L], sum = 0;
        for (int l = 0; l < L; l++)
          {
            double dot = 0;
            for (int d = 0; d < D; d++)
              dot += (double) qv[(s * HEADS + h) * D + d] * kv[(g * L + l) * D + d];
            sum += weight[l] = exp (dot / sqrt (D) + mask[s * L + l]);
          }
        for (int d = 0; d < D; d++)
          {
            double expected = 0;
            for (int l = 0; l < L; l++)
              expected += weight[l] / sum * vv[(g * L + l) * D + d];
            g_assert_cmpfloat_with_epsilon (out[(s * HEADS + h) * D + d], expected, 1e-5);
          }
      }
  g_assert_true (emo_scope_close (scope, NULL));
}

/* d/dx of sum (x W^T) is the column sums of W, whatever W is stored in. */
static void
test_tensor_gradient_passes_mixed_linear (void)
{
  enum { M = 4, K = 1100, N = 500 };
  g_autoptr (EmoTensor) x = random_matrix (EMO_DTYPE_F32, M, K);
  g_autoptr (EmoTensor) w = random_matrix (EMO_DTYPE_BF16, N, K);
  EmoScope *scope = emo_scope_open (NULL, TRUE);
  EmoTensor *leaf = emo_op_leaf (scope, x);
  EmoTensor *gradient = emo_op_grad (scope, emo_op_sum (scope, emo_op_linear (scope, leaf, w, NULL)), NULL, leaf);
  g_autofree float *found = read_all (scope, gradient, M * K);
  g_autofree float *weights = g_new (float, N * K);

  g_assert_true (emo_tensor_read_floats (w, weights, N * K, NULL));
  for (int k = 0; k < K; k++)
    {
      double expected = 0;
      for (int n = 0; n < N; n++)
        expected += weights[n * K + k];
      for (int m = 0; m < M; m++)
        g_assert_cmpfloat_with_epsilon (found[m * K + k], expected, 1e-3);
    }
  g_assert_true (emo_scope_close (scope, NULL));
}

static void
test_tensor_failure_latches_and_names_libtorch (void)
{
  g_autoptr (EmoTensor) a = random_matrix (EMO_DTYPE_F32, 2, 3);
  g_autoptr (EmoTensor) b = random_matrix (EMO_DTYPE_F32, 4, 5);
  g_autoptr (GError) error = NULL;
  EmoScope *scope = emo_scope_open (NULL, FALSE);
  EmoScope *nested = emo_scope_open_nested (scope);
  EmoTensor *bad = emo_op_add (nested, a, b);

  g_assert_null (bad);
  g_assert_null (emo_op_mul (nested, bad, bad));
  g_assert_null (emo_scope_close_nested (nested, bad));
  g_assert_true (emo_scope_failed (scope));
  nested = emo_scope_open_nested (scope);
  g_assert_null (emo_op_add (nested, a, a));   /* nothing runs below a failed scope */
  g_assert_null (emo_scope_close_nested (nested, NULL));
  g_assert_false (emo_scope_close (scope, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_TORCH);
  g_assert_true (g_str_has_prefix (error->message, "libtorch: "));
  g_assert_null (strchr (error->message, '\n'));
}

static void
test_tensor_impossible_size_is_out_of_memory (void)
{
  gint64 shape[] = { 1 << 30, 1 << 20 };
  g_autoptr (GError) error = NULL;

  g_assert_null (emo_tensor_new_zeros (EMO_DTYPE_F32, EMO_DEVICE_CPU, 2, shape, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY);
}

static void
test_tensor_cancelled_scope_runs_nothing (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (EmoTensor) a = random_matrix (EMO_DTYPE_F32, 2, 2);
  g_autoptr (GError) error = NULL;
  EmoScope *scope = emo_scope_open (cancellable, FALSE);

  g_assert_nonnull (emo_op_add (scope, a, a));
  g_cancellable_cancel (cancellable);
  g_assert_null (emo_op_add (scope, a, a));
  g_assert_false (emo_scope_close (scope, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_tensor_borrowed_bytes_outlive_their_owner (void)
{
  float values[] = { 1, 2, 3, 4 };
  gint64 n = 4;
  float out[4];
  GBytes *bytes = g_bytes_new (values, sizeof values);
  g_autoptr (EmoTensor) tensor = emo_tensor_new_for_bytes (bytes, EMO_DTYPE_F32, 1, &n, NULL);

  g_bytes_unref (bytes);
  g_assert_true (emo_tensor_read_floats (tensor, out, 4, NULL));
  g_assert_cmpmem (out, sizeof out, values, sizeof values);
}

static void
test_tensor_sample_follows_the_distribution (void)
{
  const float logits[] = { 0.0f, 1.0f, 2.0f };
  gint64 n = 3;
  EmoScope *scope = emo_scope_open (NULL, FALSE);
  EmoTensor *x = emo_op_floats (scope, logits, 1, &n, EMO_DTYPE_F32, EMO_DEVICE_CPU);
  double sum = 1 + exp (1) + exp (2);

  g_assert_cmpint (emo_op_argmax (scope, x), ==, 2);
  g_assert_cmpint (emo_op_sample (scope, x, 1.0, 0.0), ==, 0);
  g_assert_cmpint (emo_op_sample (scope, x, 1.0, 1 / sum - 1e-6), ==, 0);
  g_assert_cmpint (emo_op_sample (scope, x, 1.0, 1 / sum + 1e-6), ==, 1);
  g_assert_cmpint (emo_op_sample (scope, x, 1.0, 0.999999), ==, 2);
  g_assert_cmpint (emo_op_sample (scope, x, 0.01, 0.5), ==, 2);
  g_assert_true (emo_scope_close (scope, NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  emo_torch_init (2);
  emo_torch_seed (7);

  g_test_add_func ("/Emo/Tensor/mixed-linear-equals-float32", test_tensor_mixed_linear_equals_float32);
  g_test_add_func ("/Emo/Tensor/fused-ops-equal-composed-ones", test_tensor_fused_ops_equal_composed_ones);
  g_test_add_func ("/Emo/Tensor/activations-are-their-formulas", test_tensor_activations_are_their_formulas);
  g_test_add_func ("/Emo/Tensor/quick-gelu-holds-at-extremes", test_tensor_quick_gelu_holds_at_extremes);
  g_test_add_func ("/Emo/Tensor/rotation-of-strided-heads-equals-composed", test_tensor_rotation_of_strided_heads_equals_composed);
  g_test_add_func ("/Emo/Tensor/attention-of-grouped-heads", test_tensor_attention_of_grouped_heads);
  g_test_add_func ("/Emo/Tensor/gradient-passes-mixed-linear", test_tensor_gradient_passes_mixed_linear);
  g_test_add_func ("/Emo/Tensor/failure-latches-and-names-libtorch", test_tensor_failure_latches_and_names_libtorch);
  g_test_add_func ("/Emo/Tensor/impossible-size-is-out-of-memory", test_tensor_impossible_size_is_out_of_memory);
  g_test_add_func ("/Emo/Tensor/cancelled-scope-runs-nothing", test_tensor_cancelled_scope_runs_nothing);
  g_test_add_func ("/Emo/Tensor/borrowed-bytes-outlive-their-owner", test_tensor_borrowed_bytes_outlive_their_owner);
  g_test_add_func ("/Emo/Tensor/sample-follows-the-distribution", test_tensor_sample_follows_the_distribution);
  return g_test_run ();
}
