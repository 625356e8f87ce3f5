/* test-tokenizer-load.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "emo-error.h"
#include "emo-tokenizer.h"

/* The committed tokenizer.json with one text in the place of another. */
static GString *
read_changed (const char *find,
              const char *replace)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "tokenizer", "tokenizer.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GString *changed;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  changed = g_string_new (text);
  if (find != NULL && g_string_replace (changed, find, replace, 1) != 1)
    g_error ("the tokenizer has no “%s”", find);

  return changed;
}

static EmoTokenizer *
load_text (const char  *text,
           gssize       length,
           GError     **error)
{
  g_autofree char *folder = g_dir_make_tmp ("emo-tokenizer-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "tokenizer.json", NULL);
  EmoTokenizer *tokenizer;

  g_assert_true (g_file_set_contents (path, text, length, NULL));
  tokenizer = emo_tokenizer_load (path, error);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);

  return tokenizer;
}

static void
assert_refused (const char *text,
                EmoError    code,
                const char *named)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoTokenizer) tokenizer = load_text (text, -1, &error);

  g_assert_null (tokenizer);
  g_assert_error (error, EMO_ERROR, (int) code);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_test_message ("%s", error->message);
  if (named != NULL && strstr (error->message, named) == NULL)
    g_error ("“%s” does not name “%s”", error->message, named);
}

typedef struct
{
  const char *find;
  const char *replace;
  const char *named;    /* what the message says */
} Change;

static void
assert_changes_refused (const Change *changes,
                        gsize         n_changes,
                        EmoError      code)
{
  for (gsize i = 0; i < n_changes; i++)
    {
      g_autoptr (GString) text = read_changed (changes[i].find, changes[i].replace);

      assert_refused (text->str, code, changes[i].named);
    }
}

