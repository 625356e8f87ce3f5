/* test-head.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-head.h"
#include "emo-safetensors.h"
#include "part-vectors.h"

#define N 5
#define H 24

typedef struct
{
  double numbers[MAX_NUMBERS];
  float  mean[H];
  float  tokens[6 * H];
} Case;

static void
to_floats (const double *in,
           float        *out,
           gsize         n)
{
  for (gsize i = 0; i < n; i++)
    out[i] = in[i];
}

static EmoHead *
load_head (const EmoJsonValue *item)
{
  g_autofree char *path = part_path (emo_json_value_get_member_string (item, "file", NULL));
  g_autoptr(GError) error = NULL;
  EmoHead *head = emo_head_load (path, H, N, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (emo_head_get_depth (head), ==, emo_json_value_get_member_double (item, "depth", -1));

  return head;
}

/* Depths 1 to 5, in float32, bfloat16 and float16. */
static void
test_forward_equals_torch (void)
{
  g_autoptr(EmoJson) json = part_load ("heads.json");
  g_autofree Case *data = g_new0 (Case, 1);
  const EmoJsonValue *cases = emo_json_get_root (json);

  g_assert_cmpuint (emo_json_value_get_length (cases), ==, 5);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, i);
      g_autoptr(EmoHead) head = load_head (item);
      double logits[N];

      g_assert_cmpuint (part_numbers (item, "mean", data->numbers), ==, H);
      to_floats (data->numbers, data->mean, H);
      emo_head_forward (head, data->mean, logits);
      part_numbers (item, "logits", data->numbers);
      assert_close ("logits", logits, data->numbers, N, 1e-9);
    }
}

static void
test_evidence_leaves_one_token_out (void)
{
  g_autoptr(EmoJson) json = part_load ("heads.json");
  g_autofree Case *data = g_new0 (Case, 1);
  const EmoJsonValue *cases = emo_json_get_root (json);

  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, i);
      g_autoptr(EmoHead) head = load_head (item);
      guint label = emo_json_value_get_member_double (item, "label", 0);
      double maps[N * 6];

      g_assert_cmpuint (part_numbers (item, "tokens", data->numbers), ==, 6 * H);
      to_floats (data->numbers, data->tokens, 6 * H);
      g_assert_true (emo_head_evidence (head, data->tokens, 6, maps, NULL, NULL, NULL, NULL));
      part_numbers (item, "evidence", data->numbers);
      assert_close ("evidence", maps + label * 6, data->numbers, 6, 1e-9);

      maps[0] = 5;
      g_assert_true (emo_head_evidence (head, data->tokens, 1, maps, NULL, NULL, NULL, NULL));
      for (guint l = 0; l < N; l++)
        g_assert_cmpfloat (maps[l], ==, 0);
    }
}

/* Logits over the mean of five tokens, or over four where one is left out. */
static void
forward_without (EmoHead     *head,
                 const float *tokens,
                 int          without,
                 double      *logits)
{
  float mean[H];

  for (gsize i = 0; i < H; i++)
    {
      double sum = 0;

      for (int t = 0; t < 5; t++)
        if (t != without)
          sum += tokens[t * H + i];
      mean[i] = sum / (without < 0 ? 5 : 4);
    }
  emo_head_forward (head, mean, logits);
}

/* Every label's map against plain forwards. Tokens in steps of 1/1024 make the
 * means of four exact in float32, so that what leaving out one token rather than
 * another changes must agree to the last digits of double. */
