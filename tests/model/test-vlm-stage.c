/* test-vlm-stage.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-vlm-stage.h"
#include "stage-fixture.h"

#define RESULT "adapter/adapter_model.safetensors"

static void
set_up (Stage         *stage,
        gconstpointer  data)
{
  stage_init (stage, 16, 8, 0);
  stage->recipe->vlm.fit = (EmoFitRecipe) { 1e-3, 0, 0, EMO_LR_CONSTANT, 4, 8, 0 };
}

/* One picture a label, or the dataset would take val's from train. */
static void
set_up_without_val (Stage         *stage,
                    gconstpointer  data)
{
  stage_init (stage, 8, 0, 0);
  stage->recipe->vlm.fit = (EmoFitRecipe) { 1e-3, 0, 0, EMO_LR_CONSTANT, 4, 8, 2 };
}

static void
tear_down (Stage         *stage,
           gconstpointer  data)
{
  stage_clear (stage);
}

static EmoJson *
read_mark (Stage *stage)
{
  g_autofree char *path = g_build_filename (stage->output, "training", "vlm", "done.json", NULL);

  return emo_json_load (path, NULL);
}

/* Nothing is learned, so no epoch is better than the first. */
static void
learn_nothing (Stage *stage)
{
  stage->recipe->vlm.fit.lr = 0;
  stage->recipe->vlm.fit.patience = 1;
}

static void
test_vlm_stage_does_all_epochs_without_val (Stage         *stage,
                                            gconstpointer  data)
{
  guint n_notes = 0;

  stage_run (stage, emo_vlm_stage_run);
  for (guint i = 0; i < stage->lines->len; i++)
    n_notes += strstr (stage->lines->pdata[i], "nothing decides which epoch is best") != NULL;
  g_assert_cmpuint (n_notes, ==, 1);
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 4);
}

static void
test_vlm_stage_says_why_it_ends_early (Stage         *stage,
                                       gconstpointer  data)
{
  g_autoptr(EmoJson) mark = NULL;
  const EmoJsonValue *root;

  learn_nothing (stage);
  stage_run (stage, emo_vlm_stage_run);
  g_assert_cmpuint (stage_count (stage, "epoch"), ==, 2);
  g_assert_true (stage_said (stage, "no better epoch for 1 epoch: the stage ends after epoch 2 of 4"));
  mark = read_mark (stage);
  root = emo_json_get_root (mark);
  g_assert_cmpfloat (emo_json_value_get_member_double (root, "best_epoch", NAN), ==, 1);
  g_assert_nonnull (strstr (emo_json_value_get_member_string (root, "ended_early", ""), "epoch 2 of 4"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, set_up, function) g_test_add ("/Emo/VlmStage/" name, Stage, NULL, set_up, function, tear_down)
  ADD ("does-all-epochs-without-val", set_up_without_val, test_vlm_stage_does_all_epochs_without_val);
  ADD ("says-why-it-ends-early", set_up, test_vlm_stage_says_why_it_ends_early);
#undef ADD

  return g_test_run ();
}
