/* fuzz-tokenizer-text.c: any text through the sound tokenizer
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "emo-fuzz.h"
#include "emo-tokenizer.h"

static EmoTokenizer *
get_tokenizer (void)
{
  static EmoTokenizer *tokenizer;

  if (tokenizer == NULL)
    {
      g_autofree char *path = g_build_filename (g_getenv ("EMOVLM_SOURCE_ROOT"), "tests", "vectors", "tokenizer", "tokenizer.json", NULL);

      tokenizer = emo_tokenizer_load (path, NULL);
      g_assert_nonnull (tokenizer);
    }

  return tokenizer;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  EmoTokenizer *tokenizer = get_tokenizer ();
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr(GError) error = NULL;
  g_autofree char *decoded = NULL;

  if (!emo_tokenizer_encode_json (tokenizer, (const char *) data, size, ids, &error))
    emo_fuzz_take_error (g_steal_pointer (&error));
  else
    g_assert_no_error (error);
  g_array_set_size (ids, 0);
  if (!g_utf8_validate_len ((const char *) data, size, NULL))
    return 0;
  emo_tokenizer_encode (tokenizer, (const char *) data, size, ids);
  for (guint i = 0; i < ids->len; i++)
    g_assert_cmpuint (g_array_index (ids, guint32, i), <, emo_tokenizer_get_size (tokenizer));
  decoded = emo_tokenizer_decode (tokenizer, (const guint32 *) ids->data, ids->len, FALSE);
  g_assert_true (g_utf8_validate (decoded, -1, NULL));

  return 0;
}
