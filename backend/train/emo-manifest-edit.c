/* emo-manifest-edit.c: emovlm.json, a member at a time
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-json-private.h"
#include "emo-manifest-edit.h"

/* Indentation makes at most forty times as much of it. */
#define MAX_BYTES (4 * 1024 * 1024)

typedef struct
{
  char               *key;
  EmoJson            *document;   /* that the value lies in */
  const EmoJsonValue *value;
} Member;

struct _EmoManifestEdit
{
  char   *path;
  GArray *members;   /* of Member, in the file's order */
};

static void
member_clear (gpointer data)
{
  Member *member = data;

  g_clear_pointer (&member->key, g_free);
  g_clear_pointer (&member->document, emo_json_unref);
}

/* -1 where there is none. */
static int
find (EmoManifestEdit *self,
      const char      *key)
{
  for (guint i = 0; i < self->members->len; i++)
    if (g_str_equal (g_array_index (self->members, Member, i).key, key))
      return (int) i;

  return -1;
}

/**
 * emo_manifest_edit_load:
 * @folder: a bundle
 * @error: return location
 *
 * Reads FOLDER/emovlm.json.
 *
 * Errors: IO, LIMIT, those of emo_json_parse(); INVALID_FILE where it is no object.
 *
 * Returns: (transfer full): its members
 */
EmoManifestEdit *
emo_manifest_edit_load (const char  *folder,
                        GError     **error)
{
  g_autoptr(EmoManifestEdit) self = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(EmoJson) json = NULL;
  const EmoJsonValue *root;

  g_return_val_if_fail (folder != NULL, NULL);

  self = g_new0 (EmoManifestEdit, 1);
  self->path = g_build_filename (folder, "emovlm.json", NULL);
  self->members = g_array_new (FALSE, FALSE, sizeof (Member));
  g_array_set_clear_func (self->members, member_clear);
  bytes = emo_file_read (self->path, MAX_BYTES, error);
  if (bytes == NULL)
    return NULL;
  json = emo_json_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), self->path, 0, error);
  if (json == NULL)
    return NULL;
  root = emo_json_get_root (json);
  if (emo_json_value_get_type (root) != EMO_JSON_OBJECT)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: expected an object of a bundle's members, found something else", self->path);
      return NULL;
    }
  for (gsize i = 0; i < emo_json_value_get_length (root); i++)
    {
      Member member = { g_strdup (emo_json_value_get_key (root, i)), emo_json_ref (json), emo_json_value_get_element (root, i) };

      g_array_append_val (self->members, member);
    }

  return g_steal_pointer (&self);
}

/**
 * emo_manifest_edit_free:
 * @self: (transfer full) (nullable): a manifest
 */
void
emo_manifest_edit_free (EmoManifestEdit *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->members, g_array_unref);
  g_free (self->path);
  g_free (self);
}

/**
 * emo_manifest_edit_get:
 * @self: a manifest
 * @key: a member's name
 *
 * Returns: (transfer none) (nullable): its value, good until it is set
 */
const EmoJsonValue *
emo_manifest_edit_get (EmoManifestEdit *self,
                       const char      *key)
{
  int index;

  g_return_val_if_fail (self != NULL && key != NULL, NULL);

  index = find (self, key);

  return index >= 0 ? g_array_index (self->members, Member, index).value : NULL;
}

/**
 * emo_manifest_edit_set:
 * @self: a manifest
 * @key: a member's name
 * @json: (nullable): the JSON text of its value, which has to be valid; %NULL
 *   removes the member
 *
 * A member that is there keeps its place.
 */
void
emo_manifest_edit_set (EmoManifestEdit *self,
                       const char      *key,
                       const char      *json)
{
  g_autoptr(EmoJson) document = NULL;
  g_autoptr(GError) error = NULL;
  Member member;
  int index;

  g_return_if_fail (self != NULL && key != NULL);

  index = find (self, key);
  if (json == NULL)
    {
      if (index >= 0)
        g_array_remove_index (self->members, index);
      return;
    }
  document = emo_json_parse (json, strlen (json), key, 0, &error);
  if (document == NULL)
    {
      g_critical ("%s", error->message);
      return;
    }
  member = (Member) { g_strdup (key), document, emo_json_get_root (document) };
  g_steal_pointer (&document);
  if (index < 0)
    {
      g_array_append_val (self->members, member);
      return;
    }
  member_clear (&g_array_index (self->members, Member, index));
  g_array_index (self->members, Member, index) = member;
}

