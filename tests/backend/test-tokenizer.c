/* test-tokenizer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>
#include <time.h>

#include "emo-error.h"
#include "emo-json.h"
#include "emo-text.h"
#include "emo-tokenizer.h"

#define SEPARATOR "<|im_end|>"
#define BLOCK 4096

typedef struct
{
  const char   *name;       /* in the vectors */
  EmoTokenizer *tokenizer;
} Fixture;

/* The big tokenizer is not in the repository. */
static char *
find_path (const char *name)
{
  const char *shared = g_getenv ("EMOVLM_SHARED");

  if (g_str_equal (name, "model"))
    return g_test_build_filename (G_TEST_DIST, "vectors", "tokenizer", "tokenizer.json", NULL);
  if (shared != NULL)
    return g_build_filename (shared, "reference", "qwen2-tokenizer", "tokenizer.json", NULL);

  return g_test_build_filename (G_TEST_DIST, "..", "..", "shared", "reference", "qwen2-tokenizer", "tokenizer.json", NULL);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  name)
{
  g_autofree char *path = find_path (name);
  g_autoptr (GError) error = NULL;

  fixture->name = name;
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("Qwen2's tokenizer.json is not there (EMOVLM_SHARED)");
      return;
    }
  fixture->tokenizer = emo_tokenizer_load (path, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  name)
{
  g_clear_pointer (&fixture->tokenizer, emo_tokenizer_unref);
}

static EmoJson *
load_vectors (const char *file)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", file, NULL);
  g_autoptr (GError) error = NULL;
  EmoJson *json = emo_json_load (path, &error);

  g_assert_no_error (error);

  return json;
}

static GArray *
encode (EmoTokenizer *tokenizer,
        const char   *text,
        gssize        length)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint32));

  emo_tokenizer_encode (tokenizer, text, length, ids);

  return ids;
}

static char *
stream_all (EmoTokenizer *tokenizer,
            GArray       *ids,
            gboolean      skip_special)
{
  g_autoptr (EmoTokenStream) stream = emo_token_stream_new (tokenizer, skip_special);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *rest = NULL;

  for (guint i = 0; i < ids->len; i++)
    {
      g_autofree char *piece = emo_token_stream_push (stream, g_array_index (ids, guint32, i));
      g_autofree char *shown = emo_text_dup_display (piece);

      g_assert_true (g_utf8_validate (shown, -1, NULL));
      g_string_append (text, piece);
    }
  rest = emo_token_stream_flush (stream);
  g_string_append (text, rest);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
decode (EmoTokenizer *tokenizer,
        GArray       *ids,
        gboolean      skip_special)
{
  char *text = emo_tokenizer_decode (tokenizer, (guint32 *) (void *) ids->data, ids->len, skip_special);
  g_autofree char *streamed = stream_all (tokenizer, ids, skip_special);

  g_assert_cmpstr (text, ==, streamed);

  return text;
}

static void
test_tokenizer_encodes_and_decodes_the_cases (Fixture       *fixture,
                                              gconstpointer  name)
{
  g_autoptr (EmoJson) json = load_vectors ("tokenizer_cases.json");
  const EmoJsonValue *cases = emo_json_value_get_member (emo_json_get_root (json), name);

  if (fixture->tokenizer == NULL)
    return;

  g_assert_cmpuint (emo_json_value_get_length (cases), ==, 400);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *item = emo_json_value_get_element (cases, i);
      const EmoJsonValue *wanted = emo_json_value_get_member (item, "ids");
      g_autoptr (GArray) ids = encode (fixture->tokenizer, emo_json_value_get_member_string (item, "text", NULL), -1);
      g_autofree char *decoded = decode (fixture->tokenizer, ids, FALSE);

      g_assert_cmpuint (ids->len, ==, emo_json_value_get_length (wanted));
      for (guint j = 0; j < ids->len; j++)
        g_assert_cmpint (g_array_index (ids, guint32, j), ==, (int) emo_json_value_get_double (emo_json_value_get_element (wanted, j)));
      g_assert_cmpstr (decoded, ==, emo_json_value_get_member_string (item, "decoded", NULL));
    }
}

