/* emo-unicode.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <stdlib.h>

#include "emo-unicode.h"
#include "emo-unicode-tables.h"

#define U_REPLACEMENT "\357\277\275"

static gboolean
contains (const EmoUnicodeRange *ranges,
          gsize                  n_ranges,
          gunichar               ch)
{
  gsize low = 0, high = n_ranges;

  while (low < high)
    {
      gsize middle = low + (high - low) / 2;

      if (ch > ranges[middle].last)
        low = middle + 1;
      else if (ch < ranges[middle].first)
        high = middle;
      else
        return TRUE;
    }

  return FALSE;
}

#define CONTAINS(table, ch) contains (table, G_N_ELEMENTS (table), ch)

/**
 * emo_unicode_classify:
 * @ch: any code point
 *
 * Returns: what \p{L}, \p{N} or \s of the tokenizers library says of @ch
 */
EmoCharClass
emo_unicode_classify (gunichar ch)
{
  if (ch < 0x80)
    {
      if (g_ascii_isalpha (ch))
        return EMO_CHAR_LETTER;
      if (g_ascii_isdigit (ch))
        return EMO_CHAR_NUMBER;
      return ch == ' ' || (ch >= '\t' && ch <= '\r') ? EMO_CHAR_SPACE : EMO_CHAR_OTHER;
    }

  if (CONTAINS (unicode_letters, ch))
    return EMO_CHAR_LETTER;
  if (CONTAINS (unicode_numbers, ch))
    return EMO_CHAR_NUMBER;
  return CONTAINS (unicode_spaces, ch) ? EMO_CHAR_SPACE : EMO_CHAR_OTHER;
}

/* A decomposed character in one number that sorts by combining class, then by
 * place: class in the top byte, place in 32 bits, code point in 24. */
#define MARK(class, place, ch) ((guint64) (class) << 56 | (guint64) (place) << 24 | (ch))
#define MARK_CLASS(mark) ((guint) ((mark) >> 56))
#define MARK_CHAR(mark) ((gunichar) ((mark) & 0xffffff))

static int
compare_marks (gconstpointer a,
               gconstpointer b)
{
  guint64 left = *(const guint64 *) a;
  guint64 right = *(const guint64 *) b;

  return (left > right) - (left < right);
}