/* The members of @object but those that @others has; @text ends in one already. */
static void
append_members (GString            *text,
                const EmoJsonValue *object,
                const EmoJsonValue *others)
{
  gsize n = object != NULL && emo_json_value_get_type (object) == EMO_JSON_OBJECT ? emo_json_value_get_length (object) : 0;

  for (gsize i = 0; i < n; i++)
    {
      const char *key = emo_json_value_get_key (object, i);

      if (others != NULL && emo_json_value_get_member (others, key) != NULL)
        continue;
      g_string_append (text, text->len > 1 ? ", " : "");
      emo_json_append_string (text, key);
      g_string_append (text, ": ");
      emo_json_append_value (text, emo_json_value_get_element (object, i));
    }
}

/**
 * emo_manifest_edit_merge:
 * @self: a manifest
 * @key: a member's name
 * @json: the JSON text of an object
 *
 * Where the member is no object, it becomes @json.
 */
void
emo_manifest_edit_merge (EmoManifestEdit *self,
                         const char      *key,
                         const char      *json)
{
  g_autoptr(EmoJson) document = NULL;
  g_autoptr(GString) text = NULL;

  g_return_if_fail (self != NULL && key != NULL && json != NULL);

  document = emo_json_parse (json, strlen (json), key, 0, NULL);
  g_return_if_fail (document != NULL && emo_json_value_get_type (emo_json_get_root (document)) == EMO_JSON_OBJECT);

  text = g_string_new ("{");
  append_members (text, emo_manifest_edit_get (self, key), emo_json_get_root (document));
  append_members (text, emo_json_get_root (document), NULL);
  g_string_append_c (text, '}');
  emo_manifest_edit_set (self, key, text->str);
}

void
emo_manifest_edit_keep (EmoManifestEdit   *self,
                        const char        *key,
                        const char *const *names)
{
  g_autoptr(GString) text = g_string_new ("{");
  const EmoJsonValue *object;

  g_return_if_fail (self != NULL && key != NULL && names != NULL);

  object = emo_manifest_edit_get (self, key);
  for (gsize i = 0; object != NULL && names[i] != NULL; i++)
    {
      const EmoJsonValue *value = emo_json_value_get_member (object, names[i]);

      if (value == NULL)
        continue;
      g_string_append (text, text->len > 1 ? ", " : "");
      emo_json_append_string (text, names[i]);
      g_string_append (text, ": ");
      emo_json_append_value (text, value);
    }
  g_string_append_c (text, '}');
  emo_manifest_edit_set (self, key, text->len > strlen ("{}") ? text->str : NULL);
}

static char *
make_text (EmoManifestEdit *self)
{
  GString *text = g_string_new ("{");

  for (guint i = 0; i < self->members->len; i++)
    {
      const Member *member = &g_array_index (self->members, Member, i);

      g_string_append (text, i > 0 ? ",\n  " : "\n  ");
      emo_json_append_string (text, member->key);
      g_string_append (text, ": ");
      _emo_json_append_indented (text, member->value, 1);
    }
  g_string_append (text, "\n}\n");

  return g_string_free (text, FALSE);
}

/**
 * emo_manifest_edit_save:
 * @self: a manifest
 * @error: return location
 *
 * Writes it to where it was read, whole or not at all.
 *
 * Errors: IO, NO_SPACE.
 *
 * Returns: whether it is on the disk
 */
gboolean
emo_manifest_edit_save (EmoManifestEdit  *self,
                        GError          **error)
{
  g_autofree char *text = NULL;

  g_return_val_if_fail (self != NULL, FALSE);

  text = make_text (self);

  return emo_file_write (self->path, text, strlen (text), error);
}

gboolean
emo_manifest_edit_drop (const char         *folder,
                        const char *const  *keys,
                        GError            **error)
{
  g_autoptr(EmoManifestEdit) self = emo_manifest_edit_load (folder, error);

  if (self == NULL)
    return FALSE;
  for (gsize i = 0; keys[i] != NULL; i++)
    emo_manifest_edit_set (self, keys[i], NULL);

  return emo_manifest_edit_save (self, error);
}
