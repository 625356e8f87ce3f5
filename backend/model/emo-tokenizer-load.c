/* emo-tokenizer-load.c: tokenizer.json to tables, refusing what is not Qwen2's kind
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-json.h"
#include "emo-keyed-hash.h"
#include "emo-split.h"
#include "emo-tokenizer-private.h"
#include "emo-unicode.h"
#include "emo-vocabulary.h"

/* Qwen2 has 151,643 tokens, 151,387 merges and 14 added tokens. */
#define MAX_TOKENS 1000000
#define MAX_MERGES 1000000
#define MAX_ADDED_TOKENS 65536

typedef struct
{
  const char    *path;         /* for messages */
  EmoTokenizer  *tokenizer;
  EmoVocabulary *vocabulary;
} Loader;

/* A content for a message: short, and without control characters. */
static char *
quote (const char *content)
{
  g_autofree char *start = NULL;

  if (g_utf8_strlen (content, -1) <= 40)
    return emo_file_escape_name (content);
  start = g_utf8_substring (content, 0, 40);

  return emo_file_escape_name (start);
}

static gboolean
invalid (Loader      *loader,
         GError     **error,
         const char  *format,
         const char  *detail)
{
  g_autofree char *quoted = quote (detail);
  g_autofree char *name = emo_file_escape_name (loader->path);
  g_autofree char *what = g_strdup_printf (format, quoted);

  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: %s", name, what);

  return FALSE;
}

static gboolean
unsupported (Loader      *loader,
             GError     **error,
             const char  *setting,
             const char  *found)
{
  g_autofree char *quoted = quote (found);
  g_autofree char *name = emo_file_escape_name (loader->path);

  g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED, "%s: %s is %s, which this tokenizer does not handle (only Qwen2's kind)",
               name, setting, quoted);

  return FALSE;
}

static gboolean
too_many (Loader      *loader,
          GError     **error,
          const char  *what,
          gsize        found,
          gsize        limit)
{
  g_autofree char *name = emo_file_escape_name (loader->path);

  g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT, "%s: %" G_GSIZE_FORMAT " %s, at most %" G_GSIZE_FORMAT " are allowed",
               name, found, what, limit);

  return FALSE;
}

static gboolean
no_memory (Loader  *loader,
           GError **error)
{
  g_autofree char *name = emo_file_escape_name (loader->path);

  g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "%s: not enough memory for the tokenizer", name);

  return FALSE;
}

/* A member that is there and not null. */
static const EmoJsonValue *
member (const EmoJsonValue *object,
        const char         *key)
{
  const EmoJsonValue *value = emo_json_value_get_member (object, key);

  return value != NULL && emo_json_value_get_type (value) != EMO_JSON_NULL ? value : NULL;
}

/* A part's "type". */
static const char *
type_of (const EmoJsonValue *part)
{
  const EmoJsonValue *type = member (part, "type");
  const char *name = type != NULL ? emo_json_value_get_string (type) : NULL;

  return name != NULL ? name : "without a type";
}

/* Whether a setting is a plain true or false of the wanted value, @otherwise
 * standing for an absent one. */
static gboolean
is_flag (const EmoJsonValue *part,
         const char         *key,
         gboolean            wanted,
         gboolean            otherwise)
{
  const EmoJsonValue *value = member (part, key);

  if (value == NULL)
    return wanted == otherwise;

  return emo_json_value_get_type (value) == EMO_JSON_BOOL && emo_json_value_get_bool (value) == wanted;
}

static gboolean
is_empty_string (const EmoJsonValue *value)
{
  const char *text = emo_json_value_get_string (value);

  return text != NULL && *text == '\0';
}

