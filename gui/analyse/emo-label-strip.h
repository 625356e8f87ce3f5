/* emo-label-strip.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-picture-list.h"

G_BEGIN_DECLS

/* How the answers of a set are distributed: one button a label, as wide as the
 * label's share, and a line of words below. A click asks for the pictures of
 * that label, a second one for all. Property: "label" (nullable, the model's
 * word), written by clicks too. */
#define EMO_TYPE_LABEL_STRIP (emo_label_strip_get_type ())
G_DECLARE_FINAL_TYPE (EmoLabelStrip, emo_label_strip, EMO, LABEL_STRIP, GtkWidget)

const char *emo_label_strip_get_label  (EmoLabelStrip       *self);   /* (nullable) */
void        emo_label_strip_set_label  (EmoLabelStrip       *self,
                                        const char          *label);
/* Hides itself while there is nothing to tell apart. */
void        emo_label_strip_set_counts (EmoLabelStrip       *self,
                                        const EmoLabelCount *counts,
                                        guint                n_labels);

G_END_DECLS
