/* emo-pace.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "emo-pace.h"

/* Batches differ in their pictures' sizes, and one in many saves a checkpoint;
 * beyond this it is not the training that took the time. */
#define MAX_SLOWNESS 10

static int
compare_doubles (const void *a,
                 const void *b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

/* The lower median of microseconds a picture: of two it is the faster, so that
 * one long sleep is not the rule. */
static double
get_median (const EmoPace *self)
{
  double each[EMO_PACE_STEPS];
  guint n = MIN (self->n, EMO_PACE_STEPS);

  for (guint i = 0; i < n; i++)
    each[i] = (double) self->micros[i] / self->pictures[i];
  qsort (each, n, sizeof *each, compare_doubles);

  return each[(n - 1) / 2];
}

static double
get_micros (const EmoPace *self,
            guint          i,
            double         median)
{
  double most = MAX (median, 1) * MAX_SLOWNESS * self->pictures[i];

  return MIN ((double) self->micros[i], most);
}

/**
 * emo_pace_add:
 * @self: the steps so far
 * @micros: how long a step took; a clock that went back gives 0
 * @pictures: how many pictures it saw, at least 1
 *
 * Returns: @micros, or less where nothing but a sleep explains them
 */
gint64
emo_pace_add (EmoPace *self,
              gint64   micros,
              guint    pictures)
{
  guint i;

  g_return_val_if_fail (self != NULL && pictures > 0, 0);

  i = self->n++ % EMO_PACE_STEPS;
  self->micros[i] = MAX (micros, 0);
  self->pictures[i] = pictures;

  return self->n > 1 ? (gint64) get_micros (self, i, get_median (self)) : self->micros[i];
}

static void
sum (const EmoPace *self,
     double        *micros,
     double        *pictures)
{
  guint n = MIN (self->n, EMO_PACE_STEPS);
  double median = get_median (self);

  *micros = 0;
  *pictures = 0;
  for (guint i = 0; i < n; i++)
    {
      *micros += get_micros (self, i, median);
      *pictures += self->pictures[i];
    }
}

/**
 * emo_pace_get_pictures_per_second:
 * @self: the steps so far
 *
 * Returns: the rate of the latest steps, NaN until it is known
 */
double
emo_pace_get_pictures_per_second (const EmoPace *self)
{
  double micros, pictures;

  g_return_val_if_fail (self != NULL, NAN);

  if (self->n < 2)
    return NAN;
  sum (self, &micros, &pictures);

  return micros > 0 ? pictures * G_USEC_PER_SEC / micros : NAN;
}

/**
 * emo_pace_get_seconds_per_step:
 * @self: the steps so far
 *
 * Returns: the mean of the latest steps, NaN until it is known
 */
double
emo_pace_get_seconds_per_step (const EmoPace *self)
{
  double micros, pictures;

  g_return_val_if_fail (self != NULL, NAN);

  if (self->n < 2)
    return NAN;
  sum (self, &micros, &pictures);

  return micros / G_USEC_PER_SEC / MIN (self->n, EMO_PACE_STEPS);
}
