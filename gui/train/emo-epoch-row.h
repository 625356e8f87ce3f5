/* emo-epoch-row.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-epoch-item.h"

G_BEGIN_DECLS

/* A line of the table of epochs; without an item, its head.
 * Property: "item". */
#define EMO_TYPE_EPOCH_ROW (emo_epoch_row_get_type ())
G_DECLARE_FINAL_TYPE (EmoEpochRow, emo_epoch_row, EMO, EPOCH_ROW, AdwBin)

void emo_epoch_row_set_item (EmoEpochRow  *self,
                             EmoEpochItem *item);   /* (nullable) */

G_END_DECLS
