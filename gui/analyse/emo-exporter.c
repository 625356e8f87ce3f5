/* emo-exporter.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-exporter.h"

#define SLICE_US 4000

typedef struct
{
  EmoExportOptions  options;
  EmoModelInfo     *info;
  GPtrArray        *samples;   /* of EmoSample, those finished when it began */
  guint             next;
  GString          *text;
  char             *path;
} Export;

static void
export_free (gpointer data)
{
  Export *export = data;

  emo_model_info_unref (export->info);
  g_ptr_array_unref (export->samples);
  g_string_free (export->text, TRUE);
  g_free (export->path);
  g_free (export);
}

static void
write_worker (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  Export *export = task_data;
  GError *error = NULL;

  if (emo_file_write (export->path, export->text->str, export->text->len, &error))
    g_task_return_int (task, export->samples->len);
  else
    g_task_return_error (task, error);
}

static gboolean
slice_cb (gpointer user_data)
{
  GTask *task = user_data;
  Export *export = g_task_get_task_data (task);
  gint64 end = g_get_monotonic_time () + SLICE_US;

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;

  while (export->next < export->samples->len && g_get_monotonic_time () < end)
    {
      g_autofree char *row = emo_export_row (&export->options, export->info,
                                             g_ptr_array_index (export->samples, export->next));

      export->next++;
      g_string_append (export->text, row);
    }

  if (export->next < export->samples->len)
    return G_SOURCE_CONTINUE;

  g_task_run_in_thread (task, write_worker);

  return G_SOURCE_REMOVE;
}

static GPtrArray *
list_finished (GPtrArray *samples)
{
  GPtrArray *finished = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < samples->len; i++)
    if (emo_export_is_written (g_ptr_array_index (samples, i)))
      g_ptr_array_add (finished, g_object_ref (g_ptr_array_index (samples, i)));

  return finished;
}

static gboolean
any_annotated (GPtrArray *samples)
{
  for (guint i = 0; i < samples->len; i++)
    if (emo_export_is_annotated (g_ptr_array_index (samples, i)))
      return TRUE;

  return FALSE;
}

/**
 * emo_exporter_save_async:
 * @options: the format; copied. Columns of annotations are left out where there
 *   is nothing to put into them
 * @info: the model whose labels are the columns
 * @samples: (element-type EmoSample): pictures; those done or failed are written
 * @file: a local file; it is replaced atomically
 * @cancellable: (nullable): gives up before the file is touched
 * @callback: called on the main context
 * @user_data: for @callback
 *
 * Exports pictures.
 */
void
emo_exporter_save_async (const EmoExportOptions *options,
                         EmoModelInfo           *info,
                         GPtrArray              *samples,
                         GFile                  *file,
                         GCancellable           *cancellable,
                         GAsyncReadyCallback     callback,
                         gpointer                user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *header = NULL;
  Export *export;

  g_return_if_fail (options != NULL);
  g_return_if_fail (info != NULL);

  g_task_set_source_tag (task, emo_exporter_save_async);
  if (g_file_peek_path (file) == NULL)
    {
      g_autofree char *uri = g_file_get_uri (file);

      g_task_return_new_error (task, EMO_ERROR, EMO_ERROR_IO, _("%s is not on this computer"), uri);
      return;
    }

  export = g_new0 (Export, 1);
  export->options = *options;
  export->info = emo_model_info_ref (info);
  export->samples = list_finished (samples);
  if (!any_annotated (export->samples))
    export->options.columns &= ~EMO_EXPORT_ANNOTATIONS;
  header = emo_export_header (&export->options, info);
  export->text = g_string_new (header);
  export->path = g_file_get_path (file);
  g_task_set_task_data (task, export, export_free);

  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, slice_cb, g_steal_pointer (&task), g_object_unref);
}

/**
 * emo_exporter_save_finish:
 * @result: the result
 * @error: IO or NOSPACE naming the file; the file that was there is untouched
 *
 * Returns: the number of rows written, -1 on failure
 */
int
emo_exporter_save_finish (GAsyncResult  *result,
                          GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), -1);

  return g_task_propagate_int (G_TASK (result), error);
}