/* The blocks of make-tokenizer-vectors.py. */
static void
assert_digest (const char    *what,
               const char    *digests,
               guint          block,
               gconstpointer  data,
               gsize          length)
{
  g_autofree char *whole = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, length);

  g_assert_cmpuint (strlen (digests), >=, (block + 1) * 8);
  if (strncmp (whole, digests + block * 8, 8) != 0)
    g_error ("%s: block %u differs from the tokenizers library", what, block);
}

/* Every block takes a minute for both tokenizers, so all of them are for slow
 * runs (-m slow): else the first plane and a sample of the others. */
static gboolean
is_checked (guint block)
{
  return g_test_slow () || block < 0x10000 / BLOCK || block % 16 == 0;
}

static void
check_context (Fixture    *fixture,
               const char *before,
               const char *after,
               const char *digests)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *what = g_strdup_printf ("code points between “%s” and “%s”", before, after);

  for (guint block = 0; block < 0x110000 / BLOCK; block++)
    {
      g_autoptr (GArray) ids = NULL;

      if (!is_checked (block))
        continue;
      g_string_truncate (text, 0);
      for (gunichar ch = block * BLOCK; ch < (block + 1) * BLOCK; ch++)
        {
          if (ch >= 0xd800 && ch < 0xe000)
            continue;
          g_string_append (text, before);
          if (ch == 0)
            g_string_append_c (text, '\0');
          else
            g_string_append_unichar (text, ch);
          g_string_append (text, after);
          g_string_append (text, SEPARATOR);
        }
      ids = encode (fixture->tokenizer, text->str, text->len);
      assert_digest (what, digests, block, ids->data, ids->len * sizeof (guint32));
    }
}

static const EmoJsonValue *
vectors_of (EmoJson    *json,
            const char *name,
            const char *key)
{
  const EmoJsonValue *all = emo_json_value_get_member (emo_json_get_root (json), "tokenizers");

  return emo_json_value_get_member (emo_json_value_get_member (all, name), key);
}

static void
test_tokenizer_encodes_every_code_point (Fixture       *fixture,
                                         gconstpointer  name)
{
  g_autoptr (EmoJson) json = load_vectors ("tokenizer-blocks.json");
  const EmoJsonValue *contexts = emo_json_value_get_member (emo_json_get_root (json), "contexts");
  const EmoJsonValue *digests = vectors_of (json, name, "points");

  if (fixture->tokenizer == NULL)
    return;

  g_assert_cmpuint (emo_json_value_get_length (contexts), >, 10);
  for (gsize i = 0; i < emo_json_value_get_length (contexts); i++)
    {
      const EmoJsonValue *context = emo_json_value_get_element (contexts, i);

      check_context (fixture,
                     emo_json_value_get_string (emo_json_value_get_element (context, 0)),
                     emo_json_value_get_string (emo_json_value_get_element (context, 1)),
                     emo_json_value_get_string (emo_json_value_get_element (digests, i)));
    }
}

static guint64 random_state;

static guint32
random_below (guint32 n)
{
  random_state = random_state * G_GUINT64_CONSTANT (6364136223846793005) + G_GUINT64_CONSTANT (1442695040888963407);

  return (random_state >> 33) % n;
}

static void
append_random_char (GString            *text,
                    const EmoJsonValue *pools)
{
  guint32 i = random_below (emo_json_value_get_length (pools));
  const EmoJsonValue *pool = emo_json_value_get_element (pools, i);
  guint32 first = emo_json_value_get_double (emo_json_value_get_element (pool, 0));
  guint32 end = emo_json_value_get_double (emo_json_value_get_element (pool, 1));

  g_string_append_unichar (text, first + random_below (end - first));
}

