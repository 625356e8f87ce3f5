/* emo-undo-keys.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-undo-keys.h"

static gboolean
key_cb (GtkWidget *widget,
        GVariant  *args,
        gpointer   user_data)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  const char *action;

  /* Text has these keys for itself, and lets them go where it has nothing to undo. */
  if (GTK_IS_TEXT (focus) || GTK_IS_TEXT_VIEW (focus))
    return FALSE;

  g_variant_get (args, "(&s)", &action);

  return gtk_widget_activate_action_variant (widget, action, NULL);
}

/**
 * emo_undo_keys_add:
 * @widget_class: what holds a list and all that is there instead of one
 * @undo: the action of Ctrl+Z
 * @redo: (nullable): the action of Ctrl+Shift+Z
 *
 * Gives both keys to a widget, whatever of it has the focus but for text.
 */
void
emo_undo_keys_add (GtkWidgetClass *widget_class,
                   const char     *undo,
                   const char     *redo)
{
  g_return_if_fail (GTK_IS_WIDGET_CLASS (widget_class));
  g_return_if_fail (undo != NULL);

  gtk_widget_class_add_binding (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, key_cb, "(s)", undo);
  if (redo != NULL)
    gtk_widget_class_add_binding (widget_class, GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK, key_cb, "(s)", redo);
}
