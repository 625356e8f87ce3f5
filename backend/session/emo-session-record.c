/* emo-session-record.c
 *
 * What a session tells the run store.
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-session-private.h"

/* A picture has a row from the moment it is asked for, so that what a crash cut
 * off can be gone on with; its result goes over that row. Another result of the
 * same picture (asked for again, or of another model) is a row of its own. Runs
 * of the command line have rows of results only: who interrupts a command means
 * it. */
static gboolean
keeps_waiting (EmoSession *self)
{
  return self->store != NULL && self->recording && self->run_kind == EMO_RUN_SESSION;
}

static void
begin_row (EmoSession *self,
           EmoSample  *sample)
{
  EmoSampleRecord *record = _emo_sample_get_record (sample);

  if (!record->waiting)
    {
      record->run_before = record->run;
      record->number_before = record->number;
    }
  record->run = self->run_id;
  record->number = ++self->last_number;
  record->waiting = TRUE;
}

static gboolean
has_waiting_row (EmoSession *self,
                 EmoSample  *sample)
{
  EmoSampleRecord *record = _emo_sample_get_record (sample);

  return record->waiting && record->run == self->run_id;
}

/**
 * _emo_session_record_waiting:
 * @self: a session
 * @samples: (element-type EmoSample): pictures that wait
 *
 * Keeps that they were asked for.
 */
void
_emo_session_record_waiting (EmoSession *self,
                             GPtrArray  *samples)
{
  g_autoptr (GPtrArray) entries = NULL;

  if (!keeps_waiting (self))
    return;

  entries = g_ptr_array_new_full (samples->len, (GDestroyNotify) emo_run_entry_unref);
  for (guint i = 0; i < samples->len; i++)
    {
      EmoSample *sample = g_ptr_array_index (samples, i);

      if (has_waiting_row (self, sample))
        continue;
      begin_row (self, sample);
      g_ptr_array_add (entries, _emo_sample_make_entry (sample, NULL));
    }
  if (entries->len > 0)
    emo_run_store_put_many (self->store, entries);
}

/**
 * _emo_session_record_result:
 * @self: a session
 * @sample: a picture that is done or failed
 *
 * Keeps its result as it is now.
 */
void
_emo_session_record_result (EmoSession *self,
                            EmoSample  *sample)
{
  EmoModelInfo *info = self->classifier != NULL ? emo_classifier_get_info (self->classifier) : NULL;
  g_autoptr (EmoRunEntry) entry = NULL;

  if (self->store == NULL || !self->recording)
    return;

  if (!has_waiting_row (self, sample))
    begin_row (self, sample);
  _emo_sample_get_record (sample)->waiting = FALSE;
  entry = _emo_sample_make_entry (sample, info);
  emo_run_store_put (self->store, entry);
}

/**
 * _emo_session_record_explanation:
 * @self: a session
 * @sample: a picture that was done before and now has other words
 *
 * Keeps them in the row of the result that they explain, while there is one: it
 * may have been deleted from the history.
 */
void
_emo_session_record_explanation (EmoSession *self,
                                 EmoSample  *sample)
{
  g_autoptr (EmoRunEntry) entry = NULL;

  if (self->store == NULL || !self->recording || _emo_sample_get_record (sample)->run != self->run_id)
    return;

  entry = _emo_sample_make_entry (sample, NULL);
  emo_run_store_update (self->store, entry);
}

/**
 * _emo_session_record_removed:
 * @self: a session
 * @sample: a picture that is taken off the list
 *
 * One without a result is not asked for any more; a result stays.
 */
void
_emo_session_record_removed (EmoSession *self,
                             EmoSample  *sample)
{
  EmoSampleRecord *record = _emo_sample_get_record (sample);

  if (self->store == NULL || !has_waiting_row (self, sample))
    return;

  emo_run_store_forget (self->store, record->run, record->number);
  record->waiting = FALSE;
}

/**
 * _emo_session_record_kept:
 * @self: a session
 * @sample: a picture whose answer was to be replaced, and stands
 *
 * What is said of it from now on goes to the row of that answer.
 */
void
_emo_session_record_kept (EmoSession *self,
                          EmoSample  *sample)
{
  EmoSampleRecord *record = _emo_sample_get_record (sample);

  if (!record->waiting)
    return;

  _emo_session_record_removed (self, sample);
  record->run = record->run_before;
  record->number = record->number_before;
  record->waiting = FALSE;
}

static void
annotated_cb (EmoSample *sample,
              gpointer   user_data)
{
  EmoSession *self = user_data;

  if (self->store != NULL)
    emo_sample_store_annotations (sample, self->store);
}

static void
removed_gone_cb (gpointer  data,
                 GObject  *where_the_object_was)
{
  g_hash_table_remove (((EmoSession *) data)->removed, where_the_object_was);
}

/**
 * _emo_session_watch:
 * @self: a session
 * @sample: a picture that is put on the list
 *
 * Keeps what a person says of it from now on.
 */
void
_emo_session_watch (EmoSession *self,
                    EmoSample  *sample)
{
  if (g_hash_table_remove (self->removed, sample))
    g_object_weak_unref (G_OBJECT (sample), removed_gone_cb, self);
  else
    g_signal_connect (sample, "annotated", G_CALLBACK (annotated_cb), self);
}

