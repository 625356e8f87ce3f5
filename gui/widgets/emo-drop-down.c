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

static const char *
find_text (GtkWidget *widget)
{
  const char *text = GTK_IS_LABEL (widget) ? gtk_label_get_text (GTK_LABEL (widget)) : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget);
       text == NULL && child != NULL;
       child = gtk_widget_get_next_sibling (child))
    text = find_text (child);

  return text;
}

static void
name_cells (GtkWidget *widget)
{
  gboolean is_list = GTK_IS_LIST_VIEW (widget);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      const char *text = is_list ? find_text (child) : NULL;

      if (text != NULL)
        gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
      else if (!is_list)
        name_cells (child);
    }
}

static void
connect_popovers (GtkWidget *widget)
{
  if (GTK_IS_POPOVER (widget))
    {
      g_signal_connect_after (widget, "map", G_CALLBACK (name_cells), NULL);
      return;
    }

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    connect_popovers (child);
}

/**
 * emo_drop_down_name_choices:
 * @widget: a drop-down, or what has some in it
 *
 * Names what there is to choose for a screen reader: the focus is on a cell of GTK's,
 * which has no name though there is text in it. To be called once.
 */
void
emo_drop_down_name_choices (GtkWidget *widget)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));

  connect_popovers (widget);
}

static void
sensitive_cb (GtkDropDown *drop_down)
{
  GtkWidget *button = gtk_widget_get_first_child (GTK_WIDGET (drop_down));

  if (button != NULL)
    gtk_accessible_update_state (GTK_ACCESSIBLE (button),
                                 GTK_ACCESSIBLE_STATE_DISABLED, !gtk_widget_get_sensitive (GTK_WIDGET (drop_down)),
                                 -1);
}

/**
 * emo_drop_down_set_name:
 * @drop_down: a list of strings to choose from
 * @name: what the choice is of
 *
 * Names it for a screen reader. The keyboard's focus is on a button inside, which
 * GTK leaves without a name even where the drop-down has one; it tells what is
 * chosen, too, and whether there is a choice. To be called once.
 */
void
emo_drop_down_set_name (GtkDropDown *drop_down,
                        const char  *name)
{
  g_return_if_fail (GTK_IS_DROP_DOWN (drop_down));
  g_return_if_fail (name != NULL);

  g_signal_connect_data (drop_down, "notify::selected-item", G_CALLBACK (selected_cb),
                         g_strdup (name), (GClosureNotify) g_free, 0);
  g_signal_connect (drop_down, "notify::sensitive", G_CALLBACK (sensitive_cb), NULL);
  selected_cb (drop_down, NULL, name);
  sensitive_cb (drop_down);
  emo_drop_down_name_choices (GTK_WIDGET (drop_down));
}
