/* test-bpe-trainer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-bpe-trainer.h"
#include "emo-chat-prompt.h"
#include "emo-error.h"
#include "emo-json.h"
#include "emo-test-files.h"
#include "emo-tokenizer.h"

static const char *const no_tokens[] = { NULL };

/* --- Against the library --- */

static guint
get_number (const EmoJsonValue *object,
            const char         *key)
{
  return (guint) emo_json_value_get_member_double (object, key, -1);
}

static void
add_corpus (EmoBpeTrainer      *trainer,
            const EmoJsonValue *corpus)
{
  for (gsize i = 0; i < emo_json_value_get_length (corpus); i++)
    {
      const EmoJsonValue *entry = emo_json_value_get_element (corpus, i);

      emo_bpe_trainer_add (trainer, emo_json_value_get_string (emo_json_value_get_element (entry, 0)), -1,
                           (guint32) emo_json_value_get_double (emo_json_value_get_element (entry, 1)));
    }
}

static EmoJson *
load_json (const char *folder,
           const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  EmoJson *json = emo_json_load (path, &error);

  g_assert_no_error (error);

  return json;
}

static EmoTokenizer *
load_tokenizer (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "tokenizer.json", NULL);
  g_autoptr (GError) error = NULL;
  EmoTokenizer *tokenizer = emo_tokenizer_load (path, &error);

  g_assert_no_error (error);

  return tokenizer;
}

static const char *
half (const EmoJsonValue *merges,
      gsize               index,
      gsize               side)
{
  return emo_json_value_get_string (emo_json_value_get_element (emo_json_value_get_element (merges, index), side));
}

static void
assert_same_merges (const char         *folder,
                    const EmoJsonValue *expected)
{
  g_autoptr (EmoJson) json = load_json (folder, "tokenizer.json");
  const EmoJsonValue *model = emo_json_value_get_member (emo_json_get_root (json), "model");
  const EmoJsonValue *merges = emo_json_value_get_member (model, "merges");

  g_assert_cmpuint (emo_json_value_get_length (merges), ==, emo_json_value_get_length (expected));
  for (gsize i = 0; i < emo_json_value_get_length (expected); i++)
    for (gsize side = 0; side < 2; side++)
      g_assert_cmpstr (half (merges, i, side), ==, half (expected, i, side));
}

static void
assert_same_ids (const char         *folder,
                 const EmoJsonValue *encoded)
{
  g_autoptr (EmoTokenizer) tokenizer = load_tokenizer (folder);

  for (gsize i = 0; i < emo_json_value_get_length (encoded); i++)
    {
      const EmoJsonValue *entry = emo_json_value_get_element (encoded, i);
      const EmoJsonValue *expected = emo_json_value_get_element (entry, 1);
      g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));

      emo_tokenizer_encode (tokenizer, emo_json_value_get_string (emo_json_value_get_element (entry, 0)), -1, ids);
      g_assert_cmpuint (ids->len, ==, emo_json_value_get_length (expected));
      for (guint k = 0; k < ids->len; k++)
        g_assert_cmpuint (g_array_index (ids, guint32, k), ==, (guint) emo_json_value_get_double (emo_json_value_get_element (expected, k)));
    }
}

static void
test_bpe_trainer_learns_what_the_library_learns (void)
{
  g_autofree char *vectors = g_test_build_filename (G_TEST_DIST, "vectors", NULL);
  g_autoptr (EmoJson) json = load_json (vectors, "bpe-trainer.json");
  const EmoJsonValue *cases = emo_json_get_root (json);

  g_assert_cmpuint (emo_json_value_get_length (cases), ==, 6);
  for (gsize i = 0; i < emo_json_value_get_length (cases); i++)
    {
      const EmoJsonValue *one = emo_json_value_get_element (cases, i);
      const EmoJsonValue *merges = emo_json_value_get_member (one, "merges");
      g_autoptr (EmoBpeTrainer) trainer = emo_bpe_trainer_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *folder = emo_test_make_folder ();

      g_test_message ("%s", emo_json_value_get_member_string (one, "name", NULL));
      add_corpus (trainer, emo_json_value_get_member (one, "corpus"));
      g_assert_true (emo_bpe_trainer_train (trainer, get_number (one, "size"), get_number (one, "min_count"), no_tokens, NULL, &error));
      g_assert_cmpuint (emo_bpe_trainer_get_n_tokens (trainer), ==, get_number (one, "tokens"));
      g_assert_cmpuint (emo_bpe_trainer_get_n_merges (trainer), ==, emo_json_value_get_length (merges));
      g_assert_true (emo_bpe_trainer_save (trainer, folder, "", &error));
      g_assert_no_error (error);
      assert_same_merges (folder, merges);
      assert_same_ids (folder, emo_json_value_get_member (one, "encoded"));
      emo_test_remove_folder (folder);
    }
}

