/* emo-fold-button.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A heading with an arrow that folds away what is below: bind that widget's
 * "visible" to "active". Property: "title". Why not a GtkExpander: GTK 4.8's
 * cannot be pressed through AT-SPI, and Tab leads into what it has folded away,
 * which is no part of the window then. */
#define EMO_TYPE_FOLD_BUTTON (emo_fold_button_get_type ())
G_DECLARE_FINAL_TYPE (EmoFoldButton, emo_fold_button, EMO, FOLD_BUTTON, GtkToggleButton)

const char *emo_fold_button_get_title (EmoFoldButton *self);
void        emo_fold_button_set_title (EmoFoldButton *self,
                                       const char    *title);

G_END_DECLS
