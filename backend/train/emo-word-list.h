/* emo-word-list.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-dataset.h"

G_BEGIN_DECLS

/* The words that descriptions of train pictures use and that tell pictures
 * apart: those of at least one picture in five hundred and at most half of them,
 * the commonest first, and every label. Immutable; any thread. */
#define EMO_WORD_LIST_MAX 512

typedef struct _EmoWordList EmoWordList;

EmoWordList *emo_word_list_new   (EmoDataset            *dataset);
void         emo_word_list_free  (EmoWordList           *self);
guint        emo_word_list_get_n (EmoWordList           *self);
/* @targets (out) [n]: 1 where the picture's description has the word or its label
 * is it. */
void         emo_word_list_mark  (EmoWordList           *self,
                                  const EmoDatasetItem  *item,
                                  float                 *targets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoWordList, emo_word_list_free)

G_END_DECLS
