/* test-model-info.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-model-info.h"
#include "emo-update.h"

static void
test_model_info_is_counted_and_boxed (void)
{
  EmoModelInfo *info = emo_model_info_new ();
  EmoModelInfo *copy;

  /* Every owned field is filled: the leak checker sees what is not freed. */
  char **owned[] = {
    &info->path, &info->name, &info->revision, &info->domain_name, &info->domain_notice,
    &info->model_sha256, &info->adapter_sha256, &info->head_sha256, &info->gate_sha256,
    &info->prompt_sha256, &info->device, &info->device_name, &info->dtype,
  };

  g_assert_true (isnan (info->load_ms));
  for (gsize i = 0; i < G_N_ELEMENTS (owned); i++)
    *owned[i] = g_strdup ("text");
  info->notes = g_strdupv ((char *[]) { (char *) "a note", NULL });
  info->labels = emo_label_set_new_mikels ();

  copy = g_boxed_copy (EMO_TYPE_MODEL_INFO, info);
  g_assert_true (copy == info);
  emo_model_info_unref (info);
  g_assert_cmpstr (copy->name, ==, "text");
  g_boxed_free (EMO_TYPE_MODEL_INFO, copy);
}

static void
test_update_begins_knowing_nothing (void)
{
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_VISION);

  g_assert_cmpint (update->stage, ==, EMO_STAGE_VISION);
  g_assert_true (isnan (update->ms));
  g_assert_true (isnan (update->mass));
  g_assert_true (isnan (update->domain_distance));
  g_assert_cmpint (update->in_domain, ==, EMO_DOMAIN_UNKNOWN);
  g_assert_cmpint (update->label, ==, -1);
}

static void
test_update_is_counted_and_boxed (void)
{
  EmoUpdate *update = emo_update_new (EMO_STAGE_GATE);
  EmoUpdate *copy;
  double **owned[] = {
    &update->probabilities, &update->scores, &update->contribution_vlm,
    &update->contribution_distilled, &update->contribution_rest, &update->weights, &update->map,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (owned); i++)
    *owned[i] = g_new0 (double, 8);
  update->weights_title = g_strdup ("expert weights");
  update->text = g_strdup ("A wide sky");

  copy = g_boxed_copy (EMO_TYPE_UPDATE, update);
  g_assert_true (copy == update);
  emo_update_unref (update);
  g_assert_cmpstr (copy->text, ==, "A wide sky");
  g_boxed_free (EMO_TYPE_UPDATE, copy);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/ModelInfo/is-counted-and-boxed", test_model_info_is_counted_and_boxed);
  g_test_add_func ("/Emo/Update/begins-knowing-nothing", test_update_begins_knowing_nothing);
  g_test_add_func ("/Emo/Update/is-counted-and-boxed", test_update_is_counted_and_boxed);

  return g_test_run ();
}
