/* emo-train-run.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* A training in a process of its own, followed by what it says on stdout. The
 * window stays alive whatever becomes of it; if the window goes, it stops with a
 * checkpoint. Main thread only.
 * Property: "state".
 * Signals: "event" (const EmoTrainEvent *), "said" (text: what is no event),
 * "ended" (after everything that was said). */
typedef enum
{
  EMO_TRAIN_RUN_IDLE,
  EMO_TRAIN_RUN_RUNNING,
  EMO_TRAIN_RUN_STOPPING,   /* after the step that it is at */
  EMO_TRAIN_RUN_DONE,
  EMO_TRAIN_RUN_STOPPED,
  EMO_TRAIN_RUN_FAILED,
} EmoTrainRunState;

#define EMO_TYPE_TRAIN_RUN_STATE (emo_train_run_state_get_type ())
GType emo_train_run_state_get_type (void);

#define EMO_TYPE_TRAIN_RUN (emo_train_run_get_type ())
G_DECLARE_FINAL_TYPE (EmoTrainRun, emo_train_run, EMO, TRAIN_RUN, GObject)

EmoTrainRun      *emo_train_run_new         (void);
/* @argv: NULL-terminated, the program's path first. FALSE: it could not be begun. */
gboolean          emo_train_run_start       (EmoTrainRun         *self,
                                             const char * const  *argv,
                                             GError             **error);
/* The first time it stops after a step, the second at once. */
void              emo_train_run_stop        (EmoTrainRun         *self);
/* Stops it and hears no more. */
void              emo_train_run_leave       (EmoTrainRun         *self);
EmoTrainRunState  emo_train_run_get_state   (EmoTrainRun         *self);
gboolean          emo_train_run_is_active   (EmoTrainRun         *self);
/* Why it failed, in words. */
const char       *emo_train_run_get_message (EmoTrainRun         *self);   /* (nullable) */

G_END_DECLS
