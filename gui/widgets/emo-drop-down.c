/* emo-drop-down.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-drop-down.h"

static void
selected_cb (GtkDropDown *drop_down,
             GParamSpec  *pspec,
             const char  *name)
{
  GtkWidget *button = gtk_widget_get_first_child (GTK_WIDGET (drop_down));
  gpointer item = gtk_drop_down_get_selected_item (drop_down);
  g_autofree char *label = NULL;

  /* While it is disposed of. */
  if (button == NULL)
    return;

  if (GTK_IS_STRING_OBJECT (item))
    label = g_strdup_printf (C_("what is chosen, and what for", "%s: %s"), name, gtk_string_object_get_string (item));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label != NULL ? label : name,
                                  -1);
}

/**
 * emo_drop_down_set_name:
 * @drop_down: a list of strings to choose from
 * @name: what the choice is of
 *
 * Names it for a screen reader. The keyboard's focus is on a button inside, which
 * GTK leaves without a name even where the drop-down has one; it tells what is
 * chosen, too. To be called once.
 */
void
emo_drop_down_set_name (GtkDropDown *drop_down,
                        const char  *name)
{
  g_return_if_fail (GTK_IS_DROP_DOWN (drop_down));
  g_return_if_fail (name != NULL);

  g_signal_connect_data (drop_down, "notify::selected-item", G_CALLBACK (selected_cb),
                         g_strdup (name), (GClosureNotify) g_free, 0);
  selected_cb (drop_down, NULL, name);
}
