/* test-what-if.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-gate.h"
#include "emo-what-if.h"
#include "part-vectors.h"

#define N 5

/* One case of gates.json: a gate of PyTorch's with its numbers. */
typedef struct
{
  EmoPrediction *prediction;
  double         d[MAX_NUMBERS];
  double         v[MAX_NUMBERS];
  double         logits[MAX_NUMBERS];
  double         without_vlm[MAX_NUMBERS];
  double         without_distilled[MAX_NUMBERS];
  double         rest[MAX_NUMBERS];
  double         vlm[MAX_NUMBERS];
  double         distilled[MAX_NUMBERS];
} Case;

static void
softmax (const double *x,
         double       *p)
{
  double sum = 0;

  for (int i = 0; i < N; i++)
    sum += p[i] = exp (x[i]);
  for (int i = 0; i < N; i++)
    p[i] /= sum;
}

static void
apply_answer (EmoPrediction *prediction,
              EmoStage       stage,
              const double  *p,
              const double  *scores,
              const Case    *numbers)
{
  g_autoptr (EmoUpdate) update = emo_update_new (stage);

  update->n_labels = N;
  update->probabilities = g_memdup2 (p, N * sizeof *p);
  update->scores = g_memdup2 (scores, N * sizeof *p);
  if (numbers != NULL)
    {
      update->contribution_vlm = g_memdup2 (numbers->vlm, N * sizeof *p);
      update->contribution_distilled = g_memdup2 (numbers->distilled, N * sizeof *p);
      update->contribution_rest = g_memdup2 (numbers->rest, N * sizeof *p);
    }
  emo_prediction_apply (prediction, update);
}

static void
answer (Case *numbers)
{
  double p[N], log_v[N];

  for (int i = 0; i < N; i++)
    log_v[i] = log (MAX (numbers->v[i], G_MINDOUBLE));
  softmax (numbers->d, p);
  apply_answer (numbers->prediction, EMO_STAGE_DISTILLED, p, numbers->d, NULL);
  apply_answer (numbers->prediction, EMO_STAGE_VLM, numbers->v, log_v, NULL);
  softmax (numbers->logits, p);
  apply_answer (numbers->prediction, EMO_STAGE_GATE, p, numbers->logits, numbers);
}

/* @with_gate FALSE: as it is read back from a store, without the model. */
static void
read_case (const EmoJsonValue *item,
           gboolean            with_gate,
           Case               *numbers)
{
  static const char * const labels[] = { "a", "b", "c", "d", "e", NULL };
  g_autofree char *path = part_path (emo_json_value_get_member_string (item, "file", NULL));
  g_autoptr (EmoModelInfo) info = emo_model_info_new ();
  g_autoptr (GError) error = NULL;

  info->labels = emo_label_set_new (labels, NULL);
  info->has_distilled = info->has_gate = TRUE;
  g_assert_true (emo_gate_kind_from_string (emo_json_value_get_member_string (item, "kind", ""), &info->gate_kind));
  if (with_gate)
    {
      EmoGate *gate = emo_gate_load (path, info->gate_kind, N, &error);

      g_assert_no_error (error);
      info->fusion = emo_fusion_new (N);
      emo_fusion_take_gate (info->fusion, info->gate_kind, EMO_VLM_INPUT_PROBABILITIES,
                            (EmoFusionFunc) emo_gate_forward, gate, (GDestroyNotify) emo_gate_free);
    }
  part_numbers (item, "d", numbers->d);
  part_numbers (item, "v", numbers->v);
  part_numbers (item, "logits", numbers->logits);
  part_numbers (item, "without_vlm", numbers->without_vlm);
  part_numbers (item, "without_distilled", numbers->without_distilled);
  part_numbers (item, "rest", numbers->rest);
  part_numbers (item, "vlm", numbers->vlm);
  part_numbers (item, "distilled", numbers->distilled);
  numbers->prediction = emo_prediction_new (info);
  answer (numbers);
}

static guint
for_each_case (gboolean     with_gate,
               const char  *only_file,
               void       (*check) (const Case *numbers))
{
  g_autoptr (EmoJson) json = part_load ("gates.json");
  const EmoJsonValue *cases = emo_json_get_root (json);
  guint n = 0;

  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, i);
      g_autofree Case *numbers = NULL;

      if (only_file != NULL && g_strcmp0 (emo_json_value_get_member_string (item, "file", NULL), only_file) != 0)
        continue;
      numbers = g_new0 (Case, 1);
      read_case (item, with_gate, numbers);
      check (numbers);
      g_assert_finalize_object (numbers->prediction);
      n++;
    }

  return n;
}

