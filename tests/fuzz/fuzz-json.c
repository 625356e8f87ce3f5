/* fuzz-json.c: what parses is walked, and written it reads back the same
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>
#include <string.h>

#include "emo-fuzz.h"
#include "emo-json.h"

static void
check_string (const char *text)
{
  g_autoptr(GString) written = g_string_new (NULL);
  g_autoptr(EmoJson) json = NULL;

  emo_json_append_string (written, text);
  json = emo_json_parse_generated (written->str, written->len, "string", 0, NULL);
  g_assert_nonnull (json);
  g_assert_cmpstr (emo_json_value_get_string (emo_json_get_root (json)), ==, text);
}

static void
check_number (const EmoJsonValue *value)
{
  double number = emo_json_value_get_double (value);
  g_autoptr(GString) written = g_string_new (NULL);
  g_autoptr(EmoJson) json = NULL;
  gint64 whole;
  guint64 positive;

  g_assert_true (isfinite (number));
  emo_json_append_double (written, number);
  json = emo_json_parse (written->str, written->len, "number", 0, NULL);
  g_assert_nonnull (json);
  g_assert_true (emo_json_value_get_double (emo_json_get_root (json)) == number);
  if (emo_json_value_get_int64 (value, &whole))
    g_assert_true ((double) whole == number);
  if (emo_json_value_get_uint64 (value, &positive))
    g_assert_true ((double) positive == number);
}

/* @generated: strings may hold EMO_TEXT_NUL, which is no UTF-8. */
static void
walk (const EmoJsonValue *value,
      gboolean            generated)
{
  gsize length = emo_json_value_get_length (value);

  switch (emo_json_value_get_type (value))
    {
    case EMO_JSON_STRING:
      g_assert_true (generated || g_utf8_validate (emo_json_value_get_string (value), -1, NULL));
      check_string (emo_json_value_get_string (value));
      break;
    case EMO_JSON_NUMBER:
      check_number (value);
      break;
    case EMO_JSON_ARRAY:
      for (gsize i = 0; i < length; i++)
        walk (emo_json_value_get_element (value, i), generated);
      break;
    case EMO_JSON_OBJECT:
      for (gsize i = 0; i < length; i++)
        {
          const EmoJsonValue *member = emo_json_value_get_element (value, i);

          g_assert_true (emo_json_value_get_member (value, emo_json_value_get_key (value, i)) == member);
          walk (member, generated);
        }
      break;
    default:
      break;
    }
}

/* Written, read and written again is the same text. Indented, little may become
 * much: what would not be small is left alone. */
static void
check_written (const EmoJsonValue *value,
               size_t              size)
{
  g_autoptr(GString) written = g_string_new (NULL);
  g_autoptr(GString) again = g_string_new (NULL);
  g_autoptr(EmoJson) json = NULL;

  if (size > 100000)
    return;
  emo_json_append_value (written, value);
  json = emo_json_parse (written->str, written->len, "written", 0, NULL);
  g_assert_nonnull (json);
  emo_json_append_value (again, emo_json_get_root (json));
  g_assert_cmpstr (written->str, ==, again->str);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  GError *error = NULL;
  g_autoptr(EmoJson) json = emo_json_parse ((const char *) data, size, "input.json", 0, &error);
  g_autoptr(EmoJson) generated = emo_json_parse_generated ((const char *) data, size, "input.json", 0, NULL);

  /* The second takes all that the first does. */
  g_assert_true (json == NULL || generated != NULL);
  if (json != NULL)
    {
      walk (emo_json_get_root (json), FALSE);
      check_written (emo_json_get_root (json), size);
    }
  else
    emo_fuzz_take_error (error);
  if (json == NULL && generated != NULL)
    walk (emo_json_get_root (generated), TRUE);

  return 0;
}