static gboolean
check_model (Loader              *loader,
             const EmoJsonValue  *model,
             GError             **error)
{
  static const char *const affixes[] = { "continuing_subword_prefix", "end_of_word_suffix" };
  static const char *const flags[] = { "byte_fallback", "ignore_merges" };
  const EmoJsonValue *value;

  if (!g_str_equal (type_of (model), "BPE"))
    return unsupported (loader, error, "model.type", type_of (model));

  value = member (model, "dropout");
  if (value != NULL && emo_json_value_get_double (value) != 0)
    return unsupported (loader, error, "model.dropout", "set");
  for (guint i = 0; i < G_N_ELEMENTS (affixes); i++)
    {
      value = member (model, affixes[i]);
      if (value != NULL && !is_empty_string (value))
        return unsupported (loader, error, affixes[i], "set");
    }
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if (!is_flag (model, flags[i], FALSE, FALSE))
      return unsupported (loader, error, flags[i], "set");

  return TRUE;
}

static gboolean
check_split (Loader              *loader,
             const EmoJsonValue  *split,
             GError             **error)
{
  const EmoJsonValue *pattern = member (split, "pattern");
  const char *regex = NULL;

  if (!g_str_equal (type_of (split), "Split"))
    return unsupported (loader, error, "pre_tokenizer", type_of (split));
  if (pattern != NULL)
    regex = emo_json_value_get_member_string (pattern, "Regex", NULL);
  if (regex == NULL || !g_str_equal (regex, EMO_SPLIT_PATTERN))
    return unsupported (loader, error, "the pattern of pre_tokenizer", regex != NULL ? regex : "no regular expression");
  if (!g_str_equal (emo_json_value_get_member_string (split, "behavior", ""), "Isolated") || !is_flag (split, "invert", FALSE, FALSE))
    return unsupported (loader, error, "the behavior of pre_tokenizer", "not Isolated");

  return TRUE;
}

static gboolean
check_pre_tokenizer (Loader              *loader,
                     const EmoJsonValue  *part,
                     GError             **error)
{
  const EmoJsonValue *parts = part != NULL ? member (part, "pretokenizers") : NULL;
  const EmoJsonValue *bytes;

  if (part == NULL)
    return unsupported (loader, error, "pre_tokenizer", "null");
  if (!g_str_equal (type_of (part), "Sequence"))
    return unsupported (loader, error, "pre_tokenizer", type_of (part));
  if (parts == NULL || emo_json_value_get_type (parts) != EMO_JSON_ARRAY || emo_json_value_get_length (parts) != 2)
    return unsupported (loader, error, "pre_tokenizer", "no sequence of two");
  if (!check_split (loader, emo_json_value_get_element (parts, 0), error))
    return FALSE;

  bytes = emo_json_value_get_element (parts, 1);
  if (!g_str_equal (type_of (bytes), "ByteLevel"))
    return unsupported (loader, error, "pre_tokenizer", type_of (bytes));
  if (!is_flag (bytes, "add_prefix_space", FALSE, TRUE) || !is_flag (bytes, "use_regex", FALSE, TRUE))
    return unsupported (loader, error, "add_prefix_space or use_regex of pre_tokenizer", "true");

  return TRUE;
}

/* A template that adds nothing: the first sequence alone. */
static gboolean
is_plain_template (const EmoJsonValue *part)
{
  const EmoJsonValue *single = member (part, "single");
  const EmoJsonValue *sequence;

  if (single == NULL || emo_json_value_get_type (single) != EMO_JSON_ARRAY || emo_json_value_get_length (single) != 1)
    return FALSE;
  sequence = member (emo_json_value_get_element (single, 0), "Sequence");

  return sequence != NULL && g_str_equal (emo_json_value_get_member_string (sequence, "id", ""), "A");
}

static gboolean
check_parts (Loader              *loader,
             const EmoJsonValue  *root,
             GError             **error)
{
  const EmoJsonValue *part = member (root, "normalizer");

  if (part != NULL && !g_str_equal (type_of (part), "NFC"))
    return unsupported (loader, error, "normalizer", type_of (part));
  loader->tokenizer->nfc = part != NULL;

  if (!check_pre_tokenizer (loader, member (root, "pre_tokenizer"), error))
    return FALSE;

  part = member (root, "post_processor");
  if (part != NULL && !g_str_equal (type_of (part), "ByteLevel")
      && !(g_str_equal (type_of (part), "TemplateProcessing") && is_plain_template (part)))
    return unsupported (loader, error, "post_processor", type_of (part));

  part = member (root, "decoder");
  if (part == NULL || !g_str_equal (type_of (part), "ByteLevel"))
    return unsupported (loader, error, "decoder", part != NULL ? type_of (part) : "null");

  return TRUE;
}

