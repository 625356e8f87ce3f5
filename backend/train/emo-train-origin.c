/* emo-train-origin.c: what a training begins with
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-hash.h"
#include "emo-json.h"
#include "emo-provenance.h"
#include "emo-train-origin.h"

static const char * const kinds[] = { "model", "config" };

static EmoTrainOrigin *
new_origin (EmoTrainOriginKind  kind,
            const char         *path)
{
  EmoTrainOrigin *self = g_new0 (EmoTrainOrigin, 1);

  self->kind = kind;
  self->path = g_canonicalize_filename (path, NULL);

  return self;
}

/**
 * emo_train_origin_free:
 * @self: (transfer full) (nullable): an origin
 */
void
emo_train_origin_free (EmoTrainOrigin *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_free (self->sha256);
  g_free (self);
}

/* --- What is there --- */

/* Of the manifest, the VLM and all parts. The hash of a file is remembered, so
 * that gigabytes of weights are read once. */
static char *
hash_model (const EmoBundle  *bundle,
            GError          **error)
{
  g_autoptr(EmoProvenance) provenance = emo_provenance_start (bundle);
  const EmoHashes *hashes = emo_provenance_get (provenance);
  g_autofree char *shown = emo_file_escape_name (bundle->path);
  g_autofree char *text = NULL;

  if (hashes->model == NULL || (bundle->adapter != NULL && hashes->adapter == NULL) ||
      (bundle->distilled != NULL && hashes->head == NULL) || (bundle->gate != NULL && hashes->gate == NULL))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_IO, "%s: a file of the model cannot be read", shown);
      return NULL;
    }
  text = g_strdup_printf ("model %s %s %s %s", hashes->model, hashes->adapter != NULL ? hashes->adapter : "-",
                          hashes->head != NULL ? hashes->head : "-", hashes->gate != NULL ? hashes->gate : "-");

  return emo_hash_bytes (text, strlen (text));
}

/**
 * emo_train_origin_new_model:
 * @path: a model
 * @base: (nullable): its base, where it is an adapter
 * @cancellable: (nullable): tested before the weights are read
 * @error: return location
 *
 * Returns: (transfer full): the model and the hash of what it is
 */
EmoTrainOrigin *
emo_train_origin_new_model (const char    *path,
                            const char    *base,
                            GCancellable  *cancellable,
                            GError       **error)
{
  g_autoptr(EmoTrainOrigin) self = new_origin (EMO_TRAIN_ORIGIN_MODEL, path);
  g_autoptr(EmoBundle) bundle = NULL;

  /* Training goes on without it; whether it is needed to begin with is found then. */
  if (!g_file_test (self->path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&self);
  bundle = emo_bundle_load (path, NULL, base, error);
  if (bundle == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  self->sha256 = hash_model (bundle, error);

  return self->sha256 != NULL ? g_steal_pointer (&self) : NULL;
}

/**
 * emo_train_origin_new_config:
 * @path: a folder that describes a model
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * Returns: (transfer full): the description and the hash of what it says
 */
EmoTrainOrigin *
emo_train_origin_new_config (const char    *path,
                             GCancellable  *cancellable,
                             GError       **error)
{
  static const char * const names[] = { "emovlm.json", "vlm/config.json", "vlm/preprocessor_config.json" };
  g_autoptr(EmoTrainOrigin) self = new_origin (EMO_TRAIN_ORIGIN_CONFIG, path);
  g_autoptr(GString) text = g_string_new ("config");

  if (!g_file_test (self->path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&self);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file = g_build_filename (self->path, names[i], NULL);
      g_autofree char *hash = emo_hash_file (file, cancellable, error);

      if (hash == NULL)
        return NULL;
      g_string_append_printf (text, " %s", hash);
    }
  self->sha256 = emo_hash_bytes (text->str, text->len);

  return g_steal_pointer (&self);
}

/* --- What was written down --- */

static char *
dup_file (const char *output)
{
  return g_build_filename (output, "training", "origin.json", NULL);
}

/**
 * emo_train_origin_load:
 * @output: a bundle
 *
 * Returns: (transfer full) (nullable): what it began with, where that was written
 *   down
 */
EmoTrainOrigin *
emo_train_origin_load (const char *output)
{
  g_autofree char *file = dup_file (output);
  g_autoptr(EmoJson) json = emo_json_load (file, NULL);
  const EmoJsonValue *root = json != NULL ? emo_json_get_root (json) : NULL;
  const char *kind, *path, *sha256;
  EmoTrainOrigin *self;

  if (root == NULL || emo_json_value_get_type (root) != EMO_JSON_OBJECT)
    return NULL;
  kind = emo_json_value_get_member_string (root, "kind", "");
  path = emo_json_value_get_member_string (root, "path", NULL);
  sha256 = emo_json_value_get_member_string (root, "sha256", NULL);
  if (path == NULL || sha256 == NULL || (!g_str_equal (kind, kinds[0]) && !g_str_equal (kind, kinds[1])))
    return NULL;
  self = new_origin (g_str_equal (kind, kinds[EMO_TRAIN_ORIGIN_CONFIG]) ? EMO_TRAIN_ORIGIN_CONFIG : EMO_TRAIN_ORIGIN_MODEL, path);
  self->sha256 = g_strdup (sha256);

  return self;
}

/**
 * emo_train_origin_save:
 * @self: an origin with a hash
 * @output: the bundle that begins with it
 * @error: return location
 *
 * Returns: whether it is written down
 */
gboolean
emo_train_origin_save (const EmoTrainOrigin  *self,
                       const char            *output,
                       GError               **error)
{
  g_autofree char *file = dup_file (output);
  g_autofree char *folder = g_path_get_dirname (file);
  g_autofree char *shown = emo_file_escape_name (self->path);
  g_autoptr(GString) text = g_string_new ("{\"kind\": ");

  emo_json_append_string (text, kinds[self->kind]);
  g_string_append (text, ", \"path\": ");
  emo_json_append_string (text, shown);
  g_string_append (text, ", \"sha256\": ");
  emo_json_append_string (text, self->sha256);
  g_string_append (text, "}\n");

  return emo_file_make_folder (folder, error) && emo_file_write (file, text->str, text->len, error);
}

/* --- Comparing --- */

gboolean
emo_train_origin_equal (const EmoTrainOrigin *self,
                        const EmoTrainOrigin *other)
{
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;

  if (self->kind != other->kind)
    return FALSE;
  if (self->sha256 != NULL && other->sha256 != NULL)
    return g_str_equal (self->sha256, other->sha256);
  /* The file has the name as it is shown. */
  one = emo_file_escape_name (self->path);
  two = emo_file_escape_name (other->path);

  return g_str_equal (one, two);
}

char *
emo_train_origin_describe (const EmoTrainOrigin *self)
{
  g_autofree char *shown = emo_file_escape_name (self->path);

  return g_strdup_printf ("the %s %s", self->kind == EMO_TRAIN_ORIGIN_MODEL ? "model" : "description", shown);
}