static void
test_loads_the_unchanged_file (void)
{
  g_autoptr (GString) text = read_changed (NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoTokenizer) tokenizer = load_text (text->str, text->len, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (emo_tokenizer_get_size (tokenizer), ==, 597);
}

static void
test_refuses_other_kinds_by_name (void)
{
  static const Change changes[] = {
    { "\"type\": \"BPE\"", "\"type\": \"WordPiece\"", "WordPiece" },
    { "\"type\": \"BPE\"", "\"type\": \"Unigram\"", "Unigram" },
    { "\"type\": \"BPE\",", "", "model.type" },
    { "\"dropout\": null", "\"dropout\": 0.1", "dropout" },
    { "\"dropout\": null", "\"dropout\": \"0\"", "dropout" },
    { "\"continuing_subword_prefix\": null", "\"continuing_subword_prefix\": \"##\"", "continuing_subword_prefix" },
    { "\"end_of_word_suffix\": null", "\"end_of_word_suffix\": \"</w>\"", "end_of_word_suffix" },
    { "\"byte_fallback\": false", "\"byte_fallback\": true", "byte_fallback" },
    { "\"ignore_merges\": false", "\"ignore_merges\": true", "ignore_merges" },
    { "\"type\": \"NFC\"", "\"type\": \"NFKC\"", "NFKC" },
    { "\"type\": \"NFC\"", "\"type\": \"Precompiled\"", "Precompiled" },
    { "\"type\": \"NFC\"", "\"type\": 1", "normalizer" },
    { "\"type\": \"Sequence\"", "\"type\": \"Whitespace\"", "Whitespace" },
    { "\"type\": \"Split\"", "\"type\": \"Metaspace\"", "Metaspace" },
    { "\"use_regex\": false", "\"use_regex\": true", "use_regex" },
    { "\"add_prefix_space\": false", "\"add_prefix_space\": true", "add_prefix_space" },
    { "\"behavior\": \"Isolated\"", "\"behavior\": \"Removed\"", "behavior" },
    { "\"invert\": false", "\"invert\": true", "behavior" },
    { "\"decoder\": {\n    \"type\": \"ByteLevel\"", "\"decoder\": {\n    \"type\": \"WordPiece\"", "WordPiece" },
    { "\"type\": \"TemplateProcessing\"", "\"type\": \"BertProcessing\"", "BertProcessing" },
    { "\"Sequence\": {\n          \"id\": \"A\"", "\"Sequence\": {\n          \"id\": \"B\"", "post_processor" },
    { "\"single_word\": false", "\"single_word\": true", "single_word" },
    { "\"lstrip\": false", "\"lstrip\": true", "lstrip" },
    { "\"rstrip\": false", "\"rstrip\": 1", "rstrip" },
  };

  assert_changes_refused (changes, G_N_ELEMENTS (changes), EMO_ERROR_UNSUPPORTED);
}

static void
test_refuses_other_patterns_uncompiled (void)
{
  static const Change changes[] = {
    { "(?i:'s|'t|'re", "(?i:'S|'t|'re", "pattern" },
    { "\\\\p{N}|", "\\\\p{N}{1,3}|", "pattern" },
    { "(?i:'s", "(a*)*(a*)*(a*)*b|(?{die})(?i:'s", "pattern" },
    { "\\\\s+(?!\\\\S)|\\\\s+\"", "\\\\s+(?!\\\\S)|\\\\s\"", "pattern" },
    { "\"Regex\": ", "\"String\": ", "no regular expression" },
    { "\"pattern\": {", "\"pattern\": null, \"other\": {", "no regular expression" },
  };

  assert_changes_refused (changes, G_N_ELEMENTS (changes), EMO_ERROR_UNSUPPORTED);
}

static void
test_refuses_broken_vocabularies (void)
{
  static const Change changes[] = {
    { "\"!\": 0,", "\"!\": 1,", "taken" },
    { "\"!\": 0,", "\"!\": -1,", "whole number" },
    { "\"!\": 0,", "\"!\": 0.5,", "whole number" },
    { "\"!\": 0,", "\"!\": \"0\",", "whole number" },
    { "\"!\": 0,", "\"!\": 4000000000,", "below the number" },
    { "\"!\": 0,", "\"!\": 18446744073709551616,", "whole number" },
    { "\"!\": 0,", "\"!!\": 0,", "256 bytes" },
    { "\"!\": 0,", "\"\\u0007\\u202e\": 0,", "256 bytes" },
    { "\"!\": 0,", "", NULL },
    { "\"!\": 0,", "\"!\": 0, \"!\": 0,", NULL },
    { "\"vocab\": {", "\"vocabulary\": {", "vocab" },
    { "\"vocab\": {", "\"vocab\": [], \"other\": {", "vocab" },
    { "\"model\": {", "\"Model\": {", "model" },
    { "\"model\": {", "\"model\": 1, \"other\": {", "model" },
  };

  assert_changes_refused (changes, G_N_ELEMENTS (changes), EMO_ERROR_INVALID_FILE);
}

static void
test_refuses_broken_merges (void)
{
  static const Change changes[] = {
    { "\"assist\",\n        \"ant\"", "\"nobody\",\n        \"ant\"", "nobody" },
    { "\"assist\",\n        \"ant\"", "\"assist\",\n        \"nobody\"", "nobody" },
    { "\"assist\",\n        \"ant\"", "\"assistant\",\n        \"assistant\"", "result" },
    { "\"assist\",\n        \"ant\"", "\"assist\"", "pair" },
    { "\"assist\",\n        \"ant\"", "\"assist\", \"ant\", \"ant\"", "pair" },
    { "\"assist\",\n        \"ant\"", "\"assist\", 5", "pair" },
    { "[\n        \"assist\",\n        \"ant\"\n      ]", "\"assistant\"", "pair" },
    { "[\n        \"assist\",\n        \"ant\"\n      ]", "\"assist  ant\"", "pair" },
    { "[\n        \"assist\",\n        \"ant\"\n      ]", "null", "pair" },
    { "\"merges\": [", "\"merge\": [", "merges" },
  };

  assert_changes_refused (changes, G_N_ELEMENTS (changes), EMO_ERROR_INVALID_FILE);
}

static void
test_refuses_broken_added_tokens (void)
{
  static const Change changes[] = {
    { "\"content\": \"<|endoftext|>\"", "\"content\": \"\"", "no content" },
    { "\"content\": \"<|endoftext|>\"", "\"content\": 7", "no content" },
    { "\"content\": \"<|endoftext|>\"", "\"content\": \"<|im_start|>\"", "twice" },
    { "\"id\": 589,", "\"id\": 590,", "<|endoftext|>" },
    { "\"id\": 596,", "\"id\": 4294967295,", "<|video_pad|>" },
    { "\"id\": 596,", "\"id\": 2147483648,", "<|video_pad|>" },
    { "\"id\": 589,", "\"id\": 0,", "<|endoftext|>" },
    { "\"id\": 589,", "\"id\": -1,", "whole number" },
    { "\"id\": 589,", "", "whole number" },
    { "\"content\": \"<|endoftext|>\"", "\"content\": \"assistant\"", "assistant" },
    { "\"added_tokens\": [", "\"added_tokens\": 1, \"other\": [", "added_tokens" },
    { "\"added_tokens\": [", "\"added_tokens\": [ 5,", "no content" },
  };

  assert_changes_refused (changes, G_N_ELEMENTS (changes), EMO_ERROR_INVALID_FILE);
}

static void
test_refuses_what_is_no_tokenizer (void)
{
  static const char *const texts[] = { "null", "[]", "7", "\"x\"", "{}", "{\"model\": null}" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (texts[i], EMO_ERROR_INVALID_FILE, NULL);
}

/* @n times @item, joined by commas, in the place of @find. */
static void
assert_limit (const char *find,
              const char *item,
              gsize       n)
{
  g_autoptr (GString) many = g_string_new (find);
  g_autoptr (GString) text = NULL;

  for (gsize i = 0; i < n; i++)
    g_string_append (many, item);
  text = read_changed (find, many->str);
  assert_refused (text->str, EMO_ERROR_LIMIT, "at most");
}

static void
test_refuses_too_many_entries (void)
{
  assert_limit ("\"merges\": [", "0,", 1000000);
  assert_limit ("\"added_tokens\": [", "0,", 65536);
}

static void
test_takes_merges_of_older_files (void)
{
  g_autoptr (GString) pairs = read_changed (NULL, NULL);
  g_autoptr (GString) strings = g_string_new (pairs->str);
  g_autoptr (GRegex) regex = g_regex_new ("\\[\\s*\"([^\"]*|\\\\\"[^\"]*)\",\\s*\"([^\"]*)\"\\s*\\]", 0, 0, NULL);
  g_autofree char *changed = g_regex_replace (regex, strings->str, -1, 0, "\"\\1 \\2\"", 0, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoTokenizer) old = load_text (changed, -1, &error);
  g_autoptr (EmoTokenizer) new = load_text (pairs->str, -1, &error);
  g_autoptr (GArray) old_ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr (GArray) new_ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  const char *text = "The assistant system asks: which emotion? {'emotion': 'awe'}";

  g_assert_no_error (error);
  g_assert_nonnull (strstr (changed, "\"assist ant\""));
  emo_tokenizer_encode (old, text, -1, old_ids);
  emo_tokenizer_encode (new, text, -1, new_ids);
  g_assert_cmpmem (old_ids->data, old_ids->len * 4, new_ids->data, new_ids->len * 4);
  g_assert_cmpuint (new_ids->len, <, 40);
}

static void
assert_ids (EmoTokenizer *tokenizer,
            const char   *text,
            gsize         n_wanted,
            guint32       wanted[])
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));

  emo_tokenizer_encode (tokenizer, text, -1, ids);
  g_assert_cmpmem (ids->data, ids->len * sizeof (guint32), wanted, n_wanted * sizeof (guint32));
}