static gboolean
read_vocabulary (Loader              *loader,
                 const EmoJsonValue  *vocab,
                 gsize                n_added,
                 GError             **error)
{
  gsize n = emo_json_value_get_length (vocab);

  if (n > MAX_TOKENS)
    return too_many (loader, error, "tokens", n, MAX_TOKENS);
  loader->vocabulary = emo_vocabulary_new (n + n_added);
  if (loader->vocabulary == NULL)
    return no_memory (loader, error);

  for (gsize i = 0; i < n; i++)
    {
      const char *content = emo_json_value_get_key (vocab, i);
      guint64 id;

      if (!emo_json_value_get_uint64 (emo_json_value_get_element (vocab, i), &id))
        return invalid (loader, error, "the id of token “%s” is no whole number", content);
      if (id >= n || !emo_vocabulary_add (loader->vocabulary, content, id))
        return invalid (loader, error, "the id of token “%s” is taken or not below the number of tokens", content);
    }

  return TRUE;
}

static gboolean
read_bytes (Loader  *loader,
            GError **error)
{
  for (guint byte = 0; byte < 256; byte++)
    {
      char content[7] = { 0 };
      int n = emo_vocabulary_byte_char (byte, content);
      gint64 id = emo_vocabulary_find (loader->vocabulary, content, n, "", 0);

      if (id < 0)
        return invalid (loader, error, "the vocabulary has no token “%s” for one of the 256 bytes", content);
      loader->tokenizer->byte_ids[byte] = id;
    }

  return TRUE;
}

/* Both forms of a merge: ["a", "b"], and "a b" of older files. */
static gboolean
split_merge (const EmoJsonValue  *merge,
             const char         **left,
             gsize               *left_length,
             const char         **right)
{
  const char *text = emo_json_value_get_string (merge);
  const char *space;

  if (text == NULL)
    {
      if (emo_json_value_get_type (merge) != EMO_JSON_ARRAY || emo_json_value_get_length (merge) != 2)
        return FALSE;
      *left = emo_json_value_get_string (emo_json_value_get_element (merge, 0));
      *right = emo_json_value_get_string (emo_json_value_get_element (merge, 1));
      *left_length = *left != NULL ? strlen (*left) : 0;
      return *left != NULL && *right != NULL;
    }

  space = strchr (text, ' ');
  if (space == NULL || strchr (space + 1, ' ') != NULL)
    return FALSE;
  *left = text;
  *left_length = space - text;
  *right = space + 1;

  return TRUE;
}

static gboolean
read_merge (Loader              *loader,
            const EmoJsonValue  *merge,
            guint32              rank,
            GError             **error)
{
  EmoVocabulary *vocabulary = loader->vocabulary;
  const char *left, *right;
  gsize left_length, right_length;
  gint64 a, b, whole;

  if (!split_merge (merge, &left, &left_length, &right))
    return invalid (loader, error, "a merge is no pair of tokens%s", "");
  right_length = strlen (right);
  a = emo_vocabulary_find (vocabulary, left, left_length, "", 0);
  b = emo_vocabulary_find (vocabulary, right, right_length, "", 0);
  whole = emo_vocabulary_find (vocabulary, left, left_length, right, right_length);
  if (a < 0)
    return invalid (loader, error, "the left half of the merge “%s” is no token", left);
  if (b < 0)
    return invalid (loader, error, "the right half of a merge, “%s”, is no token", right);
  if (whole < 0)
    return invalid (loader, error, "the result of a merge with “%s” is no token", right);

  emo_bpe_add (loader->tokenizer->merges, a, b, rank, whole);

  return TRUE;
}

