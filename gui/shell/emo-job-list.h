/* emo-job-list.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* Every piece of long work that is under way, for the one button that shows
 * them: a GListModel of EmoJob. A job leaves by itself once it is done, failed or
 * stopped. Main thread only.
 * Property: "long" (whether an unattended job has run for a while).
 * Signal: "ended" (EmoJob, title, long) for an unattended job that was done or
 * failed. */
#define EMO_TYPE_JOB_LIST (emo_job_list_get_type ())
G_DECLARE_FINAL_TYPE (EmoJobList, emo_job_list, EMO, JOB_LIST, GObject)

EmoJobList *emo_job_list_new            (void);
void        emo_job_list_add            (EmoJobList *self,
                                         EmoJob     *job);
/* @title: what is told when it is done, "Pictures Analysed". Long work of this
 * kind keeps the computer awake. */
void        emo_job_list_add_unattended (EmoJobList *self,
                                         EmoJob     *job,
                                         const char *title);
gboolean    emo_job_list_get_long       (EmoJobList *self);

G_END_DECLS
