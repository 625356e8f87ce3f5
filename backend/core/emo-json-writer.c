/* emo-json-writer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <float.h>
#include <math.h>

#include "emo-json-private.h"
#include "emo-text.h"

static void
append_character (GString    *out,
                  const char *character,
                  const char *next)
{
  switch (*character)
    {
    case '"':
      g_string_append (out, "\\\"");
      break;

    case '\\':
      g_string_append (out, "\\\\");
      break;

    case '\n':
      g_string_append (out, "\\n");
      break;

    case '\r':
      g_string_append (out, "\\r");
      break;

    case '\t':
      g_string_append (out, "\\t");
      break;

    default:
      if ((guint8) *character < 0x20)
        g_string_append_printf (out, "\\u%04x", (guint8) *character);
      else
        g_string_append_len (out, character, next - character);
    }
}

static void
append_characters (GString    *out,
                   const char *text)
{
  g_autofree char *valid = NULL;

  if (!g_utf8_validate (text, -1, NULL))
    text = valid = g_utf8_make_valid (text, -1);

  while (*text != '\0')
    {
      const char *next = g_utf8_next_char (text);

      append_character (out, text, next);
      text = next;
    }
}

/**
 * emo_json_append_string:
 * @out: what to append to
 * @text: (nullable): a string, not necessarily UTF-8
 *
 * Appends a JSON string, or `null` for %NULL; EMO_TEXT_NUL is \u0000. Other
 * bytes that are no UTF-8 become U+FFFD: JSON cannot hold them, and its readers
 * would refuse the line.
 */
void
emo_json_append_string (GString    *out,
                        const char *text)
{
  g_auto (GStrv) parts = NULL;

  g_return_if_fail (out != NULL);

  if (text == NULL)
    {
      g_string_append (out, "null");
      return;
    }

  parts = g_strsplit (text, EMO_TEXT_NUL, -1);
  g_string_append_c (out, '"');
  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append (out, "\\u0000");
      append_characters (out, parts[i]);
    }
  g_string_append_c (out, '"');
}

/**
 * emo_json_append_double:
 * @out: what to append to
 * @value: a number
 *
 * Appends the fewest digits that read back as @value, with a point whatever the
 * locale; `null` for NaN and the infinities, which JSON does not have.
 */
void
emo_json_append_double (GString *out,
                        double   value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  char format[] = "%.15g";

  g_return_if_fail (out != NULL);

  if (!isfinite (value))
    {
      g_string_append (out, "null");
      return;
    }

  /* Up to 15 digits survive any double, and %g drops trailing zeros. Below the
   * normal range there are fewer to keep, so that all lengths are tried. */
  for (int digits = fabs (value) < DBL_MIN ? 1 : 15; digits <= 17; digits++)
    {
      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (buffer, sizeof buffer, format, value);
      if (g_ascii_strtod (buffer, NULL) == value)
        break;
    }

  g_string_append (out, buffer);
}

/**
 * emo_json_append_doubles:
 * @out: what to append to
 * @values: (nullable) (array length=n): numbers
 * @n: how many
 *
 * Appends a JSON array of numbers, or `null` for %NULL.
 */
void
emo_json_append_doubles (GString      *out,
                         const double *values,
                         gsize         n)
{
  g_return_if_fail (out != NULL);

  if (values == NULL)
    {
      g_string_append (out, "null");
      return;
    }

  g_string_append_c (out, '[');

  for (gsize i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      emo_json_append_double (out, values[i]);
    }

  g_string_append_c (out, ']');
}

/* A plain integer keeps its digits, beyond what a double holds exactly, too. */
static void
append_number (GString            *out,
               const EmoJsonValue *value)
{
  if (value->flags & EMO_JSON_FLAG_INTEGER)
    g_string_append_printf (out, "%s%" G_GUINT64_FORMAT, value->flags & EMO_JSON_FLAG_NEGATIVE ? "-" : "", value->magnitude);
  else
    emo_json_append_double (out, emo_json_value_get_double (value));
}

static gboolean
is_container (const EmoJsonValue *value)
{
  return value->type == EMO_JSON_ARRAY || value->type == EMO_JSON_OBJECT;
}

/* Lists of numbers and of words stay on one line. */
static gboolean
is_short (const EmoJsonValue *value)
{
  gsize n = emo_json_value_get_length (value);

  if (value->type == EMO_JSON_OBJECT)
    return n == 0;
  for (gsize i = 0; i < n; i++)
    if (is_container (emo_json_value_get_element (value, i)))
      return FALSE;

  return TRUE;
}

static void
append_line (GString  *out,
             gboolean  one_line,
             guint     depth)
{
  if (!one_line)
    g_string_append_printf (out, "\n%*s", (int) (2 * depth), "");
}

static void
append_container (GString            *out,
                  const EmoJsonValue *value,
                  guint               depth)
{
  gboolean is_object = value->type == EMO_JSON_OBJECT;
  gboolean one_line = is_short (value);
  gsize n = emo_json_value_get_length (value);

  g_string_append_c (out, is_object ? '{' : '[');
  for (gsize i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append (out, one_line ? ", " : ",");
      append_line (out, one_line, depth + 1);
      if (is_object)
        {
          emo_json_append_string (out, emo_json_value_get_key (value, i));
          g_string_append (out, ": ");
        }
      _emo_json_append_indented (out, emo_json_value_get_element (value, i), depth + 1);
    }
  append_line (out, one_line, depth);
  g_string_append_c (out, is_object ? '}' : ']');
}

/* The parser's limit of depth bounds the recursion. */
void
_emo_json_append_indented (GString            *out,
                           const EmoJsonValue *value,
                           guint               depth)
{
  switch (emo_json_value_get_type (value))
    {
    case EMO_JSON_BOOL:
      g_string_append (out, emo_json_value_get_bool (value) ? "true" : "false");
      break;

    case EMO_JSON_NUMBER:
      append_number (out, value);
      break;

    case EMO_JSON_STRING:
      emo_json_append_string (out, emo_json_value_get_string (value));
      break;

    case EMO_JSON_ARRAY:
    case EMO_JSON_OBJECT:
      append_container (out, value, depth);
      break;

    case EMO_JSON_NULL:
    default:
      g_string_append (out, "null");
      break;
    }
}

/**
 * emo_json_append_value:
 * @out: what to append to
 * @value: a value of a document
 *
 * Appends the value with all that is in it, in its order: a member or an element
 * a line, but for lists that hold no lists and no objects.
 */
void
emo_json_append_value (GString            *out,
                       const EmoJsonValue *value)
{
  g_return_if_fail (out != NULL);
  g_return_if_fail (value != NULL);

  _emo_json_append_indented (out, value, 0);
}
