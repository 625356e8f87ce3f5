/* emo-label-bars.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

typedef enum
{
  EMO_LABEL_ORDER_PROBABILITY,   /* nick "probability": the likeliest first */
  EMO_LABEL_ORDER_WHEEL,         /* nick "wheel": neighbours on the wheel; the model's order where it is not known */
} EmoLabelOrder;

#define EMO_TYPE_LABEL_ORDER (emo_label_order_get_type ())
GType emo_label_order_get_type (void);

/* The grouped bars: a row a label, three branches, one axis from 0 to 100 %.
 * Properties: "hovered-label", an index into the model's labels or -1; "order"
 * of the rows. */
#define EMO_TYPE_LABEL_BARS (emo_label_bars_get_type ())
G_DECLARE_FINAL_TYPE (EmoLabelBars, emo_label_bars, EMO, LABEL_BARS, GtkBox)

int           emo_label_bars_get_hovered_label (EmoLabelBars  *self);
EmoLabelOrder emo_label_bars_get_order         (EmoLabelBars  *self);
void          emo_label_bars_set_order         (EmoLabelBars  *self,
                                                EmoLabelOrder  order);

/* What stands in @prediction (nullable) now; call again when it has grown.
 * @hypothetical [n_labels] (nullable): shown in the gate's place, and marked. */
void          emo_label_bars_show              (EmoLabelBars  *self,
                                                EmoPrediction *prediction,
                                                const double  *hypothetical);

G_END_DECLS
