/* emo-answer-reader.c: where an explanation ends and how it is unescaped
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-answer-reader.h"
#include "emo-text.h"

/* An answer ends at the first answer_end that no backslash precedes. What is
 * before it is JSON string content where the end begins with a double quote:
 * unescaped when the whole is valid, raw when anything in it is not. So text
 * before the first backslash is certain at once, in either case the same; from
 * there on nothing is, until the whole is known or known to be invalid. With
 * any other end only \' becomes ', and all but a trailing backslash is certain. */
typedef enum
{
  STATE_SAME,   /* no backslash yet: raw and unescaped agree */
  STATE_HELD,   /* JSON: a backslash, and valid so far */
  STATE_RAW,    /* JSON: not valid, so nothing is unescaped */
} State;

struct _EmoAnswerReader
{
  char     *end;
  gboolean  json;
  State     state;
  GString  *text;      /* all that was pushed */
  gsize     scanned;   /* bytes of text known to be before the end */
  gsize     given;     /* bytes of text whose meaning was returned */
  gboolean  ended;
};

/* A byte's offset after its hexadecimal digits, or FALSE. */
static gboolean
read_hex4 (const char *p,
           gsize       left,
           gunichar   *out)
{
  *out = 0;
  if (left < 4)
    return FALSE;
  for (int i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (p[i]))
        return FALSE;
      *out = *out * 16 + g_ascii_xdigit_value (p[i]);
    }

  return TRUE;
}

/* \uXXXX at @p (after the u), with the second of a surrogate pair. Returns the
 * bytes read, 0 where it is invalid. A lone surrogate, which UTF-8 cannot hold,
 * becomes U+FFFD, and NUL is written emo-text.h's way. */
static gsize
unescape_unicode (const char *p,
                  gsize       left,
                  GString    *out)
{
  gunichar first, second;
  gsize used = 4;

  if (!read_hex4 (p, left, &first))
    return 0;
  if (first >= 0xd800 && first < 0xdc00 && left >= 6 && p[4] == '\\' && p[5] == 'u'
      && read_hex4 (p + 6, left - 6, &second) && second >= 0xdc00 && second < 0xe000)
    {
      first = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
      used = 10;
    }
  if (first >= 0xd800 && first < 0xe000)
    first = 0xfffd;
  if (first == 0)
    g_string_append (out, EMO_TEXT_NUL);
  else
    g_string_append_unichar (out, first);

  return used;
}

/* What may not stand bare in a JSON string: control characters, U+0000 (by its
 * first byte) and the quote. */
static gboolean
is_barred (char c)
{
  return (guchar) c < 0x20 || c == EMO_TEXT_NUL[0] || c == '"';
}

/* json.loads of a string's content, strict: no control characters, no bare
 * quote, the eight escapes and \u. NULL where it is invalid. */
static char *
unescape_json (const char *text,
               gsize       length)
{
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";
  g_autoptr(GString) out = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    {
      const char *found;

      if (is_barred (text[i]))
        return NULL;
      if (text[i] != '\\')
        {
          g_string_append_c (out, text[i]);
          continue;
        }
      if (++i == length)
        return NULL;
      if (text[i] == 'u')
        {
          gsize used = unescape_unicode (text + i + 1, length - i - 1, out);

          if (used == 0)
            return NULL;
          i += used;
          continue;
        }
      found = text[i] != '\0' ? strchr (from, text[i]) : NULL;
      if (found == NULL)
        return NULL;
      g_string_append_c (out, to[found - from]);
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Every \' becomes ', whatever precedes it. */
static char *
unescape_quote (const char *text,
                gsize       length)
{
  GString *out = g_string_sized_new (length);

  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '\\' && i + 1 < length && text[i + 1] == '\'')
        i++;
      g_string_append_c (out, text[i]);
    }

  return g_string_free (out, FALSE);
}

static char *
unescape (const char *text,
          gsize       length,
          gboolean    json)
{
  char *out;

  if (!json)
    return unescape_quote (text, length);
  out = unescape_json (text, length);

  return out != NULL ? out : g_strndup (text, length);
}

/* Goes on from *@scanned to the first unescaped @end. Returns whether it is
 * there. With @more, stops before what a later piece may turn into an end or an
 * escape. */
static gboolean
scan (const char *text,
      gsize       length,
      const char *end,
      gboolean    more,
      gsize      *scanned)
{
  gsize end_length = strlen (end);
  gsize i = *scanned;

  while (i < length)
    {
      gsize left = length - i;

      if (text[i] == '\\')
        {
          if (left == 1 && more)
            break;
          i = MIN (i + 2, length);
          continue;
        }
      if (strncmp (text + i, end, MIN (left, end_length)) == 0)
        {
          if (left >= end_length)
            {
              *scanned = i;
              return TRUE;
            }
          if (more)
            break;
        }
      i++;
    }
  *scanned = i;

  return FALSE;
}

/**
 * emo_answer_cut:
 * @text: generated text after the label's answer
 * @answer_end: what ends it
 * @complete: (out) (optional): whether the end is there
 *
 * Returns: (transfer full): the text before the first unescaped end, unescaped
 */
