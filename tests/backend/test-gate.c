/* test-gate.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-gate.h"
#include "emo-safetensors.h"
#include "part-vectors.h"

#define N 5

typedef struct
{
  double d[MAX_NUMBERS];
  double v[MAX_NUMBERS];
  double expected[MAX_NUMBERS];
} Case;

static EmoGate *
load_case (const EmoJsonValue *item,
           Case               *numbers)
{
  g_autofree char *path = part_path (emo_json_value_get_member_string (item, "file", NULL));
  g_autoptr(GError) error = NULL;
  EmoGateKind kind;
  EmoGate *gate;

  g_assert_true (emo_gate_kind_from_string (emo_json_value_get_member_string (item, "kind", ""), &kind));
  gate = emo_gate_load (path, kind, N, &error);
  g_assert_no_error (error);
  g_assert_cmpint (emo_gate_get_kind (gate), ==, kind);
  g_assert_cmpuint (part_numbers (item, "d", numbers->d), ==, N);
  g_assert_cmpuint (part_numbers (item, "v", numbers->v), ==, N);

  return gate;
}

static void
for_each_case (void (*check) (EmoGate *gate, const EmoJsonValue *item, Case *numbers))
{
  g_autoptr(EmoJson) json = part_load ("gates.json");
  g_autofree Case *numbers = g_new0 (Case, 1);
  const EmoJsonValue *cases = emo_json_get_root (json);

  g_assert_cmpuint (emo_json_value_get_length (cases), ==, 21);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, i);
      g_autoptr(EmoGate) gate = load_case (item, numbers);

      check (gate, item, numbers);
    }
}

static void
check_forward (EmoGate            *gate,
               const EmoJsonValue *item,
               Case               *numbers)
{
  double logits[N];

  part_numbers (item, "logits", numbers->expected);
  emo_gate_forward (gate, numbers->d, numbers->v, logits);
  assert_close ("logits", logits, numbers->expected, N, 1e-9);
}

static void
check_contributions (EmoGate            *gate,
                     const EmoJsonValue *item,
                     Case               *numbers)
{
  double vlm[N], distilled[N], rest[N], logits[N], sum[N];

  emo_gate_contributions (gate, numbers->d, numbers->v, vlm, distilled, rest);
  part_numbers (item, "vlm", numbers->expected);
  assert_close ("vlm", vlm, numbers->expected, N, 1e-9);
  part_numbers (item, "distilled", numbers->expected);
  assert_close ("distilled", distilled, numbers->expected, N, 1e-9);
  part_numbers (item, "rest", numbers->expected);
  assert_close ("rest", rest, numbers->expected, N, 1e-9);

  emo_gate_forward (gate, numbers->d, numbers->v, logits);
  for (int i = 0; i < N; i++)
    sum[i] = rest[i] + vlm[i] + distilled[i];
  assert_close ("sum", sum, logits, N, 1e-9);
}

static void
check_weights (EmoGate            *gate,
               const EmoJsonValue *item,
               Case               *numbers)
{
  gsize n = part_numbers (item, "weights", numbers->expected);
  const char *title = "";
  double weights[8];

  g_assert_cmpuint (emo_gate_weights (gate, numbers->d, numbers->v, weights, &title), ==, n);
  assert_close ("weights", weights, numbers->expected, n, 1e-9);
  if (n == 0)
    g_assert_null (title);
  else
    g_assert_cmpstr (title, ==, emo_gate_get_kind (gate) == EMO_GATE_KIND_MOE ? "expert weights" : "branch weights");
}

static void
test_forward_equals_torch (void)
{
  for_each_case (check_forward);
}

static void
test_contributions_equal_reference_and_sum_to_logits (void)
{
  for_each_case (check_contributions);
}

static void
test_weights_equal_torch (void)
{
  for_each_case (check_weights);
}

/* A gate of another kind or size is refused by the first weight that differs. */
static void
test_refuses_other_weights (void)
{
  g_autofree char *concat = part_path ("gate-concat-linear.safetensors");
  g_autofree char *cross = part_path ("gate-cross.safetensors");
  g_autoptr(GError) missing = NULL;
  g_autoptr(GError) shape = NULL;
  g_autoptr(GError) none = NULL;

  g_assert_null (emo_gate_load (concat, EMO_GATE_KIND_CROSS, N, &missing));
  assert_message (missing, EMO_ERROR_MISSING_WEIGHT, "4 of 6 weights are missing: gate1.weight");
  g_assert_null (emo_gate_load (cross, EMO_GATE_KIND_CROSS, N + 1, &shape));
  assert_message (shape, EMO_ERROR_SHAPE, "gate1.weight: expected shape [6, 6], found [5, 5]");
  g_assert_null (emo_gate_load (cross, EMO_GATE_KIND_MOE, N, &none));
  assert_message (none, EMO_ERROR_MISSING_WEIGHT, "gate.weight");
}

