/* fuzz-tokenizer.c: a tokenizer that loads encodes and decodes
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "emo-fuzz.h"
#include "emo-tokenizer.h"

/* Letters, digits, spaces, marks, emoji, what composes, and added tokens. */
static const char text[] = "It's  12345 aaa abab\r\n\t e\xcc\x81 \xf0\x9f\x98\x80 \xe6\x97\xa5\xe6\x9c\xac <|im_start|>user\n<|im_end|> _x.y!";

static void
check (EmoTokenizer *tokenizer)
{
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr(EmoTokenStream) stream = emo_token_stream_new (tokenizer, FALSE);
  g_autoptr(GString) streamed = g_string_new (NULL);
  g_autofree char *whole = NULL;
  g_autofree char *rest = NULL;

  emo_tokenizer_encode (tokenizer, text, -1, ids);
  for (guint i = 0; i < ids->len; i++)
    {
      guint32 id = g_array_index (ids, guint32, i);
      g_autofree char *piece = emo_token_stream_push (stream, id);

      g_assert_cmpuint (id, <, emo_tokenizer_get_size (tokenizer));
      emo_tokenizer_is_special (tokenizer, id);
      if (piece != NULL)
        g_string_append (streamed, piece);
    }
  rest = emo_token_stream_flush (stream);
  if (rest != NULL)
    g_string_append (streamed, rest);
  whole = emo_tokenizer_decode (tokenizer, (const guint32 *) ids->data, ids->len, FALSE);
  g_assert_true (g_utf8_validate (whole, -1, NULL));
  g_assert_cmpstr (streamed->str, ==, whole);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  GError *error = NULL;
  g_autoptr(EmoTokenizer) tokenizer = emo_tokenizer_load (emo_fuzz_write ("tokenizer.json", data, size), &error);

  if (tokenizer == NULL)
    emo_fuzz_take_error (error);
  else
    check (tokenizer);

  return 0;
}
