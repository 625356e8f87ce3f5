/* emo-json.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-json-private.h"

/* EmoJson is for files that strangers wrote. The common reader of C takes
 * trailing text, ends integers at 2^53, lets a \u0000 cut a key and leaves
 * duplicates for each caller to resolve its own way, which is how two readers
 * come to see two different models in one file. This one takes the grammar of
 * RFC 8259 and nothing else, and refuses what it leaves open.
 *
 * Memory: one copy of the text, in which strings are unescaped and ended in
 * place, and an arena of 16 bytes a value (24 a member). */

static EmoJson *
parse (const char  *text,
       gsize        length,
       const char  *name,
       gsize        max_bytes,
       gboolean     takes_nul,
       GError     **error)
{
  g_autoptr (EmoJson) self = NULL;

  /* Lengths inside are 32-bit: larger texts are out of the question. */
  if (max_bytes == 0)
    max_bytes = EMO_JSON_DEFAULT_MAX_BYTES;
  max_bytes = MIN (max_bytes, G_MAXINT32);

  if (length > max_bytes)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT,
                   "%s: JSON of %" G_GSIZE_FORMAT " bytes, at most %" G_GSIZE_FORMAT " are read",
                   name, length, max_bytes);
      return NULL;
    }

  self = g_new0 (EmoJson, 1);
  g_atomic_ref_count_init (&self->ref_count);

  /* One byte more: a number at the very end is ended there while it is read. */
  self->text = g_try_malloc (length + 1);
  if (self->text == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY,
                   "%s: no memory for %" G_GSIZE_FORMAT " bytes of JSON", name, length);
      return NULL;
    }

  if (length > 0)
    memcpy (self->text, text, length);
  self->text[length] = '\0';

  if (!_emo_json_parse_text (self, length, name, takes_nul, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_json_parse:
 * @text: (array length=length): the text, copied; needs no NUL
 * @length: bytes of @text
 * @name: what errors call the text, usually a file name
 * @max_bytes: the largest @length taken, 0 for 64 MiB
 * @error: return location
 *
 * Reads a whole document. White space may surround the root; a byte order mark,
 * invalid UTF-8, lone surrogates, NUL in strings, duplicate keys, numbers that
 * JSON's grammar does not have or a double cannot hold, and text after the root
 * are refused.
 *
 * Returns: (transfer full) (nullable): the document, or %NULL with
 *   %EMO_ERROR_INVALID_FILE, %EMO_ERROR_LIMIT (size, depth 64, a string of
 *   16 MiB, 16 million values) or %EMO_ERROR_OUT_OF_MEMORY
 */
EmoJson *
emo_json_parse (const char  *text,
                gsize        length,
                const char  *name,
                gsize        max_bytes,
                GError     **error)
{
  g_return_val_if_fail (text != NULL || length == 0, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return parse (text, length, name, max_bytes, FALSE, error);
}

/**
 * emo_json_parse_generated:
 * @text: (array length=length): the text, copied; needs no NUL
 * @length: bytes of @text
 * @name: what errors call the text, usually a file name
 * @max_bytes: the largest @length taken, 0 for 64 MiB
 * @error: return location
 *
 * As emo_json_parse(), but \u0000 in a string is read as EMO_TEXT_NUL: what a
 * model wrote comes back as emo_json_append_string() took it.
 *
 * Returns: (transfer full) (nullable): the document, or %NULL with the errors of
 *   emo_json_parse()
 */
EmoJson *
emo_json_parse_generated (const char  *text,
                          gsize        length,
                          const char  *name,
                          gsize        max_bytes,
                          GError     **error)
{
  g_return_val_if_fail (text != NULL || length == 0, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return parse (text, length, name, max_bytes, TRUE, error);
}

/**
 * emo_json_load:
 * @path: a file's name
 * @error: return location
 *
 * Reads a JSON file of at most 64 MiB under the rules of emo_file_read() and
 * emo_json_parse().
 *
 * Returns: (transfer full) (nullable): the document, or %NULL with the errors
 *   of both, each naming the file
 */
EmoJson *
emo_json_load (const char  *path,
               GError     **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *name = NULL;
  gconstpointer data;
  gsize length;

  g_return_val_if_fail (path != NULL, NULL);

  bytes = emo_file_read (path, EMO_JSON_DEFAULT_MAX_BYTES, error);
  if (bytes == NULL)
    return NULL;

  name = emo_file_escape_name (path);
  data = g_bytes_get_data (bytes, &length);

  return emo_json_parse (data, length, name, 0, error);
}

/**
 * emo_json_ref:
 * @self: a document
 *
 * Returns: (transfer full): @self, with one reference more
 */
EmoJson *
emo_json_ref (EmoJson *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * emo_json_unref:
 * @self: (transfer full): a document
 *
 * Gives a reference back; the last one frees the document and every value and
 * string borrowed from it.
 */
void
emo_json_unref (EmoJson *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  while (self->blocks != NULL)
    {
      EmoJsonBlock *block = self->blocks;

      self->blocks = block->next;
      g_free (block);
    }

  g_free (self->text);
  g_free (self);
}

/**
 * emo_json_get_root:
 * @self: a document
 *
 * Returns: (transfer none): its one value
 */
const EmoJsonValue *
emo_json_get_root (EmoJson *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return &self->root;
}

static gboolean
value_is (const EmoJsonValue *value,
          EmoJsonType         type)
{
  return value != NULL && value->type == type;
}

/**
 * emo_json_value_get_type:
 * @value: (nullable): a value
 *
 * All readers of values take %NULL for a value that is absent, so that look-ups
 * can be chained.
 *
 * Returns: its type, %EMO_JSON_NULL for an absent one
 */
EmoJsonType
emo_json_value_get_type (const EmoJsonValue *value)
{
  return value != NULL ? (EmoJsonType) value->type : EMO_JSON_NULL;
}

/**
 * emo_json_value_get_bool:
 * @value: (nullable): a value
 *
 * Returns: whether it is `true`
 */
gboolean
emo_json_value_get_bool (const EmoJsonValue *value)
{
  return value_is (value, EMO_JSON_BOOL) && (value->flags & EMO_JSON_FLAG_TRUE) != 0;
}

/**
 * emo_json_value_get_double:
 * @value: (nullable): a value
 *
 * Returns: the number, rounded to the nearest double; NaN if it is none
 */
double
emo_json_value_get_double (const EmoJsonValue *value)
{
  if (!value_is (value, EMO_JSON_NUMBER))
    return NAN;

  if ((value->flags & EMO_JSON_FLAG_INTEGER) == 0)
    return value->number;

  if ((value->flags & EMO_JSON_FLAG_NEGATIVE) != 0)
    return -(double) value->magnitude;

  return (double) value->magnitude;
}

/**
 * emo_json_value_get_uint64:
 * @value: (nullable): a value
 * @out: (out): the number, untouched on failure
 *
 * Returns: whether it is written as a plain integer without a sign that fits:
 *   `16` does, `1.0`, `1e3`, `-0` and `"16"` do not
 */
gboolean
emo_json_value_get_uint64 (const EmoJsonValue *value,
                           guint64            *out)
{
  g_return_val_if_fail (out != NULL, FALSE);

  if (!value_is (value, EMO_JSON_NUMBER) ||
      (value->flags & EMO_JSON_FLAG_INTEGER) == 0 ||
      (value->flags & EMO_JSON_FLAG_NEGATIVE) != 0)
    return FALSE;

  *out = value->magnitude;

  return TRUE;
}

/**
 * emo_json_value_get_int64:
 * @value: (nullable): a value
 * @out: (out): the number, untouched on failure
 *
 * Returns: whether it is written as a plain integer that fits
 */
gboolean
emo_json_value_get_int64 (const EmoJsonValue *value,
                          gint64             *out)
{
  gboolean negative;

  g_return_val_if_fail (out != NULL, FALSE);

  if (!value_is (value, EMO_JSON_NUMBER) ||
      (value->flags & EMO_JSON_FLAG_INTEGER) == 0)
    return FALSE;

  negative = (value->flags & EMO_JSON_FLAG_NEGATIVE) != 0;
  if (value->magnitude > (guint64) G_MAXINT64 + (negative ? 1 : 0))
    return FALSE;

  /* -2^63 has no positive twin: negate as unsigned. */
  *out = (gint64) (negative ? -value->magnitude : value->magnitude);

  return TRUE;
}

/**
 * emo_json_value_get_string:
 * @value: (nullable): a value
 *
 * Returns: (transfer none) (nullable): the string, unescaped, valid UTF-8
 *   without NUL inside; %NULL if it is none
 */
const char *
emo_json_value_get_string (const EmoJsonValue *value)
{
  return value_is (value, EMO_JSON_STRING) ? value->string : NULL;
}

/**
 * emo_json_value_get_length:
 * @value: (nullable): a value
 *
 * Returns: the number of elements or members, 0 for anything else
 */
gsize
emo_json_value_get_length (const EmoJsonValue *value)
{
  if (value_is (value, EMO_JSON_ARRAY) || value_is (value, EMO_JSON_OBJECT))
    return value->length;

  return 0;
}

/**
 * emo_json_value_get_element:
 * @value: (nullable): a value
 * @index: a position
 *
 * Returns: (transfer none) (nullable): the array's element or the object's
 *   member at @index, in the order of the file; %NULL past the end
 */
const EmoJsonValue *
emo_json_value_get_element (const EmoJsonValue *value,
                            gsize               index)
{
  if (index >= emo_json_value_get_length (value))
    return NULL;

  if (value->type == EMO_JSON_ARRAY)
    return &value->elements[index];

  return &value->object->members[index].value;
}

/**
 * emo_json_value_get_key:
 * @value: (nullable): a value
 * @index: a position
 *
 * Returns: (transfer none) (nullable): the name of the object's member at
 *   @index; %NULL past the end and for anything else
 */
const char *
emo_json_value_get_key (const EmoJsonValue *value,
                        gsize               index)
{
  if (!value_is (value, EMO_JSON_OBJECT) || index >= value->length)
    return NULL;

  return value->object->members[index].key;
}

/**
 * emo_json_value_get_member:
 * @value: (nullable): a value
 * @key: a name, case-sensitive
 *
 * Returns: (transfer none) (nullable): the object's member of that name
 */
const EmoJsonValue *
emo_json_value_get_member (const EmoJsonValue *value,
                           const char         *key)
{
  const EmoJsonMember *member;

  g_return_val_if_fail (key != NULL, NULL);

  if (!value_is (value, EMO_JSON_OBJECT))
    return NULL;

  member = _emo_json_object_find (value->object, value->length, key);

  return member != NULL ? &member->value : NULL;
}

/**
 * emo_json_value_get_member_string:
 * @value: (nullable): an object
 * @key: a member's name
 * @otherwise: (nullable): what to give in its absence
 *
 * Returns: (transfer none) (nullable): the member's string, @otherwise where it
 *   is absent or no string
 */
const char *
emo_json_value_get_member_string (const EmoJsonValue *value,
                                  const char         *key,
                                  const char         *otherwise)
{
  const char *string = emo_json_value_get_string (emo_json_value_get_member (value, key));

  return string != NULL ? string : otherwise;
}

/**
 * emo_json_value_get_member_double:
 * @value: (nullable): an object
 * @key: a member's name
 * @otherwise: what to give in its absence
 *
 * Returns: the member's number, @otherwise where it is absent or no number
 */
double
emo_json_value_get_member_double (const EmoJsonValue *value,
                                  const char         *key,
                                  double              otherwise)
{
  const EmoJsonValue *member = emo_json_value_get_member (value, key);

  return value_is (member, EMO_JSON_NUMBER) ? emo_json_value_get_double (member) : otherwise;
}

/**
 * emo_json_value_get_member_bool:
 * @value: (nullable): an object
 * @key: a member's name
 * @otherwise: what to give in its absence
 *
 * Returns: the member's truth, @otherwise where it is absent or no boolean
 */
gboolean
emo_json_value_get_member_bool (const EmoJsonValue *value,
                                const char         *key,
                                gboolean            otherwise)
{
  const EmoJsonValue *member = emo_json_value_get_member (value, key);

  return value_is (member, EMO_JSON_BOOL) ? emo_json_value_get_bool (member) : otherwise;
}
