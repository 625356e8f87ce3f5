/* emo-sample-watch.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-sample-watch.h"

struct _EmoSampleWatch
{
  EmoSample          *sample;       /* (nullable) */
  GSignalGroup       *sample_signals;
  GSignalGroup       *prediction_signals;
  EmoSampleWatchFunc  func;
  gpointer            user_data;
};

static void
state_cb (EmoSampleWatch *self)
{
  self->func (EMO_SAMPLE_CHANGE_STATE, self->user_data);
}

static void
annotated_cb (EmoSampleWatch *self)
{
  self->func (EMO_SAMPLE_CHANGE_MARKS, self->user_data);
}

static void
prediction_cb (EmoSampleWatch *self)
{
  g_signal_group_set_target (self->prediction_signals, emo_sample_get_prediction (self->sample));
  self->func (EMO_SAMPLE_CHANGE_STATE, self->user_data);
}

static void
stage_cb (EmoSampleWatch *self)
{
  EmoStage stage = emo_prediction_get_stage (emo_sample_get_prediction (self->sample));

  self->func (stage == EMO_STAGE_TEXT ? EMO_SAMPLE_CHANGE_TEXT : EMO_SAMPLE_CHANGE_STAGE, self->user_data);
}

/**
 * emo_sample_watch_new:
 * @func: called on every change
 * @user_data: for @func
 *
 * Makes a watch that follows nothing yet.
 *
 * Returns: (transfer full): a watch
 */
EmoSampleWatch *
emo_sample_watch_new (EmoSampleWatchFunc func,
                      gpointer           user_data)
{
  EmoSampleWatch *self;

  g_return_val_if_fail (func != NULL, NULL);

  self = g_new0 (EmoSampleWatch, 1);
  self->func = func;
  self->user_data = user_data;

  self->sample_signals = g_signal_group_new (EMO_TYPE_SAMPLE);
  g_signal_group_connect_swapped (self->sample_signals, "notify::state", G_CALLBACK (state_cb), self);
  g_signal_group_connect_swapped (self->sample_signals, "notify::error-message", G_CALLBACK (state_cb), self);
  g_signal_group_connect_swapped (self->sample_signals, "annotated", G_CALLBACK (annotated_cb), self);
  g_signal_group_connect_swapped (self->sample_signals, "notify::prediction", G_CALLBACK (prediction_cb), self);

  self->prediction_signals = g_signal_group_new (EMO_TYPE_PREDICTION);
  g_signal_group_connect_swapped (self->prediction_signals, "notify::stage", G_CALLBACK (stage_cb), self);

  return self;
}

/**
 * emo_sample_watch_free:
 * @self: (transfer full): a watch
 *
 * Lets go of the picture; nothing is called any more.
 */
void
emo_sample_watch_free (EmoSampleWatch *self)
{
  g_signal_group_set_target (self->sample_signals, NULL);
  g_signal_group_set_target (self->prediction_signals, NULL);
  g_clear_object (&self->sample_signals);
  g_clear_object (&self->prediction_signals);
  g_clear_object (&self->sample);
  g_free (self);
}

/**
 * emo_sample_watch_get_sample:
 * @self: a watch
 *
 * Returns: (transfer none) (nullable): the picture that is followed
 */
EmoSample *
emo_sample_watch_get_sample (EmoSampleWatch *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->sample;
}

/**
 * emo_sample_watch_get_prediction:
 * @self: a watch
 *
 * Returns: (transfer none) (nullable): the answers of the picture as they stand
 */
EmoPrediction *
emo_sample_watch_get_prediction (EmoSampleWatch *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->sample != NULL ? emo_sample_get_prediction (self->sample) : NULL;
}

/**
 * emo_sample_watch_set_sample:
 * @self: a watch
 * @sample: (nullable): the picture to follow
 *
 * Calls back with %EMO_SAMPLE_CHANGE_SAMPLE where it is another one.
 *
 * Returns: whether it is
 */
gboolean
emo_sample_watch_set_sample (EmoSampleWatch *self,
                             EmoSample      *sample)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (sample == NULL || EMO_IS_SAMPLE (sample), FALSE);

  if (!g_set_object (&self->sample, sample))
    return FALSE;

  g_signal_group_set_target (self->sample_signals, sample);
  g_signal_group_set_target (self->prediction_signals, emo_sample_watch_get_prediction (self));
  self->func (EMO_SAMPLE_CHANGE_SAMPLE, self->user_data);

  return TRUE;
}
