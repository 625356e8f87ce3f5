/* emo-bpe-trainer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-bpe-trainer-private.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-keyed-hash.h"
#include "emo-split.h"
#include "emo-unicode.h"
#include "emo-vocabulary.h"

#define N_BYTES 256

/* What emo_tokenizer_load() takes. */
#define MAX_TOKENS 1000000
#define MAX_MERGES 1000000

const char *const emo_bpe_trainer_qwen2_vl_tokens[] = {
  "<|endoftext|>",
  "<|im_start|>",
  "<|im_end|>",
  "<|vision_start|>",
  "<|vision_end|>",
  "<|vision_pad|>",
  "<|image_pad|>",
  "<|video_pad|>",
  NULL,
};

/* A piece of the split: every text that has it shares one. */
typedef struct
{
  guint32 *symbols;
  guint32  n;
  guint64  count;
} Word;

/* Two symbols that stand side by side somewhere. Words that once had them stay
 * listed, and are found not to have them when it matters. */
typedef struct
{
  EmoBpePair key;
  guint64    count;
  GArray    *words;     /* guint32 */
  gboolean   touched;   /* its count has grown in this step */
} Pair;

/* A pair with the count that it had when it was put here: at least as much as it
 * has now. */
typedef struct
{
  guint64    count;
  EmoBpePair key;
} Candidate;

typedef struct
{
  EmoBpeTrainer *trainer;
  GHashTable    *pairs;     /* Pair, by its key */
  GArray        *heap;      /* Candidate, the best on top */
  GPtrArray     *touched;   /* Pair */
} Work;

/* --- Texts --- */

static guint
hash_bytes (gconstpointer bytes)
{
  guint64 secret = emo_keyed_hash_secret ();
  guint64 hash = secret;
  gsize length;
  const guint8 *data = g_bytes_get_data ((GBytes *) bytes, &length);

  for (gsize i = 0; i < length; i++)
    hash = emo_keyed_hash_mix (hash ^ data[i] ^ (guint64) length << 8, secret);

  return (guint) (hash ^ hash >> 32);
}

static void
word_clear (gpointer word)
{
  g_free (((Word *) word)->symbols);
}

/**
 * emo_bpe_trainer_new:
 *
 * Returns: (transfer full): a trainer without texts
 */
EmoBpeTrainer *
emo_bpe_trainer_new (void)
{
  EmoBpeTrainer *self = g_new0 (EmoBpeTrainer, 1);

  self->pieces = g_hash_table_new_full (hash_bytes, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);
  self->words = g_array_new (FALSE, FALSE, sizeof (Word));
  g_array_set_clear_func (self->words, word_clear);
  self->tokens = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->ids = g_hash_table_new (hash_bytes, g_bytes_equal);
  self->merges = g_array_new (FALSE, FALSE, sizeof (EmoBpePair));
  for (guint byte = 0; byte < N_BYTES; byte++)
    emo_vocabulary_byte_char ((guint8) byte, self->byte_chars[byte]);

  return self;
}

/**
 * emo_bpe_trainer_free:
 * @self: (transfer full) (nullable): a trainer
 */
void
emo_bpe_trainer_free (EmoBpeTrainer *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->pieces);
  g_array_unref (self->words);
  g_hash_table_unref (self->ids);
  g_ptr_array_unref (self->tokens);
  g_array_unref (self->merges);
  g_strfreev (self->specials);
  g_free (self);
}

static guint64
add_saturated (guint64 a,
               guint64 b)
{
  return a > G_MAXUINT64 - b ? G_MAXUINT64 : a + b;
}

static void
add_piece (EmoBpeTrainer *self,
           const char    *text,
           gsize          length,
           guint32        count)
{
  g_autoptr (GBytes) piece = g_bytes_new (text, length);
  guint place = GPOINTER_TO_UINT (g_hash_table_lookup (self->pieces, piece));
  Word *word;

  if (place == 0)
    {
      g_array_append_val (self->words, ((Word){ NULL, (guint32) length, 0 }));
      place = self->words->len;
      g_hash_table_insert (self->pieces, g_steal_pointer (&piece), GUINT_TO_POINTER (place));
    }
  word = &g_array_index (self->words, Word, place - 1);
  word->count = add_saturated (word->count, count);
}

