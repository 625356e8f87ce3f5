/* emo-train-series.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-train-series.h"

/**
 * emo_train_series_init:
 * @self: (out caller-allocates): a series
 */
void
emo_train_series_init (EmoTrainSeries *self)
{
  g_return_if_fail (self != NULL);

  *self = (EmoTrainSeries) {
    .x = g_array_new (FALSE, FALSE, sizeof (double)),
    .y = g_array_new (FALSE, FALSE, sizeof (double)),
    .first = NAN,
    .per_point = 1,
  };
}

/**
 * emo_train_series_clear:
 * @self: a series
 */
void
emo_train_series_clear (EmoTrainSeries *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->x, g_array_unref);
  g_clear_pointer (&self->y, g_array_unref);
}

static void
halve (EmoTrainSeries *self)
{
  double *x = (double *) self->x->data;
  double *y = (double *) self->y->data;
  guint n = self->x->len / 2;

  for (guint i = 0; i < n; i++)
    {
      x[i] = x[2 * i + 1];
      y[i] = y[2 * i] / 2 + y[2 * i + 1] / 2;
    }
  g_array_set_size (self->x, n);
  g_array_set_size (self->y, n);
  self->per_point *= 2;
}

/**
 * emo_train_series_add:
 * @self: a series
 * @x: where, not before what was added before
 * @y: the value
 */
void
emo_train_series_add (EmoTrainSeries *self,
                      double          x,
                      double          y)
{
  double mean;

  g_return_if_fail (self != NULL);

  if (isnan (self->first))
    self->first = y;
  self->pending += y;
  self->n_pending++;
  if (self->n_pending < self->per_point)
    return;

  mean = self->pending / self->n_pending;
  self->pending = 0;
  self->n_pending = 0;
  g_array_append_val (self->x, x);
  g_array_append_val (self->y, mean);
  if (self->x->len == EMO_TRAIN_SERIES_MOST)
    halve (self);
}
