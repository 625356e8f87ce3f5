/* emo-tokenizer-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-bpe.h"
#include "emo-token-finder.h"
#include "emo-tokenizer.h"

G_BEGIN_DECLS

struct _EmoTokenizer
{
  gatomicrefcount  ref_count;

  guint32          n_tokens;        /* vocabulary and added tokens; ids are 0 .. n_tokens - 1 */
  guint8          *bytes;           /* what the tokens decode to, one after the other */
  guint32         *offsets;         /* [n_tokens + 1] into bytes */
  guint8          *special;         /* [n_tokens] 1: left out on request */
  guint32          byte_ids[256];   /* the token of each byte */
  EmoBpe          *merges;
  gboolean         nfc;
  GHashTable      *added;           /* content: id */
  EmoTokenFinder  *raw;             /* added tokens found in the text as it is */
  EmoTokenFinder  *normalized;      /* added tokens found after NFC */
};

/* A token's bytes and whether skip_special leaves it out; NULL for no such id. */
const guint8 *_emo_tokenizer_get_bytes (EmoTokenizer  *self,
                                        guint32        id,
                                        gsize         *length);

G_END_DECLS
