/* test-csv-reader.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-csv-reader.h"
#include "emo-csv.h"
#include "emo-error.h"

/* All rows as one text: cells in [], the line before each row, ! for a broken one. */
static char *
read_all (const char *text,
          gsize       length,
          char        separator)
{
  g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  GString *out = g_string_new (NULL);
  EmoCsvReader reader;
  guint64 line;

  emo_csv_reader_init (&reader, text, length, separator);
  for (;;)
    {
      g_autoptr(GError) error = NULL;
      gboolean is_row = emo_csv_reader_next (&reader, cells, &line, &error);

      if (!is_row && error == NULL)
        return g_string_free (out, FALSE);
      g_string_append_printf (out, "%" G_GUINT64_FORMAT "%s", line, is_row ? "" : "!");
      if (!is_row)
        g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
      for (guint i = 0; is_row && i < cells->len; i++)
        g_string_append_printf (out, "[%s]", (char *) cells->pdata[i]);
    }
}

static void
test_csv_reader_reads_rows (void)
{
  static const struct
  {
    const char *text;
    const char *rows;
  } cases[] = {
    { "", "" },
    { "\n\r\n\r", "" },
    { "a,b", "1[a][b]" },
    { "a,b\nc,d\n", "1[a][b]2[c][d]" },
    { "a,b\r\nc,d\r\n", "1[a][b]2[c][d]" },
    { "a\rb\r", "1[a]2[b]" },
    { "\xef\xbb\xbf" "a,b\n", "1[a][b]" },
    { "\xef\xbb\xbf", "" },
    { "\xef\xbb", "1[\xef\xbb]" },
    { ",\n", "1[][]" },
    { "a,,\n\n\nb", "1[a][][]4[b]" },
    { "\"a,\"\"b\"\"\nc\",d\ne", "1[a,\"b\"\nc][d]3[e]" },
    { "\"a\r\nb\"\nc", "1[a\r\nb]3[c]" },
    { "\"\",\"\"", "1[][]" },
    { "a; b", "1[a; b]" },
    { " a , b ", "1[ a ][ b ]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *rows = read_all (cases[i].text, strlen (cases[i].text), ',');

      g_assert_cmpstr (rows, ==, cases[i].rows);
    }
}

static void
test_csv_reader_takes_another_separator (void)
{
  g_autofree char *rows = read_all ("a,b;c\n\"d;e\";f", 13, ';');

  g_assert_cmpstr (rows, ==, "1[a,b][c]2[d;e][f]");
}

static void
test_csv_reader_goes_on_behind_the_broken (void)
{
  static const struct
  {
    const char *text;
    const char *rows;
  } cases[] = {
    { "a\nb\"c,d\ne\n", "1[a]2!3[e]" },
    { "a\n\"b\"c,d\ne\n", "1[a]2!3[e]" },
    { "a\nb,\"c\nd\ne\n", "1[a]2!" },
    { "\"", "1!" },
    { "\"\"\"", "1!" },
    { "a,\"", "1!" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *rows = read_all (cases[i].text, strlen (cases[i].text), ',');

      g_assert_cmpstr (rows, ==, cases[i].rows);
    }
}

static void
test_csv_reader_refuses_nul (void)
{
  g_autofree char *rows = read_all ("a\0b,c\nd,e\n\"\0\"", 13, ',');

  g_assert_cmpstr (rows, ==, "1!2[d][e]3!");
}

static void
test_csv_reader_reads_what_is_written (void)
{
  static const char * const texts[] = { "", "a", "a,b", "\"", "\"\"", "a\nb", "a\r\nb", "\r", " x ", ";", "\xc3\xa9" };
  g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GString) written = g_string_new (NULL);
  EmoCsvReader reader;

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    emo_csv_append_text (written, texts[i], FALSE);
  emo_csv_end_row (written);
  emo_csv_reader_init (&reader, written->str, written->len, ',');
  g_assert_true (emo_csv_reader_next (&reader, cells, NULL, NULL));
  g_assert_cmpuint (cells->len, ==, G_N_ELEMENTS (texts));
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpstr (cells->pdata[i], ==, texts[i]);
  g_assert_false (emo_csv_reader_next (&reader, cells, NULL, NULL));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/CsvReader/reads-rows", test_csv_reader_reads_rows);
  g_test_add_func ("/Emo/CsvReader/takes-another-separator", test_csv_reader_takes_another_separator);
  g_test_add_func ("/Emo/CsvReader/goes-on-behind-the-broken", test_csv_reader_goes_on_behind_the_broken);
  g_test_add_func ("/Emo/CsvReader/refuses-nul", test_csv_reader_refuses_nul);
  g_test_add_func ("/Emo/CsvReader/reads-what-is-written", test_csv_reader_reads_what_is_written);

  return g_test_run ();
}
