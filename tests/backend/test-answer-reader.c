/* test-answer-reader.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-answer-reader.h"
#include "emo-text.h"
#include "part-vectors.h"

/* The vectors hold U+E000 for U+0000, which our strict reader refuses. */
static char *
dup_text (const char *text)
{
  g_auto(GStrv) parts = g_strsplit (text, "\356\200\200", -1);

  return g_strjoinv (EMO_TEXT_NUL, parts);
}

static void
assert_text (const char         *found,
             const EmoJsonValue *value)
{
  g_autofree char *expected = dup_text (emo_json_value_get_string (value));

  g_assert_cmpstr (found, ==, expected);
}

static void
test_cut_equals_reference (void)
{
  g_autoptr(EmoJson) json = part_load ("cuts.json");
  const EmoJsonValue *cases = emo_json_get_root (json);

  g_assert_cmpuint (emo_json_value_get_length (cases), >, 2000);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, i);
      g_autofree char *text = dup_text (emo_json_value_get_string (emo_json_value_get_element (item, 0)));
      const char *end = emo_json_value_get_string (emo_json_value_get_element (item, 1));
      gboolean complete;
      g_autofree char *cut = emo_answer_cut (text, end, &complete);

      assert_text (cut, emo_json_value_get_element (item, 2));
      g_assert_cmpint (complete, ==, emo_json_value_get_bool (emo_json_value_get_element (item, 3)));
    }
}

/* Feeds @text in pieces of whole characters, @step at a time. */
static char *
stream (const char *text,
        const char *end,
        glong       step,
        gboolean   *ended)
{
  g_autoptr(EmoAnswerReader) reader = emo_answer_reader_new (end);
  g_autoptr(GString) all = g_string_new (NULL);
  g_autofree char *rest = NULL;

  while (*text)
    {
      glong left = g_utf8_strlen (text, -1);
      const char *next = g_utf8_offset_to_pointer (text, MIN (step, left));
      g_autofree char *part = g_strndup (text, next - text);
      g_autofree char *piece = dup_text (part);
      g_autofree char *given = emo_answer_reader_push (reader, piece);
      g_autofree char *shown = emo_text_dup_display (given);

      g_assert_true (g_utf8_validate (shown, -1, NULL));
      g_string_append (all, given);
      text = next;
    }
  rest = emo_answer_reader_finish (reader);
  g_string_append (all, rest);
  *ended = emo_answer_reader_get_ended (reader);

  return g_string_free (g_steal_pointer (&all), FALSE);
}

static void
test_pieces_add_up_to_cut (void)
{
  g_autoptr(EmoJson) json = part_load ("cuts.json");
  const EmoJsonValue *cases = emo_json_get_root (json);

  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, i);
      const char *text = emo_json_value_get_string (emo_json_value_get_element (item, 0));
      const char *end = emo_json_value_get_string (emo_json_value_get_element (item, 1));

      for (glong step = 1; step <= 7; step++)
        {
          gboolean ended;
          g_autofree char *all = stream (text, end, step, &ended);

          assert_text (all, emo_json_value_get_element (item, 2));
          g_assert_cmpint (ended, ==, emo_json_value_get_bool (emo_json_value_get_element (item, 3)));
        }
    }
}

static void
test_gives_plain_text_at_once (void)
{
  g_autoptr(EmoAnswerReader) reader = emo_answer_reader_new ("\"}");
  g_autofree char *first = emo_answer_reader_push (reader, "A crying face");
  g_autofree char *second = emo_answer_reader_push (reader, ".\"");
  g_autofree char *third = emo_answer_reader_push (reader, "}<|im_end|>");
  g_autofree char *late = emo_answer_reader_push (reader, "more");

  g_assert_cmpstr (first, ==, "A crying face");
  g_assert_cmpstr (second, ==, ".");
  g_assert_cmpstr (third, ==, "");
  g_assert_cmpstr (late, ==, "");
  g_assert_true (emo_answer_reader_get_ended (reader));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/AnswerReader/cut-equals-reference", test_cut_equals_reference);
  g_test_add_func ("/Emo/AnswerReader/pieces-add-up-to-cut", test_pieces_add_up_to_cut);
  g_test_add_func ("/Emo/AnswerReader/gives-plain-text-at-once", test_gives_plain_text_at_once);

  return g_test_run ();
}