/* --- On its own --- */

static EmoBpeTrainer *
train (const char *const *texts,
       guint              n_tokens,
       const char *const *specials)
{
  EmoBpeTrainer *trainer = emo_bpe_trainer_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; texts[i] != NULL; i++)
    emo_bpe_trainer_add (trainer, texts[i], -1, 1 + i % 2);
  g_assert_true (emo_bpe_trainer_train (trainer, n_tokens, 0, specials, NULL, &error));
  g_assert_no_error (error);

  return trainer;
}

static char *
save_and_read (EmoBpeTrainer *trainer,
               const char    *folder)
{
  g_autofree char *path = g_build_filename (folder, "tokenizer.json", NULL);
  g_autoptr (GError) error = NULL;
  char *text;

  g_assert_true (emo_bpe_trainer_save (trainer, folder, "You see one image.", &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));

  return text;
}

static void
test_bpe_trainer_does_not_mind_the_order (void)
{
  static const char *const texts[] = { "the cat", "a dog", "the cats and dogs", "a mat", NULL };
  static const char *const turned[] = { "the cats and dogs", "a mat", "the cat", "a dog", NULL };
  g_autoptr (EmoBpeTrainer) first = train (texts, 266, no_tokens);
  g_autoptr (EmoBpeTrainer) second = train (turned, 266, no_tokens);
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *first_text = save_and_read (first, folder);
  g_autofree char *second_text = save_and_read (second, folder);

  g_assert_cmpuint (emo_bpe_trainer_get_n_tokens (first), ==, 266);
  g_assert_cmpstr (first_text, ==, second_text);
  emo_test_remove_folder (folder);
}

/* What it has never seen too: bytes are always there. */
static void
test_bpe_trainer_reads_back_any_text (void)
{
  static const char *const texts[] = { "The calm sea evokes contentment.", "The dark road evokes fear.", NULL };
  static const char *const probes[] = { "The dark sea evokes awe.", "\xe6\x84\x9f\xe6\x83\x85 \xf0\x9f\x98\x80", "\r\n\t  x  ", "<|im_end|>", "" };
  g_autoptr (EmoBpeTrainer) trainer = train (texts, 300, emo_bpe_trainer_qwen2_vl_tokens);
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *text = save_and_read (trainer, folder);
  g_autoptr (EmoTokenizer) tokenizer = load_tokenizer (folder);

  for (guint i = 0; i < G_N_ELEMENTS (probes); i++)
    {
      g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
      g_autofree char *decoded = NULL;

      emo_tokenizer_encode (tokenizer, probes[i], -1, ids);
      decoded = emo_tokenizer_decode (tokenizer, (const guint32 *) (void *) ids->data, ids->len, FALSE);
      g_assert_cmpstr (decoded, ==, probes[i]);
    }
  emo_test_remove_folder (folder);
}

static void
test_bpe_trainer_appends_special_tokens (void)
{
  static const char *const texts[] = { "aaaa bbbb", NULL };
  g_autoptr (EmoBpeTrainer) trainer = train (texts, 1000, emo_bpe_trainer_qwen2_vl_tokens);
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *text = save_and_read (trainer, folder);
  g_autoptr (EmoTokenizer) tokenizer = load_tokenizer (folder);
  g_autoptr (EmoChatPrompt) prompt = emo_chat_prompt_new (tokenizer, "s", "q", TRUE);
  guint n = emo_bpe_trainer_get_n_tokens (trainer);

  /* A space and four letters, and four letters, are soon whole. */
  g_assert_cmpuint (n, <, 270);
  for (guint i = 0; emo_bpe_trainer_qwen2_vl_tokens[i] != NULL; i++)
    {
      g_assert_cmpint (emo_tokenizer_find (tokenizer, emo_bpe_trainer_qwen2_vl_tokens[i]), ==, n + i);
      g_assert_true (emo_tokenizer_is_special (tokenizer, n + i));
    }
  g_assert_cmpuint (emo_tokenizer_get_size (tokenizer), ==, n + 8);
  g_assert_nonnull (prompt);
  g_assert_cmpuint (g_array_index (prompt->prefix, guint32, 0), ==, n + 1);
  emo_test_remove_folder (folder);
}

