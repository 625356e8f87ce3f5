/* emo-test-history.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-test-files.h"
#include "emo-test-history.h"
#include "emo-test-predictions.h"

void
emo_test_history_open (EmoTestHistory *self)
{
  self->folder = emo_test_make_folder ();
  self->store = emo_run_store_new (self->folder);
  self->run = emo_run_store_begin (self->store, EMO_RUN_SESSION);
  emo_test_history_set_model (self, "first");
}

void
emo_test_history_close (EmoTestHistory *self)
{
  emo_run_store_close (self->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (self->store);
  emo_model_info_unref (self->info);
  emo_test_remove_folder (self->folder);
  g_free (self->folder);
}

void
emo_test_history_set_model (EmoTestHistory *self,
                            const char     *name)
{
  g_clear_pointer (&self->info, emo_model_info_unref);
  self->info = emo_test_info_new (8);
  g_free (self->info->name);
  self->info->name = g_strdup (name);
  self->info->model_sha256 = g_strdup_printf ("hash of %s", name);
}

static EmoRunEntry *
make_entry (EmoTestHistory *self,
            const char     *file_name,
            gint64          time)
{
  EmoRunEntry *entry = emo_run_entry_new ();

  entry->run = self->run;
  entry->number = ++self->number;
  entry->file_name = g_strdup (file_name);
  entry->uri = g_strdup_printf ("file:///nowhere/%s", file_name);
  entry->time = time;
  entry->info = emo_model_info_ref (self->info);

  return entry;
}

gint64
emo_test_history_put (EmoTestHistory *self,
                      const char     *file_name,
                      guint           label,
                      gint64          time)
{
  g_autoptr (EmoRunEntry) entry = make_entry (self, file_name, time);
  g_autoptr (EmoPrediction) prediction = emo_prediction_new (self->info);

  emo_test_answer_label (prediction, EMO_BRANCH_VLM, label);
  emo_test_answer_label (prediction, EMO_BRANCH_DISTILLED, (label + 1) % 8);
  emo_test_answer_label (prediction, EMO_BRANCH_GATED, label);
  emo_test_done (prediction);

  entry->state = EMO_RUN_ENTRY_DONE;
  entry->label = g_strdup (emo_label_set_get_label (self->info->labels, label));
  entry->probability = 0.6;
  entry->disagrees = TRUE;
  entry->prediction = emo_prediction_to_json (prediction, file_name, NULL);
  emo_run_store_put (self->store, entry);

  return entry->number;
}

void
emo_test_history_put_failed (EmoTestHistory *self,
                             const char     *file_name,
                             gint64          time)
{
  g_autoptr (EmoRunEntry) entry = make_entry (self, file_name, time);

  entry->state = EMO_RUN_ENTRY_FAILED;
  entry->error_code = EMO_ERROR_INVALID_FILE;
  entry->error = g_strdup ("is no picture");
  emo_run_store_put (self->store, entry);
}

gint64
emo_test_history_noon (int month,
                       int day)
{
  g_autoptr (GDateTime) when = g_date_time_new_local (2020, month, day, 12, 0, 0);

  return g_date_time_to_unix (when);
}