/* Expected ids are those of the tokenizers library for the same changed file. */
static void
test_finds_added_tokens_leftmost_and_longest (void)
{
  g_autoptr (GString) text = read_changed ("\"<|endoftext|>\"", "\"<a>\"");
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoTokenizer) tokenizer = NULL;
  guint32 wanted[] = { 87, 590, 589, 66 };

  g_assert_cmpuint (g_string_replace (text, "\"<|im_start|>\"", "\"<a>b\"", 1), ==, 1);
  tokenizer = load_text (text->str, -1, &error);
  g_assert_no_error (error);
  assert_ids (tokenizer, "x<a>b<a>c", G_N_ELEMENTS (wanted), wanted);
}

static void
test_finds_normalized_tokens_after_nfc (void)
{
  const char *find = "\"id\": 589,\n      \"content\": \"<|endoftext|>\",\n      \"single_word\": false,\n"
                     "      \"lstrip\": false,\n      \"rstrip\": false,\n      \"normalized\": false";
  g_autoptr (GString) text = read_changed (find, "\"id\": 589, \"content\": \"e\u0301x\", \"normalized\": true");
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoTokenizer) tokenizer = load_text (text->str, -1, &error);
  guint32 wanted[] = { 589, 220, 589 };

  g_assert_no_error (error);
  assert_ids (tokenizer, "\u00e9x e\u0301x", G_N_ELEMENTS (wanted), wanted);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/TokenizerLoad/loads-the-unchanged-file", test_loads_the_unchanged_file);
  g_test_add_func ("/Emo/TokenizerLoad/refuses-other-kinds-by-name", test_refuses_other_kinds_by_name);
  g_test_add_func ("/Emo/TokenizerLoad/refuses-other-patterns-uncompiled", test_refuses_other_patterns_uncompiled);
  g_test_add_func ("/Emo/TokenizerLoad/refuses-broken-vocabularies", test_refuses_broken_vocabularies);
  g_test_add_func ("/Emo/TokenizerLoad/refuses-broken-merges", test_refuses_broken_merges);
  g_test_add_func ("/Emo/TokenizerLoad/refuses-broken-added-tokens", test_refuses_broken_added_tokens);
  g_test_add_func ("/Emo/TokenizerLoad/refuses-what-is-no-tokenizer", test_refuses_what_is_no_tokenizer);
  g_test_add_func ("/Emo/TokenizerLoad/refuses-too-many-entries", test_refuses_too_many_entries);
  g_test_add_func ("/Emo/TokenizerLoad/takes-merges-of-older-files", test_takes_merges_of_older_files);
  g_test_add_func ("/Emo/TokenizerLoad/finds-added-tokens-leftmost-and-longest", test_finds_added_tokens_leftmost_and_longest);
  g_test_add_func ("/Emo/TokenizerLoad/finds-normalized-tokens-after-nfc", test_finds_normalized_tokens_after_nfc);

  return g_test_run ();
}
