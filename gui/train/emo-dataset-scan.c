/* emo-dataset-scan.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-dataset-scan.h"

/**
 * emo_dataset_summary_free:
 * @self: (transfer full): a summary
 */
void
emo_dataset_summary_free (EmoDatasetSummary *self)
{
  g_array_unref (self->labels);
  g_strfreev (self->problems);
  g_free (self);
}

/**
 * emo_dataset_summary_count:
 * @self: a summary
 *
 * Returns: how many pictures there are
 */
guint
emo_dataset_summary_count (EmoDatasetSummary *self)
{
  guint n = 0;

  g_return_val_if_fail (self != NULL, 0);

  for (int split = 0; split < EMO_N_SPLITS; split++)
    n += self->counts[split];

  return n;
}

static void
clear_label (gpointer data)
{
  g_free (((EmoDatasetLabel *) data)->name);
}

static EmoDatasetSummary *
summarise (EmoDataset *dataset)
{
  EmoDatasetSummary *self = g_new0 (EmoDatasetSummary, 1);
  EmoLabelSet *labels = emo_dataset_get_labels (dataset);

  self->labels = g_array_new (FALSE, TRUE, sizeof (EmoDatasetLabel));
  g_array_set_clear_func (self->labels, clear_label);
  for (guint i = 0; i < emo_label_set_get_size (labels); i++)
    {
      EmoDatasetLabel label = { .name = g_strdup (emo_label_set_get_label (labels, i)) };

      for (int split = 0; split < EMO_N_SPLITS; split++)
        label.counts[split] = emo_dataset_count (dataset, split, (int) i);
      g_array_append_val (self->labels, label);
    }
  for (int split = 0; split < EMO_N_SPLITS; split++)
    self->counts[split] = emo_dataset_count (dataset, split, -1);
  self->problems = g_strdupv ((char **) emo_dataset_get_problems (dataset));

  return self;
}

/* As training will see it: copies are left out. */
static void
scan_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  GError *error = NULL;
  g_autoptr (EmoDataset) dataset = emo_dataset_load (task_data, NULL, EMO_DATASET_SEED, cancellable, &error);

  if (dataset != NULL && emo_dataset_drop_copies (dataset, cancellable, &error))
    g_task_return_pointer (task, summarise (dataset), (GDestroyNotify) emo_dataset_summary_free);
  else
    g_task_return_error (task, error);
}

/**
 * emo_dataset_scan_async:
 * @path: a folder or a list
 * @cancellable: (nullable): gives up
 * @callback: called on the main context
 * @user_data: for @callback
 *
 * Counts what a dataset holds and collects what is wrong with it.
 */
void
emo_dataset_scan_async (const char          *path,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_return_if_fail (path != NULL);

  g_task_set_source_tag (task, emo_dataset_scan_async);
  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, scan_worker);
}

/**
 * emo_dataset_scan_finish:
 * @result: the result
 * @error: return location
 *
 * Returns: (transfer full): what was found
 */
EmoDatasetSummary *
emo_dataset_scan_finish (GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
