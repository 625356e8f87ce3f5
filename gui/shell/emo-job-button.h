/* emo-job-button.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-job-list.h"

G_BEGIN_DECLS

/* A button with the number of jobs that are under way, there only while there
 * are any; its popover lists them. */
#define EMO_TYPE_JOB_BUTTON (emo_job_button_get_type ())
G_DECLARE_FINAL_TYPE (EmoJobButton, emo_job_button, EMO, JOB_BUTTON, AdwBin)

GtkWidget *emo_job_button_new (EmoJobList *jobs);

G_END_DECLS
