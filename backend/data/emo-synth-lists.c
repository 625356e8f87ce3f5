/* emo-synth-lists.c: what a folder of scenes says of itself
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"
#include "emo-file.h"
#include "emo-json.h"
#include "emo-synth-lists-private.h"
#include "emo-synth-words.h"

#define SCENES      "scenes.jsonl"
#define ANNOTATIONS "emoscenes_annotations_train.json"
#define SETTINGS    "synth.json"

/* What a seed means; counts up where tables, rule or painting change. */
#define GENERATOR 1

static gboolean
write_file (const char  *path,
            const char  *name,
            GString     *text,
            GError     **error)
{
  g_autofree char *file = g_build_filename (path, name, NULL);

  return emo_file_write (file, text->str, text->len, error);
}

static const char *
get_label (const EmoSynthScene *scene,
           EmoSynthRule        *rule)
{
  return emo_label_set_get_label (emo_synth_rule_get_labels (rule), scene->label);
}

char *
_emo_synth_dup_name (const EmoSynthScene *scene,
                     EmoSynthRule        *rule)
{
  return g_strdup_printf ("%s/%s/%06u.png", emo_split_get_name (scene->split), get_label (scene, rule), scene->index);
}

/* --- Pictures --- */

static void
append_member (GString    *out,
               const char *key,
               const char *text)
{
  g_string_append_printf (out, ",\"%s\":", key);
  emo_json_append_string (out, text);
}

static void
append_objects (GString             *out,
                const EmoSynthScene *scene)
{
  g_string_append (out, ",\"objects\":[");
  for (guint i = 0; i < scene->parts.n_objects; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      emo_json_append_string (out, emo_synth_objects[scene->parts.objects[i]].name);
    }
  g_string_append (out, "],\"places\":[");
  for (guint i = 0; i < scene->parts.n_objects; i++)
    g_string_append_printf (out, "%s[%d,%d,%d,%d]", i > 0 ? "," : "", scene->places[i].x, scene->places[i].y,
                            scene->places[i].size, scene->places[i].turn);
  g_string_append_c (out, ']');
}

static void
append_scene (GString             *out,
              const EmoSynthScene *scene,
              EmoSynthRule        *rule)
{
  g_autofree char *name = _emo_synth_dup_name (scene, rule);
  g_autofree char *observation = emo_synth_dup_observation (scene);
  g_autofree char *reason = emo_synth_dup_reason (scene, rule, TRUE);

  g_string_append (out, "{\"img_path\":");
  emo_json_append_string (out, name);
  append_member (out, "split", emo_split_get_name (scene->split));
  g_string_append_printf (out, ",\"index\":%u", scene->index);
  append_member (out, "label", get_label (scene, rule));
  g_string_append_printf (out, ",\"lead\":%d,\"width\":%d,\"height\":%d", scene->lead, scene->width, scene->height);
  append_objects (out, scene);
  append_member (out, "palette", emo_synth_palettes[scene->parts.palette].name);
  append_member (out, "texture", emo_synth_textures[scene->parts.texture].name);
  append_member (out, "layout", emo_synth_layouts[scene->parts.layout].name);
  append_member (out, "observation", observation);
  append_member (out, "reason", reason);
  g_string_append (out, "}\n");
}

static void
append_annotation (GString             *out,
                   const EmoSynthScene *scene,
                   EmoSynthRule        *rule)
{
  g_autofree char *name = _emo_synth_dup_name (scene, rule);
  g_autofree char *file = g_path_get_basename (name);
  g_autofree char *reply = emo_synth_dup_reply (scene, rule);

  g_string_append (out, out->len > 1 ? ",\n{\"gpt_response\":" : "\n{\"gpt_response\":");
  emo_json_append_string (out, reply);
  append_member (out, "img", file);
  append_member (out, "img_path", name);
  append_member (out, "label", get_label (scene, rule));
  g_string_append_c (out, '}');
}

