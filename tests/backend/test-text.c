/* test-text.c: U+0000 from the tokenizer to JSON and to people
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-answer-reader.h"
#include "emo-json.h"
#include "emo-text.h"

static void
test_text_display_is_valid (void)
{
  g_autofree char *shown = emo_text_dup_display ("a" EMO_TEXT_NUL "b" EMO_TEXT_NUL);
  g_autofree char *none = emo_text_dup_display (NULL);
  g_autofree char *empty = emo_text_dup_display ("");

  g_assert_cmpstr (shown, ==, "a\357\277\275b\357\277\275");
  g_assert_true (g_utf8_validate (shown, -1, NULL));
  g_assert_null (none);
  g_assert_cmpstr (empty, ==, "");
}

static void
test_text_json_gets_the_character_back (void)
{
  g_autoptr (GString) out = g_string_new (NULL);

  emo_json_append_string (out, "é" EMO_TEXT_NUL "\n\300x" EMO_TEXT_NUL);
  g_assert_cmpstr (out->str, ==, "\"é\\u0000\\n\357\277\275x\\u0000\"");
}

/* json.loads refuses a control character, so nothing is unescaped. */
static void
test_text_answer_with_nul_stays_raw (void)
{
  const char *text = "it\\'s" EMO_TEXT_NUL " \\\"so\\\"\"}";
  g_autofree char *cut = emo_answer_cut (text, "\"}", NULL);
  g_autoptr (EmoAnswerReader) reader = emo_answer_reader_new ("\"}");
  g_autofree char *pushed = emo_answer_reader_push (reader, text);
  g_autofree char *rest = emo_answer_reader_finish (reader);
  g_autofree char *streamed = g_strconcat (pushed, rest, NULL);

  g_assert_cmpstr (cut, ==, "it\\'s" EMO_TEXT_NUL " \\\"so\\\"");
  g_assert_cmpstr (streamed, ==, cut);
}

static void
test_text_escaped_nul_is_unescaped (void)
{
  g_autofree char *cut = emo_answer_cut ("a\\u0000b\"}", "\"}", NULL);

  g_assert_cmpstr (cut, ==, "a" EMO_TEXT_NUL "b");
}

/* As files from a Mac have it, and as keyboards write it. */
static void
test_text_fold_takes_accents_in_either_way (void)
{
  g_autofree char *apart = emo_text_fold ("Gema\314\210LDE");
  g_autofree char *whole = emo_text_fold ("gem\303\204lde");
  g_autofree char *none = emo_text_fold ("\377");

  g_assert_cmpstr (apart, ==, whole);
  g_assert_cmpstr (none, ==, "");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Text/display-is-valid", test_text_display_is_valid);
  g_test_add_func ("/Emo/Text/json-gets-the-character-back", test_text_json_gets_the_character_back);
  g_test_add_func ("/Emo/Text/answer-with-nul-stays-raw", test_text_answer_with_nul_stays_raw);
  g_test_add_func ("/Emo/Text/escaped-nul-is-unescaped", test_text_escaped_nul_is_unescaped);
  g_test_add_func ("/Emo/Text/fold-takes-accents-in-either-way", test_text_fold_takes_accents_in_either_way);
  return g_test_run ();
}