static void
test_evidence_of_every_label_equals_forwards (void)
{
  g_autoptr(EmoJson) json = part_load ("heads.json");
  g_autofree Case *data = g_new0 (Case, 1);
  const EmoJsonValue *cases = emo_json_get_root (json);

  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, i);
      g_autoptr(EmoHead) head = load_head (item);
      double maps[N * 5], whole[N], without[5][N];

      part_numbers (item, "tokens", data->numbers);
      for (gsize j = 0; j < 5 * H; j++)
        data->tokens[j] = round (data->numbers[j] * 1024) / 1024;
      forward_without (head, data->tokens, -1, whole);
      for (int t = 0; t < 5; t++)
        forward_without (head, data->tokens, t, without[t]);
      g_assert_true (emo_head_evidence (head, data->tokens, 5, maps, NULL, NULL, NULL, NULL));
      for (guint l = 0; l < N; l++)
        for (int t = 0; t < 5; t++)
          {
            g_assert_cmpfloat_with_epsilon (maps[l * 5 + t], whole[l] - without[t][l], 1e-5);
            g_assert_cmpfloat_with_epsilon (maps[l * 5 + t] - maps[l * 5], without[0][l] - without[t][l], 1e-11);
          }
    }
}

static void
cancel_cb (double   fraction,
           gpointer user_data)
{
  g_assert_cmpfloat (fraction, >, 0);
  g_assert_cmpfloat (fraction, <, 1);
  g_cancellable_cancel (user_data);
}

