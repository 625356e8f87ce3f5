/* test-unicode.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-split.h"
#include "emo-unicode.h"

static void
test_unicode_classifies_as_the_library (void)
{
  g_assert_cmpint (emo_unicode_classify ('a'), ==, EMO_CHAR_LETTER);
  g_assert_cmpint (emo_unicode_classify ('5'), ==, EMO_CHAR_NUMBER);
  g_assert_cmpint (emo_unicode_classify ('\v'), ==, EMO_CHAR_SPACE);
  g_assert_cmpint (emo_unicode_classify ('_'), ==, EMO_CHAR_OTHER);
  g_assert_cmpint (emo_unicode_classify (0), ==, EMO_CHAR_OTHER);
  g_assert_cmpint (emo_unicode_classify (0x85), ==, EMO_CHAR_SPACE);
  g_assert_cmpint (emo_unicode_classify (0x180e), ==, EMO_CHAR_OTHER);
  g_assert_cmpint (emo_unicode_classify (0x3000), ==, EMO_CHAR_SPACE);
  g_assert_cmpint (emo_unicode_classify (0xbd), ==, EMO_CHAR_NUMBER);
  g_assert_cmpint (emo_unicode_classify (0xd7a3), ==, EMO_CHAR_LETTER);
  g_assert_cmpint (emo_unicode_classify (0x10ffff), ==, EMO_CHAR_OTHER);
}

static void
assert_nfc (const char *text,
            gsize       length,
            const char *wanted,
            gsize       wanted_length)
{
  g_autoptr (GString) out = g_string_new ("|");

  emo_unicode_append_nfc (out, text, length);
  g_assert_cmpmem (out->str + 1, out->len - 1, wanted, wanted_length);
}

#define ASSERT_NFC(text, wanted) assert_nfc (text, sizeof (text) - 1, wanted, sizeof (wanted) - 1)

static void
test_unicode_composes (void)
{
  ASSERT_NFC ("", "");
  ASSERT_NFC ("e\u0301", "\u00e9");
  ASSERT_NFC ("\u00e9\u0327", "\u0229\u0301");
  ASSERT_NFC ("a\u0345\u0334b", "a\u0334\u0345b");
  ASSERT_NFC ("\u212b", "\u00c5");
  ASSERT_NFC ("\u0344", "\u0308\u0301");
  ASSERT_NFC ("\u1100\u1161\u11a8", "\uac01");
  ASSERT_NFC ("\u0301e\0\u0301", "\u0301e\0\u0301");
  /* Unknown to the library's Unicode, so not reordered behind U+0334. */
  ASSERT_NFC ("a\u0898\u0334", "a\u0898\u0334");
}

static void
test_unicode_sorts_many_marks_quickly (void)
{
  g_autoptr (GString) text = g_string_new ("a");
  g_autoptr (GString) out = g_string_new (NULL);
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < 200000; i++)
    g_string_append (text, i % 2 == 0 ? "\u0345" : "\u0334");
  emo_unicode_append_nfc (out, text->str, text->len);
  g_assert_cmpuint (out->len, ==, text->len);
  g_assert_true (g_str_has_prefix (out->str, "a\u0334\u0334"));
  g_assert_true (g_str_has_suffix (out->str, "\u0345\u0345"));
  g_assert_cmpint (g_get_monotonic_time () - start, <, 5 * G_TIME_SPAN_SECOND);
}

/* Rust's String::from_utf8_lossy: one U+FFFD for a maximal part. */
static void
test_unicode_repairs_maximal_parts (void)
{
  static const struct
  {
    const char *bytes;
    const char *wanted;
  } cases[] = {
    { "plain \u00e9 \u4e00 \360\237\231\202", "plain \u00e9 \u4e00 \360\237\231\202" },
    { "\x80\x81", "\ufffd\ufffd" },
    { "\xc0\x80", "\ufffd\ufffd" },
    { "\xe4\xb8", "\ufffd" },
    { "\xe4\xb8" "a", "\ufffd" "a" },
    { "\xe4\xe4\xb8\x80", "\ufffd\u4e00" },
    { "\xf0\x9f\x99\xf0\x9f\x99\x82", "\ufffd\360\237\231\202" },
    { "\xed\xa0\x80", "\ufffd\ufffd\ufffd" },
    { "\xe0\x80\x80", "\ufffd\ufffd\ufffd" },
    { "\xf0\x80\x80\x80", "\ufffd\ufffd\ufffd\ufffd" },
    { "\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd" },
    { "\xf5\xff", "\ufffd\ufffd" },
    { "\xf1\x80\x80", "\ufffd" },
    { "\xc3\xc3\xa9", "\ufffd\u00e9" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize step = 1; step <= 4; step++)
      {
        g_autoptr (GString) out = g_string_new (NULL);
        const char *bytes = cases[i].bytes;
        EmoUtf8Repair repair = { 0 };

        for (gsize left = strlen (bytes); left > 0;)
          {
            gsize n = MIN (step, left);

            emo_utf8_repair_push (&repair, out, (const guint8 *) bytes, n);
            bytes += n;
            left -= n;
          }
        emo_utf8_repair_flush (&repair, out);
        g_assert_cmpstr (out->str, ==, cases[i].wanted);
      }
}

/* @wanted: the pieces, with a bar between two. */
static void
assert_split (const char *text,
              const char *wanted)
{
  g_autoptr (GString) pieces = g_string_new (NULL);
  gsize left = strlen (text);

  while (left > 0)
    {
      gsize n = emo_split_next (text, left);

      g_assert_cmpuint (n, >, 0);
      g_string_append (pieces, pieces->len > 0 ? "|" : "");
      g_string_append_len (pieces, text, n);
      text += n;
      left -= n;
    }
  g_assert_cmpstr (pieces->str, ==, wanted);
}

static void
test_unicode_splits_as_qwen2 (void)
{
  assert_split ("Hello, world!", "Hello|,| world|!");
  assert_split ("don't I'LL we'Ve 'ſo '", "don|'t| I|'LL| we|'Ve| '|ſo| '");
  assert_split ("x'ſo", "x|'ſ|o");
  assert_split ("a1234", "a|1|2|3|4");
  assert_split ("a  b   ", "a| | b|   ");
  assert_split (" \n \n  x", " \n \n| | x");
  assert_split ("!?\r\n\n a", "!?\r\n\n| a");
  assert_split ("\u00a0a\u2003\u2003b", "\u00a0a|\u2003|\u2003b");
  assert_split ("\ta\n\nb", "\ta|\n\n|b");
  assert_split ("a\u0301b", "a|\u0301b");
  assert_split ("\u180eq  \u180e\u180e", "\u180eq| | \u180e\u180e");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Unicode/classifies-as-the-library", test_unicode_classifies_as_the_library);
  g_test_add_func ("/Emo/Unicode/composes", test_unicode_composes);
  g_test_add_func ("/Emo/Unicode/sorts-many-marks-quickly", test_unicode_sorts_many_marks_quickly);
  g_test_add_func ("/Emo/Unicode/repairs-maximal-parts", test_unicode_repairs_maximal_parts);
  g_test_add_func ("/Emo/Unicode/splits-as-qwen2", test_unicode_splits_as_qwen2);

  return g_test_run ();
}
