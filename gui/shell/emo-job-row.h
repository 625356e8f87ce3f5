/* emo-job-row.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* One job: what it is, how far, how long still, and Stop. */
#define EMO_TYPE_JOB_ROW (emo_job_row_get_type ())
G_DECLARE_FINAL_TYPE (EmoJobRow, emo_job_row, EMO, JOB_ROW, GtkListBoxRow)

GtkWidget *emo_job_row_new (EmoJob *job);

G_END_DECLS
