/* emo-tokenizer.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* A tokenizer.json of Qwen2's kind: NFC, Qwen2's split (our own scanner over
 * generated range tables, never a compiled regex), byte-level BPE, added
 * tokens. Immutable once loaded and usable from any thread. */
typedef struct _EmoTokenizer EmoTokenizer;

EmoTokenizer *emo_tokenizer_load         (const char    *path,      /* tokenizer.json */
                                          GError       **error);
EmoTokenizer *emo_tokenizer_ref          (EmoTokenizer  *self);
void          emo_tokenizer_unref        (EmoTokenizer  *self);
guint         emo_tokenizer_get_size     (EmoTokenizer  *self);     /* largest id + 1 */
int           emo_tokenizer_find         (EmoTokenizer  *self,
                                          const char    *token);    /* an added token's id by its content; -1 */
gboolean      emo_tokenizer_is_special   (EmoTokenizer  *self,
                                          guint32        id);
/* Added tokens in @text become their ids. Appends to @ids (guint32). @text is
 * UTF-8 and may hold any code point. */
void          emo_tokenizer_encode       (EmoTokenizer  *self,
                                          const char    *text,
                                          gssize         length,
                                          GArray        *ids);
/* @line is one JSON string (a line of `emovlm tokenize`); half a surrogate pair
 * counts as U+FFFD, \u0000 is a character. INVALID_FILE when it is none. */
gboolean      emo_tokenizer_encode_json  (EmoTokenizer  *self,
                                          const char    *line,
                                          gssize         length,
                                          GArray        *ids,
                                          GError       **error);
/* The whole at once, as tokenizers' decode: invalid bytes become U+FFFD. Decoded
 * text is UTF-8 in which U+0000 is written C0 80 (EMO_TEXT_NUL). */
char         *emo_tokenizer_decode       (EmoTokenizer  *self,
                                          const guint32 *ids,
                                          guint          n_ids,
                                          gboolean       skip_special);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTokenizer, emo_tokenizer_unref)

/* Streaming decode: each push returns the whole characters that have become
 * certain, written as emo_tokenizer_decode writes them, possibly "". flush gives
 * what is left (incomplete bytes as U+FFFD). The concatenation equals
 * emo_tokenizer_decode of all ids. */
typedef struct _EmoTokenStream EmoTokenStream;

EmoTokenStream *emo_token_stream_new   (EmoTokenizer   *tokenizer,
                                        gboolean        skip_special);
char           *emo_token_stream_push  (EmoTokenStream *self,
                                        guint32         id);
char           *emo_token_stream_flush (EmoTokenStream *self);
void            emo_token_stream_free  (EmoTokenStream *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTokenStream, emo_token_stream_free)

G_END_DECLS
