/* emo-token-finder.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Finds the added tokens in a text: leftmost, then longest. */
typedef struct _EmoTokenFinder EmoTokenFinder;

EmoTokenFinder *emo_token_finder_new  (void);
void            emo_token_finder_free (EmoTokenFinder  *self);
/* Copies @content. Add all, then seal, then find from any thread. */
void            emo_token_finder_add  (EmoTokenFinder  *self,
                                       const char      *content,
                                       gsize            length,
                                       guint32          id);
void            emo_token_finder_seal (EmoTokenFinder  *self);
gboolean        emo_token_finder_find (EmoTokenFinder  *self,
                                       const char      *text,
                                       gsize            text_length,
                                       gsize           *start,
                                       gsize           *length,
                                       guint32         *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTokenFinder, emo_token_finder_free)

G_END_DECLS
