/* emo-token-stream.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-text.h"
#include "emo-tokenizer-private.h"
#include "emo-unicode.h"

struct _EmoTokenStream
{
  EmoTokenizer  *tokenizer;
  gboolean       skip_special;
  EmoUtf8Repair  repair;
};

/**
 * emo_token_stream_new:
 * @tokenizer: a tokenizer
 * @skip_special: whether special tokens give nothing
 *
 * Returns: (transfer full): a decoder that takes one id after the other
 */
EmoTokenStream *
emo_token_stream_new (EmoTokenizer *tokenizer,
                      gboolean      skip_special)
{
  EmoTokenStream *self;

  g_return_val_if_fail (tokenizer != NULL, NULL);

  self = g_new0 (EmoTokenStream, 1);
  self->tokenizer = emo_tokenizer_ref (tokenizer);
  self->skip_special = skip_special;

  return self;
}

/* A string of C ends at a NUL: one that was decoded is written emo-text.h's way. */
static char *
finish (GString *text)
{
  GString *whole;

  if (memchr (text->str, '\0', text->len) == NULL)
    return g_string_free (text, FALSE);

  whole = g_string_sized_new (text->len + 3);
  for (gsize i = 0; i < text->len; i++)
    if (text->str[i] == '\0')
      g_string_append (whole, EMO_TEXT_NUL);
    else
      g_string_append_c (whole, text->str[i]);
  g_string_free (text, TRUE);

  return g_string_free (whole, FALSE);
}

/**
 * emo_token_stream_push:
 * @self: a stream
 * @id: the next id; an unknown one gives nothing
 *
 * Returns: (transfer full): the characters that became certain, possibly ""
 */
char *
emo_token_stream_push (EmoTokenStream *self,
                       guint32         id)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const guint8 *bytes;
  gsize length = 0;

  g_return_val_if_fail (self != NULL, NULL);

  bytes = _emo_tokenizer_get_bytes (self->tokenizer, id, &length);
  if (bytes != NULL && !(self->skip_special && emo_tokenizer_is_special (self->tokenizer, id)))
    emo_utf8_repair_push (&self->repair, text, bytes, length);

  return finish (g_steal_pointer (&text));
}

/**
 * emo_token_stream_flush:
 * @self: a stream
 *
 * Returns: (transfer full): U+FFFD when the ids end inside a character, else ""
 */
char *
emo_token_stream_flush (EmoTokenStream *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);

  emo_utf8_repair_flush (&self->repair, text);

  return finish (g_steal_pointer (&text));
}

/**
 * emo_token_stream_free:
 * @self: (transfer full) (nullable): a stream
 */
void
emo_token_stream_free (EmoTokenStream *self)
{
  if (self == NULL)
    return;
  emo_tokenizer_unref (self->tokenizer);
  g_free (self);
}
