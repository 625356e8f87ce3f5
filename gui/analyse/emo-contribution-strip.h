/* emo-contribution-strip.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* How much each branch moved each label in the gate: a strip a label, parts in
 * logits to the left (against) and right (for) of one zero line, centred over
 * the labels. */
#define EMO_TYPE_CONTRIBUTION_STRIP (emo_contribution_strip_get_type ())
G_DECLARE_FINAL_TYPE (EmoContributionStrip, emo_contribution_strip, EMO, CONTRIBUTION_STRIP, GtkWidget)

/* What stands in @prediction (nullable) now. */
void emo_contribution_strip_show (EmoContributionStrip *self,
                                  EmoPrediction        *prediction);

G_END_DECLS