static void
assert_answer (const Case      *numbers,
               const EmoWhatIf *what_if,
               const double    *expected_logits)
{
  double found[N], expected[N];

  g_assert_true (emo_what_if_is_possible (what_if, numbers->prediction));
  g_assert_true (emo_what_if_apply (what_if, numbers->prediction, found));
  softmax (expected_logits, expected);
  assert_close ("probabilities", found, expected, N, 1e-9);
}

static void
check_muted (const Case *numbers)
{
  const EmoWhatIf actual = EMO_WHAT_IF_INIT;
  const EmoWhatIf without_vlm = { .mute_vlm = TRUE };
  const EmoWhatIf without_distilled = { .mute_distilled = TRUE };
  const EmoWhatIf without_both = { .mute_vlm = TRUE, .mute_distilled = TRUE };

  g_assert_true (emo_what_if_is_actual (&actual));
  g_assert_false (emo_what_if_is_actual (&without_vlm));
  assert_answer (numbers, &actual, numbers->logits);
  assert_answer (numbers, &without_vlm, numbers->without_vlm);
  assert_answer (numbers, &without_distilled, numbers->without_distilled);
  assert_answer (numbers, &without_both, numbers->rest);
}

static void
test_muted_branches_equal_torch (void)
{
  g_assert_cmpuint (for_each_case (TRUE, NULL, check_muted), ==, 21);
}

/* The contributions of an additive gate say the same as the gate itself. */
static void
test_stored_additive_gate_needs_no_model (void)
{
  g_assert_cmpuint (for_each_case (FALSE, "gate-concat-linear.safetensors", check_muted), ==, 3);
}

static void
check_refused (const Case *numbers)
{
  const EmoWhatIf without_vlm = { .mute_vlm = TRUE };
  const EmoWhatIf without_both = { .mute_vlm = TRUE, .mute_distilled = TRUE };
  const EmoWhatIf other = { .gate = 1 };
  double p[N] = { 7, 7, 7, 7, 7 };

  g_assert_false (emo_what_if_is_possible (&without_vlm, numbers->prediction));
  g_assert_false (emo_what_if_apply (&without_vlm, numbers->prediction, p));
  g_assert_false (emo_what_if_apply (&other, numbers->prediction, p));
  g_assert_cmpfloat (p[0], ==, 7);
  assert_answer (numbers, &without_both, numbers->rest);
}

/* A stored result of any other kind cannot tell, and does not make it up. */
static void
test_stored_gate_of_another_kind_is_refused (void)
{
  g_assert_cmpuint (for_each_case (FALSE, "gate-dynamic.safetensors", check_refused), ==, 3);
}

static void
check_untrained (const Case *numbers)
{
  const EmoWhatIf mean = { .rule = EMO_WHAT_IF_MEAN };
  const EmoWhatIf product = { .rule = EMO_WHAT_IF_PRODUCT };
  const EmoWhatIf product_of_vlm = { .rule = EMO_WHAT_IF_PRODUCT, .mute_distilled = TRUE };
  double d[N], expected[N], found[N], sum = 0;

  softmax (numbers->d, d);
  for (int i = 0; i < N; i++)
    expected[i] = (d[i] + numbers->v[i]) / 2;
  g_assert_true (emo_what_if_apply (&mean, numbers->prediction, found));
  assert_close ("mean", found, expected, N, 1e-12);

  for (int i = 0; i < N; i++)
    sum += expected[i] = d[i] * numbers->v[i];
  for (int i = 0; i < N; i++)
    expected[i] /= sum;
  g_assert_true (emo_what_if_apply (&product, numbers->prediction, found));
  assert_close ("product", found, expected, N, 1e-12);

  /* A branch that says nothing leaves a product to the other. */
  g_assert_true (emo_what_if_apply (&product_of_vlm, numbers->prediction, found));
  assert_close ("product of one", found, numbers->v, N, 1e-12);
}

static void
test_mean_and_product_need_no_gate (void)
{
  g_assert_cmpuint (for_each_case (FALSE, NULL, check_untrained), ==, 21);
}

static void
forward_input (gpointer      gate,
               const double *d,
               const double *v,
               double       *logits)
{
  for (int i = 0; i < N; i++)
    logits[i] = GPOINTER_TO_INT (gate) * v[i] + d[i];
}

static EmoPrediction *
make_prediction (EmoFusion *fusion)
{
  static const char * const labels[] = { "a", "b", "c", "d", "e", NULL };
  g_autoptr (EmoModelInfo) info = emo_model_info_new ();

  info->labels = emo_label_set_new (labels, NULL);
  info->has_distilled = TRUE;
  info->fusion = fusion;

  return emo_prediction_new (info);
}