static gboolean
read_merges (Loader              *loader,
             const EmoJsonValue  *merges,
             GError             **error)
{
  gsize n = emo_json_value_get_length (merges);

  if (n > MAX_MERGES)
    return too_many (loader, error, "merges", n, MAX_MERGES);
  loader->tokenizer->merges = emo_bpe_new (n);
  if (loader->tokenizer->merges == NULL)
    return no_memory (loader, error);

  for (gsize i = 0; i < n; i++)
    if (!read_merge (loader, emo_json_value_get_element (merges, i), i, error))
      return FALSE;

  return TRUE;
}

/* The finder of normalised text looks for the normalised content. */
static void
add_to_finder (EmoTokenizer       *tokenizer,
               const EmoJsonValue *token,
               const char         *content,
               guint32             id)
{
  g_autoptr (GString) composed = g_string_new (NULL);

  if (is_flag (token, "normalized", FALSE, TRUE))
    {
      emo_token_finder_add (tokenizer->raw, content, strlen (content), id);
      return;
    }

  if (tokenizer->nfc)
    emo_unicode_append_nfc (composed, content, strlen (content));
  else
    g_string_append (composed, content);
  emo_token_finder_add (tokenizer->normalized, composed->str, composed->len, id);
}

/* The library numbers added tokens itself: a content of the vocabulary keeps its
 * id, the others follow the vocabulary in their order. A file that says otherwise
 * would mean two things. */
static gboolean
read_added_token (Loader              *loader,
                  const EmoJsonValue  *token,
                  GError             **error)
{
  static const char *const flags[] = { "single_word", "lstrip", "rstrip" };
  const EmoJsonValue *content_value = member (token, "content");
  const EmoJsonValue *id_value = member (token, "id");
  const char *content = content_value != NULL ? emo_json_value_get_string (content_value) : NULL;
  guint64 id;
  gint64 known;

  if (content == NULL || *content == '\0')
    return invalid (loader, error, "an added token has no content%s", "");
  if (id_value == NULL || !emo_json_value_get_uint64 (id_value, &id))
    return invalid (loader, error, "the id of the added token “%s” is no whole number", content);
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if (!is_flag (token, flags[i], FALSE, FALSE))
      return unsupported (loader, error, flags[i], "set on an added token");

  if (g_hash_table_contains (loader->tokenizer->added, content))
    return invalid (loader, error, "the added token “%s” is given twice", content);
  known = emo_vocabulary_find (loader->vocabulary, content, strlen (content), "", 0);
  if (known >= 0 ? (guint64) known != id : id != emo_vocabulary_get_size (loader->vocabulary))
    return invalid (loader, error, "the id of the added token “%s” neither is its id in the vocabulary nor follows the last one", content);
  if (known < 0)
    g_assert_true (emo_vocabulary_add (loader->vocabulary, content, id));

  g_hash_table_insert (loader->tokenizer->added, g_strdup (content), GINT_TO_POINTER ((int) id));
  add_to_finder (loader->tokenizer, token, content, id);

  return TRUE;
}

static gboolean
read_added_tokens (Loader              *loader,
                   const EmoJsonValue  *tokens,
                   gsize                n,
                   GError             **error)
{
  for (gsize i = 0; i < n; i++)
    if (!read_added_token (loader, emo_json_value_get_element (tokens, i), error))
      return FALSE;

  emo_token_finder_seal (loader->tokenizer->raw);
  emo_token_finder_seal (loader->tokenizer->normalized);

  return TRUE;
}

