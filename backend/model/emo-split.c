/* emo-split.c: Qwen2's split, written out by hand
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-split.h"
#include "emo-unicode.h"

static inline EmoCharClass
class_at (const char *p)
{
  return emo_unicode_classify (g_utf8_get_char (p));
}

static const char *
skip_class (const char   *p,
            const char   *end,
            EmoCharClass  class)
{
  while (p < end && class_at (p) == class)
    p = g_utf8_next_char (p);

  return p;
}

static const char *
skip_newlines (const char *p,
               const char *end)
{
  while (p < end && (*p == '\r' || *p == '\n'))
    p++;

  return p;
}

/* (?i:'s|'t|'re|'ve|'m|'ll|'d): 0 when @p begins with none of them. U+017F, the
 * long s, is an s to a pattern that ignores case. */
static gsize
match_contraction (const char *p,
                   const char *end)
{
  gsize left = end - p;
  char first, second;

  if (left < 2 || *p != '\'')
    return 0;
  first = g_ascii_tolower (p[1]);
  if (first == 's' || first == 't' || first == 'm' || first == 'd')
    return 2;
  if (left < 3)
    return 0;
  if (p[1] == '\xc5' && p[2] == '\xbf')
    return 3;
  second = g_ascii_tolower (p[2]);
  if ((first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l'))
    return 3;

  return 0;
}

/* \s*[\r\n]+|\s+(?!\S)|\s+ at a space. Greedy with backtracking means: up to the
 * last newline of the run; else the run but for the space before a word. */
static const char *
match_spaces (const char *p,
              const char *end)
{
  const char *run = p;
  const char *last = p;
  const char *newline = NULL;

  while (run < end && class_at (run) == EMO_CHAR_SPACE)
    {
      last = run;
      run = g_utf8_next_char (run);
      if (*last == '\r' || *last == '\n')
        newline = run;
    }

  if (newline != NULL)
    return newline;

  return run == end || last == p ? run : last;
}

/**
 * emo_split_next:
 * @text: valid UTF-8, in NFC
 * @length: bytes of @text
 *
 * The alternatives of %EMO_SPLIT_PATTERN in their order; every character matches
 * one of them.
 *
 * Returns: bytes of the first piece
 */
gsize
emo_split_next (const char *text,
                gsize       length)
{
  const char *end = text + length;
  const char *p;
  EmoCharClass class;
  gsize contraction;

  if (length == 0)
    return 0;

  contraction = match_contraction (text, end);
  if (contraction > 0)
    return contraction;

  class = class_at (text);
  p = g_utf8_next_char (text);
  if (class == EMO_CHAR_NUMBER)
    return p - text;
  if (class == EMO_CHAR_LETTER)
    return skip_class (p, end, EMO_CHAR_LETTER) - text;
  if (*text != '\r' && *text != '\n' && p < end && class_at (p) == EMO_CHAR_LETTER)
    return skip_class (p, end, EMO_CHAR_LETTER) - text;

  if (class == EMO_CHAR_OTHER || (*text == ' ' && p < end && class_at (p) == EMO_CHAR_OTHER))
    return skip_newlines (skip_class (p, end, EMO_CHAR_OTHER), end) - text;

  return match_spaces (text, end) - text;
}