/**
 * _emo_session_watch_removed:
 * @self: a session
 * @sample: a picture that is taken off the list
 *
 * Whoever holds it may put it back, and what is said of it meanwhile is kept as
 * before: while it lives, the history shows this one and not another of the same
 * row.
 */
void
_emo_session_watch_removed (EmoSession *self,
                            EmoSample  *sample)
{
  if (g_hash_table_add (self->removed, sample))
    g_object_weak_ref (G_OBJECT (sample), removed_gone_cb, self);
}

/**
 * _emo_session_unwatch_all:
 * @self: a session that ends
 *
 * Lets go of the pictures, which may outlive it in a view.
 */
void
_emo_session_unwatch_all (EmoSession *self)
{
  GListModel *listed = G_LIST_MODEL (self->samples);
  guint n = g_list_model_get_n_items (listed);
  GHashTableIter iter;
  gpointer sample;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmoSample) there = g_list_model_get_item (listed, i);

      g_signal_handlers_disconnect_by_func (there, annotated_cb, self);
    }
  g_hash_table_iter_init (&iter, self->removed);
  while (g_hash_table_iter_next (&iter, &sample, NULL))
    {
      g_object_weak_unref (G_OBJECT (sample), removed_gone_cb, self);
      g_signal_handlers_disconnect_by_func (sample, annotated_cb, self);
    }
  g_hash_table_remove_all (self->removed);
}

/**
 * emo_session_set_store:
 * @self: a session without pictures
 * @store: where to keep results
 * @kind: what the session is to the person
 *
 * Begins a run there; from now on every result is kept as it is made. Set once.
 */
void
emo_session_set_store (EmoSession  *self,
                       EmoRunStore *store,
                       EmoRunKind   kind)
{
  g_return_if_fail (EMO_IS_SESSION (self));
  g_return_if_fail (EMO_IS_RUN_STORE (store));
  g_return_if_fail (self->store == NULL);
  g_return_if_fail (g_list_model_get_n_items (G_LIST_MODEL (self->samples)) == 0);

  self->store = g_object_ref (store);
  self->run_kind = kind;
  self->run_id = emo_run_store_begin (store, kind);
}

/**
 * emo_session_get_store:
 * @self: a session
 *
 * Returns: (transfer none) (nullable): where results are kept
 */
EmoRunStore *
emo_session_get_store (EmoSession *self)
{
  g_return_val_if_fail (EMO_IS_SESSION (self), NULL);

  return self->store;
}

static gboolean
is_unfinished (EmoSample *sample)
{
  return emo_sample_get_state (sample) != EMO_SAMPLE_DONE && emo_sample_get_state (sample) != EMO_SAMPLE_FAILED;
}

/**
 * emo_session_get_recording:
 * @self: a session
 *
 * Returns: whether results go into the store
 */
gboolean
emo_session_get_recording (EmoSession *self)
{
  g_return_val_if_fail (EMO_IS_SESSION (self), FALSE);

  return self->recording;
}

/**
 * emo_session_set_recording:
 * @self: a session
 * @recording: whether results go into the store from now on
 *
 * What is in the store already stays there; that pictures still wait is
 * forgotten where nothing is to be recorded.
 */
void
emo_session_set_recording (EmoSession *self,
                           gboolean    recording)
{
  g_autoptr (GPtrArray) unfinished = NULL;
  guint n;

  g_return_if_fail (EMO_IS_SESSION (self));

  recording = !!recording;
  if (self->recording == recording)
    return;

  self->recording = recording;
  unfinished = g_ptr_array_new_with_free_func (g_object_unref);
  n = g_list_model_get_n_items (G_LIST_MODEL (self->samples));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmoSample) sample = g_list_model_get_item (G_LIST_MODEL (self->samples), i);

      if (!is_unfinished (sample))
        continue;
      if (recording)
        g_ptr_array_add (unfinished, g_steal_pointer (&sample));
      else
        _emo_session_record_removed (self, sample);
    }
  _emo_session_record_waiting (self, unfinished);
  g_object_notify (G_OBJECT (self), "recording");
}

static gboolean
is_recorded (EmoSample *sample,
             gint64     run,
             gint64     number)
{
  EmoSampleRecord *record = _emo_sample_get_record (sample);

  return record->run == run && record->number == number;
}

static EmoSample *
find_removed (EmoSession *self,
              gint64      run,
              gint64      number)
{
  GHashTableIter iter;
  gpointer sample;

  g_hash_table_iter_init (&iter, self->removed);
  while (g_hash_table_iter_next (&iter, &sample, NULL))
    if (is_recorded (sample, run, number))
      return sample;

  return NULL;
}

/**
 * emo_session_find_recorded:
 * @self: a session
 * @run: a run of the store
 * @number: a picture of it
 *
 * Returns: (transfer none) (nullable): the picture whose latest result is in that
 *   row: a listed one, or one that was removed and may be restored
 */
EmoSample *
emo_session_find_recorded (EmoSession *self,
                           gint64      run,
                           gint64      number)
{
  guint n;

  g_return_val_if_fail (EMO_IS_SESSION (self), NULL);

  if (self->store == NULL || run != self->run_id)
    return NULL;

  n = g_list_model_get_n_items (G_LIST_MODEL (self->samples));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmoSample) sample = g_list_model_get_item (G_LIST_MODEL (self->samples), i);

      /* The list holds it. */
      if (is_recorded (sample, run, number))
        return sample;
    }

  return find_removed (self, run, number);
}
