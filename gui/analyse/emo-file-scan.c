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
/* Only so many are worth remembering as recent. */
#define MAX_OPENED 10

/**
 * emo_file_scan_free:
 * @self: (transfer full): a scan's result
 */
void
emo_file_scan_free (EmoFileScan *self)
{
  g_clear_pointer (&self->collection, emo_collection_free);
  g_free (self->refused);
  g_clear_object (&self->model);
  g_clear_pointer (&self->opened, g_ptr_array_unref);
  g_clear_pointer (&self->types, g_ptr_array_unref);
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

/* What is asked of a scan. */
typedef struct
{
  GPtrArray *files;
  gboolean   find_model;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_ptr_array_unref (question->files);
  g_free (question);
}

static gboolean
is_model (GFile *folder)
{
  static const char * const names[] = { "emovlm.json", "config.json", "adapter_config.json" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GFile) child = g_file_get_child (folder, names[i]);

      if (g_file_query_file_type (child, G_FILE_QUERY_INFO_NONE, NULL) == G_FILE_TYPE_REGULAR)
        return TRUE;
    }

  return FALSE;
}

static void
remember (EmoFileScan *self,
          GFile       *file,
          gboolean     is_folder)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *type = g_content_type_guess (name, NULL, 0, NULL);

  if (self->opened->len >= MAX_OPENED)
    return;

  g_ptr_array_add (self->opened, g_object_ref (file));
  g_ptr_array_add (self->types, (gpointer) (is_folder ? "inode/directory" : g_intern_string (type)));
}

/* FALSE: it is not for the list. */
static gboolean
take (EmoFileScan *self,
      GFile       *file,
      gboolean     find_model)
{
  gboolean is_folder = g_file_query_file_type (file, G_FILE_QUERY_INFO_NONE, NULL) == G_FILE_TYPE_DIRECTORY;
  g_autofree char *words = NULL;

  if (is_folder && find_model && is_model (file))
    {
      g_set_object (&self->model, file);
      return FALSE;
    }
  if (!is_folder && is_refused (file, &words))
    {
      if (self->n_refused++ == 0)
        self->refused = g_steal_pointer (&words);
      return FALSE;
    }
  remember (self, file, is_folder);

  return TRUE;
}

static void
scan_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Question *question = task_data;
  g_autoptr (EmoFileScan) self = g_new0 (EmoFileScan, 1);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) emo_input_free);
  GError *error = NULL;

  self->opened = g_ptr_array_new_with_free_func (g_object_unref);
  self->types = g_ptr_array_new ();
  for (guint i = 0; i < question->files->len; i++)
    {
      GFile *file = g_ptr_array_index (question->files, i);

      if (take (self, file, question->find_model))
        g_ptr_array_add (inputs, emo_input_new (file, NULL, NULL));
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
 * @find_model: whether a model's folder is told and left alone
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
                     gboolean              find_model,
                     GCancellable         *cancellable,
                     GAsyncReadyCallback   callback,
                     gpointer              user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Question *question = g_new0 (Question, 1);

  question->files = g_ptr_array_new_with_free_func (g_object_unref);
  question->find_model = find_model;
  for (int i = 0; i < n_files; i++)
    g_ptr_array_add (question->files, g_object_ref (files[i]));

  g_task_set_source_tag (task, emo_file_scan_async);
  g_task_set_task_data (task, question, question_free);
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
