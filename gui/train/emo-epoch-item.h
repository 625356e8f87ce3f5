/* emo-epoch-item.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* An epoch that is done, as a line of the table of epochs. Immutable. */
#define EMO_TYPE_EPOCH_ITEM (emo_epoch_item_get_type ())
G_DECLARE_FINAL_TYPE (EmoEpochItem, emo_epoch_item, EMO, EPOCH_ITEM, GObject)

EmoEpochItem        *emo_epoch_item_new         (const EmoTrainEpoch *numbers);
const EmoTrainEpoch *emo_epoch_item_get_numbers (EmoEpochItem        *self);

G_END_DECLS
