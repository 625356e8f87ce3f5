/* emo-history-bars.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* What the store has to say over the pictures: those that a session which is
 * over never came to, and what is wrong with the file.
 * Signal: "go-on" (GPtrArray of EmoRunEntry): the person wants those looked at. */
#define EMO_TYPE_HISTORY_BARS (emo_history_bars_get_type ())
G_DECLARE_FINAL_TYPE (EmoHistoryBars, emo_history_bars, EMO, HISTORY_BARS, AdwBin)

void emo_history_bars_set_store (EmoHistoryBars *self,
                                 EmoRunStore    *store);
/* They are no longer the old session's: this one has taken them over. */
void emo_history_bars_forget    (EmoHistoryBars *self);

G_END_DECLS
