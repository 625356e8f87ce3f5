/* emo-fields.c: configuration fields against types and ranges
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-fields.h"
#include "emo-file.h"

static const char *const type_names[] = {
  [EMO_JSON_NULL] = "null",
  [EMO_JSON_BOOL] = "true or false",
  [EMO_JSON_NUMBER] = "a number",
  [EMO_JSON_STRING] = "a string",
  [EMO_JSON_ARRAY] = "an array",
  [EMO_JSON_OBJECT] = "an object",
};

/* What was found, short enough for a message. */
static char *
describe (const EmoJsonValue *value)
{
  EmoJsonType type = emo_json_value_get_type (value);
  char number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *shown = NULL;

  switch (type)
    {
    case EMO_JSON_STRING:
      shown = emo_file_escape_start (emo_json_value_get_string (value), 60);
      return g_strdup_printf ("the string \"%s\"", shown);

    case EMO_JSON_NUMBER:
      return g_strdup (g_ascii_dtostr (number, sizeof number, emo_json_value_get_double (value)));

    case EMO_JSON_BOOL:
      return g_strdup (emo_json_value_get_bool (value) ? "true" : "false");

    case EMO_JSON_NULL:
    case EMO_JSON_ARRAY:
    case EMO_JSON_OBJECT:
    default:
      return g_strdup (type_names[type]);
    }
}

/**
 * emo_fields_fail:
 * @self: fields
 * @code: an error code
 * @key: the field
 * @format: what was expected and found
 *
 * Latches an error that names the file and the field, unless one is latched.
 */
void
emo_fields_fail (EmoFields  *self,
                 EmoError    code,
                 const char *key,
                 const char *format,
                 ...)
{
  g_autofree char *text = NULL;
  g_autofree char *utf8 = NULL;
  g_autofree char *file = NULL;
  va_list args;

  if (*self->latch != NULL)
    return;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  /* A long string is cut at a byte; what is left of a code point goes. */
  utf8 = g_utf8_make_valid (text, -1);
  file = emo_file_escape_name (self->file);
  g_set_error (self->latch, EMO_ERROR, code, "%s: %s%s%s: %s",
               file, self->section, *self->section ? "." : "", key, utf8);
}

/**
 * emo_fields_init:
 * @self: fields to fill in
 * @root: the document's root
 * @file: what errors call the file; borrowed
 * @latch: where the first error goes; points to %NULL at first
 *
 * Starts reading a document, whose root must be an object.
 */
void
emo_fields_init (EmoFields           *self,
                 const EmoJsonValue  *root,
                 const char          *file,
                 GError             **latch)
{
  g_return_if_fail (latch != NULL);

  *self = (EmoFields) { .file = file, .object = root, .latch = latch };
  if (root != NULL && emo_json_value_get_type (root) != EMO_JSON_OBJECT)
    {
      self->object = NULL;
      if (*latch == NULL)
        g_set_error (latch, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                     "%s: expected an object, found %s", file, type_names[emo_json_value_get_type (root)]);
    }
}

/* A wrong-case key would otherwise be a silent default. */
static void
refuse_other_case (EmoFields  *self,
                   const char *key)
{
  gsize length = emo_json_value_get_length (self->object);

  for (gsize i = 0; i < length && i < 4096; i++)
    {
      const char *other = emo_json_value_get_key (self->object, i);

      if (other != NULL && g_ascii_strcasecmp (other, key) == 0)
        emo_fields_fail (self, EMO_ERROR_INVALID_FILE, key, "missing; found \"%s\", names are case-sensitive", other);
    }
}

static const EmoJsonValue *
look_up (EmoFields  *self,
         const char *key)
{
  const EmoJsonValue *value;

  if (self->object == NULL || *self->latch != NULL)
    return NULL;
  value = emo_json_value_get_member (self->object, key);
  if (value == NULL)
    refuse_other_case (self, key);
  else if (emo_json_value_get_type (value) == EMO_JSON_NULL)
    value = NULL;

  return value;
}

/**
 * emo_fields_has:
 * @self: fields
 * @key: a field
 *
 * Returns: whether the field is there and not null
 */
gboolean
emo_fields_has (EmoFields  *self,
                const char *key)
{
  return look_up (self, key) != NULL;
}

/**
 * emo_fields_find:
 * @self: fields
 * @key: a field
 * @type: its only type
 * @required: whether absence is an error
 *
 * Latches INVALID_FILE for another type.
 *
 * Returns: (nullable) (transfer none): the value
 */
const EmoJsonValue *
emo_fields_find (EmoFields   *self,
                 const char  *key,
                 EmoJsonType  type,
                 gboolean     required)
{
  const EmoJsonValue *value = look_up (self, key);

  if (value == NULL)
    {
      if (required)
        emo_fields_fail (self, EMO_ERROR_INVALID_FILE, key, "missing, expected %s", type_names[type]);
      return NULL;
    }
  if (emo_json_value_get_type (value) != type)
    {
      g_autofree char *found = describe (value);

      emo_fields_fail (self, EMO_ERROR_INVALID_FILE, key, "expected %s, found %s", type_names[type], found);
      return NULL;
    }

  return value;
}

