/* emo-recent.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-recent.h"

/* What a registration is found by again; no word for people. */
#define APP_NAME "EmoVLM"
#define MAX_ITEMS 10

/**
 * emo_recent_add:
 * @file: a picture or a folder
 * @mime_type: its type, which nobody looks up
 *
 * Remembers that a person has opened it.
 */
void
emo_recent_add (GFile      *file,
                const char *mime_type)
{
  g_autofree char *uri = NULL;
  GtkRecentData data = {
    .mime_type = (char *) mime_type,
    .app_name = (char *) APP_NAME,
    .app_exec = (char *) "emovlm-desktop %u",
  };

  g_return_if_fail (G_IS_FILE (file));
  g_return_if_fail (mime_type != NULL);

  uri = g_file_get_uri (file);
  gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}

static int
compare_times (gconstpointer a,
               gconstpointer b)
{
  return g_date_time_compare (gtk_recent_info_get_modified ((GtkRecentInfo *) b),
                              gtk_recent_info_get_modified ((GtkRecentInfo *) a));
}

static void
append (GMenu         *menu,
        GtkRecentInfo *info)
{
  g_autofree char *name = gtk_recent_info_get_short_name (info);
  g_auto (GStrv) parts = g_strsplit (name, "_", -1);
  g_autofree char *label = g_strjoinv ("__", parts);
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "win.open-recent", "s", gtk_recent_info_get_uri (info));
  g_menu_append_item (menu, item);
}

/**
 * emo_recent_fill:
 * @menu: a menu, emptied first
 *
 * Lists what was opened with this application, the latest first.
 */
void
emo_recent_fill (GMenu *menu)
{
  GList *items = g_list_sort (gtk_recent_manager_get_items (gtk_recent_manager_get_default ()), compare_times);
  guint n = 0;

  g_return_if_fail (G_IS_MENU (menu));

  g_menu_remove_all (menu);
  for (GList *l = items; l != NULL && n < MAX_ITEMS; l = l->next)
    {
      if (!gtk_recent_info_has_application (l->data, APP_NAME))
        continue;
      append (menu, l->data);
      n++;
    }
  g_list_free_full (items, (GDestroyNotify) gtk_recent_info_unref);
}
