/* emo-file-scan.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <unistd.h>

#include "emo-file-scan.h"

#define SNIFF_BYTES 512

/**
 * emo_file_scan_free:
 * @self: (transfer full): a scan's result
 */
void
emo_file_scan_free (EmoFileScan *self)
{
  g_clear_pointer (&self->collection, emo_collection_free);
  g_free (self->refused);
  g_free (self);
}

/* What has a picture's name becomes a row, even if it turns out damaged: the row
 * says why. What has neither the name nor the first bytes of one is refused. */
static gboolean
is_refused (GFile  *file,
            char  **words)
{
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *shown = NULL;
  g_autofree char *kind = NULL;
  guint8 head[SNIFF_BYTES];
  gssize length;
  int fd;

  if (path == NULL || emo_image_format_takes_name (name))
    return FALSE;

  /* A folder or what cannot be opened is not for us to judge. */
  fd = emo_file_open (path, NULL, NULL);
  if (fd < 0)
    return FALSE;
  length = read (fd, head, sizeof head);
  close (fd);
  if (length < 0 || emo_image_format_sniff (head, length) != NULL)
    return FALSE;

  shown = emo_file_escape_name (name);
  kind = emo_image_format_describe_refused (head, length, name);
  *words = g_strdup_printf ("%s: %s", shown, kind);

  return TRUE;
}

static void
scan_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  GPtrArray *files = task_data;
  g_autoptr (EmoFileScan) self = g_new0 (EmoFileScan, 1);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) emo_input_free);
  GError *error = NULL;

  for (guint i = 0; i < files->len; i++)
    {
      GFile *file = g_ptr_array_index (files, i);
      g_autofree char *words = NULL;

      if (!is_refused (file, &words))
        g_ptr_array_add (inputs, emo_input_new (file, NULL, NULL));
      else if (self->n_refused++ == 0)
        self->refused = g_steal_pointer (&words);
    }

  self->collection = emo_collect (inputs, TRUE, cancellable, &error);
  if (self->collection != NULL)
    g_task_return_pointer (task, g_steal_pointer (&self), (GDestroyNotify) emo_file_scan_free);
  else
    g_task_return_error (task, error);
}

/**
 * emo_file_scan_async:
 * @files: (array length=n_files): files and folders
 * @n_files: how many
 * @cancellable: (nullable): gives up
 * @callback: called on the main context
 * @user_data: for @callback
 *
 * Looks through folders, deep ones too, and at the first bytes of named files
 * whose names say nothing.
 */
void
emo_file_scan_async (GFile               **files,
                     int                   n_files,
                     GCancellable         *cancellable,
                     GAsyncReadyCallback   callback,
                     gpointer              user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_object_unref);

  for (int i = 0; i < n_files; i++)
    g_ptr_array_add (copy, g_object_ref (files[i]));

  g_task_set_source_tag (task, emo_file_scan_async);
  g_task_set_task_data (task, copy, (GDestroyNotify) g_ptr_array_unref);
  g_task_run_in_thread (task, scan_worker);
}

/**
 * emo_file_scan_finish:
 * @result: the result
 * @error: only %G_IO_ERROR_CANCELLED; folders that cannot be read are among the
 *   collection's problems
 *
 * Returns: (transfer full): what was found
 */
EmoFileScan *
emo_file_scan_finish (GAsyncResult  *result,
                      GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