/**
 * emo_bpe_trainer_add:
 * @self: a trainer that has not been trained
 * @text: UTF-8, at most 1 GiB; it may hold NUL when @length is given
 * @length: bytes of @text, or -1 when NUL ends it
 * @count: how often the text occurs
 *
 * Bytes that are no UTF-8 count as U+FFFD, as emo_tokenizer_encode() takes them.
 */
void
emo_bpe_trainer_add (EmoBpeTrainer *self,
                     const char    *text,
                     gssize         length,
                     guint32        count)
{
  g_autoptr (GString) repaired = NULL;
  g_autoptr (GString) composed = NULL;
  gsize left = length < 0 ? strlen (text) : (gsize) length;
  const char *p;

  g_return_if_fail (self != NULL && text != NULL && !self->trained);
  g_return_if_fail (left <= 1 << 30);

  if (!g_utf8_validate_len (text, left, NULL))
    {
      EmoUtf8Repair repair = { 0 };

      repaired = g_string_sized_new (left + 1);
      emo_utf8_repair_push (&repair, repaired, (const guint8 *) text, left);
      emo_utf8_repair_flush (&repair, repaired);
      text = repaired->str;
      left = repaired->len;
    }
  composed = g_string_sized_new (left + 1);
  emo_unicode_append_nfc (composed, text, left);

  p = composed->str;
  for (left = count > 0 ? composed->len : 0; left > 0;)
    {
      gsize n = emo_split_next (p, left);

      add_piece (self, p, n, count);
      p += n;
      left -= n;
    }
}

/* --- The vocabulary --- */

static guint32
get_id (EmoBpeTrainer *self,
        GBytes        *content)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->ids, content)) - 1;
}

/* The id of a content. Two ways of merging may lead to one content: that is one
 * token, and one id. */
static guint32
add_token (EmoBpeTrainer *self,
           GBytes        *content)
{
  g_autoptr (GBytes) owned = content;

  if (!g_hash_table_contains (self->ids, content))
    {
      g_ptr_array_add (self->tokens, g_steal_pointer (&owned));
      g_hash_table_insert (self->ids, content, GUINT_TO_POINTER (self->tokens->len));
    }

  return get_id (self, content);
}

static int
compare_byte_chars (gconstpointer a,
                    gconstpointer b,
                    gpointer      trainer)
{
  EmoBpeTrainer *self = trainer;

  return strcmp (self->byte_chars[*(const guint8 *) a], self->byte_chars[*(const guint8 *) b]);
}

/* The bytes in the order of the characters that stand for them. */
static void
add_bytes (EmoBpeTrainer *self)
{
  guint8 bytes[N_BYTES];

  for (guint i = 0; i < N_BYTES; i++)
    bytes[i] = (guint8) i;
  g_qsort_with_data (bytes, N_BYTES, 1, compare_byte_chars, self);
  for (guint i = 0; i < N_BYTES; i++)
    add_token (self, g_bytes_new (&bytes[i], 1));
}

char *
_emo_bpe_trainer_dup_content (EmoBpeTrainer *self,
                              guint32        id)
{
  GString *content = g_string_new (NULL);
  gsize length;
  const guint8 *bytes = g_bytes_get_data (self->tokens->pdata[id], &length);

  for (gsize i = 0; i < length; i++)
    g_string_append (content, self->byte_chars[bytes[i]]);

  return g_string_free (content, FALSE);
}

static GBytes *
join (EmoBpeTrainer *self,
      EmoBpePair     key)
{
  gsize left_length, right_length;
  const guint8 *left = g_bytes_get_data (self->tokens->pdata[key.left], &left_length);
  const guint8 *right = g_bytes_get_data (self->tokens->pdata[key.right], &right_length);
  guint8 *both = g_malloc (left_length + right_length);

  memcpy (both, left, left_length);
  memcpy (both + left_length, right, right_length);

  return g_bytes_new_take (both, left_length + right_length);
}

