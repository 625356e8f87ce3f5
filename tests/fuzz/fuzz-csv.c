/* fuzz-csv.c: rows that are read are written and read back the same
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-csv-reader.h"
#include "emo-csv.h"
#include "emo-fuzz.h"

static void
check_row (GPtrArray *cells)
{
  g_autoptr(GPtrArray) again = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GString) written = g_string_new (NULL);
  EmoCsvReader reader;

  /* What is no UTF-8 is written as another text, and a row of nothing as none. */
  for (guint i = 0; i < cells->len; i++)
    {
      if (!g_utf8_validate (cells->pdata[i], -1, NULL))
        return;
      emo_csv_append_text (written, cells->pdata[i], FALSE);
    }
  emo_csv_end_row (written);
  /* A byte order mark that is the first cell's own would be skipped. */
  g_string_prepend (written, "\xef\xbb\xbf");
  emo_csv_reader_init (&reader, written->str, written->len, ',');
  if (cells->len == 1 && *(char *) cells->pdata[0] == '\0')
    return;
  g_assert_true (emo_csv_reader_next (&reader, again, NULL, NULL));
  g_assert_cmpuint (again->len, ==, cells->len);
  for (guint i = 0; i < cells->len; i++)
    g_assert_cmpstr (again->pdata[i], ==, cells->pdata[i]);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  EmoCsvReader reader;
  guint64 line, last = 0;

  emo_csv_reader_init (&reader, (const char *) data, size, ',');
  for (;;)
    {
      GError *error = NULL;
      gboolean is_row = emo_csv_reader_next (&reader, cells, &line, &error);

      if (is_row)
        check_row (cells);
      else if (error != NULL)
        emo_fuzz_take_error (error);
      else
        return 0;
      /* Each row begins behind the one before, so there is an end. */
      g_assert_cmpuint (line, >, last);
      last = line;
    }
}