gboolean
_emo_synth_write_lists (const char           *path,
                        EmoSynthRule         *rule,
                        guint64               seed,
                        const EmoSynthSplit  *splits,
                        GError              **error)
{
  g_autoptr(GString) scenes = g_string_new (NULL);
  g_autoptr(GString) annotations = g_string_new ("[");

  for (guint split = 0; split < EMO_N_SPLITS; split++)
    for (guint i = 0; i < splits[split].n; i++)
      if (splits[split].there[i])
        {
          EmoSynthScene scene;

          emo_synth_scene_draw (&scene, rule, seed, split, i);
          append_scene (scenes, &scene, rule);
          if (split == EMO_SPLIT_TRAIN)
            append_annotation (annotations, &scene, rule);
        }
  g_string_append (annotations, "\n]\n");

  return write_file (path, SCENES, scenes, error) &&
         write_file (path, ANNOTATIONS, annotations, error);
}

/* --- Settings --- */

static GString *
make_settings (const EmoSynthOptions *options,
               const char            *glyphs)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "{\"generator\":%d,\"seed\":%" G_GUINT64_FORMAT ",\"labels\":[", GENERATOR, options->seed);
  for (guint i = 0; i < emo_label_set_get_size (options->labels); i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      emo_json_append_string (out, emo_label_set_get_label (options->labels, i));
    }
  g_string_append_printf (out, "],\"train\":%u,\"val\":%u,\"test\":%u", options->n_train, options->n_val, options->n_test);
  append_member (out, "glyphs", glyphs);
  g_string_append (out, "}\n");

  return out;
}

gboolean
_emo_synth_write_settings (const EmoSynthOptions  *options,
                           const char             *glyphs,
                           GError                **error)
{
  GString *text = make_settings (options, glyphs);
  gboolean written = write_file (options->path, SETTINGS, text, error);

  g_string_free (text, TRUE);

  return written;
}

static gboolean
same_labels (const EmoJsonValue *value,
             EmoLabelSet        *labels)
{
  if (emo_json_value_get_length (value) != emo_label_set_get_size (labels))
    return FALSE;
  for (guint i = 0; i < emo_label_set_get_size (labels); i++)
    if (g_strcmp0 (emo_json_value_get_string (emo_json_value_get_element (value, i)), emo_label_set_get_label (labels, i)) != 0)
      return FALSE;

  return TRUE;
}

static gboolean
has_number (const EmoJsonValue *root,
            const char         *key,
            guint64             from,
            guint64             to)
{
  const EmoJsonValue *value = emo_json_value_get_member (root, key);
  guint64 number;

  return value != NULL && emo_json_value_get_uint64 (value, &number) && number >= from && number <= to;
}

/* What the folder was made with and is not asked for now; NULL: nothing. */
static const char *
find_difference (const EmoJsonValue    *root,
                 const EmoSynthOptions *options,
                 const char            *glyphs)
{
  const EmoJsonValue *labels = emo_json_value_get_member (root, "labels");

  if (!has_number (root, "generator", GENERATOR, GENERATOR))
    return "another version of the generator";
  if (!has_number (root, "seed", options->seed, options->seed))
    return "another seed";
  if (labels == NULL || !same_labels (labels, options->labels))
    return "other labels";
  if (!has_number (root, "train", 0, options->n_train) || !has_number (root, "val", 0, options->n_val) ||
      !has_number (root, "test", 0, options->n_test))
    return "more pictures";
  if (g_strcmp0 (emo_json_value_get_member_string (root, "glyphs", NULL), glyphs) != 0)
    return "another version of the font";

  return NULL;
}

gboolean
_emo_synth_check_settings (const EmoSynthOptions  *options,
                           const char             *glyphs,
                           GError                **error)
{
  g_autofree char *file = g_build_filename (options->path, SETTINGS, NULL);
  g_autofree char *shown = emo_file_escape_name (options->path);
  g_autoptr(EmoJson) json = NULL;
  const char *difference;

  if (!g_file_test (file, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "%s: cannot be resumed: there is no " SETTINGS ", so it holds no drawn scenes", shown);
      return FALSE;
    }
  json = emo_json_load (file, error);
  if (json == NULL)
    return FALSE;
  difference = find_difference (emo_json_get_root (json), options, glyphs);
  if (difference != NULL)
    g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                 "%s: cannot be resumed: it was made with %s", shown, difference);

  return difference == NULL;
}
