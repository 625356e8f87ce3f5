/* emo-csv-reader.c: rows of a table that somebody else wrote
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-csv-reader.h"
#include "emo-error.h"

/**
 * emo_csv_reader_init:
 * @self: (out caller-allocates): a reader
 * @text: (array length=length): the table, any bytes; borrowed
 * @length: its bytes
 * @separator: what stands between cells
 */
void
emo_csv_reader_init (EmoCsvReader *self,
                     const char   *text,
                     gsize         length,
                     char          separator)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (text != NULL || length == 0);

  if (length >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    text += 3, length -= 3;
  *self = (EmoCsvReader) { text, text + length, separator, 1 };
}

static gboolean
at_line_end (EmoCsvReader *self)
{
  return self->next == self->end || *self->next == '\n' || *self->next == '\r';
}

static void
skip_line_end (EmoCsvReader *self)
{
  if (self->next == self->end)
    return;
  if (*self->next == '\r' && self->end - self->next > 1 && self->next[1] == '\n')
    self->next++;
  self->next++;
  self->line++;
}

static void
skip_line (EmoCsvReader *self)
{
  while (!at_line_end (self))
    self->next++;
  skip_line_end (self);
}

static gboolean
set_error (guint64      line,
           const char  *what,
           GError     **error)
{
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "line %" G_GUINT64_FORMAT ": %s", line, what);

  return FALSE;
}

/* Behind its first quote. Cells may hold lines, which count. */
static gboolean
read_quoted (EmoCsvReader  *self,
             GString       *cell,
             GError       **error)
{
  guint64 line = self->line;

  for (; self->next < self->end; self->next++)
    {
      char c = *self->next;

      if (c == '"' && (self->end - self->next < 2 || self->next[1] != '"'))
        {
          self->next++;
          return TRUE;
        }
      if (c == '"')
        self->next++;
      if (c == '\n' || (c == '\r' && (self->end - self->next < 2 || self->next[1] != '\n')))
        self->line++;
      g_string_append_c (cell, c);
    }

  return set_error (line, "a quote is opened and never closed", error);
}

static gboolean
read_plain (EmoCsvReader  *self,
            GString       *cell,
            GError       **error)
{
  for (; !at_line_end (self) && *self->next != self->separator; self->next++)
    {
      if (*self->next == '"')
        return set_error (self->line, "a quote stands inside a cell that does not begin with one", error);
      g_string_append_c (cell, *self->next);
    }

  return TRUE;
}

static gboolean
read_cell (EmoCsvReader  *self,
           GPtrArray     *cells,
           GError       **error)
{
  g_autoptr(GString) cell = g_string_new (NULL);
  gboolean quoted = self->next < self->end && *self->next == '"';

  if (quoted)
    self->next++;
  if (!(quoted ? read_quoted (self, cell, error) : read_plain (self, cell, error)))
    return FALSE;
  if (!at_line_end (self) && *self->next != self->separator)
    return set_error (self->line, "text follows a closing quote", error);
  if (memchr (cell->str, '\0', cell->len) != NULL)
    return set_error (self->line, "a cell holds a NUL byte", error);
  g_ptr_array_add (cells, g_strndup (cell->str, cell->len));

  return TRUE;
}

/**
 * emo_csv_reader_next:
 * @self: a reader
 * @cells: (element-type utf8): emptied, then the row's cells; owns its elements
 * @line: (out) (optional): where the row begins, from 1
 * @error: return location
 *
 * Reads a row. After an error the next call reads the line behind it.
 *
 * Returns: %FALSE at the end, and with %EMO_ERROR_INVALID_FILE for a broken row
 */
gboolean
emo_csv_reader_next (EmoCsvReader  *self,
                     GPtrArray     *cells,
                     guint64       *line,
                     GError       **error)
{
  g_return_val_if_fail (self != NULL && cells != NULL, FALSE);

  g_ptr_array_set_size (cells, 0);
  while (self->next < self->end && at_line_end (self))
    skip_line_end (self);
  if (line != NULL)
    *line = self->line;
  if (self->next == self->end)
    return FALSE;
  for (;;)
    {
      if (!read_cell (self, cells, error))
        {
          skip_line (self);
          return FALSE;
        }
      if (at_line_end (self))
        break;
      self->next++;
    }
  skip_line_end (self);

  return TRUE;
}