static void
test_further_gates_get_their_own_input (void)
{
  const double v[N] = { 0.1, 0.2, 0.4, 0.2, 0.1 };
  const double zero[N] = { 0 };
  const double even[N] = { 0.2, 0.2, 0.2, 0.2, 0.2 };
  const double one_hot[N] = { 0, 0, 1, 0, 0 };
  const EmoWhatIf first = EMO_WHAT_IF_INIT, second = { .gate = 1 }, third = { .gate = 2 };
  EmoFusion *fusion = emo_fusion_new (N);
  g_autoptr (EmoPrediction) prediction = make_prediction (fusion);
  double found[N], expected[N];

  emo_fusion_take_gate (fusion, EMO_GATE_KIND_MOE, EMO_VLM_INPUT_PROBABILITIES, forward_input, GINT_TO_POINTER (1), NULL);
  emo_fusion_take_gate (fusion, EMO_GATE_KIND_CROSS, EMO_VLM_INPUT_ONE_HOT, forward_input, GINT_TO_POINTER (1), NULL);
  g_assert_cmpuint (emo_fusion_get_n_gates (fusion), ==, 2);
  g_assert_cmpuint (emo_fusion_get_n_labels (fusion), ==, N);
  g_assert_cmpint (emo_fusion_get_kind (fusion, 1), ==, EMO_GATE_KIND_CROSS);
  g_assert_false (emo_what_if_is_possible (&first, prediction));

  apply_answer (prediction, EMO_STAGE_DISTILLED, even, zero, NULL);
  g_assert_false (emo_what_if_is_possible (&first, prediction));
  apply_answer (prediction, EMO_STAGE_VLM, v, zero, NULL);

  g_assert_true (emo_what_if_apply (&first, prediction, found));
  softmax (v, expected);
  assert_close ("probabilities", found, expected, N, 1e-12);
  g_assert_true (emo_what_if_apply (&second, prediction, found));
  softmax (one_hot, expected);
  assert_close ("one-hot", found, expected, N, 1e-12);
  g_assert_false (emo_what_if_is_possible (&third, prediction));
}

/* A head whose logits overflowed has no answer to fuse. */
static void
test_no_usable_answer_is_refused (void)
{
  const double nan_p[N] = { NAN, NAN, NAN, NAN, NAN };
  const double v[N] = { 0.1, 0.2, 0.4, 0.2, 0.1 };
  const EmoWhatIf mean = { .rule = EMO_WHAT_IF_MEAN };
  g_autoptr (EmoPrediction) prediction = make_prediction (NULL);
  double found[N];

  apply_answer (prediction, EMO_STAGE_DISTILLED, nan_p, nan_p, NULL);
  apply_answer (prediction, EMO_STAGE_VLM, v, v, NULL);
  g_assert_false (emo_what_if_apply (&mean, prediction, found));
}

/* Probabilities that round to zero still order the labels. */
static void
test_product_of_zeros_is_finite (void)
{
  const double left[N] = { 1, 0, 0, 0, 0 };
  const double right[N] = { 0, 1, 0, 0, 0 };
  const EmoWhatIf product = { .rule = EMO_WHAT_IF_PRODUCT };
  g_autoptr (EmoPrediction) prediction = make_prediction (NULL);
  double found[N], sum = 0;

  apply_answer (prediction, EMO_STAGE_DISTILLED, left, left, NULL);
  apply_answer (prediction, EMO_STAGE_VLM, right, right, NULL);
  g_assert_true (emo_what_if_apply (&product, prediction, found));
  for (int i = 0; i < N; i++)
    sum += found[i];
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (found[0], 0.5, 1e-12);
  g_assert_cmpfloat_with_epsilon (found[1], 0.5, 1e-12);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/WhatIf/muted-branches-equal-torch", test_muted_branches_equal_torch);
  g_test_add_func ("/Emo/WhatIf/stored-additive-gate-needs-no-model", test_stored_additive_gate_needs_no_model);
  g_test_add_func ("/Emo/WhatIf/stored-gate-of-another-kind-is-refused", test_stored_gate_of_another_kind_is_refused);
  g_test_add_func ("/Emo/WhatIf/mean-and-product-need-no-gate", test_mean_and_product_need_no_gate);
  g_test_add_func ("/Emo/WhatIf/further-gates-get-their-own-input", test_further_gates_get_their_own_input);
  g_test_add_func ("/Emo/WhatIf/no-usable-answer-is-refused", test_no_usable_answer_is_refused);
  g_test_add_func ("/Emo/WhatIf/product-of-zeros-is-finite", test_product_of_zeros_is_finite);

  return g_test_run ();
}
