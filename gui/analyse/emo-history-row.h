/* emo-history-row.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-history-item.h"

G_BEGIN_DECLS

/* One line of the history: a result with its thumbnail, or the head of a day
 * with the button that deletes what is below it. Property: "item". */
#define EMO_TYPE_HISTORY_ROW (emo_history_row_get_type ())
G_DECLARE_FINAL_TYPE (EmoHistoryRow, emo_history_row, EMO, HISTORY_ROW, AdwBin)

EmoHistoryItem *emo_history_row_get_item (EmoHistoryRow  *self);   /* (nullable) */
void            emo_history_row_set_item (EmoHistoryRow  *self,
                                          EmoHistoryItem *item);

G_END_DECLS
