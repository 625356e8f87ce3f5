/* emo-button-label.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Lets a button with text be narrower than its text, which ends in dots then: a
 * long translation must not widen the page. For buttons with the property
 * "label"; give them a tooltip or a page that seldom is so narrow. */
void emo_button_label_ellipsize (GtkButton *button);

G_END_DECLS
