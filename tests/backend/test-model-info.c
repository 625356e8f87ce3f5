/* test-model-info.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-model-info.h"
#include "emo-update.h"

static void
test_model_info_is_counted_and_boxed (void)
{
  EmoModelInfo *info = emo_model_info_new ();
  EmoModelInfo *copy, *own;

  /* Every owned field is filled: the leak checker sees what is not freed. */
  char **owned[] = {
    &info->path, &info->base, &info->name, &info->revision, &info->domain_name, &info->domain_notice,
    &info->model_sha256, &info->adapter_sha256, &info->head_sha256, &info->gate_sha256,
    &info->prompt_sha256, &info->device, &info->device_name, &info->dtype,
  };

  g_assert_true (isnan (info->load_ms));
  for (gsize i = 0; i < G_N_ELEMENTS (owned); i++)
    *owned[i] = g_strdup ("text");
  info->notes = g_strdupv ((char *[]) { (char *) "a note", NULL });
  info->labels = emo_label_set_new_mikels ();

  own = emo_model_info_copy (info);
  for (gsize i = 0; i < G_N_ELEMENTS (owned); i++)
    {
      char **of_own = G_STRUCT_MEMBER_P (own, (char *) owned[i] - (char *) info);

      g_assert_true (*of_own != *owned[i]);
      g_assert_cmpstr (*of_own, ==, "text");
    }
  g_assert_cmpstr (own->notes[0], ==, "a note");
  emo_model_info_unref (own);

  copy = g_boxed_copy (EMO_TYPE_MODEL_INFO, info);
  g_assert_true (copy == info);
  emo_model_info_unref (info);
  g_assert_cmpstr (copy->name, ==, "text");
  g_boxed_free (EMO_TYPE_MODEL_INFO, copy);
}

static void
test_model_info_reads_back_from_json (void)
{
  g_autoptr (EmoModelInfo) info = emo_model_info_new ();
  g_autoptr (EmoModelInfo) read = NULL;
  g_autoptr (EmoLabelSet) labels = emo_label_set_new_mikels ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *again = NULL;

  info->labels = emo_label_set_ref (labels);
  info->name = g_strdup ("a \"model\"\n");
  info->domain_notice = g_strdup ("drawn scenes only");
  info->has_distilled = info->has_gate = TRUE;
  info->gate_kind = EMO_GATE_KIND_CROSS;
  info->vlm_input = EMO_VLM_INPUT_ONE_HOT;
  info->seed = G_MAXUINT64;
  info->parameters = G_MAXINT64;
  info->threads = 3;
  info->base = g_strdup ("/the base");
  info->given_labels = TRUE;
  info->max_pixels = 200704;
  info->load_ms = 12;
  info->notes = g_strdupv ((char *[]) { (char *) "a note", (char *) "another", NULL });

  text = emo_model_info_to_json (info);
  g_assert_null (strchr (text, '\n'));
  read = emo_model_info_new_from_json (text, strlen (text), "models, row 1", &error);
  g_assert_no_error (error);
  again = emo_model_info_to_json (read);
  g_assert_cmpstr (again, ==, text);
  g_assert_cmpstr (read->name, ==, info->name);
  g_assert_null (read->revision);
  g_assert_cmpstr (read->base, ==, "/the base");
  g_assert_true (read->given_labels);
  g_assert_cmpint (read->max_pixels, ==, 200704);
  g_assert_cmpint (read->gate_kind, ==, EMO_GATE_KIND_CROSS);
  g_assert_cmpuint (read->seed, ==, G_MAXUINT64);
  g_assert_true (isnan (read->load_ms));
  g_assert_cmpuint (g_strv_length (read->notes), ==, 2);
}

static void
test_model_info_refuses_hostile_json (void)
{
  static const char * const texts[] = {
    "", "null", "[]", "{}", "{\"labels\": []}",
    "{\"labels\": [\"a\"], \"gate_kind\": \"moe\", \"vlm_input\": \"one-hot\"}",
    "{\"labels\": [\"a\", 1], \"gate_kind\": \"moe\", \"vlm_input\": \"one-hot\"}",
    "{\"labels\": [\"a\", \"a\"], \"gate_kind\": \"moe\", \"vlm_input\": \"one-hot\"}",
    "{\"labels\": {\"a\": \"b\", \"c\": \"d\"}, \"gate_kind\": \"moe\", \"vlm_input\": \"one-hot\"}",
    "{\"labels\": [\"a\", \"b\"], \"gate_kind\": \"moe\"}",
    "{\"labels\": [\"a\", \"b\"], \"vlm_input\": \"one-hot\"}",
    "{\"labels\": [\"a\", \"b\"], \"gate_kind\": \"moe\", \"vlm_input\": \"one-hot\", \"name\": 3}",
    "{\"labels\": [\"a\", \"b\"], \"gate_kind\": \"moe\", \"vlm_input\": \"one-hot\", \"has_gate\": 1}",
    "{\"labels\": [\"a\", \"b\"], \"gate_kind\": \"moe\", \"vlm_input\": \"one-hot\", \"threads\": -1}",
    "{\"labels\": [\"a\", \"b\"], \"gate_kind\": \"moe\", \"vlm_input\": \"one-hot\", \"threads\": 1e3}",
    "{\"labels\": [\"a\", \"b\"], \"gate_kind\": \"moe\", \"vlm_input\": \"one-hot\", \"seed\": -1}",
    "{\"labels\": [\"a\", \"b\"], \"gate_kind\": \"moe\", \"vlm_input\": \"one-hot\", \"notes\": \"x\", \"notes\": []}",
    "{\"labels\": [\"a\", \"b\"], \"gate_kind\": \"moe\", \"vlm_input\": \"one-hot\", \"notes\": [{}]}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", texts[i]);
      g_assert_null (emo_model_info_new_from_json (texts[i], strlen (texts[i]), "row", &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
      g_assert_nonnull (strstr (error->message, "row"));
    }
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
  g_test_add_func ("/Emo/ModelInfo/reads-back-from-json", test_model_info_reads_back_from_json);
  g_test_add_func ("/Emo/ModelInfo/refuses-hostile-json", test_model_info_refuses_hostile_json);
  g_test_add_func ("/Emo/Update/begins-knowing-nothing", test_update_begins_knowing_nothing);
  g_test_add_func ("/Emo/Update/is-counted-and-boxed", test_update_is_counted_and_boxed);

  return g_test_run ();
}