static void
test_tokenizer_encodes_random_texts (Fixture       *fixture,
                                     gconstpointer  name)
{
  g_autoptr (EmoJson) json = load_vectors ("tokenizer-blocks.json");
  const EmoJsonValue *pools = emo_json_value_get_member (emo_json_get_root (json), "pools");
  const char *digests = emo_json_value_get_string (vectors_of (json, name, "random_texts"));

  if (fixture->tokenizer == NULL)
    return;

  random_state = 20260101;
  for (guint block = 0; block < 256; block++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GArray) ids = NULL;

      for (guint i = 0; i < 256; i++)
        {
          for (guint32 n = random_below (24); n > 0; n--)
            append_random_char (text, pools);
          g_string_append (text, SEPARATOR);
        }
      ids = encode (fixture->tokenizer, text->str, text->len);
      assert_digest ("random texts", digests, block, ids->data, ids->len * sizeof (guint32));
    }
}

static void
test_tokenizer_decodes_every_id (Fixture       *fixture,
                                 gconstpointer  name)
{
  g_autoptr (EmoJson) json = load_vectors ("tokenizer-blocks.json");
  const char *digests = emo_json_value_get_string (vectors_of (json, name, "single_ids"));
  guint32 size;

  if (fixture->tokenizer == NULL)
    return;

  size = emo_tokenizer_get_size (fixture->tokenizer);
  g_assert_cmpuint (strlen (digests), ==, (size + BLOCK - 1) / BLOCK * 8);
  for (guint32 start = 0; start < size; start += BLOCK)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      for (guint32 id = start; id < MIN (start + BLOCK, size); id++)
        {
          g_autofree char *decoded = emo_tokenizer_decode (fixture->tokenizer, &id, 1, FALSE);

          g_string_append (text, id > start ? "\n" : "");
          g_string_append (text, decoded);
        }
      assert_digest ("single ids", digests, start / BLOCK, text->str, text->len);
    }
}

static void
test_tokenizer_decodes_random_ids (Fixture       *fixture,
                                   gconstpointer  name)
{
  g_autoptr (EmoJson) json = load_vectors ("tokenizer-blocks.json");
  const char *digests = emo_json_value_get_string (vectors_of (json, name, "random_ids"));

  if (fixture->tokenizer == NULL)
    return;

  random_state = 20260101;
  for (guint block = 0; block < 256; block++)
    {
      g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
      g_autofree char *text = NULL;

      for (guint i = 0; i < 1024; i++)
        {
          guint32 bound = random_below (2) != 0 ? 256 : emo_tokenizer_get_size (fixture->tokenizer);
          guint32 id = random_below (bound);

          g_array_append_val (ids, id);
        }
      text = decode (fixture->tokenizer, ids, FALSE);
      assert_digest ("random ids", digests, block, text, strlen (text));
    }
}

static void
test_tokenizer_skips_special_tokens (Fixture       *fixture,
                                     gconstpointer  name)
{
  g_autoptr (GArray) ids = encode (fixture->tokenizer, "<|im_start|>é<|im_end|>", -1);
  g_autofree char *all = decode (fixture->tokenizer, ids, FALSE);
  g_autofree char *plain = decode (fixture->tokenizer, ids, TRUE);
  guint32 unknown = G_MAXUINT32;
  g_autofree char *nothing = emo_tokenizer_decode (fixture->tokenizer, &unknown, 1, FALSE);

  g_assert_cmpstr (all, ==, "<|im_start|>é<|im_end|>");
  g_assert_cmpstr (plain, ==, "é");
  g_assert_cmpstr (nothing, ==, "");
  g_assert_cmpint (g_array_index (ids, guint32, 0), ==, emo_tokenizer_find (fixture->tokenizer, "<|im_start|>"));
  g_assert_true (emo_tokenizer_is_special (fixture->tokenizer, g_array_index (ids, guint32, 0)));
  g_assert_false (emo_tokenizer_is_special (fixture->tokenizer, g_array_index (ids, guint32, 1)));
  g_assert_false (emo_tokenizer_is_special (fixture->tokenizer, unknown));
  g_assert_cmpint (emo_tokenizer_find (fixture->tokenizer, "Hello"), ==, -1);
  g_assert_cmpuint (emo_tokenizer_get_size (fixture->tokenizer), ==, 597);
}

