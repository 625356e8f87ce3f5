/* emo-vocabulary.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* While a tokenizer.json is read: its tokens by id and by content. The strings
 * are the JSON document's. */
typedef struct _EmoVocabulary EmoVocabulary;

EmoVocabulary *emo_vocabulary_new       (gsize           n_max);     /* NULL: no memory */
void           emo_vocabulary_free      (EmoVocabulary  *self);
/* FALSE when the id or the content is taken, or the id is not below n_max. */
gboolean       emo_vocabulary_add       (EmoVocabulary  *self,
                                         const char     *content,
                                         guint64         id);
guint32        emo_vocabulary_get_size  (EmoVocabulary  *self);
/* The id of @left followed by @right; -1 for none. */
gint64         emo_vocabulary_find      (EmoVocabulary  *self,
                                         const char     *left,
                                         gsize           left_length,
                                         const char     *right,
                                         gsize           right_length);
/* What the tokens decode to, one after the other; FALSE: no memory. */
gboolean       emo_vocabulary_to_bytes  (EmoVocabulary  *self,
                                         guint8        **bytes,
                                         guint32       **offsets);
/* Writes the character that stands for @byte in a content. */
int            emo_vocabulary_byte_char (guint8          byte,
                                         char            buffer[6]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoVocabulary, emo_vocabulary_free)

G_END_DECLS
