/* emo-history-list.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "emo-history-item.h"

G_BEGIN_DECLS

/* The run store as a GListModel of EmoHistoryItem: results, the newest first,
 * with a head above those of each day and model. Read from the store in pages,
 * as they are asked for.
 * Properties: "search" (nullable), "active" (whether it follows the store),
 * "loaded" (the store has answered once), "error-message" (nullable: it could
 * not be read). */
#define EMO_TYPE_HISTORY_LIST (emo_history_list_get_type ())
G_DECLARE_FINAL_TYPE (EmoHistoryList, emo_history_list, EMO, HISTORY_LIST, GObject)

EmoHistoryList *emo_history_list_new               (EmoRunStore    *store);
gboolean        emo_history_list_get_active        (EmoHistoryList *self);
void            emo_history_list_set_active        (EmoHistoryList *self,
                                                    gboolean        active);
const char     *emo_history_list_get_search        (EmoHistoryList *self);   /* (nullable) */
void            emo_history_list_set_search        (EmoHistoryList *self,
                                                    const char     *search);
gboolean        emo_history_list_get_loaded        (EmoHistoryList *self);
const char     *emo_history_list_get_error_message (EmoHistoryList *self);   /* (nullable) */
gboolean        emo_history_list_get_searched      (EmoHistoryList *self);   /* days may have more */
/* The rows of a result, or of all that are listed below a head: of gint64. */
GArray         *emo_history_list_dup_ids           (EmoHistoryList *self,
                                                    EmoHistoryItem *item);
/* Older ones, where there are any. */
void            emo_history_list_load_more         (EmoHistoryList *self);
/* Takes out what was deleted, before the store says so. */
void            emo_history_list_remove            (EmoHistoryList *self,
                                                    EmoHistoryItem *item);

G_END_DECLS
