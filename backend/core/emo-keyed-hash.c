/* emo-keyed-hash.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-keyed-hash.h"

/**
 * emo_keyed_hash_secret:
 *
 * Returns: an odd number that is another one in each process; any thread
 */
guint64
emo_keyed_hash_secret (void)
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

/**
 * emo_keyed_hash_string:
 * @text: (type utf8): a string
 *
 * Returns: its hash in this process
 */
guint
emo_keyed_hash_string (gconstpointer text)
{
  const guint64 secret = emo_keyed_hash_secret ();
  const char *key = text;
  gsize length = strlen (key);
  guint64 hash = secret ^ length;
  guint64 word;

  for (; length >= sizeof word; length -= sizeof word, key += sizeof word)
    {
      memcpy (&word, key, sizeof word);
      hash = emo_keyed_hash_mix (hash ^ word, secret + G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));
    }

  word = 0;
  memcpy (&word, key, length);

  return (guint) emo_keyed_hash_mix (hash ^ word ^ G_GUINT64_CONSTANT (0xd6e8feb86659fd93),
                                     secret + G_GUINT64_CONSTANT (0xc2b2ae3d27d4eb4e));
}
