/* test-evidence.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "emo-evidence.h"

#define N_LABELS 3

static EmoUpdate *
new_progress (EmoBranch branch,
              int       label,
              double    progress)
{
  EmoUpdate *update = emo_update_new (EMO_STAGE_EVIDENCE);

  update->branch = branch;
  update->label = label;
  update->progress = progress;

  return update;
}

/* Maps of 4 x 2 tokens: ten for each label and one for each token, less 5. */
static EmoUpdate *
new_maps (EmoBranch branch,
          int       label)
{
  guint n = label < 0 ? N_LABELS : 1;
  EmoUpdate *update = new_progress (branch, label, 1);

  update->n_labels = N_LABELS;
  update->map_width = 4;
  update->map_height = 2;
  update->map = g_new (double, n * 8);
  for (guint i = 0; i < n * 8; i++)
    update->map[i] = 10.0 * (i / 8) + i % 8 - 5;

  return update;
}

static void
count_cb (EmoEvidence *evidence,
          guint       *n_changes)
{
  (*n_changes)++;
}

static void
test_evidence_holds_all_labels_of_the_head (void)
{
  g_autoptr(EmoUpdate) maps = new_maps (EMO_BRANCH_DISTILLED, -1);
  EmoEvidence *evidence = emo_evidence_new (N_LABELS);
  const double *map;
  int width, height;

  g_assert_cmpint (emo_evidence_get_state (evidence, EMO_BRANCH_DISTILLED, 1), ==, EMO_EVIDENCE_NONE);
  g_assert_null (emo_evidence_get_map (evidence, EMO_BRANCH_DISTILLED, 1, NULL, NULL));
  emo_evidence_apply (evidence, maps);
  for (int label = 0; label < N_LABELS; label++)
    {
      g_assert_cmpint (emo_evidence_get_state (evidence, EMO_BRANCH_DISTILLED, label), ==, EMO_EVIDENCE_READY);
      map = emo_evidence_get_map (evidence, EMO_BRANCH_DISTILLED, label, &width, &height);
      g_assert_cmpint (width, ==, 4);
      g_assert_cmpint (height, ==, 2);
      g_assert_cmpfloat (map[0], ==, 10 * label - 5);
      g_assert_cmpfloat (map[7], ==, 10 * label + 2);
      /* One scale for all, or a weak label would look as strong as any. */
      g_assert_cmpfloat (emo_evidence_get_largest (evidence, EMO_BRANCH_DISTILLED, label), ==, 22);
    }
  g_assert_null (emo_evidence_get_map (evidence, EMO_BRANCH_DISTILLED, N_LABELS, NULL, NULL));
  g_assert_null (emo_evidence_get_map (evidence, EMO_BRANCH_VLM, 0, NULL, NULL));
  g_assert_cmpuint (emo_evidence_get_bytes (evidence), ==, N_LABELS * 8 * sizeof (double));
  g_assert_finalize_object (evidence);
}

static void
test_evidence_of_the_vlm_is_by_label (void)
{
  g_autoptr(EmoUpdate) half = new_progress (EMO_BRANCH_VLM, 2, 0.5);
  g_autoptr(EmoUpdate) maps = new_maps (EMO_BRANCH_VLM, 2);
  EmoEvidence *evidence = emo_evidence_new (N_LABELS);
  guint n_changes = 0;

  g_signal_connect (evidence, "changed", G_CALLBACK (count_cb), &n_changes);
  emo_evidence_begin (evidence, EMO_BRANCH_VLM, 2);
  emo_evidence_begin (evidence, EMO_BRANCH_VLM, 2);
  g_assert_cmpuint (n_changes, ==, 1);
  emo_evidence_apply (evidence, half);
  g_assert_cmpint (emo_evidence_get_state (evidence, EMO_BRANCH_VLM, 2), ==, EMO_EVIDENCE_PENDING);
  g_assert_cmpfloat (emo_evidence_get_progress (evidence, EMO_BRANCH_VLM, 2), ==, 0.5);
  g_assert_cmpint (emo_evidence_get_state (evidence, EMO_BRANCH_VLM, 1), ==, EMO_EVIDENCE_NONE);
  emo_evidence_apply (evidence, maps);
  g_assert_cmpfloat (emo_evidence_get_map (evidence, EMO_BRANCH_VLM, 2, NULL, NULL)[7], ==, 2);
  g_assert_cmpfloat (emo_evidence_get_largest (evidence, EMO_BRANCH_VLM, 2), ==, 5);
  g_assert_cmpuint (n_changes, ==, 3);
  emo_evidence_clear (evidence);
  g_assert_cmpint (emo_evidence_get_state (evidence, EMO_BRANCH_VLM, 2), ==, EMO_EVIDENCE_NONE);
  g_assert_cmpuint (emo_evidence_get_bytes (evidence), ==, 0);
  g_assert_finalize_object (evidence);
}