static void
test_tokenizer_streams_whole_characters (Fixture       *fixture,
                                         gconstpointer  name)
{
  g_autoptr (GArray) ids = encode (fixture->tokenizer, "\360\237\231\202", -1);
  g_autoptr (EmoTokenStream) stream = emo_token_stream_new (fixture->tokenizer, TRUE);
  guint n_empty = 0;

  g_assert_cmpuint (ids->len, >, 1);
  for (guint i = 0; i + 1 < ids->len; i++)
    {
      g_autofree char *piece = emo_token_stream_push (stream, g_array_index (ids, guint32, i));

      g_assert_cmpstr (piece, ==, "");
      n_empty++;
    }
  g_assert_cmpuint (n_empty, ==, ids->len - 1);

  /* Cut there, the character is one replacement; the stream then begins anew. */
  {
    g_autofree char *rest = emo_token_stream_flush (stream);
    g_autofree char *again = emo_token_stream_flush (stream);

    g_assert_cmpstr (rest, ==, "\357\277\275");
    g_assert_cmpstr (again, ==, "");
  }
}

static void
assert_same_ids (EmoTokenizer *tokenizer,
                 const char   *text,
                 gssize        length,
                 const char   *like)
{
  g_autoptr (GArray) ids = encode (tokenizer, text, length);
  g_autoptr (GArray) wanted = encode (tokenizer, like, -1);

  g_assert_cmpmem (ids->data, ids->len * sizeof (guint32), wanted->data, wanted->len * sizeof (guint32));
}

static void
test_tokenizer_repairs_invalid_text (Fixture       *fixture,
                                     gconstpointer  name)
{
  assert_same_ids (fixture->tokenizer, "a\xff" "b", -1, "a\357\277\275b");
  assert_same_ids (fixture->tokenizer, "a\xf0\x9f\x99", -1, "a\357\277\275");
  assert_same_ids (fixture->tokenizer, "abc", 2, "ab");
  assert_same_ids (fixture->tokenizer, "", 0, "");
}

static void
test_tokenizer_reads_json_strings (Fixture       *fixture,
                                   gconstpointer  name)
{
  static const struct
  {
    const char *line;
    const char *text;
  } cases[] = {
    { " \"\" ", "" },
    { "\"a \\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"\r\n", "a \"\\/\b\f\n\r\t\u00e9" },
    { "\"\\ud83d\\uDE42 \360\237\231\202\"", "\360\237\231\202 \360\237\231\202" },
    { "\"x\\ud800\"", "x\ufffd" },
    { "\"\\ude00\\ud83dy\"", "\ufffd\ufffdy" },
    { "\"\\ud83d\\ud83d\\ude42\"", "\ufffd\360\237\231\202" },
    { "\"\\ud83d\\u0041\"", "\ufffd" "A" },
  };
  g_autoptr (GArray) nul = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) wanted = encode (fixture->tokenizer, "a\0b", 3);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
      g_autoptr (GArray) like = encode (fixture->tokenizer, cases[i].text, -1);

      g_assert_true (emo_tokenizer_encode_json (fixture->tokenizer, cases[i].line, -1, ids, NULL));
      g_assert_cmpmem (ids->data, ids->len * 4, like->data, like->len * 4);
    }

  g_assert_true (emo_tokenizer_encode_json (fixture->tokenizer, "\"a\\u0000b\"", -1, nul, NULL));
  g_assert_cmpmem (nul->data, nul->len * 4, wanted->data, wanted->len * 4);
}