static void
test_bpe_trainer_writes_a_folder_that_others_read (void)
{
  static const char *const texts[] = { "one two three", NULL };
  static const char system[] = "Say \"{{ nothing }}\".\n{% raw %}";
  g_autoptr (EmoBpeTrainer) trainer = train (texts, 260, emo_bpe_trainer_qwen2_vl_tokens);
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *deep = g_build_filename (folder, "bundle", "vlm", NULL);
  g_autofree char *path = g_build_filename (deep, "chat_template.jinja", NULL);
  g_autofree char *template = NULL;
  g_autoptr (EmoJson) config = NULL;
  g_autoptr (GError) error = NULL;
  const EmoJsonValue *root;

  g_assert_true (emo_bpe_trainer_save (trainer, deep, system, &error));
  config = load_json (deep, "tokenizer_config.json");
  root = emo_json_get_root (config);
  g_assert_cmpstr (emo_json_value_get_member_string (root, "eos_token", NULL), ==, "<|im_end|>");
  g_assert_cmpstr (emo_json_value_get_member_string (root, "pad_token", NULL), ==, "<|endoftext|>");
  g_assert_cmpuint (emo_json_value_get_length (emo_json_value_get_member (root, "additional_special_tokens")), ==, 8);
  /* The system text stays inside a string of the template. */
  g_assert_true (g_file_get_contents (path, &template, NULL, NULL));
  g_assert_nonnull (strstr (template, "\"Say \\\"{{ nothing }}\\\".\\n{% raw %}\""));
  emo_test_remove_folder (folder);
}

static void
test_bpe_trainer_takes_any_bytes (void)
{
  static const char bytes[] = "a\0b \xff\xfe\xc3 \xed\xa0\x80 tail";
  g_autoptr (EmoBpeTrainer) trainer = emo_bpe_trainer_new ();
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *text = NULL;
  g_autoptr (EmoTokenizer) tokenizer = NULL;
  g_autoptr (GError) error = NULL;

  emo_bpe_trainer_add (trainer, bytes, sizeof bytes - 1, G_MAXUINT32);
  emo_bpe_trainer_add (trainer, bytes, sizeof bytes - 1, 1);
  emo_bpe_trainer_add (trainer, "never", -1, 0);
  g_assert_true (emo_bpe_trainer_train (trainer, 5000, 0, no_tokens, NULL, &error));
  g_assert_no_error (error);
  text = save_and_read (trainer, folder);
  tokenizer = load_tokenizer (folder);
  g_assert_cmpuint (emo_tokenizer_get_size (tokenizer), ==, emo_bpe_trainer_get_n_tokens (trainer));
  g_assert_null (strstr (text, "never"));
  g_assert_nonnull (strstr (text, "tail"));
  emo_test_remove_folder (folder);
}

/* --- Refusals --- */

static void
assert_refused (const char         *text,
                guint               n_tokens,
                const char *const  *specials,
                EmoError            code,
                const char         *named)
{
  g_autoptr (EmoBpeTrainer) trainer = emo_bpe_trainer_new ();
  g_autoptr (GError) error = NULL;

  if (text != NULL)
    emo_bpe_trainer_add (trainer, text, -1, 2);
  g_assert_false (emo_bpe_trainer_train (trainer, n_tokens, 0, specials, NULL, &error));
  g_assert_error (error, EMO_ERROR, (int) code);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_test_message ("%s", error->message);
  if (strstr (error->message, named) == NULL)
    g_error ("“%s” does not name “%s”", error->message, named);
}