static void
test_evidence_ends_with_a_reason_or_without (void)
{
  g_autoptr(EmoUpdate) late = new_progress (EMO_BRANCH_VLM, 0, 0.9);
  g_autoptr(EmoUpdate) maps = new_maps (EMO_BRANCH_DISTILLED, -1);
  EmoEvidence *evidence = emo_evidence_new (N_LABELS);

  emo_evidence_begin (evidence, EMO_BRANCH_VLM, 0);
  emo_evidence_end (evidence, EMO_BRANCH_VLM, 0, NULL);
  g_assert_cmpint (emo_evidence_get_state (evidence, EMO_BRANCH_VLM, 0), ==, EMO_EVIDENCE_NONE);
  /* A last word of what was stopped does not revive it. */
  emo_evidence_apply (evidence, late);
  g_assert_cmpint (emo_evidence_get_state (evidence, EMO_BRANCH_VLM, 0), ==, EMO_EVIDENCE_NONE);

  emo_evidence_begin (evidence, EMO_BRANCH_VLM, 0);
  emo_evidence_end (evidence, EMO_BRANCH_VLM, 0, "no memory");
  g_assert_cmpint (emo_evidence_get_state (evidence, EMO_BRANCH_VLM, 0), ==, EMO_EVIDENCE_FAILED);
  g_assert_cmpstr (emo_evidence_get_problem (evidence, EMO_BRANCH_VLM, 0), ==, "no memory");
  emo_evidence_begin (evidence, EMO_BRANCH_VLM, 0);
  g_assert_null (emo_evidence_get_problem (evidence, EMO_BRANCH_VLM, 0));

  /* What is there is not taken away by an end. */
  emo_evidence_apply (evidence, maps);
  emo_evidence_end (evidence, EMO_BRANCH_DISTILLED, -1, "too late");
  g_assert_cmpint (emo_evidence_get_state (evidence, EMO_BRANCH_DISTILLED, 0), ==, EMO_EVIDENCE_READY);
  g_assert_finalize_object (evidence);
}

static void
test_evidence_takes_nan_for_nothing (void)
{
  g_autoptr(EmoUpdate) maps = new_maps (EMO_BRANCH_VLM, 1);
  EmoEvidence *evidence = emo_evidence_new (N_LABELS);

  maps->map[3] = NAN;
  maps->map[4] = INFINITY;
  emo_evidence_apply (evidence, maps);
  g_assert_cmpfloat (emo_evidence_get_largest (evidence, EMO_BRANCH_VLM, 1), ==, 5);
  g_assert_finalize_object (evidence);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Evidence/holds-all-labels-of-the-head", test_evidence_holds_all_labels_of_the_head);
  g_test_add_func ("/Emo/Evidence/of-the-vlm-is-by-label", test_evidence_of_the_vlm_is_by_label);
  g_test_add_func ("/Emo/Evidence/ends-with-a-reason-or-without", test_evidence_ends_with_a_reason_or_without);
  g_test_add_func ("/Emo/Evidence/takes-nan-for-nothing", test_evidence_takes_nan_for_nothing);

  return g_test_run ();
}
