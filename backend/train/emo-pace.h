/* emo-pace.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* How fast a training goes, of its latest steps. A step that took far longer than
 * the others (the computer slept, the process was stopped) counts as a slow one
 * and no more, so that the time left stays sane. Starts zeroed. */
#define EMO_PACE_STEPS 64

typedef struct
{
  gint64 micros[EMO_PACE_STEPS];
  guint  pictures[EMO_PACE_STEPS];
  guint  n;                          /* of all time; the latest lies at (n - 1) % EMO_PACE_STEPS */
} EmoPace;

/* @pictures is at least 1. Returns what the step counts for, in microseconds. */
gint64 emo_pace_add                     (EmoPace        *self,
                                         gint64          micros,
                                         guint           pictures);
/* NaN until two steps are known. */
double emo_pace_get_pictures_per_second (const EmoPace  *self);
double emo_pace_get_seconds_per_step    (const EmoPace  *self);

G_END_DECLS
