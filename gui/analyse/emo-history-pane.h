/* emo-history-pane.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-history-item.h"

G_BEGIN_DECLS

/* The history: what the session's store has, by day and model, to look through
 * and to open again without the model.
 * Properties: "sample" (nullable: the result that is open). Signal: "activated"
 * on Enter or a double click. */
#define EMO_TYPE_HISTORY_PANE (emo_history_pane_get_type ())
G_DECLARE_FINAL_TYPE (EmoHistoryPane, emo_history_pane, EMO, HISTORY_PANE, AdwBin)

GtkWidget   *emo_history_pane_new        (EmoSession     *session);
EmoSample   *emo_history_pane_get_sample (EmoHistoryPane *self);   /* (nullable) */
/* (nullable) the row that "sample" is made of */
EmoRunEntry *emo_history_pane_get_entry  (EmoHistoryPane *self);
void         emo_history_pane_unselect   (EmoHistoryPane *self);
/* A result, or with a head all results of its day and model; with Undo. */
void         emo_history_pane_delete     (EmoHistoryPane *self,
                                          EmoHistoryItem *item);
void         emo_history_pane_focus_list (EmoHistoryPane *self);

G_END_DECLS
