/* emo-train-log.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-epoch-table.h"

G_BEGIN_DECLS

/* What a stage of training says while it runs: one call for each thing that
 * happens. It writes a JSON line of it (the contract of --format jsonl), tells a
 * person how far it is, and keeps FOLDER/epochs.csv and TensorBoard's event files.
 * A log that cannot be written ends with a note, the training goes on. Time is
 * monotonic. One thread. */
typedef struct _EmoTrainLog EmoTrainLog;

typedef struct
{
  const char *stage;
  guint       epoch;             /* the one that is running */
  guint       n_epochs;
  gint64      step;
  gint64      n_steps;
  double      loss;              /* NaN: not known */
  double      pictures_per_s;    /* NaN: not known yet */
  double      seconds_left;      /* NaN: not known yet */
  double      fraction;          /* of the stage, 0 to 1 */
  const char *text;              /* "epoch 2/5, loss 0.41, 12.3 pictures/s, 3 min left" */
} EmoTrainProgress;

/* @line is JSON without its end of line. */
typedef void   (*EmoTrainLineFunc)     (const char              *line,
                                        gpointer                 user_data);
typedef void   (*EmoTrainProgressFunc) (const EmoTrainProgress  *progress,
                                        gpointer                 user_data);
typedef gint64 (*EmoTrainClockFunc)    (void);

typedef struct
{
  const char           *stage;        /* "vlm" */
  const char           *folder;       /* (nullable) for the files; made where it is missing */
  guint64               n_pictures;   /* of an epoch */
  guint                 n_epochs;
  gint64                n_steps;      /* of all epochs */
  guint                 epochs_done;  /* where it goes on from; 0 with a training that begins */
  gint64                steps_done;
  EmoTrainLineFunc      line;         /* (nullable) */
  EmoTrainProgressFunc  progress;     /* (nullable) */
  gpointer              user_data;
  EmoTrainClockFunc     clock;        /* (nullable) microseconds; NULL: g_get_monotonic_time() */
} EmoTrainLogSettings;

EmoTrainLog *emo_train_log_new        (const EmoTrainLogSettings  *settings);
void         emo_train_log_free       (EmoTrainLog                *self);
void         emo_train_log_start      (EmoTrainLog                *self);
/* After each step; at most four a second are told on. @step counts from 1 over
 * all epochs; a NaN loss is not known. */
void         emo_train_log_step       (EmoTrainLog                *self,
                                       guint                       epoch,
                                       gint64                      step,
                                       guint                       n_pictures,
                                       double                      loss,
                                       double                      lr);
/* After an epoch and its validation. @numbers need not say the rate and seconds. */
void         emo_train_log_epoch      (EmoTrainLog                *self,
                                       const EmoTrainEpoch        *numbers);
void         emo_train_log_checkpoint (EmoTrainLog                *self,
                                       const char                 *path);
void         emo_train_log_note       (EmoTrainLog                *self,
                                       const char                 *text);
void         emo_train_log_done       (EmoTrainLog                *self,
                                       const char                 *path);
void         emo_train_log_skipped    (EmoTrainLog                *self,
                                       const char                 *text);
void         emo_train_log_stopped    (EmoTrainLog                *self,
                                       const char                 *path);    /* (nullable) */
void         emo_train_log_error      (EmoTrainLog                *self,
                                       const char                 *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTrainLog, emo_train_log_free)

G_END_DECLS