static void
test_refuses_too_many_experts (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "gate.safetensors", NULL);
  static const float zeros[9 * 2 * N];
  EmoStoredTensor tensor = { "gate.weight", EMO_STORED_F32, 2, { 9, 2 * N }, (const guint8 *) zeros, sizeof zeros };
  g_autoptr(GError) error = NULL;

  g_assert_true (emo_safetensors_save (path, &tensor, 1, NULL, NULL));
  g_assert_null (emo_gate_load (path, EMO_GATE_KIND_MOE, N, &error));
  assert_message (error, EMO_ERROR_SHAPE, "expected 1 to 8 rows, found 9");
  remove_folder (folder);
}

/* Linear's and Bilinear's bound for both is the root of the second side. */
static void
test_new_ones_begin_as_torch_would (void)
{
  for (guint kind = 0; kind < EMO_N_GATE_KINDS; kind++)
    {
      g_autoptr(EmoGate) gate = emo_gate_new (kind, N, 1);
      g_autoptr(EmoGate) again = emo_gate_new (kind, N, 1);
      g_autoptr(EmoGate) other = emo_gate_new (kind, N, 2);
      gsize n = emo_gate_get_n_parameters (gate);
      g_autofree float *a = g_new (float, n);
      g_autofree float *b = g_new (float, n);
      g_autofree float *c = g_new (float, n);
      double bound = 1 / sqrt (kind == EMO_GATE_KIND_CONCAT_LINEAR || kind == EMO_GATE_KIND_MOE ? 2 * N : N), largest = 0;

      emo_gate_get_parameters (gate, a);
      emo_gate_get_parameters (again, b);
      emo_gate_get_parameters (other, c);
      g_assert_cmpmem (a, n * sizeof *a, b, n * sizeof *b);
      g_assert_cmpint (memcmp (a, c, n * sizeof *a), !=, 0);
      for (gsize i = 0; i < n; i++)
        largest = MAX (largest, fabs (a[i]));
      g_assert_cmpfloat (largest, <=, bound);
      g_assert_cmpfloat (largest, >, 0.9 * bound);
    }
}

/* What is saved reads back to the same logits, and has the published names. */
static void
check_save (EmoGate            *gate,
            const EmoJsonValue *item,
            Case               *numbers)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "gate.safetensors", NULL);
  const char *metadata[] = { "seed", "5", NULL };
  g_autoptr(EmoSafetensors) file = NULL;
  g_autoptr(EmoGate) copy = emo_gate_dup (gate);
  g_autoptr(EmoGate) loaded = NULL;
  g_autoptr(GError) error = NULL;
  double logits[N], expected[N];

  g_assert_true (emo_gate_save (copy, path, metadata, &error));
  g_assert_no_error (error);
  loaded = emo_gate_load (path, emo_gate_get_kind (gate), N, &error);
  g_assert_no_error (error);
  emo_gate_forward (gate, numbers->d, numbers->v, expected);
  emo_gate_forward (loaded, numbers->d, numbers->v, logits);
  g_assert_cmpmem (logits, sizeof logits, expected, sizeof expected);
  file = emo_safetensors_open (path, &error);
  g_assert_cmpstr (emo_safetensors_get_metadata (file, "seed"), ==, "5");
  remove_folder (folder);
}

static void
test_saves_what_loads (void)
{
  for_each_case (check_save);
}

static void
check_scale (EmoGate            *gate,
             const EmoJsonValue *item,
             Case               *numbers)
{
  double logits[N], expected[N];

  emo_gate_forward (gate, numbers->d, numbers->v, expected);
  for (int i = 0; i < N; i++)
    expected[i] *= 0.4;
  emo_gate_scale (gate, 0.4);
  emo_gate_forward (gate, numbers->d, numbers->v, logits);
  assert_close ("logits", logits, expected, N, 1e-9);
}

static void
test_scaling_scales_logits (void)
{
  for_each_case (check_scale);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Gate/forward-equals-torch", test_forward_equals_torch);
  g_test_add_func ("/Emo/Gate/contributions-equal-reference-and-sum-to-logits", test_contributions_equal_reference_and_sum_to_logits);
  g_test_add_func ("/Emo/Gate/weights-equal-torch", test_weights_equal_torch);
  g_test_add_func ("/Emo/Gate/refuses-other-weights", test_refuses_other_weights);
  g_test_add_func ("/Emo/Gate/refuses-too-many-experts", test_refuses_too_many_experts);
  g_test_add_func ("/Emo/Gate/new-ones-begin-as-torch-would", test_new_ones_begin_as_torch_would);
  g_test_add_func ("/Emo/Gate/saves-what-loads", test_saves_what_loads);
  g_test_add_func ("/Emo/Gate/scaling-scales-logits", test_scaling_scales_logits);

  return g_test_run ();
}
