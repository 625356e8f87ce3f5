/* emo-line-reader.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-line-reader.h"

struct _EmoLineReader
{
  gsize        max_bytes;
  EmoLineFunc  func;
  gpointer     user_data;
  GString     *line;        /* as far as it has come */
  gboolean     cut;
};

/**
 * emo_line_reader_new:
 * @max_bytes: what is kept of a line
 * @func: is told each line
 * @user_data: for @func
 *
 * Returns: (transfer full): a reader that has seen nothing yet
 */
EmoLineReader *
emo_line_reader_new (gsize       max_bytes,
                     EmoLineFunc func,
                     gpointer    user_data)
{
  EmoLineReader *self;

  g_return_val_if_fail (func != NULL, NULL);

  self = g_new0 (EmoLineReader, 1);
  self->max_bytes = max_bytes;
  self->func = func;
  self->user_data = user_data;
  self->line = g_string_new (NULL);

  return self;
}

/**
 * emo_line_reader_free:
 * @self: (transfer full) (nullable): a reader; what it holds of a line is lost
 */
void
emo_line_reader_free (EmoLineReader *self)
{
  if (self == NULL)
    return;
  g_string_free (self->line, TRUE);
  g_free (self);
}

static void
add (EmoLineReader *self,
     const char    *data,
     gsize          length)
{
  gsize kept = MIN (length, self->max_bytes - self->line->len);

  g_string_append_len (self->line, data, kept);
  self->cut |= kept < length;
}

static void
end_line (EmoLineReader *self)
{
  if (!self->cut && self->line->len > 0 && self->line->str[self->line->len - 1] == '\r')
    g_string_truncate (self->line, self->line->len - 1);
  if (self->line->len > 0)
    self->func (self->line->str, self->line->len, self->cut, self->user_data);
  g_string_truncate (self->line, 0);
  self->cut = FALSE;
}

/**
 * emo_line_reader_feed:
 * @self: a reader
 * @data: (array length=length): the next bytes
 * @length: how many
 *
 * Tells every line that ends in these bytes.
 */
void
emo_line_reader_feed (EmoLineReader *self,
                      const void    *data,
                      gsize          length)
{
  const char *next = data;
  const char *end = next + length;

  g_return_if_fail (self != NULL);

  while (next < end)
    {
      const char *newline = memchr (next, '\n', end - next);

      add (self, next, (newline != NULL ? newline : end) - next);
      if (newline == NULL)
        return;
      end_line (self);
      next = newline + 1;
    }
}

/**
 * emo_line_reader_finish:
 * @self: a reader
 *
 * Nothing comes any more.
 */
void
emo_line_reader_finish (EmoLineReader *self)
{
  g_return_if_fail (self != NULL);

  end_line (self);
}
