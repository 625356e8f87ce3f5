/* emo-annotation-reply.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-annotation-reply.h"

/* Where the part @number begins: "2." at a line's start or behind a space. */
static const char *
find_part (const char *text,
           char        number)
{
  for (const char *p = text; *p != '\0'; p++)
    if (*p == number && p[1] == '.' && (p == text || g_ascii_isspace (p[-1])))
      return p;

  return NULL;
}

/* "Key elements: ", "**Reasoning**: " and the like; a colon further away belongs
 * to a sentence. */
static const char *
skip_heading (const char *text)
{
  static const char * const headings[] = { "key elements", "reasoning", "observation", "reason" };
  const char *p = text + strspn (text, " \t\n*#");

  for (gsize i = 0; i < G_N_ELEMENTS (headings); i++)
    if (g_ascii_strncasecmp (p, headings[i], strlen (headings[i])) == 0)
      {
        const char *end = p + strlen (headings[i]);

        end += strspn (end, " *");
        if (*end == ':')
          return end + 1 + strspn (end + 1, " \t\n*");
      }

  return p;
}

static char *
dup_part (const char *from,
          const char *to)
{
  g_autofree char *text = to != NULL ? g_strndup (from, to - from) : g_strdup (from);
  char *part = g_strstrip (g_strdup (skip_heading (text)));

  if (*part == '\0')
    g_clear_pointer (&part, g_free);

  return part;
}

/**
 * emo_annotation_reply_parse:
 * @reply: UTF-8
 * @observation: (out) (transfer full) (nullable): what the picture shows
 * @reason: (out) (transfer full) (nullable): why it evokes what it evokes
 */
void
emo_annotation_reply_parse (const char  *reply,
                            char       **observation,
                            char       **reason)
{
  const char *first, *second;

  g_return_if_fail (reply != NULL);

  first = find_part (reply, '1');
  second = first != NULL ? find_part (first + 2, '2') : NULL;
  *reason = NULL;
  if (second == NULL)
    {
      *observation = dup_part (reply, NULL);
      return;
    }
  *observation = dup_part (first + 2, second);
  *reason = dup_part (second + 2, NULL);
}
