/* test-gate-weights.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-gate-weights.h"
#include "emo-test-predictions.h"

static void
assert_described (const char   *title,
                  const double *weights,
                  guint         n,
                  const char   *expected)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (3);
  g_autoptr (EmoPrediction) prediction = emo_prediction_new (info);
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_GATE);
  static const double p[] = { 0.5, 0.25, 0.25 };
  g_autofree char *text = NULL;

  update->n_labels = 3;
  update->probabilities = g_memdup2 (p, sizeof p);
  update->weights = g_memdup2 (weights, n * sizeof *weights);
  update->n_weights = n;
  update->weights_title = g_strdup (title);
  emo_prediction_apply (prediction, update);

  text = emo_gate_weights_describe (prediction);
  g_assert_cmpstr (text, ==, expected);
}

/* The gate's titles come from its kind; a new kind's is shown as it is. */
static void
test_gate_weights_are_named (void)
{
  assert_described (emo_gate_kind_get_weights_title (EMO_GATE_KIND_DYNAMIC), (double[]) { 0.25, 0.75 }, 2,
                    "Branch weights: distilled 0.25, VLM 0.75");
  assert_described (emo_gate_kind_get_weights_title (EMO_GATE_KIND_MOE), (double[]) { 0.5, 0.25, 0.25 }, 3,
                    "Expert weights: 0.50 · 0.25 · 0.25");
  assert_described ("head weights", (double[]) { 0.5, 0.5 }, 2,
                    "head weights: 0.50 · 0.50");
}

static void
test_gate_weights_are_absent_of_other_gates (void)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (8);
  g_autoptr (EmoPrediction) prediction = emo_prediction_new (info);

  g_assert_null (emo_gate_weights_describe (prediction));
  emo_test_answer_label (prediction, EMO_BRANCH_GATED, 1);
  g_assert_null (emo_gate_weights_describe (prediction));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/GateWeights/are-named", test_gate_weights_are_named);
  g_test_add_func ("/Emo/GateWeights/are-absent-of-other-gates", test_gate_weights_are_absent_of_other_gates);

  return g_test_run ();
}
