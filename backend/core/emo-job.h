/* emo-job.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* One piece of long work as a person sees it: title, message, progress, time
 * left, cancellable, state. Setters may be called from any thread; notifies
 * come coalesced on the main context the job was made in. */
typedef enum
{
  EMO_JOB_WAITING,
  EMO_JOB_RUNNING,
  EMO_JOB_DONE,
  EMO_JOB_FAILED,
  EMO_JOB_STOPPED,
} EmoJobState;

#define EMO_TYPE_JOB (emo_job_get_type ())
G_DECLARE_FINAL_TYPE (EmoJob, emo_job, EMO, JOB, GObject)

EmoJob       *emo_job_new             (const char   *title);
GCancellable *emo_job_get_cancellable (EmoJob       *self);   /* (transfer none) */
char         *emo_job_dup_title       (EmoJob       *self);
char         *emo_job_dup_message     (EmoJob       *self);
gboolean      emo_job_get_count       (EmoJob       *self,
                                       guint64      *done,
                                       guint64      *total);  /* FALSE: it does not count */
double        emo_job_get_progress    (EmoJob       *self);   /* 0 to 1; -1 unknown */
EmoJobState   emo_job_get_state       (EmoJob       *self);
double        emo_job_get_seconds_left (EmoJob      *self);   /* -1 unknown */
void          emo_job_set_title       (EmoJob       *self,
                                       const char   *title);
void          emo_job_set_message     (EmoJob       *self,
                                       const char   *message);
void          emo_job_set_progress    (EmoJob       *self,
                                       double        progress);
void          emo_job_set_count       (EmoJob       *self,
                                       guint64       done,
                                       guint64       total);  /* progress and "13 of 19" for the message's reader */
void          emo_job_set_state       (EmoJob       *self,
                                       EmoJobState   state);
void          emo_job_stop            (EmoJob       *self);   /* cancels; the state changes when the work has ended */

G_END_DECLS