char *
emo_answer_cut (const char *text,
                const char *answer_end,
                gboolean   *complete)
{
  gsize length = 0;
  gboolean found;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (answer_end != NULL && *answer_end != '\0', NULL);

  found = scan (text, strlen (text), answer_end, FALSE, &length);
  if (complete != NULL)
    *complete = found;

  return unescape (text, length, *answer_end == '"');
}

/**
 * emo_answer_reader_new:
 * @answer_end: what ends the answer, not empty
 *
 * Returns: (transfer full): a reader
 */
EmoAnswerReader *
emo_answer_reader_new (const char *answer_end)
{
  EmoAnswerReader *self;

  g_return_val_if_fail (answer_end != NULL && *answer_end != '\0', NULL);

  self = g_new0 (EmoAnswerReader, 1);
  self->end = g_strdup (answer_end);
  self->json = *answer_end == '"';
  self->text = g_string_new (NULL);

  return self;
}

/* Is the JSON content from the first backslash on, cut anywhere outside an
 * escape, certain to be invalid? An escape cut short may still become valid. */
static gboolean
is_certainly_invalid (const char *text,
                      gsize       length)
{
  for (gsize i = 0; i < length; i++)
    {
      if (is_barred (text[i]))
        return TRUE;
      if (text[i] != '\\')
        continue;
      if (++i == length)
        return FALSE;
      if (strchr ("\"\\/bfnrtu", text[i]) == NULL)
        return TRUE;
      if (text[i] != 'u')
        continue;
      for (int digit = 0; digit < 4; digit++)
        {
          if (++i == length)
            return FALSE;
          if (!g_ascii_isxdigit (text[i]))
            return TRUE;
        }
    }

  return FALSE;
}

/* Moves on in the scanned text; what lies behind *given afterwards is held. */
static char *
give_json (EmoAnswerReader *self)
{
  const char *text = self->text->str;
  gsize from = self->given;

  while (self->state == STATE_SAME && self->given < self->scanned)
    {
      if (text[self->given] == '\\')
        self->state = STATE_HELD;
      else if (is_barred (text[self->given]))
        self->state = STATE_RAW;
      else
        self->given++;
    }
  if (self->state == STATE_HELD && is_certainly_invalid (text + self->given, self->scanned - self->given))
    self->state = STATE_RAW;
  if (self->state == STATE_RAW)
    self->given = self->scanned;

  return g_strndup (text + from, self->given - from);
}

static char *
give_rest (EmoAnswerReader *self)
{
  const char *text = self->text->str + self->given;
  gsize length = self->scanned - self->given;

  self->given = self->scanned;
  if (self->json && self->state == STATE_RAW)
    return g_strndup (text, length);

  return unescape (text, length, self->json);
}

/* The scan never stops between a backslash and what it escapes, but may start
 * or end beside another one: \\' is two pairs to it and \' to the replacement. */
static char *
give_quoted (EmoAnswerReader *self)
{
  const char *text = self->text->str + self->given;
  gsize length = self->scanned - self->given;

  if (length > 0 && text[length - 1] == '\\' && !self->ended)
    length--;
  self->given += length;

  return unescape_quote (text, length);
}

/**
 * emo_answer_reader_push:
 * @self: a reader
 * @piece: whole UTF-8
 *
 * Text after the end is ignored.
 *
 * Returns: (transfer full): what has become certain, possibly ""
 */
char *
emo_answer_reader_push (EmoAnswerReader *self,
                        const char      *piece)
{
  g_autofree char *first = NULL;
  g_autofree char *rest = NULL;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (piece != NULL, NULL);

  if (self->ended)
    return g_strdup ("");
  g_string_append (self->text, piece);
  self->ended = scan (self->text->str, self->text->len, self->end, TRUE, &self->scanned);
  if (!self->json)
    return give_quoted (self);
  first = give_json (self);
  if (!self->ended)
    return g_steal_pointer (&first);
  rest = give_rest (self);

  return g_strconcat (first, rest, NULL);
}

/**
 * emo_answer_reader_finish:
 * @self: a reader
 *
 * No piece follows: what might have become an end or an escape is text.
 *
 * Returns: (transfer full): the rest, "" where the end was found
 */
char *
emo_answer_reader_finish (EmoAnswerReader *self)
{
  g_autofree char *first = NULL;
  g_autofree char *rest = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->ended)
    return g_strdup ("");
  scan (self->text->str, self->text->len, self->end, FALSE, &self->scanned);
  if (!self->json)
    return give_rest (self);
  first = give_json (self);
  rest = give_rest (self);

  return g_strconcat (first, rest, NULL);
}

/**
 * emo_answer_reader_get_ended:
 * @self: a reader
 *
 * Returns: whether the end was found
 */
gboolean
emo_answer_reader_get_ended (EmoAnswerReader *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->ended;
}

/**
 * emo_answer_reader_free:
 * @self: (transfer full) (nullable): a reader
 */
void
emo_answer_reader_free (EmoAnswerReader *self)
{
  if (self == NULL)
    return;
  g_free (self->end);
  g_string_free (self->text, TRUE);
  g_free (self);
}
