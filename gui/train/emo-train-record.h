/* emo-train-record.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-epoch-item.h"
#include "emo-train-series.h"

G_BEGIN_DECLS

/* What a stage of a training has told so far. Nothing is notified: who shows it
 * asks again, at its own pace. */
typedef enum
{
  EMO_TRAIN_RECORD_RUNNING,
  EMO_TRAIN_RECORD_DONE,
  EMO_TRAIN_RECORD_SKIPPED,
  EMO_TRAIN_RECORD_STOPPED,
  EMO_TRAIN_RECORD_FAILED,
} EmoTrainRecordState;

#define EMO_TYPE_TRAIN_RECORD (emo_train_record_get_type ())
G_DECLARE_FINAL_TYPE (EmoTrainRecord, emo_train_record, EMO, TRAIN_RECORD, GObject)

EmoTrainRecord       *emo_train_record_new            (const char          *stage);
/* @event: one of its stage. */
void                  emo_train_record_take           (EmoTrainRecord      *self,
                                                       const EmoTrainEvent *event);
/* The epochs that an earlier run of it told of, before it goes on. */
void                  emo_train_record_recall         (EmoTrainRecord      *self,
                                                       GArray              *epochs);   /* of EmoTrainEpoch */
/* The training is over, whatever it said last. */
void                  emo_train_record_end            (EmoTrainRecord      *self,
                                                       EmoTrainRecordState  state);
const char           *emo_train_record_get_stage      (EmoTrainRecord      *self);
EmoTrainRecordState   emo_train_record_get_state      (EmoTrainRecord      *self);
/* The start, and the newest number of each kind. */
const EmoTrainEvent  *emo_train_record_get_latest     (EmoTrainRecord      *self);
double                emo_train_record_get_fraction   (EmoTrainRecord      *self);   /* -1: not known */
const EmoTrainSeries *emo_train_record_get_losses     (EmoTrainRecord      *self);   /* by step */
GListModel           *emo_train_record_get_epochs     (EmoTrainRecord      *self);   /* of EmoEpochItem */
/* Where an epoch ends on the axis of steps. */
double                emo_train_record_get_epoch_step (EmoTrainRecord      *self,
                                                       const EmoTrainEpoch *epoch);

G_END_DECLS
