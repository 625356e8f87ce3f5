/* emo-token-finder.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-token-finder.h"

typedef struct
{
  char    *content;
  gsize    length;
  guint32  id;
} Pattern;

/* EmoTokenFinder:
 *
 * The contents sorted by bytes. At each place of the text the range of contents
 * that agree with it is narrowed byte by byte, so the cost depends on the length
 * of the longest content and hardly on their number.
 */
struct _EmoTokenFinder
{
  GArray   *patterns;      /* Pattern, sorted when sealed */
  gboolean  begins[256];   /* bytes that some content begins with */
};

static void
clear_pattern (gpointer data)
{
  g_free (((Pattern *) data)->content);
}

/**
 * emo_token_finder_new:
 *
 * Returns: (transfer full): a finder that finds nothing yet
 */
EmoTokenFinder *
emo_token_finder_new (void)
{
  EmoTokenFinder *self = g_new0 (EmoTokenFinder, 1);

  self->patterns = g_array_new (FALSE, FALSE, sizeof (Pattern));
  g_array_set_clear_func (self->patterns, clear_pattern);

  return self;
}

/**
 * emo_token_finder_free:
 * @self: (transfer full) (nullable): a finder
 */
void
emo_token_finder_free (EmoTokenFinder *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->patterns);
  g_free (self);
}

/**
 * emo_token_finder_add:
 * @self: a finder that is not sealed
 * @content: what to find, not empty
 * @length: its bytes
 * @id: its id
 */
void
emo_token_finder_add (EmoTokenFinder *self,
                      const char     *content,
                      gsize           length,
                      guint32         id)
{
  Pattern pattern = { g_strndup (content, length), length, id };

  g_assert (length > 0);

  self->begins[(guint8) content[0]] = TRUE;
  g_array_append_val (self->patterns, pattern);
}

/* By content; of equal ones (which NFC can make) the first id comes first. */
static int
compare_patterns (gconstpointer a,
                  gconstpointer b)
{
  const Pattern *left = a, *right = b;
  int order = memcmp (left->content, right->content, MIN (left->length, right->length));

  if (order == 0)
    order = (left->length > right->length) - (left->length < right->length);
  if (order == 0)
    order = (left->id > right->id) - (left->id < right->id);

  return order;
}

/**
 * emo_token_finder_seal:
 * @self: a finder
 *
 * Ends the adding.
 */
void
emo_token_finder_seal (EmoTokenFinder *self)
{
  g_array_sort (self->patterns, compare_patterns);
}

/* The first pattern of [@low, @high), which share @depth bytes, whose next byte
 * is at least @byte. A pattern that ends there comes before all. */
static guint
lower_bound (EmoTokenFinder *self,
             guint           low,
             guint           high,
             gsize           depth,
             guint           byte)
{
  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const Pattern *pattern = &g_array_index (self->patterns, Pattern, middle);

      if (pattern->length <= depth || (guint8) pattern->content[depth] < byte)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

static const Pattern *
longest_at (EmoTokenFinder *self,
            const char     *text,
            gsize           length)
{
  guint low = 0, high = self->patterns->len;
  const Pattern *found = NULL;

  for (gsize depth = 0; depth < length && low < high; depth++)
    {
      guint byte = (guint8) text[depth];

      low = lower_bound (self, low, high, depth, byte);
      high = lower_bound (self, low, high, depth, byte + 1);
      if (low < high && g_array_index (self->patterns, Pattern, low).length == depth + 1)
        found = &g_array_index (self->patterns, Pattern, low);
    }

  return found;
}

/**
 * emo_token_finder_find:
 * @self: a sealed finder
 * @text: bytes
 * @text_length: their number
 * @start: (out): where the first added token begins
 * @length: (out): its bytes
 * @id: (out): its id
 *
 * Returns: whether @text holds an added token
 */
gboolean
emo_token_finder_find (EmoTokenFinder *self,
                       const char     *text,
                       gsize           text_length,
                       gsize          *start,
                       gsize          *length,
                       guint32        *id)
{
  for (gsize i = 0; i < text_length; i++)
    {
      const Pattern *found;

      if (!self->begins[(guint8) text[i]])
        continue;
      found = longest_at (self, text + i, text_length - i);
      if (found != NULL)
        {
          *start = i;
          *length = found->length;
          *id = found->id;
          return TRUE;
        }
    }

  return FALSE;
}
