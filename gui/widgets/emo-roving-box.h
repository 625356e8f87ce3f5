/* emo-roving-box.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A column of focusable rows that is one stop of the Tab key: Up and Down move
 * inside, and Tab comes back to the row that was left. Property: "current", the
 * row under the pointer, else the focused one, else NULL. */
#define EMO_TYPE_ROVING_BOX (emo_roving_box_get_type ())
G_DECLARE_FINAL_TYPE (EmoRovingBox, emo_roving_box, EMO, ROVING_BOX, GtkBox)

GtkWidget *emo_roving_box_new         (void);
GtkWidget *emo_roving_box_get_current (EmoRovingBox *self);   /* (nullable) */
/* Like gtk_box_append, for rows; gtk_box_remove and reordering stay. */
void       emo_roving_box_append_row  (EmoRovingBox *self,
                                       GtkWidget    *row);

G_END_DECLS