/**
 * emo_fields_enter:
 * @self: fields to fill in
 * @parent: the enclosing object
 * @key: the section's name
 *
 * Reads a nested object. Where it is absent every field has its default.
 */
void
emo_fields_enter (EmoFields  *self,
                  EmoFields  *parent,
                  const char *key)
{
  *self = (EmoFields) { .file = parent->file, .latch = parent->latch };
  g_snprintf (self->section, sizeof self->section, "%s%s%s",
              parent->section, *parent->section ? "." : "", key);
  self->object = emo_fields_find (parent, key, EMO_JSON_OBJECT, FALSE);
}

/**
 * emo_fields_get_int:
 * @self: fields
 * @key: a field
 * @low: smallest value allowed
 * @high: largest value allowed
 * @otherwise: the default, or %EMO_FIELDS_REQUIRED
 *
 * Latches INVALID_FILE for anything but a plain integer in the range.
 *
 * Returns: the value, or @low after an error, so that it is safe to go on with
 */
gint64
emo_fields_get_int (EmoFields  *self,
                    const char *key,
                    gint64      low,
                    gint64      high,
                    gint64      otherwise)
{
  const EmoJsonValue *value = emo_fields_find (self, key, EMO_JSON_NUMBER, otherwise == EMO_FIELDS_REQUIRED);
  gint64 number;

  if (value == NULL)
    return *self->latch != NULL ? low : otherwise;
  if (!emo_json_value_get_int64 (value, &number) || number < low || number > high)
    {
      g_autofree char *found = describe (value);

      emo_fields_fail (self, EMO_ERROR_INVALID_FILE, key,
                       "expected an integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ", found %s",
                       low, high, found);
      return low;
    }

  return number;
}

/**
 * emo_fields_get_double:
 * @self: fields
 * @key: a field
 * @low: smallest value allowed
 * @high: largest value allowed
 * @otherwise: the default; NaN: required
 *
 * Returns: the value, or @low after an error
 */
double
emo_fields_get_double (EmoFields  *self,
                       const char *key,
                       double      low,
                       double      high,
                       double      otherwise)
{
  const EmoJsonValue *value = emo_fields_find (self, key, EMO_JSON_NUMBER, isnan (otherwise));
  double number;

  if (value == NULL)
    return *self->latch != NULL ? low : otherwise;
  number = emo_json_value_get_double (value);
  if (!(number >= low && number <= high))
    {
      g_autofree char *found = describe (value);

      emo_fields_fail (self, EMO_ERROR_INVALID_FILE, key, "expected a number from %g to %g, found %s", low, high, found);
      return low;
    }

  return number;
}

/**
 * emo_fields_get_bool:
 * @self: fields
 * @key: a field
 * @otherwise: the default
 *
 * Returns: the value
 */
gboolean
emo_fields_get_bool (EmoFields  *self,
                     const char *key,
                     gboolean    otherwise)
{
  const EmoJsonValue *value = emo_fields_find (self, key, EMO_JSON_BOOL, FALSE);

  return value != NULL ? emo_json_value_get_bool (value) : otherwise;
}

/**
 * emo_fields_get_string:
 * @self: fields
 * @key: a field
 * @required: whether absence is an error
 *
 * Returns: (nullable) (transfer none): the value
 */
const char *
emo_fields_get_string (EmoFields  *self,
                       const char *key,
                       gboolean    required)
{
  const EmoJsonValue *value = emo_fields_find (self, key, EMO_JSON_STRING, required);

  return value != NULL ? emo_json_value_get_string (value) : NULL;
}

/**
 * emo_fields_get_doubles:
 * @self: fields
 * @key: a field
 * @n: the only length
 * @out: (out): [n] finite numbers; untouched where the field is absent
 *
 * Returns: whether the field is there and good
 */
gboolean
emo_fields_get_doubles (EmoFields  *self,
                        const char *key,
                        gsize       n,
                        double     *out)
{
  const EmoJsonValue *array = emo_fields_find (self, key, EMO_JSON_ARRAY, FALSE);

  if (array == NULL)
    return FALSE;
  if (emo_json_value_get_length (array) != n)
    {
      emo_fields_fail (self, EMO_ERROR_INVALID_FILE, key, "expected %" G_GSIZE_FORMAT " numbers, found %" G_GSIZE_FORMAT,
                       n, emo_json_value_get_length (array));
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    {
      double number = emo_json_value_get_double (emo_json_value_get_element (array, i));

      if (!isfinite (number))
        {
          emo_fields_fail (self, EMO_ERROR_INVALID_FILE, key, "element %" G_GSIZE_FORMAT " is not a finite number", i);
          return FALSE;
        }
      out[i] = number;
    }

  return TRUE;
}
