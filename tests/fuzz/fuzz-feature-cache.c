/* fuzz-feature-cache.c: what two files hold is read, and goes on
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "emo-feature-cache.h"
#include "emo-fuzz.h"

#define WIDTH   2
#define KIND    "fuzz"
#define MAX_KEY 8

/* The keys that the seeds have: the number in each byte. */
static void
make_key (guint   number,
          guint8 *key)
{
  memset (key, (int) number, EMO_FEATURE_KEY_SIZE);
}

static EmoFeatureCache *
open_cache (gboolean writable)
{
  GError *error = NULL;
  EmoFeatureCache *cache = writable ? emo_feature_cache_open (emo_fuzz_get_folder (), KIND, WIDTH, &error)
                                    : emo_feature_cache_open_read (emo_fuzz_get_folder (), KIND, WIDTH, &error);

  if (cache == NULL)
    emo_fuzz_take_error (error);

  return cache;
}

/* Which keys have a sound row, as bits. */
static guint
read_all (EmoFeatureCache *cache)
{
  guint found = 0;

  for (guint i = 0; i < MAX_KEY; i++)
    {
      guint8 key[EMO_FEATURE_KEY_SIZE];
      float row[WIDTH];

      make_key (i, key);
      if (!emo_feature_cache_read (cache, key, row))
        continue;
      emo_fuzz_touch (row, sizeof row);
      found |= 1u << i;
    }

  return found;
}

/* The first byte says how many of the others are rows; the rest are keys. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  gsize n_rows = size > 0 ? MIN ((gsize) data[0], size - 1) : 0;
  guint8 key[EMO_FEATURE_KEY_SIZE];
  const float row[WIDTH] = { 1, 2 };
  guint found = 0;
  EmoFeatureCache *cache;

  emo_fuzz_write ("features.rows", data + MIN (size, 1), n_rows);
  emo_fuzz_write ("features.keys", data + MIN (size, 1) + n_rows, size > 0 ? size - 1 - n_rows : 0);
  cache = open_cache (FALSE);
  g_assert_nonnull (cache);
  found = read_all (cache);
  emo_feature_cache_free (cache);

  /* Who writes finds what who reads does, and what it adds is there for good. */
  cache = open_cache (TRUE);
  g_assert_nonnull (cache);
  g_assert_cmpuint (read_all (cache), ==, found);
  make_key (MAX_KEY - 1, key);
  g_assert_true (emo_feature_cache_add (cache, key, row, NULL));
  g_assert_true (emo_feature_cache_verify (cache, NULL, NULL));
  emo_feature_cache_free (cache);
  cache = open_cache (FALSE);
  g_assert_nonnull (cache);
  g_assert_cmpuint (read_all (cache), ==, found | 1u << (MAX_KEY - 1));
  emo_feature_cache_free (cache);

  return 0;
}
