/* emo-label-bars.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* The grouped bars: a row a label, three branches, one axis from 0 to 100 %.
 * Property: "hovered-label", an index into the model's labels or -1. */
#define EMO_TYPE_LABEL_BARS (emo_label_bars_get_type ())
G_DECLARE_FINAL_TYPE (EmoLabelBars, emo_label_bars, EMO, LABEL_BARS, GtkBox)

int  emo_label_bars_get_hovered_label (EmoLabelBars *self);

/* What stands in @prediction (nullable) now; call again when it has grown. */
void emo_label_bars_show (EmoLabelBars  *self,
                          EmoPrediction *prediction);

G_END_DECLS
