/* emo-adaptive-box.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Two children side by side where there is room, one above the other where
 * there is not. Meant for the inside of a GtkScrolledWindow with a viewport:
 * side by side each child gets the visible height and scrolls for itself;
 * stacked, both get what they ask for and the whole scrolls. Properties:
 * "start", "end", "fold-width", "end-width"; "start-width" in its place makes the
 * start a form beside what takes the rest, and stacked as high as it is. */
#define EMO_TYPE_ADAPTIVE_BOX (emo_adaptive_box_get_type ())
G_DECLARE_FINAL_TYPE (EmoAdaptiveBox, emo_adaptive_box, EMO, ADAPTIVE_BOX, GtkWidget)

GtkWidget *emo_adaptive_box_new       (void);
void       emo_adaptive_box_set_start (EmoAdaptiveBox *self,
                                       GtkWidget      *start);
void       emo_adaptive_box_set_end   (EmoAdaptiveBox *self,
                                       GtkWidget      *end);

G_END_DECLS