static void
test_evidence_stops_at_the_next_token (void)
{
  g_autoptr(EmoJson) json = part_load ("heads.json");
  g_autoptr(EmoHead) head = load_head (emo_json_value_get_element (emo_json_get_root (json), 0));
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  g_autofree float *tokens = g_new0 (float, 1000 * H);
  g_autofree double *maps = g_new0 (double, 1000 * N);

  g_assert_false (emo_head_evidence (head, tokens, 1000, maps, cancel_cb, cancellable, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_refuses_other_shapes (void)
{
  g_autofree char *path = part_path ("head-2.safetensors");
  g_autofree char *gate = part_path ("gate-cross.safetensors");
  g_autoptr(GError) input = NULL;
  g_autoptr(GError) output = NULL;
  g_autoptr(GError) none = NULL;

  g_assert_null (emo_head_load (path, H + 1, N, &input));
  assert_message (input, EMO_ERROR_SHAPE, "mlp.0.weight: expected shape [40, 25], found [40, 24]");
  g_assert_null (emo_head_load (path, H, N + 1, &output));
  assert_message (output, EMO_ERROR_SHAPE, "mlp.6.weight: expected shape [6, 33], found [5, 33]");
  g_assert_null (emo_head_load (gate, H, N, &none));
  assert_message (none, EMO_ERROR_MISSING_WEIGHT, "mlp.0.weight");
}

/* One linear layer written as @name with @rank sides and no bias. */
static void
save_layer (const char *path,
            const char *name,
            guint       rank,
            EmoStored   stored)
{
  static const float zeros[N * H];
  EmoStoredTensor tensor = { name, stored, rank, { rank == 1 ? N * H : N, H }, (const guint8 *) zeros, sizeof zeros };
  g_autoptr(GError) error = NULL;

  emo_safetensors_save (path, &tensor, 1, NULL, &error);
  g_assert_no_error (error);
}

static void
test_refuses_odd_files (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "head.safetensors", NULL);
  g_autoptr(GError) rank = NULL;
  g_autoptr(GError) bias = NULL;
  g_autoptr(GError) dtype = NULL;
  g_autoptr(GError) absent = NULL;

  g_assert_null (emo_head_load (path, H, N, &absent));
  g_assert_nonnull (absent);
  save_layer (path, "mlp.0.weight", 1, EMO_STORED_F32);
  g_assert_null (emo_head_load (path, H, N, &rank));
  assert_message (rank, EMO_ERROR_SHAPE, "found [120]");
  save_layer (path, "mlp.0.weight", 2, EMO_STORED_F32);
  g_assert_null (emo_head_load (path, H, N, &bias));
  assert_message (bias, EMO_ERROR_MISSING_WEIGHT, "mlp.0.bias");
  save_layer (path, "mlp.0.weight", 2, EMO_STORED_I32);
  g_assert_null (emo_head_load (path, H, N, &dtype));
  assert_message (dtype, EMO_ERROR_DTYPE, "mlp.0.weight");
  remove_folder (folder);
}

/* Linear's bound for weight and bias is the root of the number of inputs. */
static void
test_new_ones_begin_as_torch_would (void)
{
  g_autoptr(EmoHead) head = emo_head_new (H, (const guint[]) { 30, 20 }, 2, N, 1);
  g_autoptr(EmoHead) again = emo_head_new (H, (const guint[]) { 30, 20 }, 2, N, 1);
  gsize n = emo_head_get_n_parameters (head), first = 30 * (H + 1);
  g_autofree float *a = g_new (float, n);
  g_autofree float *b = g_new (float, n);
  float largest = 0;

  g_assert_cmpuint (n, ==, 30 * (H + 1) + 20 * 31 + N * 21);
  g_assert_cmpuint (emo_head_get_width (head, 0), ==, H);
  g_assert_cmpuint (emo_head_get_width (head, 2), ==, 20);
  g_assert_cmpuint (emo_head_get_width (head, 3), ==, N);
  emo_head_get_parameters (head, a);
  emo_head_get_parameters (again, b);
  g_assert_cmpmem (a, n * sizeof *a, b, n * sizeof *b);
  for (gsize i = 0; i < first; i++)
    largest = MAX (largest, fabsf (a[i]));
  g_assert_cmpfloat (largest, <=, 1 / sqrt (H));
  g_assert_cmpfloat (largest, >, 0.9 / sqrt (H));
}

/* What is saved reads back to the same numbers. */
static void
test_saves_what_loads (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "distilled.safetensors", NULL);
  g_autoptr(EmoHead) head = emo_head_new (H, emo_head_widths + 3, 2, N, 1);
  g_autoptr(EmoHead) loaded = NULL;
  g_autoptr(GError) error = NULL;
  float mean[H];
  double logits[N], expected[N];

  for (int i = 0; i < H; i++)
    mean[i] = sin (i);
  g_assert_true (emo_head_save (head, path, NULL, &error));
  g_assert_no_error (error);
  loaded = emo_head_load (path, H, N, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (emo_head_get_depth (loaded), ==, 2);
  emo_head_forward (head, mean, expected);
  emo_head_forward (loaded, mean, logits);
  g_assert_cmpmem (logits, sizeof logits, expected, sizeof expected);
  remove_folder (folder);
}

static void
test_folded_inputs_and_scaled_logits_say_the_same (void)
{
  g_autoptr(EmoHead) head = emo_head_new (H, (const guint[]) { 30 }, 1, N, 1);
  g_autoptr(EmoHead) folded = emo_head_dup (head);
  double offset[H], deviation[H], logits[N], expected[N];
  float mean[H], standardised[H];

  for (int i = 0; i < H; i++)
    {
      offset[i] = cos (i);
      deviation[i] = 0.5 + i % 3;
      mean[i] = sin (i);
      standardised[i] = (mean[i] - offset[i]) / deviation[i];
    }
  emo_head_fold_inputs (folded, offset, deviation);
  emo_head_scale (folded, 0.25);
  emo_head_forward (head, standardised, expected);
  emo_head_forward (folded, mean, logits);
  for (int i = 0; i < N; i++)
    expected[i] *= 0.25;
  assert_close ("logits", logits, expected, N, 1e-6);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Head/forward-equals-torch", test_forward_equals_torch);
  g_test_add_func ("/Emo/Head/evidence-leaves-one-token-out", test_evidence_leaves_one_token_out);
  g_test_add_func ("/Emo/Head/evidence-of-every-label-equals-forwards", test_evidence_of_every_label_equals_forwards);
  g_test_add_func ("/Emo/Head/evidence-stops-at-the-next-token", test_evidence_stops_at_the_next_token);
  g_test_add_func ("/Emo/Head/refuses-other-shapes", test_refuses_other_shapes);
  g_test_add_func ("/Emo/Head/refuses-odd-files", test_refuses_odd_files);
  g_test_add_func ("/Emo/Head/new-ones-begin-as-torch-would", test_new_ones_begin_as_torch_would);
  g_test_add_func ("/Emo/Head/saves-what-loads", test_saves_what_loads);
  g_test_add_func ("/Emo/Head/folded-inputs-and-scaled-logits-say-the-same", test_folded_inputs_and_scaled_logits_say_the_same);

  return g_test_run ();
}
