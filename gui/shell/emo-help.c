/* emo-help.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-help.h"

#define HELP_NAME "emo-help"

static GtkWindow *
find_open (GtkApplication *application)
{
  for (GList *l = gtk_application_get_windows (application); l != NULL; l = l->next)
    if (g_strcmp0 (gtk_widget_get_name (l->data), HELP_NAME) == 0)
      return l->data;

  return NULL;
}

/**
 * emo_help_present:
 * @parent: a window of the application, to stand beside
 *
 * Opens the help, or raises it where it is open. It is not modal: one may read
 * and try at once.
 */
void
emo_help_present (GtkWindow *parent)
{
  GtkWindow *window;

  g_return_if_fail (GTK_IS_WINDOW (parent) && gtk_window_get_application (parent) != NULL);

  window = find_open (gtk_window_get_application (parent));
  if (window == NULL)
    {
      g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (EMO_RESOURCE_PATH "/shell/emo-help.ui");

      window = GTK_WINDOW (gtk_builder_get_object (builder, "window"));
      gtk_widget_set_name (GTK_WIDGET (window), HELP_NAME);
      gtk_window_set_application (window, gtk_window_get_application (parent));
      gtk_window_set_transient_for (window, parent);
      gtk_window_set_destroy_with_parent (window, TRUE);
    }
  gtk_window_present (window);
}