static void
test_bpe_trainer_refuses_what_makes_no_vocabulary (void)
{
  static const char *const twice[] = { "<|a|>", "<|b|>", "<|a|>", NULL };
  static const char *const empty[] = { "<|a|>", "", NULL };
  static const char *const broken[] = { "<|\xff|>", NULL };
  static const char *const learned[] = { "ab", NULL };
  static const char *const byte[] = { "x", NULL };

  assert_refused (NULL, 300, no_tokens, EMO_ERROR_INVALID_FILE, "no text");
  assert_refused ("", 300, no_tokens, EMO_ERROR_INVALID_FILE, "no text");
  assert_refused ("abab", 255, no_tokens, EMO_ERROR_LIMIT, "255");
  assert_refused ("abab", 0, no_tokens, EMO_ERROR_LIMIT, "256");
  assert_refused ("abab", 1000001, no_tokens, EMO_ERROR_LIMIT, "1000001");
  assert_refused ("abab", G_MAXUINT, twice, EMO_ERROR_LIMIT, "1000000");
  assert_refused ("abab", 1000000, byte, EMO_ERROR_LIMIT, "1 special");
  assert_refused ("abab", 300, twice, EMO_ERROR_INVALID_FILE, "<|a|>");
  assert_refused ("abab", 300, empty, EMO_ERROR_INVALID_FILE, "Special token 2");
  assert_refused ("abab", 300, broken, EMO_ERROR_INVALID_FILE, "\\xff");
  assert_refused ("abab", 300, learned, EMO_ERROR_INVALID_FILE, "“ab”");
  assert_refused ("abab", 256, byte, EMO_ERROR_INVALID_FILE, "“x”");
}

static void
test_bpe_trainer_stops_when_told (void)
{
  g_autoptr (EmoBpeTrainer) trainer = emo_bpe_trainer_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  emo_bpe_trainer_add (trainer, "abab", -1, 2);
  g_cancellable_cancel (cancellable);
  g_assert_false (emo_bpe_trainer_train (trainer, 300, 0, no_tokens, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_bpe_trainer_tells_that_it_cannot_write (void)
{
  static const char *const texts[] = { "one", NULL };
  g_autoptr (EmoBpeTrainer) trainer = train (texts, 256, no_tokens);
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *file = emo_test_write_text (folder, "file", "old");
  g_autofree char *kept = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (emo_bpe_trainer_save (trainer, file, "", &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_assert_nonnull (strstr (error->message, file));
  g_assert_true (g_file_get_contents (file, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "old");
  emo_test_remove_folder (folder);
}

/* One piece of 200,000 bytes of which every step shortens, and 20,000 pieces. */
static void
test_bpe_trainer_ends_in_time (void)
{
  g_autoptr (EmoBpeTrainer) trainer = emo_bpe_trainer_new ();
  g_autofree char *run = g_strnfill (200000, 'a');
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  emo_bpe_trainer_add (trainer, run, -1, 1);
  for (guint i = 0; i < 20000; i++)
    {
      g_autofree char *text = g_strdup_printf ("w%x", i * 2654435761u);

      emo_bpe_trainer_add (trainer, text, -1, 1 + i % 7);
    }
  g_assert_true (emo_bpe_trainer_train (trainer, 4000, 0, no_tokens, NULL, &error));
  g_test_message ("%.2f s", (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 60 * G_USEC_PER_SEC);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add_func ("/Emo/BpeTrainer/" name, test_bpe_trainer_##function)
  ADD ("learns-what-the-library-learns", learns_what_the_library_learns);
  ADD ("does-not-mind-the-order", does_not_mind_the_order);
  ADD ("reads-back-any-text", reads_back_any_text);
  ADD ("appends-special-tokens", appends_special_tokens);
  ADD ("writes-a-folder-that-others-read", writes_a_folder_that_others_read);
  ADD ("takes-any-bytes", takes_any_bytes);
  ADD ("refuses-what-makes-no-vocabulary", refuses_what_makes_no_vocabulary);
  ADD ("stops-when-told", stops_when_told);
  ADD ("tells-that-it-cannot-write", tells_that_it_cannot_write);
  ADD ("ends-in-time", ends_in_time);

  return g_test_run ();
}
