/* emo-train-record.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-train-record.h"

struct _EmoTrainRecord
{
  GObject              parent_instance;

  EmoTrainRecordState  state;
  EmoTrainEvent        latest;      /* its strings are ours */
  EmoTrainSeries       losses;
  GListStore          *epochs;
};

G_DEFINE_FINAL_TYPE (EmoTrainRecord, emo_train_record, G_TYPE_OBJECT)

static void
emo_train_record_finalize (GObject *object)
{
  EmoTrainRecord *self = EMO_TRAIN_RECORD (object);

  g_clear_object (&self->epochs);
  emo_train_series_clear (&self->losses);
  g_free (self->latest.stage);

  G_OBJECT_CLASS (emo_train_record_parent_class)->finalize (object);
}

static void
emo_train_record_class_init (EmoTrainRecordClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = emo_train_record_finalize;
}

static void
emo_train_record_init (EmoTrainRecord *self)
{
  self->epochs = g_list_store_new (EMO_TYPE_EPOCH_ITEM);
  self->latest.loss = self->latest.lr = self->latest.val_loss = NAN;
  self->latest.val_accuracy = self->latest.val_macro_f1 = NAN;
  self->latest.pictures_per_s = self->latest.seconds_left = self->latest.seconds = NAN;
  emo_train_series_init (&self->losses);
}

/**
 * emo_train_record_new:
 * @stage: the stage's name, "vlm"
 *
 * Returns: (transfer full): the record of a stage that runs and has told nothing
 */
EmoTrainRecord *
emo_train_record_new (const char *stage)
{
  EmoTrainRecord *self;

  g_return_val_if_fail (stage != NULL, NULL);

  self = g_object_new (EMO_TYPE_TRAIN_RECORD, NULL);
  self->latest.stage = g_strdup (stage);

  return self;
}

static void
set_known (double *number,
           double  value)
{
  if (!isnan (value))
    *number = value;
}

static void
take_numbers (EmoTrainRecord      *self,
              const EmoTrainEvent *event)
{
  set_known (&self->latest.loss, event->loss);
  set_known (&self->latest.val_loss, event->val_loss);
  set_known (&self->latest.val_accuracy, event->val_accuracy);
  set_known (&self->latest.val_macro_f1, event->val_macro_f1);
  set_known (&self->latest.lr, event->lr);
  set_known (&self->latest.pictures_per_s, event->pictures_per_s);
  set_known (&self->latest.seconds, event->seconds);
  /* A forecast that is no more is none. */
  self->latest.seconds_left = event->seconds_left;
  self->latest.epoch = MAX (self->latest.epoch, event->epoch);
  self->latest.step = MAX (self->latest.step, event->step);
}

/* A training that begins anew, or goes on from before them, does them again. */
static void
forget_epochs_from (EmoTrainRecord *self,
                    guint           epoch)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->epochs)), n_kept = n;

  while (n_kept > 0 && epoch > 0)
    {
      g_autoptr (EmoEpochItem) last = g_list_model_get_item (G_LIST_MODEL (self->epochs), n_kept - 1);

      if (emo_epoch_item_get_numbers (last)->epoch < epoch)
        break;
      n_kept--;
    }
  if (n_kept < n)
    g_list_store_splice (self->epochs, n_kept, n - n_kept, NULL, 0);
}

static void
take_step (EmoTrainRecord      *self,
           const EmoTrainEvent *event)
{
  forget_epochs_from (self, event->epoch);
  /* Steps only go forward, or the curve would go back. */
  if (event->step > self->latest.step && !isnan (event->loss))
    emo_train_series_add (&self->losses, (double) event->step, event->loss);
  take_numbers (self, event);
}

static void
take_epoch (EmoTrainRecord      *self,
            const EmoTrainEvent *event)
{
  const EmoTrainEpoch numbers = {
    .epoch = event->epoch,
    .step = (gint64) event->step,
    .loss = event->loss,
    .val_loss = event->val_loss,
    .val_accuracy = event->val_accuracy,
    .val_macro_f1 = event->val_macro_f1,
    .lr = event->lr,
    .pictures_per_s = event->pictures_per_s,
    .seconds = NAN,
  };
  g_autoptr (EmoEpochItem) item = emo_epoch_item_new (&numbers);

  forget_epochs_from (self, event->epoch);
  g_list_store_append (self->epochs, item);
  take_numbers (self, event);
}

/**
 * emo_train_record_recall:
 * @self: a record that has no epochs yet
 * @epochs: (element-type EmoTrainEpoch): epochs in order
 *
 * Those that the stage tells of again take their place.
 */
void
emo_train_record_recall (EmoTrainRecord *self,
                         GArray         *epochs)
{
  g_return_if_fail (EMO_IS_TRAIN_RECORD (self));
  g_return_if_fail (epochs != NULL);

  for (guint i = 0; i < epochs->len; i++)
    {
      g_autoptr (EmoEpochItem) item = emo_epoch_item_new (&g_array_index (epochs, EmoTrainEpoch, i));

      g_list_store_append (self->epochs, item);
    }
}