static gboolean
mark_special (Loader              *loader,
              const EmoJsonValue  *tokens,
              gsize                n,
              GError             **error)
{
  EmoTokenizer *tokenizer = loader->tokenizer;

  tokenizer->n_tokens = emo_vocabulary_get_size (loader->vocabulary);
  tokenizer->special = g_try_malloc0 (tokenizer->n_tokens);
  if (tokenizer->special == NULL
      || !emo_vocabulary_to_bytes (loader->vocabulary, &tokenizer->bytes, &tokenizer->offsets))
    return no_memory (loader, error);

  for (gsize i = 0; i < n; i++)
    {
      const EmoJsonValue *token = emo_json_value_get_element (tokens, i);
      int id = emo_tokenizer_find (tokenizer, emo_json_value_get_member_string (token, "content", ""));

      tokenizer->special[id] = is_flag (token, "special", TRUE, FALSE);
    }

  return TRUE;
}

static gboolean
read_root (Loader              *loader,
           const EmoJsonValue  *root,
           GError             **error)
{
  const EmoJsonValue *model = member (root, "model");
  const EmoJsonValue *added = member (root, "added_tokens");
  const EmoJsonValue *vocab, *merges;
  gsize n_added = added != NULL ? emo_json_value_get_length (added) : 0;

  if (model == NULL || emo_json_value_get_type (model) != EMO_JSON_OBJECT)
    return invalid (loader, error, "no “model”%s", "");
  if (added != NULL && emo_json_value_get_type (added) != EMO_JSON_ARRAY)
    return invalid (loader, error, "“added_tokens” is no list%s", "");
  if (n_added > MAX_ADDED_TOKENS)
    return too_many (loader, error, "added tokens", n_added, MAX_ADDED_TOKENS);
  if (!check_model (loader, model, error) || !check_parts (loader, root, error))
    return FALSE;

  vocab = member (model, "vocab");
  merges = member (model, "merges");
  if (vocab == NULL || emo_json_value_get_type (vocab) != EMO_JSON_OBJECT)
    return invalid (loader, error, "no “model.vocab”%s", "");
  if (merges == NULL || emo_json_value_get_type (merges) != EMO_JSON_ARRAY)
    return invalid (loader, error, "no “model.merges”%s", "");

  return read_vocabulary (loader, vocab, n_added, error)
         && read_bytes (loader, error)
         && read_merges (loader, merges, error)
         && read_added_tokens (loader, added, n_added, error)
         && mark_special (loader, added, n_added, error);
}

/**
 * emo_tokenizer_load:
 * @path: a tokenizer.json
 * @error: return location for an error
 *
 * Reads a tokenizer of Qwen2's kind: byte-level BPE behind NFC and Qwen2's split.
 * Ids must be 0 to n - 1. The file's truncation and padding are ignored, as
 * transformers ignores them. No text of the file is ever compiled or evaluated.
 *
 * Errors: %EMO_ERROR_INVALID_FILE for a damaged one, %EMO_ERROR_UNSUPPORTED naming
 * the setting that another kind of tokenizer has, %EMO_ERROR_LIMIT above 10^6
 * tokens or merges or 65,536 added tokens, %EMO_ERROR_OUT_OF_MEMORY, and those of
 * emo_json_load().
 *
 * Returns: (transfer full) (nullable): the tokenizer
 */
EmoTokenizer *
emo_tokenizer_load (const char  *path,
                    GError     **error)
{
  g_autoptr (EmoTokenizer) tokenizer = NULL;
  g_autoptr (EmoVocabulary) vocabulary = NULL;
  g_autoptr (EmoJson) json = NULL;
  Loader loader = { .path = path };
  gboolean ok;

  g_return_val_if_fail (path != NULL, NULL);

  json = emo_json_load (path, error);
  if (json == NULL)
    return NULL;

  tokenizer = g_new0 (EmoTokenizer, 1);
  g_atomic_ref_count_init (&tokenizer->ref_count);
  tokenizer->added = g_hash_table_new_full (emo_keyed_hash_string, g_str_equal, g_free, NULL);
  tokenizer->raw = emo_token_finder_new ();
  tokenizer->normalized = emo_token_finder_new ();
  loader.tokenizer = tokenizer;

  ok = read_root (&loader, emo_json_get_root (json), error);
  vocabulary = loader.vocabulary;

  return ok ? g_steal_pointer (&tokenizer) : NULL;
}
