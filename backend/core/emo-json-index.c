/* emo-json-index.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-json-private.h"

/* The hash index of large objects. Keys come from strangers, so the hash is
 * keyed by a secret of the process: nobody can prepare a file whose keys all
 * fall into one bucket. */

static guint64
hash_secret (void)
{
  static gsize ready = 0;
  static guint64 secret = 0;

  if (g_once_init_enter (&ready))
    {
      secret = ((guint64) g_random_int () << 32) | g_random_int () | 1;
      g_once_init_leave (&ready, 1);
    }

  return secret;
}

/* A full 64x64-bit product folded to 64 bits: every bit of the input reaches
 * every bit of the result, and how depends on the secret. */
static inline guint64
hash_mix (guint64 a,
          guint64 b)
{
  unsigned __int128 product = (unsigned __int128) a * b;

  return (guint64) product ^ (guint64) (product >> 64);
}

static guint64
hash_key (const char *key)
{
  const guint64 secret = hash_secret ();
  gsize length = strlen (key);
  guint64 hash = secret ^ length;
  guint64 word;

  for (; length >= sizeof word; length -= sizeof word, key += sizeof word)
    {
      memcpy (&word, key, sizeof word);
      hash = hash_mix (hash ^ word, secret + G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));
    }

  word = 0;
  memcpy (&word, key, length);

  return hash_mix (hash ^ word ^ G_GUINT64_CONSTANT (0xd6e8feb86659fd93),
                   secret + G_GUINT64_CONSTANT (0xc2b2ae3d27d4eb4e));
}

static guint32 *
object_buckets (const EmoJsonObject *object,
                guint32              length)
{
  return (guint32 *) (gpointer) &object->members[length];
}

/* The bucket that holds @key, or the empty one where it would go. */
static guint32 *
find_bucket (const EmoJsonObject *object,
             guint32              length,
             const char          *key)
{
  guint32 *buckets = object_buckets (object, length);
  guint32 mask = object->n_buckets - 1;
  guint32 i = (guint32) hash_key (key) & mask;

  while (buckets[i] != 0 && strcmp (object->members[buckets[i] - 1].key, key) != 0)
    i = (i + 1) & mask;

  return &buckets[i];
}

/* The member of @object, which has @length of them, that is named @key. */
const EmoJsonMember *
_emo_json_object_find (const EmoJsonObject *object,
                       guint32              length,
                       const char          *key)
{
  if (object->n_buckets > 0)
    {
      guint32 position = *find_bucket (object, length, key);

      return position > 0 ? &object->members[position - 1] : NULL;
    }

  for (guint32 i = 0; i < length; i++)
    {
      if (strcmp (object->members[i].key, key) == 0)
        return &object->members[i];
    }

  return NULL;
}

/* Fills the zeroed buckets of @object and finds a key that is there twice. */
gboolean
_emo_json_object_index (EmoJsonObject *object,
                        guint32        length,
                        guint32       *duplicate)
{
  for (guint32 i = 0; i < length; i++)
    {
      const char *key = object->members[i].key;

      *duplicate = i;

      if (object->n_buckets > 0)
        {
          guint32 *bucket = find_bucket (object, length, key);

          if (*bucket != 0)
            return FALSE;

          *bucket = i + 1;
        }
      else if (_emo_json_object_find (object, i, key) != NULL)
        {
          return FALSE;
        }
    }

  return TRUE;
}
