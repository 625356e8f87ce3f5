/* test-gate-kind.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-gate-kind.h"

static void
test_gate_kind_names_go_both_ways (void)
{
  static const char * const names[EMO_N_GATE_KINDS] = { "concat-linear", "bilinear", "moe", "dynamic", "cross" };

  for (int i = 0; i < EMO_N_GATE_KINDS; i++)
    {
      EmoGateKind kind;

      g_assert_cmpstr (emo_gate_kind_to_string ((EmoGateKind) i), ==, names[i]);
      g_assert_true (emo_gate_kind_from_string (names[i], &kind));
      g_assert_cmpint (kind, ==, i);
    }
}

static void
test_gate_kind_leaves_unknown_names (void)
{
  EmoGateKind kind = EMO_GATE_KIND_CROSS;
  EmoVlmInput input = EMO_VLM_INPUT_ONE_HOT;

  g_assert_false (emo_gate_kind_from_string ("MOE", &kind));
  g_assert_false (emo_gate_kind_from_string ("", &kind));
  g_assert_false (emo_gate_kind_from_string (NULL, &kind));
  g_assert_cmpint (kind, ==, EMO_GATE_KIND_CROSS);
  g_assert_null (emo_gate_kind_to_string ((EmoGateKind) EMO_N_GATE_KINDS));
  g_assert_false (emo_vlm_input_from_string ("onehot", &input));
  g_assert_cmpint (input, ==, EMO_VLM_INPUT_ONE_HOT);
}

static void
test_gate_kind_names_vlm_inputs (void)
{
  EmoVlmInput input;

  g_assert_cmpstr (emo_vlm_input_to_string (EMO_VLM_INPUT_PROBABILITIES), ==, "probabilities");
  g_assert_true (emo_vlm_input_from_string ("one-hot", &input));
  g_assert_cmpint (input, ==, EMO_VLM_INPUT_ONE_HOT);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/GateKind/names-go-both-ways", test_gate_kind_names_go_both_ways);
  g_test_add_func ("/Emo/GateKind/leaves-unknown-names", test_gate_kind_leaves_unknown_names);
  g_test_add_func ("/Emo/GateKind/names-vlm-inputs", test_gate_kind_names_vlm_inputs);

  return g_test_run ();
}
