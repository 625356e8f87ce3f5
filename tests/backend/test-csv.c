/* test-csv.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <locale.h>
#include <math.h>

#include "emo-csv.h"

static void
assert_text (const char *text,
             gboolean    guard,
             const char *expected)
{
  g_autoptr (GString) row = g_string_new (NULL);
  g_autofree char *line = g_strdup_printf ("%s,x\r\n", expected);

  emo_csv_append_text (row, text, guard);
  emo_csv_append_text (row, "x", guard);
  emo_csv_end_row (row);

  g_assert_cmpstr (row->str, ==, line);
}

static void
test_csv_quotes_where_the_standard_asks (void)
{
  assert_text ("awe", FALSE, "awe");
  assert_text ("a b", FALSE, "a b");
  assert_text ("a,b", FALSE, "\"a,b\"");
  assert_text ("a\"b", FALSE, "\"a\"\"b\"");
  assert_text ("\"", FALSE, "\"\"\"\"");
  assert_text ("a\nb", FALSE, "\"a\nb\"");
  assert_text ("a\rb", FALSE, "\"a\rb\"");
  assert_text ("é€😀", FALSE, "é€😀");
  assert_text ("", FALSE, "");
  assert_text (NULL, TRUE, "");
  assert_text ("a\xff" "b", FALSE, "a\xef\xbf\xbd" "b");
}

static void
test_csv_guards_against_formulas (void)
{
  assert_text ("=1+1", TRUE, "'=1+1");
  assert_text ("+1", TRUE, "'+1");
  assert_text ("-1", TRUE, "'-1");
  assert_text ("@SUM(A1)", TRUE, "'@SUM(A1)");
  assert_text ("\t=1", TRUE, "'\t=1");
  assert_text ("\r=1", TRUE, "\"'\r=1\"");
  assert_text ("\n=1", TRUE, "\"'\n=1\"");
  assert_text ("  =1", TRUE, "'  =1");
  assert_text ("=HYPERLINK(\"http://x\",\"y\")", TRUE, "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");

  /* Not where it cannot run, and not where nobody asked. */
  assert_text ("a=1", TRUE, "a=1");
  assert_text (" ", TRUE, " ");
  assert_text ("=1+1", FALSE, "=1+1");
}

static void
test_csv_writes_numbers_raw (void)
{
  g_autoptr (GString) row = g_string_new (NULL);

  emo_csv_append_double (row, -0.5);
  emo_csv_append_double (row, 1.0 / 3);
  emo_csv_append_double (row, 1e22);
  emo_csv_append_double (row, 2);
  emo_csv_append_double (row, NAN);
  emo_csv_append_double (row, -INFINITY);
  emo_csv_append_int (row, G_MININT64);
  emo_csv_append_int (row, 7);
  emo_csv_end_row (row);

  g_assert_cmpstr (row->str, ==, "-0.5,0.3333333333333333,1e+22,2,,,-9223372036854775808,7\r\n");
}

static void
test_csv_keeps_empty_cells_and_rows_apart (void)
{
  g_autoptr (GString) rows = g_string_new (NULL);

  emo_csv_append_text (rows, NULL, TRUE);
  emo_csv_append_text (rows, "a", TRUE);
  emo_csv_append_double (rows, NAN);
  emo_csv_end_row (rows);
  emo_csv_append_text (rows, "", TRUE);
  emo_csv_append_text (rows, "", TRUE);
  emo_csv_end_row (rows);
  emo_csv_append_text (rows, "b,", TRUE);
  emo_csv_end_row (rows);

  g_assert_cmpstr (rows->str, ==, ",a,\r\n,\r\n\"b,\"\r\n");
}

static void
test_csv_ignores_the_locale (void)
{
  g_autoptr (GString) row = g_string_new (NULL);

  if (setlocale (LC_NUMERIC, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("the locale de_DE.UTF-8 is not installed");
      return;
    }

  emo_csv_append_double (row, 1.5);
  emo_csv_append_int (row, 1234567);
  emo_csv_end_row (row);
  setlocale (LC_NUMERIC, "C");

  g_assert_cmpstr (row->str, ==, "1.5,1234567\r\n");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Csv/quotes-where-the-standard-asks", test_csv_quotes_where_the_standard_asks);
  g_test_add_func ("/Emo/Csv/guards-against-formulas", test_csv_guards_against_formulas);
  g_test_add_func ("/Emo/Csv/writes-numbers-raw", test_csv_writes_numbers_raw);
  g_test_add_func ("/Emo/Csv/keeps-empty-cells-and-rows-apart", test_csv_keeps_empty_cells_and_rows_apart);
  g_test_add_func ("/Emo/Csv/ignores-the-locale", test_csv_ignores_the_locale);

  return g_test_run ();
}
