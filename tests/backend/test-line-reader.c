/* test-line-reader.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "emo-line-reader.h"

static void
hear_cb (const char *line,
         gsize       length,
         gboolean    cut,
         gpointer    user_data)
{
  g_assert_cmpint (line[length], ==, '\0');
  g_string_append_len (user_data, line, length);
  g_string_append (user_data, cut ? "~|" : "|");
}

static void
assert_lines (const char *data,
              gsize       length,
              gsize       piece,
              const char *expected)
{
  g_autoptr (GString) heard = g_string_new (NULL);
  g_autoptr (EmoLineReader) reader = emo_line_reader_new (8, hear_cb, heard);

  for (gsize i = 0; i < length; i += piece)
    emo_line_reader_feed (reader, data + i, MIN (piece, length - i));
  emo_line_reader_finish (reader);
  g_assert_cmpstr (heard->str, ==, expected);
}

static void
test_line_reader_does_not_hang_on_the_pieces (void)
{
  const char *text = "one\ntwo\r\n\n\r\nthree";

  for (gsize piece = 1; piece <= strlen (text); piece++)
    assert_lines (text, strlen (text), piece, "one|two|three|");
}

static void
test_line_reader_cuts_what_is_too_long (void)
{
  const char *text = "12345678\n123456789\n1234567\r\n1234567890123456789";

  for (gsize piece = 1; piece <= strlen (text); piece++)
    assert_lines (text, strlen (text), piece, "12345678|12345678~|1234567|12345678~|");
}

static void
test_line_reader_hands_on_any_bytes (void)
{
  g_autoptr (GString) heard = g_string_new (NULL);
  g_autoptr (EmoLineReader) reader = emo_line_reader_new (8, hear_cb, heard);

  emo_line_reader_feed (reader, "a\0\xff\r!\n", 6);
  emo_line_reader_finish (reader);
  g_assert_cmpmem (heard->str, heard->len, "a\0\xff\r!|", 6);
}

static void
test_line_reader_says_nothing_of_nothing (void)
{
  assert_lines ("", 0, 1, "");
  assert_lines ("\n\n\r\n", 4, 2, "");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/LineReader/does-not-hang-on-the-pieces", test_line_reader_does_not_hang_on_the_pieces);
  g_test_add_func ("/Emo/LineReader/cuts-what-is-too-long", test_line_reader_cuts_what_is_too_long);
  g_test_add_func ("/Emo/LineReader/hands-on-any-bytes", test_line_reader_hands_on_any_bytes);
  g_test_add_func ("/Emo/LineReader/says-nothing-of-nothing", test_line_reader_says_nothing_of_nothing);

  return g_test_run ();
}