static void
test_tokenizer_refuses_what_is_no_json_string (Fixture       *fixture,
                                               gconstpointer  name)
{
  static const char *const lines[] = {
    "", " ", "a", "null", "[\"a\"]", "\"", "\"a", "\"a\\\"", "\"a\" b", "\"a\"\"b\"", "\"\\x\"", "\"\\", "\"\\u12\"", "\"\\u12g4\"",
    "\"\\ud83d\\u12\"", "\"\\ud83d\\", "\"\t\"", "\"\xff\"", "\"\xed\xa0\x80\"",
  };
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *exact = g_memdup2 (lines[i], strlen (lines[i]) + 1);
      g_autoptr (GError) error = NULL;

      g_assert_false (emo_tokenizer_encode_json (fixture->tokenizer, exact, -1, ids, &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
    }
  g_assert_cmpuint (ids->len, ==, 0);
}

static void
test_tokenizer_takes_long_words_quickly (Fixture       *fixture,
                                         gconstpointer  name)
{
  static const char *const units[] = { "a", "the", " ", "\n", "!", "1", "\u00e9", "e\u0301", "\u0301\u0327", "\u4e00", "<|im_end|", "<" };

  if (fixture->tokenizer == NULL)
    return;

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GArray) ids = NULL;
      gint64 start = g_get_monotonic_time ();

      while (text->len < 300000)
        g_string_append (text, units[i]);
      ids = encode (fixture->tokenizer, text->str, text->len);
      g_assert_cmpuint (ids->len, >, 0);
      g_test_message ("%s: %.1f ms", units[i], (g_get_monotonic_time () - start) / 1000.0);
      /* Anything quadratic takes minutes; the bound only leaves room for
       * sanitizers on a busy machine. */
      g_assert_cmpint (g_get_monotonic_time () - start, <, 10 * G_TIME_SPAN_SECOND);
    }
}

static gint64
get_processor_time (void)
{
  struct timespec now;

  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now), ==, 0);

  return now.tv_sec * G_TIME_SPAN_SECOND + now.tv_nsec / 1000;
}

static void
test_tokenizer_loads_within_half_a_second (Fixture       *fixture,
                                           gconstpointer  name)
{
  g_autofree char *path = find_path (name);
  gint64 best = G_MAXINT64;

  if (fixture->tokenizer == NULL)
    return;

  for (guint i = 0; i < 3; i++)
    {
      gint64 start = get_processor_time ();
      g_autoptr (EmoTokenizer) tokenizer = emo_tokenizer_load (path, NULL);

      g_assert_nonnull (tokenizer);
      best = MIN (best, get_processor_time () - start);
    }
  g_test_minimized_result (best / 1e6, "loads in %.3f s of processor time", best / 1e6);
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpint (best, <, G_TIME_SPAN_SECOND / 2);
#endif
}

#define ADD(path, name, function) \
  g_test_add ("/Emo/Tokenizer/" path, Fixture, name, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  static const char *const names[] = { "model", "qwen2" };

  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const struct
      {
        const char *path;
        void (*function) (Fixture *, gconstpointer);
      } tests[] = {
        { "encodes-and-decodes-the-cases", test_tokenizer_encodes_and_decodes_the_cases },
        { "encodes-every-code-point", test_tokenizer_encodes_every_code_point },
        { "encodes-random-texts", test_tokenizer_encodes_random_texts },
        { "decodes-every-id", test_tokenizer_decodes_every_id },
        { "decodes-random-ids", test_tokenizer_decodes_random_ids },
        { "takes-long-words-quickly", test_tokenizer_takes_long_words_quickly },
        { "loads-within-half-a-second", test_tokenizer_loads_within_half_a_second },
      };

      for (guint j = 0; j < G_N_ELEMENTS (tests); j++)
        {
          g_autofree char *path = g_strdup_printf ("/Emo/Tokenizer/%s/%s", names[i], tests[j].path);

          g_test_add (path, Fixture, names[i], set_up, tests[j].function, tear_down);
        }
    }
  ADD ("skips-special-tokens", "model", test_tokenizer_skips_special_tokens);
  ADD ("streams-whole-characters", "model", test_tokenizer_streams_whole_characters);
  ADD ("reads-json-strings", "model", test_tokenizer_reads_json_strings);
  ADD ("refuses-what-is-no-json-string", "model", test_tokenizer_refuses_what_is_no_json_string);
  ADD ("repairs-invalid-text", "model", test_tokenizer_repairs_invalid_text);

  return g_test_run ();
}