/* --- Candidates --- */

static gboolean
is_before (const Candidate *a,
           const Candidate *b)
{
  if (a->count != b->count)
    return a->count > b->count;
  if (a->key.left != b->key.left)
    return a->key.left < b->key.left;

  return a->key.right < b->key.right;
}

static void
push (GArray    *heap,
      Candidate  candidate)
{
  Candidate *entries;
  guint i = heap->len;

  g_array_set_size (heap, heap->len + 1);
  entries = (Candidate *) (void *) heap->data;
  while (i > 0 && is_before (&candidate, &entries[(i - 1) / 2]))
    {
      entries[i] = entries[(i - 1) / 2];
      i = (i - 1) / 2;
    }
  entries[i] = candidate;
}

static Candidate
pop (GArray *heap)
{
  Candidate *entries = (Candidate *) (void *) heap->data;
  Candidate first = entries[0];
  Candidate moved = entries[heap->len - 1];
  guint n = heap->len - 1, i = 0;

  while (2 * i + 1 < n)
    {
      guint child = 2 * i + 1;

      if (child + 1 < n && is_before (&entries[child + 1], &entries[child]))
        child++;
      if (!is_before (&entries[child], &moved))
        break;
      entries[i] = entries[child];
      i = child;
    }
  entries[i] = moved;
  g_array_set_size (heap, n);

  return first;
}

static guint
hash_key (gconstpointer key)
{
  const EmoBpePair *pair = key;
  guint64 secret = emo_keyed_hash_secret ();
  guint64 hash = emo_keyed_hash_mix (((guint64) pair->left << 32 | pair->right) ^ secret, secret);

  return (guint) (hash ^ hash >> 32);
}

static gboolean
equal_keys (gconstpointer a,
            gconstpointer b)
{
  const EmoBpePair *left = a, *right = b;

  return left->left == right->left && left->right == right->right;
}

static void
pair_free (gpointer data)
{
  Pair *pair = data;

  g_array_unref (pair->words);
  g_free (pair);
}

static Pair *
ensure_pair (Work       *work,
             EmoBpePair  key)
{
  Pair *pair = g_hash_table_lookup (work->pairs, &key);

  if (pair != NULL)
    return pair;
  pair = g_new0 (Pair, 1);
  pair->key = key;
  pair->words = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_hash_table_insert (work->pairs, &pair->key, pair);

  return pair;
}

static void
grow (Work       *work,
      EmoBpePair  key,
      guint32     place)
{
  Pair *pair = ensure_pair (work, key);

  pair->count = add_saturated (pair->count, g_array_index (work->trainer->words, Word, place).count);
  if (pair->words->len == 0 || g_array_index (pair->words, guint32, pair->words->len - 1) != place)
    g_array_append_val (pair->words, place);
  if (!pair->touched)
    g_ptr_array_add (work->touched, pair);
  pair->touched = TRUE;
}

static void
shrink (Work       *work,
        EmoBpePair  key,
        guint64     count)
{
  Pair *pair = g_hash_table_lookup (work->pairs, &key);

  if (pair != NULL)
    pair->count -= MIN (pair->count, count);
}

static void
push_touched (Work *work)
{
  for (guint i = 0; i < work->touched->len; i++)
    {
      Pair *pair = work->touched->pdata[i];

      pair->touched = FALSE;
      if (pair->count > 0)
        push (work->heap, (Candidate){ pair->count, pair->key });
    }
  g_ptr_array_set_size (work->touched, 0);
}

/* --- Merging --- */

