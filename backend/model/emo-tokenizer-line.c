/* emo-tokenizer-line.c: one JSON string to ids
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-tokenizer.h"

#define REPLACEMENT 0xfffd

/* The four digits of \uXXXX, -1 when they are none. */
static int
read_hex (const char *p,
          const char *end)
{
  int value = 0;

  if (end - p < 4)
    return -1;
  for (int i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (p[i]))
        return -1;
      value = value * 16 + g_ascii_xdigit_value (p[i]);
    }

  return value;
}

/* What follows \u. JSON can write half a surrogate pair, which is no character:
 * it becomes U+FFFD, as an encoder that repairs text would make it. */
static const char *
read_unicode_escape (const char *p,
                     const char *end,
                     GString    *out)
{
  int unit = read_hex (p, end);
  int low;

  if (unit < 0)
    return NULL;
  p += 4;
  if (unit >= 0xd800 && unit < 0xdc00)
    {
      low = end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? read_hex (p + 2, end) : -1;
      if (low >= 0xdc00 && low < 0xe000)
        {
          g_string_append_unichar (out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
          return p + 6;
        }
    }

  if (unit == 0)
    g_string_append_c (out, '\0');
  else
    g_string_append_unichar (out, unit >= 0xd800 && unit < 0xe000 ? REPLACEMENT : unit);

  return p;
}

/* What follows a backslash. */
static const char *
read_escape (const char *p,
             const char *end,
             GString    *out)
{
  static const char names[] = "\"\\/bfnrt";
  static const char values[] = "\"\\/\b\f\n\r\t";
  const char *name;

  if (p == end)
    return NULL;
  if (*p == 'u')
    return read_unicode_escape (p + 1, end, out);
  name = *p != '\0' ? strchr (names, *p) : NULL;
  if (name == NULL)
    return NULL;
  g_string_append_c (out, values[name - names]);

  return p + 1;
}

/* The string that begins after the quotation mark; NULL when it is broken. */
static const char *
read_string (const char *p,
             const char *end,
             GString    *out)
{
  while (p != NULL && p < end && *p != '"')
    {
      if ((guint8) *p < 0x20)
        return NULL;
      if (*p == '\\')
        p = read_escape (p + 1, end, out);
      else
        g_string_append_c (out, *p++);
    }

  return p != NULL && p < end ? p + 1 : NULL;
}

static const char *
skip_space (const char *p,
            const char *end)
{
  while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
    p++;

  return p;
}

/**
 * emo_tokenizer_encode_json:
 * @self: a tokenizer
 * @line: one JSON string, white space around it
 * @length: bytes of @line, or -1 when NUL ends it
 * @ids: (element-type guint32): an array to append to
 * @error: return location for an error
 *
 * Encodes a text that is written as JSON, for a text may hold what a line or a
 * string of C cannot: newlines and NUL. Half a surrogate pair (`"\ud800"`) counts
 * as one U+FFFD; nothing is appended when the line is refused.
 *
 * Returns: %FALSE with %EMO_ERROR_INVALID_FILE when @line is no JSON string, and
 *   with %EMO_ERROR_LIMIT above 64 MiB
 */
gboolean
emo_tokenizer_encode_json (EmoTokenizer  *self,
                           const char    *line,
                           gssize         length,
                           GArray        *ids,
                           GError       **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *p, *end;

  g_return_val_if_fail (self != NULL && line != NULL && ids != NULL, FALSE);

  end = line + (length < 0 ? (gssize) strlen (line) : length);
  if (end - line > 64 << 20)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT, "A line of %" G_GSIZE_FORMAT " bytes, at most %d are read",
                   (gsize) (end - line), 64 << 20);
      return FALSE;
    }

  p = skip_space (line, end);
  if (p == end || *p != '"' || !g_utf8_validate_len (line, end - line, NULL)
      || (p = read_string (p + 1, end, text)) == NULL || skip_space (p, end) != end)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "A line is not one JSON string in UTF-8");
      return FALSE;
    }

  emo_tokenizer_encode (self, text->str, text->len, ids);

  return TRUE;
}
