/* emo-train-series.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A curve that grows for hours and keeps a bounded number of points: where it is
 * full, two neighbours become one, their mean, and what comes later is averaged
 * over as many. */
typedef struct
{
  GArray *x;             /* of double: the last of those that a point stands for */
  GArray *y;             /* of double: their mean */
  double  first;         /* the very first value; NaN: none */
  guint   per_point;
  guint   n_pending;     /* not yet a point */
  double  pending;       /* their sum */
} EmoTrainSeries;

#define EMO_TRAIN_SERIES_MOST 1024

void emo_train_series_init  (EmoTrainSeries *self);
void emo_train_series_clear (EmoTrainSeries *self);
void emo_train_series_add   (EmoTrainSeries *self,
                             double          x,
                             double          y);

G_END_DECLS
