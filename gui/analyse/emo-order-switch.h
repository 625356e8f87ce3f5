/* emo-order-switch.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-label-bars.h"

G_BEGIN_DECLS

/* Two buttons: how the rows are ordered. Property: "order". */
#define EMO_TYPE_ORDER_SWITCH (emo_order_switch_get_type ())
G_DECLARE_FINAL_TYPE (EmoOrderSwitch, emo_order_switch, EMO, ORDER_SWITCH, AdwBin)

EmoLabelOrder emo_order_switch_get_order  (EmoOrderSwitch *self);
void          emo_order_switch_set_order  (EmoOrderSwitch *self,
                                           EmoLabelOrder   order);
/* @labels (nullable): the second button is named after what it does to them. */
void          emo_order_switch_set_labels (EmoOrderSwitch *self,
                                           EmoLabelSet    *labels);

G_END_DECLS
