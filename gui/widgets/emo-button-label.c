/* emo-button-label.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-button-label.h"

/**
 * emo_button_label_ellipsize:
 * @button: a button that was given its text by the property "label"
 *
 * A label of the template's own would do the same but leave the button without
 * an accessible name.
 */
void
emo_button_label_ellipsize (GtkButton *button)
{
  GtkWidget *label;

  g_return_if_fail (GTK_IS_BUTTON (button));

  label = gtk_button_get_child (button);
  g_return_if_fail (GTK_IS_LABEL (label));

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
}