/* Each piece as the ids of its bytes. */
static void
fill_words (Work *work)
{
  EmoBpeTrainer *self = work->trainer;
  guint32 byte_ids[N_BYTES];
  GHashTableIter iter;
  gpointer piece, place;

  for (guint i = 0; i < N_BYTES; i++)
    byte_ids[*(const guint8 *) g_bytes_get_data (self->tokens->pdata[i], NULL)] = i;
  g_hash_table_iter_init (&iter, self->pieces);
  while (g_hash_table_iter_next (&iter, &piece, &place))
    {
      Word *word = &g_array_index (self->words, Word, GPOINTER_TO_UINT (place) - 1);
      const guint8 *bytes = g_bytes_get_data (piece, NULL);

      word->symbols = g_new (guint32, word->n);
      for (guint32 i = 0; i < word->n; i++)
        word->symbols[i] = byte_ids[bytes[i]];
    }
}

static void
count_pairs (Work *work)
{
  for (guint32 place = 0; place < work->trainer->words->len; place++)
    {
      const Word *word = &g_array_index (work->trainer->words, Word, place);

      for (guint32 i = 0; i + 1 < word->n; i++)
        grow (work, (EmoBpePair){ word->symbols[i], word->symbols[i + 1] }, place);
    }
  push_touched (work);
}

/* Replaces a pair in one word, from left to right, and keeps count of what then
 * stands side by side. */
static void
merge_in_word (Work       *work,
               guint32     place,
               EmoBpePair  key,
               guint32     merged)
{
  Word *word = &g_array_index (work->trainer->words, Word, place);
  guint32 *symbols = word->symbols;
  guint32 out = 0;

  for (guint32 i = 0; i < word->n; i++)
    {
      if (i + 1 == word->n || symbols[i] != key.left || symbols[i + 1] != key.right)
        {
          symbols[out++] = symbols[i];
          continue;
        }
      if (out > 0)
        {
          shrink (work, (EmoBpePair){ symbols[out - 1], key.left }, word->count);
          grow (work, (EmoBpePair){ symbols[out - 1], merged }, place);
        }
      if (i + 2 < word->n)
        {
          shrink (work, (EmoBpePair){ key.right, symbols[i + 2] }, word->count);
          grow (work, (EmoBpePair){ merged, symbols[i + 2] }, place);
        }
      symbols[out++] = merged;
      i++;
    }
  word->n = out;
}

/* Of the merged pair nothing stands anywhere any more. */
static void
merge (Work *work,
       Pair *pair)
{
  EmoBpePair key = pair->key;
  guint32 merged = add_token (work->trainer, join (work->trainer, key));

  g_array_append_val (work->trainer->merges, key);
  for (guint i = 0; i < pair->words->len; i++)
    merge_in_word (work, g_array_index (pair->words, guint32, i), key, merged);
  g_hash_table_remove (work->pairs, &key);
  push_touched (work);
}

/* The pair that occurs most, NULL when none does @min_count times. */
static Pair *
take_best (Work    *work,
           guint64  min_count)
{
  while (work->heap->len > 0)
    {
      Candidate candidate = pop (work->heap);
      Pair *pair = g_hash_table_lookup (work->pairs, &candidate.key);

      if (pair == NULL || pair->count < min_count)
        continue;
      if (pair->count == candidate.count)
        return pair;
      push (work->heap, (Candidate){ pair->count, pair->key });
    }

  return NULL;
}

static gboolean
merge_all (Work          *work,
           guint          n_tokens,
           guint64        min_count,
           GCancellable  *cancellable,
           GError       **error)
{
  Pair *pair;

  while (work->trainer->tokens->len < n_tokens && work->trainer->merges->len < MAX_MERGES &&
         (pair = take_best (work, min_count)) != NULL)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      merge (work, pair);
    }

  return TRUE;
}

/* --- Training --- */

static gboolean
check_size (guint    n_tokens,
            guint    n_specials,
            GError **error)
{
  if (n_tokens < N_BYTES)
    g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT, "A vocabulary of %u tokens: expected at least %d, one for each byte", n_tokens, N_BYTES);
  else if (n_tokens > MAX_TOKENS || n_specials > MAX_TOKENS - n_tokens)
    g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT, "A vocabulary of %u tokens and %u special ones: expected at most %d in all",
                 n_tokens, n_specials, MAX_TOKENS);
  else
    return TRUE;

  return FALSE;
}

