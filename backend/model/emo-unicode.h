/* emo-unicode.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Characters as the tokenizers library sees them, whatever GLib's Unicode
 * version: the tables are generated from the library. */
typedef enum
{
  EMO_CHAR_OTHER,
  EMO_CHAR_LETTER,   /* \p{L} */
  EMO_CHAR_NUMBER,   /* \p{N} */
  EMO_CHAR_SPACE,    /* \s */
} EmoCharClass;

EmoCharClass emo_unicode_classify   (gunichar     ch);
/* @text is valid UTF-8; appends its NFC to @out. */
void         emo_unicode_append_nfc (GString     *out,
                                     const char  *text,
                                     gsize        length);

/* Bytes to UTF-8 as Rust's from_utf8_lossy: each maximal part that cannot
 * become a character is one U+FFFD. Starts zeroed. */
typedef struct
{
  guint8 bytes[4];   /* the beginning of a character */
  guint  n_bytes;
} EmoUtf8Repair;

void         emo_utf8_repair_push   (EmoUtf8Repair *self,
                                     GString       *out,
                                     const guint8  *bytes,
                                     gsize          n_bytes);
void         emo_utf8_repair_flush  (EmoUtf8Repair *self,
                                     GString       *out);

G_END_DECLS
