/* emo-vocabulary.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-keyed-hash.h"
#include "emo-vocabulary.h"

#define FREE_SLOT G_MAXUINT32
#define BYTE_CHAR_END (256 + 68)   /* GPT-2's alphabet: 68 bytes have no character of their own */

typedef struct
{
  guint32 hash;   /* of the content, so that other contents are rarely touched */
  guint32 id;     /* FREE_SLOT: none */
} Slot;

/* EmoVocabulary:
 *
 * Contents by id, and an open-addressing hash from content to id, at most half
 * full. Everything is sized by the number of entries, nothing by an id.
 */
struct _EmoVocabulary
{
  const char **contents;   /* [n_max] NULL: id not given yet */
  guint32     *lengths;    /* [n_max] */
  Slot        *slots;      /* [mask + 1] */
  gsize        mask;
  guint64      secret;
  guint64      start;      /* of each content's hash */
  guint32      n_max;
  guint32      n;
};

/**
 * emo_vocabulary_new:
 * @n_max: how many tokens there can be
 *
 * Returns: (transfer full) (nullable): an empty vocabulary, %NULL when memory is
 *   short
 */
EmoVocabulary *
emo_vocabulary_new (gsize n_max)
{
  g_autoptr (EmoVocabulary) self = g_new0 (EmoVocabulary, 1);
  gsize n_slots = 1024;

  g_return_val_if_fail (n_max < G_MAXINT32, NULL);

  while (n_slots / 2 < n_max)
    n_slots *= 2;
  self->contents = g_try_new0 (const char *, MAX (n_max, 1));
  self->lengths = g_try_new0 (guint32, MAX (n_max, 1));
  self->slots = g_try_new (Slot, n_slots);
  if (self->contents == NULL || self->lengths == NULL || self->slots == NULL)
    return NULL;
  memset (self->slots, 0xff, n_slots * sizeof *self->slots);
  self->mask = n_slots - 1;
  self->secret = emo_keyed_hash_secret ();
  self->start = emo_keyed_hash_mix (self->secret, G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));
  self->n_max = n_max;

  return g_steal_pointer (&self);
}

/**
 * emo_vocabulary_free:
 * @self: (transfer full) (nullable): a vocabulary
 */
void
emo_vocabulary_free (EmoVocabulary *self)
{
  if (self == NULL)
    return;
  g_free (self->contents);
  g_free (self->lengths);
  g_free (self->slots);
  g_free (self);
}

/**
 * emo_vocabulary_get_size:
 * @self: a vocabulary
 *
 * Returns: how many tokens it holds
 */
guint32
emo_vocabulary_get_size (EmoVocabulary *self)
{
  return self->n;
}

/* A byte at a time, so that a content hashes as its two parts do. */
static guint64
hash_more (guint64     hash,
           guint64     secret,
           const char *text,
           gsize       length)
{
  for (gsize i = 0; i < length; i++)
    hash = emo_keyed_hash_mix (hash ^ (guint8) text[i], secret);

  return hash;
}

/* The slot of a content in two parts: its own, or the free one where it goes,
 * which then carries the content's hash. */
static Slot *
find_slot (EmoVocabulary *self,
           const char    *left,
           gsize          left_length,
           const char    *right,
           gsize          right_length)
{
  guint64 whole = hash_more (hash_more (self->start, self->secret, left, left_length), self->secret, right, right_length);
  guint32 hash = whole ^ whole >> 32;
  gsize i;

  for (i = hash & self->mask; self->slots[i].id != FREE_SLOT; i = (i + 1) & self->mask)
    {
      guint32 id = self->slots[i].id;

      if (self->slots[i].hash == hash
          && self->lengths[id] == left_length + right_length
          && memcmp (self->contents[id], left, left_length) == 0
          && memcmp (self->contents[id] + left_length, right, right_length) == 0)
        return &self->slots[i];
    }
  self->slots[i].hash = hash;

  return &self->slots[i];
}

/**
 * emo_vocabulary_add:
 * @self: a vocabulary
 * @content: the token's content; must outlive @self
 * @id: its id
 *
 * Returns: %FALSE when @id is taken or not below the number of tokens, or
 *   @content is taken
 */
