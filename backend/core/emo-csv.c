/* emo-csv.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-csv.h"
#include "emo-json.h"

/* Each cell is followed by a comma, and the end of the row takes the last one
 * back: so an empty first cell is a cell. */
static void
end_cell (GString *row)
{
  g_string_append_c (row, ',');
}

/* Spreadsheets run what begins like this, and some skip spaces before it. */
static gboolean
is_formula (const char *text)
{
  text += strspn (text, " ");

  return *text != '\0' && strchr ("=+-@\t\r\n", *text) != NULL;
}

/**
 * emo_csv_append_text:
 * @row: rows so far
 * @text: (nullable): the cell, %NULL for an empty one
 * @guard: whether a cell that a spreadsheet would run gets a leading apostrophe
 *
 * Appends a text cell, quoted where RFC 4180 asks for it. Bytes that are no
 * UTF-8 become U+FFFD.
 */
void
emo_csv_append_text (GString    *row,
                     const char *text,
                     gboolean    guard)
{
  g_autofree char *valid = NULL;
  gboolean quote;

  g_return_if_fail (row != NULL);

  if (text == NULL)
    text = "";
  else if (!g_utf8_validate (text, -1, NULL))
    text = valid = g_utf8_make_valid (text, -1);

  quote = strpbrk (text, ",\"\r\n") != NULL;

  if (quote)
    g_string_append_c (row, '"');

  if (guard && is_formula (text))
    g_string_append_c (row, '\'');

  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        g_string_append_c (row, '"');
      g_string_append_c (row, *text);
    }

  if (quote)
    g_string_append_c (row, '"');

  end_cell (row);
}

/**
 * emo_csv_append_double:
 * @row: rows so far
 * @value: a number
 *
 * Appends a number cell, in the fewest digits that read back, with a point
 * whatever the locale. What is no number, NaN or infinite, is an empty cell.
 */
void
emo_csv_append_double (GString *row,
                       double   value)
{
  g_return_if_fail (row != NULL);

  if (isfinite (value))
    emo_json_append_double (row, value);

  end_cell (row);
}

/**
 * emo_csv_append_int:
 * @row: rows so far
 * @value: an integer
 *
 * Appends an integer cell.
 */
void
emo_csv_append_int (GString *row,
                    gint64   value)
{
  g_return_if_fail (row != NULL);

  g_string_append_printf (row, "%" G_GINT64_FORMAT, value);
  end_cell (row);
}

/**
 * emo_csv_end_row:
 * @row: rows so far
 *
 * Ends the row with CRLF, as RFC 4180 has it.
 */
void
emo_csv_end_row (GString *row)
{
  g_return_if_fail (row != NULL);

  if (row->len > 0 && row->str[row->len - 1] == ',')
    g_string_truncate (row, row->len - 1);

  g_string_append (row, "\r\n");
}
