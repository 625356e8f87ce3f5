/* emo-train-event.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* One thing that a training has said, read back from a JSON line that EmoTrainLog
 * wrote. The lines come through a pipe from another process, so nothing of them is
 * trusted. What a line does not say is NaN, 0 or NULL. */
typedef enum
{
  EMO_TRAIN_EVENT_START,
  EMO_TRAIN_EVENT_STEP,
  EMO_TRAIN_EVENT_EPOCH,
  EMO_TRAIN_EVENT_CHECKPOINT,
  EMO_TRAIN_EVENT_NOTE,
  EMO_TRAIN_EVENT_DONE,
  EMO_TRAIN_EVENT_SKIPPED,
  EMO_TRAIN_EVENT_STOPPED,
  EMO_TRAIN_EVENT_ERROR,
  EMO_TRAIN_N_EVENTS
} EmoTrainEventKind;

typedef struct
{
  EmoTrainEventKind kind;
  char             *stage;            /* "vlm"; "" where a line names none */
  guint64           n_pictures;       /* of an epoch */
  guint             n_epochs;
  guint64           n_steps;          /* of all epochs */
  guint             epoch;            /* from 1 */
  guint64           step;             /* from 1, over all epochs */
  double            loss;
  double            val_loss;
  double            val_accuracy;     /* 0 to 1 */
  double            val_macro_f1;     /* 0 to 1 */
  double            lr;
  double            pictures_per_s;
  double            seconds_left;
  double            seconds;          /* that the stage took */
  char             *text;             /* (nullable) */
  char             *path;             /* (nullable) */
} EmoTrainEvent;

/* INVALID_FILE: no JSON object, no event of the list above, a number out of its
 * range. LIMIT: nested too deep. */
EmoTrainEvent *emo_train_event_parse (const char     *line,
                                      gsize           length,
                                      GError        **error);
void           emo_train_event_free  (EmoTrainEvent  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTrainEvent, emo_train_event_free)

G_END_DECLS
