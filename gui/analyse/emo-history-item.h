/* emo-history-item.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* A line of the history: a result that the store has, or the head above the
 * results of one day and one model.
 * Property: "entry" (EmoRunEntry). */
#define EMO_TYPE_HISTORY_ITEM (emo_history_item_get_type ())
G_DECLARE_FINAL_TYPE (EmoHistoryItem, emo_history_item, EMO, HISTORY_ITEM, GObject)

EmoHistoryItem  *emo_history_item_new         (EmoRunEntry    *entry);
EmoHistoryItem  *emo_history_item_new_head    (EmoHistoryItem *first);
/* Of a head: the first result below it. */
EmoRunEntry     *emo_history_item_get_entry   (EmoHistoryItem *self);
/* The same row, as it is now. */
void             emo_history_item_set_entry   (EmoHistoryItem *self,
                                               EmoRunEntry    *entry);
gboolean         emo_history_item_get_is_head (EmoHistoryItem *self);
/* Whose results these are, and of when. */
const EmoRunDay *emo_history_item_get_day     (EmoHistoryItem *self);
gboolean         emo_history_item_is_same_day (EmoHistoryItem *self,
                                               EmoHistoryItem *other);
/* For the thumbnail alone: it has no answer. */
EmoSample       *emo_history_item_get_picture (EmoHistoryItem *self);   /* (nullable) */

G_END_DECLS
