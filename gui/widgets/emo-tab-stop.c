/* emo-tab-stop.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-tab-stop.h"

static GtkWidget *
next_sibling (GtkWidget        *widget,
              GtkDirectionType  direction)
{
  return direction == GTK_DIR_TAB_FORWARD ? gtk_widget_get_next_sibling (widget) : gtk_widget_get_prev_sibling (widget);
}

/* To the nearest in tab order that takes the focus and is not inside of @widget. */
static gboolean
leave (GtkWidget        *widget,
       GtkDirectionType  direction)
{
  for (GtkWidget *part = widget; part != NULL; part = gtk_widget_get_parent (part))
    for (GtkWidget *other = next_sibling (part, direction); other != NULL; other = next_sibling (other, direction))
      if (gtk_widget_get_mapped (other) && gtk_widget_child_focus (other, direction))
        return TRUE;

  return FALSE;
}

static gboolean
tab_cb (GtkWidget *list,
        GVariant  *args,
        gpointer   user_data)
{
  GtkDirectionType direction = GPOINTER_TO_INT (user_data);
  GtkWidget *row = gtk_widget_get_focus_child (list);

  if (row != NULL && gtk_widget_child_focus (row, direction))
    return TRUE;

  return leave (list, direction);
}

static void
add_key (GtkShortcutController *keys,
         guint                  key,
         GdkModifierType        modifiers,
         GtkDirectionType       direction)
{
  gtk_shortcut_controller_add_shortcut (keys,
                                        gtk_shortcut_new (gtk_keyval_trigger_new (key, modifiers),
                                                          gtk_callback_action_new (tab_cb, GINT_TO_POINTER (direction), NULL)));
}

/**
 * emo_tab_stop_add:
 * @list: a list of GTK whose rows can have the focus
 *
 * To be called once for a list.
 */
void
emo_tab_stop_add (GtkWidget *list)
{
  GtkShortcutController *keys;

  g_return_if_fail (GTK_IS_LIST_BASE (list));

  keys = GTK_SHORTCUT_CONTROLLER (gtk_shortcut_controller_new ());
  add_key (keys, GDK_KEY_Tab, 0, GTK_DIR_TAB_FORWARD);
  add_key (keys, GDK_KEY_KP_Tab, 0, GTK_DIR_TAB_FORWARD);
  add_key (keys, GDK_KEY_Tab, GDK_SHIFT_MASK, GTK_DIR_TAB_BACKWARD);
  add_key (keys, GDK_KEY_KP_Tab, GDK_SHIFT_MASK, GTK_DIR_TAB_BACKWARD);
  gtk_widget_add_controller (list, GTK_EVENT_CONTROLLER (keys));
}
