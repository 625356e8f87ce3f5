/* emo-show-file.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-show-file.h"

#define TIMEOUT_MS 5000

static void
launched_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_app_info_launch_default_for_uri_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
open_folder (GTask *task)
{
  GtkWidget *widget = g_task_get_source_object (task);
  g_autoptr (GFile) folder = g_file_get_parent (g_task_get_task_data (task));
  g_autoptr (GdkAppLaunchContext) context = gdk_display_get_app_launch_context (gtk_widget_get_display (widget));
  g_autofree char *uri = g_file_get_uri (folder);

  g_app_info_launch_default_for_uri_async (uri, G_APP_LAUNCH_CONTEXT (context), g_task_get_cancellable (task),
                                           launched_cb, g_object_ref (task));
}

static void
shown_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, NULL);

  if (reply != NULL)
    g_task_return_boolean (task, TRUE);
  else
    open_folder (task);
}

/**
 * emo_show_file_async:
 * @widget: where the wish came from
 * @file: a file that is there
 * @callback: called on the main context
 * @user_data: for @callback
 *
 * Shows a file in its folder.
 */
void
emo_show_file_async (GtkWidget           *widget,
                     GFile               *file,
                     GAsyncReadyCallback  callback,
                     gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (widget, NULL, callback, user_data);
  GDBusConnection *bus = g_application_get_dbus_connection (g_application_get_default ());
  g_autofree char *uri = NULL;
  const char *uris[] = { NULL, NULL };

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (G_IS_FILE (file));

  g_task_set_source_tag (task, emo_show_file_async);
  g_task_set_task_data (task, g_object_ref (file), g_object_unref);
  if (bus == NULL)
    {
      open_folder (task);
      return;
    }

  uri = g_file_get_uri (file);
  uris[0] = uri;
  g_dbus_connection_call (bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1",
                          "org.freedesktop.FileManager1", "ShowItems",
                          g_variant_new ("(^ass)", uris, ""), NULL, G_DBUS_CALL_FLAGS_NONE, TIMEOUT_MS, NULL,
                          shown_cb, g_steal_pointer (&task));
}

/**
 * emo_show_file_finish:
 * @result: the result
 * @error: why nothing opens folders
 *
 * Returns: whether it is shown
 */
gboolean
emo_show_file_finish (GAsyncResult  *result,
                      GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
