/* emo-tokenizer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-split.h"
#include "emo-tokenizer-private.h"
#include "emo-unicode.h"

/**
 * emo_tokenizer_ref:
 * @self: a tokenizer
 *
 * Returns: (transfer full): @self
 */
EmoTokenizer *
emo_tokenizer_ref (EmoTokenizer *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * emo_tokenizer_unref:
 * @self: (transfer full): a tokenizer
 */
void
emo_tokenizer_unref (EmoTokenizer *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->bytes);
  g_free (self->offsets);
  g_free (self->special);
  emo_bpe_free (self->merges);
  g_clear_pointer (&self->added, g_hash_table_unref);
  emo_token_finder_free (self->raw);
  emo_token_finder_free (self->normalized);
  g_free (self);
}

/**
 * emo_tokenizer_get_size:
 * @self: a tokenizer
 *
 * Returns: the largest id + 1, added tokens counted
 */
guint
emo_tokenizer_get_size (EmoTokenizer *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_tokens;
}

/**
 * emo_tokenizer_find:
 * @self: a tokenizer
 * @token: an added token's content, such as `<|im_end|>`
 *
 * Returns: its id, -1 when there is no such added token
 */
int
emo_tokenizer_find (EmoTokenizer *self,
                    const char   *token)
{
  gpointer id;

  g_return_val_if_fail (self != NULL && token != NULL, -1);

  return g_hash_table_lookup_extended (self->added, token, NULL, &id) ? GPOINTER_TO_INT (id) : -1;
}

/**
 * emo_tokenizer_is_special:
 * @self: a tokenizer
 * @id: any id
 *
 * Returns: whether @id is an added token that the file calls special
 */
gboolean
emo_tokenizer_is_special (EmoTokenizer *self,
                          guint32       id)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return id < self->n_tokens && self->special[id] != 0;
}

/* Text without added tokens, normalised. */
static void
encode_words (EmoTokenizer *self,
              const char   *text,
              gsize         length,
              GArray       *ids)
{
  while (length > 0)
    {
      gsize n = emo_split_next (text, length);
      guint start = ids->len;

      g_array_set_size (ids, start + n);
      for (gsize i = 0; i < n; i++)
        g_array_index (ids, guint32, start + i) = self->byte_ids[(guint8) text[i]];
      emo_bpe_merge (self->merges, ids, start);
      text += n;
      length -= n;
    }
}

/* Text without raw added tokens: NFC, then the added tokens of normalised text. */
static void
encode_part (EmoTokenizer *self,
             const char   *text,
             gsize         length,
             GArray       *ids)
{
  g_autoptr (GString) composed = NULL;
  gsize start, n;
  guint32 id;

  if (self->nfc)
    {
      composed = g_string_sized_new (length + 1);
      emo_unicode_append_nfc (composed, text, length);
      text = composed->str;
      length = composed->len;
    }

  while (emo_token_finder_find (self->normalized, text, length, &start, &n, &id))
    {
      encode_words (self, text, start, ids);
      g_array_append_val (ids, id);
      text += start + n;
      length -= start + n;
    }
  encode_words (self, text, length, ids);
}

/**
 * emo_tokenizer_encode:
 * @self: a tokenizer
 * @text: UTF-8, at most 1 GiB; it may hold NUL when @length is given
 * @length: bytes of @text, or -1 when NUL ends it
 * @ids: (element-type guint32): an array to append to
 *
 * The ids of the tokenizers library's encode(), without truncation and padding.
 * Bytes that are no UTF-8, a lone surrogate's among them, count as U+FFFD (one
 * for each maximal invalid part).
 */
void
emo_tokenizer_encode (EmoTokenizer *self,
                      const char   *text,
                      gssize        length,
                      GArray       *ids)
{
  g_autoptr (GString) repaired = NULL;
  gsize left, start, n;
  guint32 id;

  g_return_if_fail (self != NULL && text != NULL && ids != NULL);
  g_return_if_fail (g_array_get_element_size (ids) == sizeof (guint32));

  left = length < 0 ? strlen (text) : (gsize) length;
  g_return_if_fail (left <= 1 << 30);

  /* g_utf8_validate_len() stops at a NUL, which is a character here; repairing
   * valid text with a NUL is only a copy. */
  if (!g_utf8_validate_len (text, left, NULL))
    {
      EmoUtf8Repair repair = { 0 };

      repaired = g_string_sized_new (left + 1);
      emo_utf8_repair_push (&repair, repaired, (const guint8 *) text, left);
      emo_utf8_repair_flush (&repair, repaired);
      text = repaired->str;
      left = repaired->len;
    }

  while (emo_token_finder_find (self->raw, text, left, &start, &n, &id))
    {
      encode_part (self, text, start, ids);
      g_array_append_val (ids, id);
      text += start + n;
      left -= start + n;
    }
  encode_part (self, text, left, ids);
}

const guint8 *
_emo_tokenizer_get_bytes (EmoTokenizer *self,
                          guint32       id,
                          gsize        *length)
{
  if (id >= self->n_tokens)
    return NULL;
  *length = self->offsets[id + 1] - self->offsets[id];

  return self->bytes + self->offsets[id];
}

/**
 * emo_tokenizer_decode:
 * @self: a tokenizer
 * @ids: (array length=n_ids): ids; unknown ones give nothing
 * @n_ids: their number
 * @skip_special: whether to leave special tokens out
 *
 * The tokenizers library's decode(): the bytes of all tokens, invalid ones as
 * U+FFFD. A NUL, which a string of C cannot hold, is EMO_TEXT_NUL.
 *
 * Returns: (transfer full): UTF-8
 */
char *
emo_tokenizer_decode (EmoTokenizer  *self,
                      const guint32 *ids,
                      guint          n_ids,
                      gboolean       skip_special)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (EmoTokenStream) stream = NULL;
  g_autofree char *rest = NULL;

  g_return_val_if_fail (self != NULL && (ids != NULL || n_ids == 0), NULL);

  stream = emo_token_stream_new (self, skip_special);
  for (guint i = 0; i < n_ids; i++)
    {
      g_autofree char *piece = emo_token_stream_push (stream, ids[i]);

      g_string_append (text, piece);
    }
  rest = emo_token_stream_flush (stream);
  g_string_append (text, rest);

  return g_string_free (g_steal_pointer (&text), FALSE);
}