/**
 * emo_train_record_take:
 * @self: a record
 * @event: something that its stage has told
 */
void
emo_train_record_take (EmoTrainRecord      *self,
                       const EmoTrainEvent *event)
{
  g_return_if_fail (EMO_IS_TRAIN_RECORD (self));
  g_return_if_fail (event != NULL);

  switch (event->kind)
    {
    case EMO_TRAIN_EVENT_START:
      self->latest.n_pictures = event->n_pictures;
      self->latest.n_epochs = event->n_epochs;
      self->latest.n_steps = event->n_steps;
      self->state = EMO_TRAIN_RECORD_RUNNING;
      break;
    case EMO_TRAIN_EVENT_STEP:
      take_step (self, event);
      break;
    case EMO_TRAIN_EVENT_EPOCH:
      take_epoch (self, event);
      break;
    case EMO_TRAIN_EVENT_DONE:
      take_numbers (self, event);
      self->state = EMO_TRAIN_RECORD_DONE;
      break;
    case EMO_TRAIN_EVENT_SKIPPED:
      self->state = EMO_TRAIN_RECORD_SKIPPED;
      break;
    case EMO_TRAIN_EVENT_STOPPED:
      self->state = EMO_TRAIN_RECORD_STOPPED;
      break;
    case EMO_TRAIN_EVENT_ERROR:
      self->state = EMO_TRAIN_RECORD_FAILED;
      break;
    case EMO_TRAIN_EVENT_CHECKPOINT:
    case EMO_TRAIN_EVENT_NOTE:
    case EMO_TRAIN_N_EVENTS:
    default:
      break;
    }
}

/**
 * emo_train_record_end:
 * @self: a record
 * @state: what has become of a stage that still runs
 */
void
emo_train_record_end (EmoTrainRecord      *self,
                      EmoTrainRecordState  state)
{
  g_return_if_fail (EMO_IS_TRAIN_RECORD (self));

  if (self->state == EMO_TRAIN_RECORD_RUNNING)
    self->state = state;
}

/**
 * emo_train_record_get_stage:
 * @self: a record
 *
 * Returns: the stage's name
 */
const char *
emo_train_record_get_stage (EmoTrainRecord *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_RECORD (self), NULL);

  return self->latest.stage;
}

/**
 * emo_train_record_get_state:
 * @self: a record
 *
 * Returns: how the stage stands
 */
EmoTrainRecordState
emo_train_record_get_state (EmoTrainRecord *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_RECORD (self), EMO_TRAIN_RECORD_FAILED);

  return self->state;
}

/**
 * emo_train_record_get_latest:
 * @self: a record
 *
 * Returns: (transfer none): what was told last of everything; NaN and 0 are not
 *   known
 */
const EmoTrainEvent *
emo_train_record_get_latest (EmoTrainRecord *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_RECORD (self), NULL);

  return &self->latest;
}

/**
 * emo_train_record_get_fraction:
 * @self: a record
 *
 * Returns: how much of the stage is done, 0 to 1; -1 where that is not known
 */
double
emo_train_record_get_fraction (EmoTrainRecord *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_RECORD (self), -1);

  if (self->state == EMO_TRAIN_RECORD_DONE || self->state == EMO_TRAIN_RECORD_SKIPPED)
    return 1;
  if (self->latest.n_steps > 0)
    return MIN ((double) self->latest.step / (double) self->latest.n_steps, 1);
  if (self->latest.n_epochs > 0)
    return MIN ((double) g_list_model_get_n_items (G_LIST_MODEL (self->epochs)) / self->latest.n_epochs, 1);

  return -1;
}

/**
 * emo_train_record_get_losses:
 * @self: a record
 *
 * Returns: (transfer none): the loss by step
 */
const EmoTrainSeries *
emo_train_record_get_losses (EmoTrainRecord *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_RECORD (self), NULL);

  return &self->losses;
}

/**
 * emo_train_record_get_epochs:
 * @self: a record
 *
 * Returns: (transfer none): the epochs that are done
 */
GListModel *
emo_train_record_get_epochs (EmoTrainRecord *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_RECORD (self), NULL);

  return G_LIST_MODEL (self->epochs);
}

/**
 * emo_train_record_get_epoch_step:
 * @self: a record
 * @epoch: one of its epochs
 *
 * Returns: the step that the epoch ended with, told or reckoned
 */
double
emo_train_record_get_epoch_step (EmoTrainRecord      *self,
                                 const EmoTrainEpoch *epoch)
{
  g_return_val_if_fail (EMO_IS_TRAIN_RECORD (self), NAN);

  if (epoch->step > 0)
    return (double) epoch->step;
  if (self->latest.n_epochs == 0 || self->latest.n_steps == 0)
    return NAN;

  return (double) self->latest.n_steps * epoch->epoch / self->latest.n_epochs;
}
