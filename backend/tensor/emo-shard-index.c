/* emo-shard-index.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-json.h"
#include "emo-keyed-hash.h"
#include "emo-safetensors-private.h"

/* model.safetensors.index.json, as transformers writes it: {"metadata": {...},
 * "weight_map": {"tensor": "model-00001-of-00002.safetensors", ...}}. The names
 * are a foreigner's: each has to be a plain name in the index's own folder. */

G_GNUC_PRINTF (3, 4)
static gboolean
fail (EmoShardIndex *self,
      GError       **error,
      const char    *format,
      ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: %s", self->display_name, text);
  return FALSE;
}

static gboolean
is_plain_name (const char *name)
{
  return strlen (name) <= 255 && g_str_has_suffix (name, ".safetensors") && name[0] != '.' &&
         strpbrk (name, "/\\:") == NULL;
}

/* What stands in the place of a name. */
static char *
describe (const EmoJsonValue *value)
{
  static const char *const kinds[] = {
    [EMO_JSON_NULL] = "null",
    [EMO_JSON_BOOL] = "true or false",
    [EMO_JSON_NUMBER] = "a number",
    [EMO_JSON_ARRAY] = "a list",
    [EMO_JSON_OBJECT] = "an object",
  };
  const char *name = emo_json_value_get_string (value);
  g_autofree char *shown = NULL;

  if (name == NULL)
    return g_strdup (kinds[emo_json_value_get_type (value)]);
  shown = emo_file_escape_start (name, 200);

  return g_strdup_printf ("\"%s\"", shown);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The set of names that the map uses, sorted: shard 1 before shard 2. */
static GPtrArray *
collect_names (EmoShardIndex      *self,
               const EmoJsonValue *map,
               GError            **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (emo_keyed_hash_string, g_str_equal);

  for (gsize i = 0; i < emo_json_value_get_length (map); i++)
    {
      const EmoJsonValue *value = emo_json_value_get_element (map, i);
      const char *name = emo_json_value_get_string (value);

      if (name == NULL || !is_plain_name (name))
        {
          g_autofree char *tensor = emo_file_escape_start (emo_json_value_get_key (map, i), 200);
          g_autofree char *shown = describe (value);

          fail (self, error, "tensor \"%s\" is said to be in %s, which is no .safetensors name in this folder", tensor, shown);
          return NULL;
        }
      if (g_hash_table_add (seen, (gpointer) name))
        g_ptr_array_add (names, (gpointer) name);
      if (names->len > EMO_SAFETENSORS_MAX_SHARDS)
        {
          fail (self, error, "more than %d shards", EMO_SAFETENSORS_MAX_SHARDS);
          return NULL;
        }
    }
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

static gboolean
read_map (EmoShardIndex      *self,
          const char         *path,
          const EmoJsonValue *map,
          GError            **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GHashTable) places = g_hash_table_new (emo_keyed_hash_string, g_str_equal);
  g_autoptr (GPtrArray) names = NULL;

  if (map == NULL || emo_json_value_get_type (map) != EMO_JSON_OBJECT || emo_json_value_get_length (map) == 0)
    return fail (self, error, "\"weight_map\" is missing, empty or no object");
  if (emo_json_value_get_length (map) > EMO_SAFETENSORS_MAX_TENSORS)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT, "%s: %" G_GSIZE_FORMAT " tensors, at most %d are read",
                   self->display_name, emo_json_value_get_length (map), EMO_SAFETENSORS_MAX_TENSORS);
      return FALSE;
    }
  names = collect_names (self, map, error);
  if (names == NULL)
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      g_hash_table_insert (places, names->pdata[i], GUINT_TO_POINTER (i));
      g_ptr_array_add (self->shards, g_build_filename (folder, names->pdata[i], NULL));
    }
  for (gsize i = 0; i < emo_json_value_get_length (map); i++)
    {
      const char *name = emo_json_value_get_string (emo_json_value_get_element (map, i));

      g_hash_table_insert (self->shard_of, g_strdup (emo_json_value_get_key (map, i)), g_hash_table_lookup (places, name));
    }
  return TRUE;
}

/**
 * _emo_shard_index_load:
 * @path: an index file
 * @error: return location
 *
 * Reads which shard holds which tensor. No shard is opened.
 *
 * Returns: (transfer full): the index, or NULL
 */
EmoShardIndex *
_emo_shard_index_load (const char *path,
                       GError    **error)
{
  g_autoptr (EmoShardIndex) self = g_new0 (EmoShardIndex, 1);
  g_autoptr (EmoJson) json = emo_json_load (path, error);
  const EmoJsonValue *root;

  self->display_name = emo_file_escape_name (path);
  self->shards = g_ptr_array_new_with_free_func (g_free);
  self->shard_of = g_hash_table_new_full (emo_keyed_hash_string, g_str_equal, g_free, NULL);
  if (json == NULL)
    return NULL;
  root = emo_json_get_root (json);
  if (emo_json_value_get_type (root) != EMO_JSON_OBJECT)
    {
      fail (self, error, "no JSON object");
      return NULL;
    }
  if (!read_map (self, path, emo_json_value_get_member (root, "weight_map"), error))
    return NULL;
  return g_steal_pointer (&self);
}

void
_emo_shard_index_free (EmoShardIndex *self)
{
  g_free (self->display_name);
  g_clear_pointer (&self->shards, g_ptr_array_unref);
  g_clear_pointer (&self->shard_of, g_hash_table_unref);
  g_free (self);
}