gboolean
emo_vocabulary_add (EmoVocabulary *self,
                    const char    *content,
                    guint64        id)
{
  gsize length = strlen (content);
  Slot *slot;

  if (id >= self->n_max || self->contents[id] != NULL || length > G_MAXINT32)
    return FALSE;
  slot = find_slot (self, content, length, "", 0);
  if (slot->id != FREE_SLOT)
    return FALSE;

  slot->id = id;
  self->contents[id] = content;
  self->lengths[id] = length;
  self->n++;

  return TRUE;
}

/**
 * emo_vocabulary_find:
 * @self: a vocabulary
 * @left: a content, or the beginning of one
 * @left_length: its bytes
 * @right: what follows
 * @right_length: its bytes
 *
 * Returns: the token's id, or -1
 */
gint64
emo_vocabulary_find (EmoVocabulary *self,
                     const char    *left,
                     gsize          left_length,
                     const char    *right,
                     gsize          right_length)
{
  guint32 id = find_slot (self, left, left_length, right, right_length)->id;

  return id == FREE_SLOT ? -1 : (gint64) id;
}

static gboolean
stands_for_itself (guint byte)
{
  return (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
}

/* The character of each byte: printable ones stand for themselves, the others
 * are counted from U+0100 (GPT-2's bytes_to_unicode). */
static void
fill_alphabet (guint16 chars[256])
{
  guint next = 256;

  for (guint byte = 0; byte < 256; byte++)
    chars[byte] = stands_for_itself (byte) ? byte : next++;
}

/**
 * emo_vocabulary_byte_char:
 * @byte: a byte
 * @buffer: where its character is written, in UTF-8
 *
 * Returns: bytes written
 */
int
emo_vocabulary_byte_char (guint8 byte,
                          char   buffer[6])
{
  guint16 chars[256];

  fill_alphabet (chars);

  return g_unichar_to_utf8 (chars[byte], buffer);
}

/* Appends a token's bytes at @out. As the library's decoder: a content with any
 * character outside the alphabet stands for its own UTF-8. */
static gsize
write_bytes (const gint16  bytes_of[BYTE_CHAR_END],
             const char   *content,
             gsize         length,
             guint8       *out)
{
  gsize n = 0;

  for (const char *p = content; p < content + length; p = g_utf8_next_char (p))
    {
      gunichar ch = g_utf8_get_char (p);

      if (ch >= BYTE_CHAR_END || bytes_of[ch] < 0)
        {
          memcpy (out, content, length);
          return length;
        }
      out[n++] = bytes_of[ch];
    }

  return n;
}

/**
 * emo_vocabulary_to_bytes:
 * @self: a vocabulary whose ids are all given
 * @bytes: (out) (transfer full): what the tokens decode to
 * @offsets: (out) (transfer full): [size + 1] where each begins
 *
 * Returns: %FALSE when memory is short
 */
gboolean
emo_vocabulary_to_bytes (EmoVocabulary  *self,
                         guint8        **bytes,
                         guint32       **offsets)
{
  gint16 bytes_of[BYTE_CHAR_END];
  guint16 chars[256];
  gsize total = 0;

  for (guint32 id = 0; id < self->n; id++)
    total += self->lengths[id];
  *bytes = g_try_malloc (MAX (total, 1));
  *offsets = g_try_new (guint32, (gsize) self->n + 1);
  if (total > G_MAXUINT32 || *bytes == NULL || *offsets == NULL)
    return FALSE;

  memset (bytes_of, 0xff, sizeof bytes_of);
  fill_alphabet (chars);
  for (guint byte = 0; byte < 256; byte++)
    bytes_of[chars[byte]] = byte;

  total = 0;
  for (guint32 id = 0; id < self->n; id++)
    {
      (*offsets)[id] = total;
      total += write_bytes (bytes_of, self->contents[id], self->lengths[id], *bytes + total);
    }
  (*offsets)[self->n] = total;

  return TRUE;
}