static gboolean
check_specials (const char *const  *specials,
                GError            **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; specials[i] != NULL; i++)
    {
      g_autofree char *shown = emo_file_escape_start (specials[i], 80);

      if (*specials[i] == '\0' || !g_utf8_validate (specials[i], -1, NULL))
        g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "Special token %u: expected a text, found “%s”", i + 1, shown);
      else if (!g_hash_table_add (seen, (gpointer) specials[i]))
        g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "The special token “%s” is given twice", shown);
      else
        continue;
      return FALSE;
    }

  return TRUE;
}

/* A special token that is a learned one too would have two ids. */
static gboolean
check_learned (EmoBpeTrainer  *self,
               GError        **error)
{
  g_autoptr (GHashTable) specials = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; self->specials[i] != NULL; i++)
    g_hash_table_add (specials, self->specials[i]);
  for (guint32 id = 0; id < self->tokens->len; id++)
    {
      g_autofree char *content = _emo_bpe_trainer_dup_content (self, id);
      g_autofree char *shown = emo_file_escape_start (content, 80);

      if (!g_hash_table_contains (specials, content))
        continue;
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "The special token “%s” is a token of the vocabulary too", shown);
      return FALSE;
    }

  return TRUE;
}

/**
 * emo_bpe_trainer_train:
 * @self: a trainer with its texts
 * @n_tokens: the size of the vocabulary, 256 bytes included, @specials not
 * @min_count: a pair that occurs less is not merged; 0 counts as 1
 * @specials: (array zero-terminated=1): tokens that are never made of others
 * @cancellable: (nullable): tested for each merge
 * @error: return location
 *
 * Learns the merges. Only once: afterwards the trainer can be asked and saved.
 *
 * Returns: %FALSE with %EMO_ERROR_LIMIT (a size below 256 or above 10^6),
 *   %EMO_ERROR_INVALID_FILE (no text; a special token that is empty, no UTF-8,
 *   given twice or a learned one too) or %G_IO_ERROR_CANCELLED
 */
gboolean
emo_bpe_trainer_train (EmoBpeTrainer      *self,
                       guint               n_tokens,
                       guint               min_count,
                       const char *const  *specials,
                       GCancellable       *cancellable,
                       GError            **error)
{
  Work work = { .trainer = self };
  gboolean ok;

  g_return_val_if_fail (self != NULL && specials != NULL && !self->trained, FALSE);

  if (!check_size (n_tokens, g_strv_length ((char **) specials), error) || !check_specials (specials, error))
    return FALSE;
  if (self->words->len == 0)
    {
      g_set_error_literal (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "There is no text to learn a vocabulary from");
      return FALSE;
    }

  self->trained = TRUE;
  self->specials = g_strdupv ((char **) specials);
  work.pairs = g_hash_table_new_full (hash_key, equal_keys, NULL, pair_free);
  work.heap = g_array_new (FALSE, FALSE, sizeof (Candidate));
  work.touched = g_ptr_array_new ();
  add_bytes (self);
  fill_words (&work);
  count_pairs (&work);
  ok = merge_all (&work, n_tokens, MAX (min_count, 1), cancellable, error);
  g_hash_table_unref (work.pairs);
  g_array_unref (work.heap);
  g_ptr_array_unref (work.touched);

  return ok && check_learned (self, error);
}

/**
 * emo_bpe_trainer_get_n_tokens:
 * @self: a trainer
 *
 * Returns: how many tokens it has learned, bytes included, special ones not
 */
guint
emo_bpe_trainer_get_n_tokens (EmoBpeTrainer *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->tokens->len;
}

/**
 * emo_bpe_trainer_get_n_merges:
 * @self: a trainer
 *
 * Returns: how many merges it has learned: two may lead to one token
 */
guint
emo_bpe_trainer_get_n_merges (EmoBpeTrainer *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->merges->len;
}
