/* emo-train-settings.c: with what the stages of a bundle were trained
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-json.h"
#include "emo-train-settings.h"

static const char * const common_keys[] = { "seed", "held_out" };

static char *
dup_text (const EmoJsonValue *object,
          const char         *key)
{
  const EmoJsonValue *value = emo_json_value_get_member (object, key);
  GString *text = g_string_new (NULL);

  if (value != NULL)
    emo_json_append_value (text, value);

  return g_string_free (text, FALSE);
}

static EmoJson *
parse_own (const EmoTrainJob *job,
           EmoTrainStageId    stage)
{
  g_autofree char *text = emo_train_recipe_stage_to_json (job->recipe, stage);

  return emo_json_parse_generated (text, strlen (text), "settings", 0, NULL);
}

/* (nullable): of a stage that is done. */
static EmoJson *
load_mark (const EmoTrainJob *job,
           EmoTrainStageId    stage)
{
  g_autofree char *name = g_build_filename (emo_train_stage_id_get_name (stage), "done.json", NULL);
  g_autofree char *path = emo_train_job_dup_path (job, name);
  g_autoptr(EmoJson) json = emo_json_load (path, NULL);
  const EmoJsonValue *recipe = NULL;

  if (json != NULL && emo_json_value_get_type (emo_json_get_root (json)) == EMO_JSON_OBJECT)
    recipe = emo_json_value_get_member (emo_json_get_root (json), "recipe");

  return recipe != NULL && emo_json_value_get_type (recipe) == EMO_JSON_OBJECT ? g_steal_pointer (&json) : NULL;
}

/* Whether @settings say of @key what stands at the top. */
static gboolean
is_common (const EmoJsonValue *settings,
           const EmoJsonValue *common,
           const char         *key)
{
  for (gsize i = 0; i < G_N_ELEMENTS (common_keys); i++)
    if (g_str_equal (key, common_keys[i]))
      {
        g_autofree char *one = dup_text (settings, key);
        g_autofree char *other = dup_text (common, key);

        return g_str_equal (one, other);
      }

  return FALSE;
}

static void
append_stage (GString            *out,
              EmoTrainStageId     stage,
              const EmoJsonValue *settings,
              const EmoJsonValue *common)
{
  const char *comma = "";

  g_string_append_printf (out, ", \"%s\": {", emo_train_stage_id_get_name (stage));
  for (gsize i = 0; i < emo_json_value_get_length (settings); i++)
    {
      const char *key = emo_json_value_get_key (settings, i);

      if (is_common (settings, common, key))
        continue;
      g_string_append (out, comma);
      emo_json_append_string (out, key);
      g_string_append (out, ": ");
      emo_json_append_value (out, emo_json_value_get_element (settings, i));
      comma = ", ";
    }
  g_string_append_c (out, '}');
}

char *
emo_train_settings_to_json (const EmoTrainJob *job,
                            guint              now,
                            gboolean           rest)
{
  g_autoptr(EmoJson) any = parse_own (job, EMO_TRAIN_VLM);
  const EmoJsonValue *common = emo_json_get_root (any);
  GString *out = g_string_new ("{");

  for (gsize i = 0; i < G_N_ELEMENTS (common_keys); i++)
    {
      g_autofree char *text = dup_text (common, common_keys[i]);

      g_string_append_printf (out, "%s\"%s\": %s", i > 0 ? ", " : "", common_keys[i], text);
    }
  for (EmoTrainStageId stage = EMO_TRAIN_VLM; stage < EMO_TRAIN_N_STAGES; stage++)
    {
      g_autoptr(EmoJson) mark = (now & 1u << stage) == 0 ? load_mark (job, stage) : NULL;
      g_autoptr(EmoJson) own = parse_own (job, stage);

      if (mark != NULL)
        append_stage (out, stage, emo_json_value_get_member (emo_json_get_root (mark), "recipe"), common);
      else if (rest || (now & 1u << stage) != 0)
        append_stage (out, stage, emo_json_get_root (own), common);
    }
  g_string_append_c (out, '}');

  return g_string_free (out, FALSE);
}

char *
emo_train_settings_dup_seed (const char *settings)
{
  g_autoptr(EmoJson) json = emo_json_parse_generated (settings, strlen (settings), "settings", 0, NULL);
  const EmoJsonValue *root = emo_json_get_root (json);
  g_autofree char *common = dup_text (root, "seed");
  g_autoptr(GString) each = g_string_new ("{");
  gboolean differ = FALSE;

  for (EmoTrainStageId stage = EMO_TRAIN_VLM; stage < EMO_TRAIN_N_STAGES; stage++)
    {
      const char *name = emo_train_stage_id_get_name (stage);
      const EmoJsonValue *section = emo_json_value_get_member (root, name);
      g_autofree char *own = section != NULL ? dup_text (section, "seed") : NULL;

      if (own == NULL)
        continue;
      differ |= *own != '\0';
      g_string_append_printf (each, "%s\"%s\": %s", each->len > 1 ? ", " : "", name, *own != '\0' ? own : common);
    }
  g_string_append_c (each, '}');

  return g_strdup (differ ? each->str : common);
}
