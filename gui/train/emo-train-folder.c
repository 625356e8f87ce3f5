/* emo-train-folder.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <gio/gio.h>

#include "emo-train-folder.h"

#define CHECKPOINT_SUFFIX ".safetensors"

/* In the folder itself, or in one of its folders: each training of other settings
 * has its own. */
static gboolean
has_checkpoint (const char *path,
                gboolean    deep)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);

      if (g_str_has_suffix (name, CHECKPOINT_SUFFIX) || (deep && has_checkpoint (below, FALSE)))
        return TRUE;
    }

  return FALSE;
}

static void
look_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  const char *path = task_data;
  EmoTrainFolder *self = g_new0 (EmoTrainFolder, 1);
  g_autofree char *manifest = g_build_filename (path, "emovlm.json", NULL);

  self->is_bundle = g_file_test (manifest, G_FILE_TEST_IS_REGULAR);
  for (int stage = 0; stage < EMO_TRAIN_N_STAGES; stage++)
    {
      g_autofree char *folder = g_build_filename (path, "training", emo_train_stage_id_get_name (stage), NULL);
      g_autofree char *checkpoints = g_build_filename (folder, "checkpoints", NULL);
      g_autofree char *table = g_build_filename (folder, "epochs.csv", NULL);

      self->is_unfinished[stage] = has_checkpoint (checkpoints, TRUE);
      self->epochs[stage] = emo_epoch_table_read (table);
    }
  g_task_return_pointer (task, self, (GDestroyNotify) emo_train_folder_free);
}

/**
 * emo_train_folder_free:
 * @self: (transfer full) (nullable): what is there
 */
void
emo_train_folder_free (EmoTrainFolder *self)
{
  if (self == NULL)
    return;
  for (int stage = 0; stage < EMO_TRAIN_N_STAGES; stage++)
    g_clear_pointer (&self->epochs[stage], g_array_unref);
  g_free (self);
}

/**
 * emo_train_folder_look_async:
 * @path: a folder, there or not
 * @cancellable: (nullable): gives up
 * @callback: called on the main context
 * @user_data: for @callback
 *
 * Looks what an earlier training left. Its checkpoints are there until its stage
 * is done.
 */
void
emo_train_folder_look_async (const char          *path,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_return_if_fail (path != NULL);

  g_task_set_source_tag (task, emo_train_folder_look_async);
  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, look_worker);
}

/**
 * emo_train_folder_look_finish:
 * @result: the result
 *
 * Returns: (transfer full) (nullable): what is there
 */
EmoTrainFolder *
emo_train_folder_look_finish (GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), NULL);
}
