/* emo-job-keeper.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-job-list.h"

G_BEGIN_DECLS

/* What long unattended work asks of the desktop: not to sleep meanwhile, and to
 * tell when it is done, if nobody is looking. */
#define EMO_TYPE_JOB_KEEPER (emo_job_keeper_get_type ())
G_DECLARE_FINAL_TYPE (EmoJobKeeper, emo_job_keeper, EMO, JOB_KEEPER, GObject)

EmoJobKeeper *emo_job_keeper_new  (GtkApplication *application,
                                   EmoJobList     *jobs);
/* The person is here: what was told is known. */
void          emo_job_keeper_seen (EmoJobKeeper   *self);

G_END_DECLS
