/* fuzz-hash-list.c: whatever a list holds, a file's hash is its own
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-fuzz.h"
#include "emo-hash-list.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  /* Just written, so that no list can know it. */
  const char *path = emo_fuzz_write ("list", data, size);
  const char *file = emo_fuzz_write ("file", "abc", 3);
  g_autofree char *expected = emo_hash_bytes ("abc", 3);
  g_autofree char *hash = NULL;
  g_autoptr(EmoHashList) list = NULL;

  list = emo_hash_list_open (path);
  hash = emo_hash_list_get (list, file, NULL, NULL);
  g_assert_cmpstr (hash, ==, expected);
  emo_hash_list_save (list);

  return 0;
}