static GArray *
decompose (const char *text,
           const char *end)
{
  GArray *marks = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (const char *p = text; p < end; p = g_utf8_next_char (p))
    {
      gunichar parts[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
      gsize n = g_unichar_fully_decompose (g_utf8_get_char (p), FALSE, parts, G_N_ELEMENTS (parts));

      for (gsize i = 0; i < n; i++)
        {
          guint64 mark = MARK (g_unichar_combining_class (parts[i]), marks->len, parts[i]);

          g_array_append_val (marks, mark);
        }
    }

  return marks;
}

/* A sort of our own instead of g_utf8_normalize(), whose bubble sort takes
 * minutes for a hundred thousand marks on one letter. */
static void
reorder (GArray *marks)
{
  guint64 *data = (guint64 *) (void *) marks->data;
  guint i = 0;

  while (i < marks->len)
    {
      guint start = i;

      while (i < marks->len && MARK_CLASS (data[i]) != 0)
        i++;
      if (i - start > 1)
        qsort (data + start, i - start, sizeof *data, compare_marks);
      else
        i++;
    }
}

static void
compose (GArray  *marks,
         GString *out)
{
  guint64 *data = (guint64 *) (void *) marks->data;
  gboolean has_starter = FALSE;
  guint starter = 0, n = 0;

  for (guint i = 0; i < marks->len; i++)
    {
      guint class = MARK_CLASS (data[i]);
      gboolean adjacent = has_starter && n == starter + 1;
      gunichar joined;

      if (has_starter && (adjacent || MARK_CLASS (data[n - 1]) < class)
          && g_unichar_compose (MARK_CHAR (data[starter]), MARK_CHAR (data[i]), &joined))
        {
          data[starter] = MARK (0, 0, joined);
          continue;
        }
      if (class == 0)
        {
          has_starter = TRUE;
          starter = n;
        }
      data[n++] = data[i];
    }

  for (guint i = 0; i < n; i++)
    g_string_append_unichar (out, MARK_CHAR (data[i]));
}

/**
 * emo_unicode_append_nfc:
 * @out: a string to append to
 * @text: valid UTF-8, which may hold NUL
 * @length: bytes of @text
 *
 * Normalises as the tokenizers library does. Its Unicode is older than GLib's,
 * so GLib only ever sees the characters that the library knows to compose or to
 * reorder; what Unicode says of them is never changed by later versions.
 */
void
emo_unicode_append_nfc (GString    *out,
                        const char *text,
                        gsize       length)
{
  const char *end = text + length;
  const char *p = text;
  const char *done = text;
  const char *base = NULL;

  while (p < end)
    {
      gunichar ch = g_utf8_get_char (p);
      const char *start = p;

      if (ch < 0x300 || !CONTAINS (unicode_extenders, ch))
        {
          base = p;
          p = g_utf8_next_char (p);
          continue;
        }

      if (base != NULL && CONTAINS (unicode_bases, g_utf8_get_char (base)))
        start = base;
      while (p < end && CONTAINS (unicode_extenders, g_utf8_get_char (p)))
        p = g_utf8_next_char (p);

      g_autoptr (GArray) marks = decompose (start, p);

      reorder (marks);
      g_string_append_len (out, done, start - done);
      compose (marks, out);
      done = p;
      base = NULL;
    }

  g_string_append_len (out, done, end - done);
}

/* Bytes of the character that @lead begins, 0 when none begins so. */
static guint
character_length (guint8 lead)
{
  if (lead < 0x80)
    return 1;
  if (lead >= 0xc2 && lead <= 0xdf)
    return 2;
  if (lead >= 0xe0 && lead <= 0xef)
    return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/* Whether @byte may follow @n_bytes of a character: the second byte's range
 * excludes overlong forms, surrogates and what lies past U+10FFFF. */
static gboolean
may_follow (guint8 lead,
            guint  n_bytes,
            guint8 byte)
{
  guint8 low = 0x80, high = 0xbf;

  if (n_bytes == 1)
    {
      if (lead == 0xe0)
        low = 0xa0;
      else if (lead == 0xed)
        high = 0x9f;
      else if (lead == 0xf0)
        low = 0x90;
      else if (lead == 0xf4)
        high = 0x8f;
    }

  return byte >= low && byte <= high;
}

/**
 * emo_utf8_repair_push:
 * @self: the beginning of a character that earlier bytes left
 * @out: a string to append to
 * @bytes: anything
 * @n_bytes: their number
 *
 * Appends every character that is now certain. A NUL is kept, as the library
 * keeps it.
 */
void
emo_utf8_repair_push (EmoUtf8Repair *self,
                      GString       *out,
                      const guint8  *bytes,
                      gsize          n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++)
    {
      if (self->n_bytes > 0 && !may_follow (self->bytes[0], self->n_bytes, bytes[i]))
        emo_utf8_repair_flush (self, out);
      if (self->n_bytes == 0 && character_length (bytes[i]) == 0)
        {
          g_string_append (out, U_REPLACEMENT);
          continue;
        }

      self->bytes[self->n_bytes++] = bytes[i];
      if (self->n_bytes == character_length (self->bytes[0]))
        {
          g_string_append_len (out, (const char *) self->bytes, self->n_bytes);
          self->n_bytes = 0;
        }
    }
}

/**
 * emo_utf8_repair_flush:
 * @self: the beginning of a character, or nothing
 * @out: a string to append to
 *
 * Appends U+FFFD when a character was begun: its rest will not come.
 */
void
emo_utf8_repair_flush (EmoUtf8Repair *self,
                       GString       *out)
{
  if (self->n_bytes > 0)
    g_string_append (out, U_REPLACEMENT);
  self->n_bytes = 0;
}
