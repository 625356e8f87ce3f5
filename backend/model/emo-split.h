/* emo-split.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* The only pattern that emo_split_next() implements; a tokenizer.json with
 * another one is not for us. */
#define EMO_SPLIT_PATTERN \
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|" \
  " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"

/* Bytes of the first piece of @text (valid UTF-8); 0 only for no text. */
gsize emo_split_next (const char *text,
                      gsize       length);

G_END_DECLS
