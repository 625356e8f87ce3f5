/* emo-lr-schedule.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-lr-schedule.h"

G_DEFINE_ENUM_TYPE (EmoLrShape, emo_lr_shape,
                    G_DEFINE_ENUM_VALUE (EMO_LR_CONSTANT, "constant"),
                    G_DEFINE_ENUM_VALUE (EMO_LR_COSINE, "cosine"),
                    G_DEFINE_ENUM_VALUE (EMO_LR_LINEAR, "linear"))

/**
 * emo_lr_shape_to_string:
 * @shape: a shape
 *
 * Returns: (transfer none) (nullable): its name, such as "cosine"; %NULL for a
 *   number that is no shape
 */
const char *
emo_lr_shape_to_string (EmoLrShape shape)
{
  GEnumClass *klass = g_type_class_ref (EMO_TYPE_LR_SHAPE);
  GEnumValue *value = g_enum_get_value (klass, (int) shape);

  g_type_class_unref (klass);

  return value != NULL ? value->value_nick : NULL;
}

/**
 * emo_lr_shape_from_string:
 * @text: (nullable): a name, case-sensitive
 * @out: (out): the shape, untouched when the name is unknown
 *
 * Returns: whether @text names a shape
 */
gboolean
emo_lr_shape_from_string (const char *text,
                          EmoLrShape *out)
{
  GEnumClass *klass = g_type_class_ref (EMO_TYPE_LR_SHAPE);
  GEnumValue *value = text != NULL ? g_enum_get_value_by_nick (klass, text) : NULL;

  g_type_class_unref (klass);
  g_return_val_if_fail (out != NULL, FALSE);

  if (value != NULL)
    *out = (EmoLrShape) value->value;

  return value != NULL;
}

/* The only step of a training would have the rate 0, and nothing be learned. */
static double
count_warm (const EmoLrSchedule *self)
{
  return self->n_steps > 1 ? ceil (self->warmup * (double) self->n_steps) : 0;
}

/**
 * emo_lr_schedule_get:
 * @self: a schedule
 * @step: steps done before, from 0
 *
 * Depends on nothing but its arguments, so a training that is resumed takes the
 * rates of one that never stopped. With a warm-up the first of several steps has
 * the rate 0; after the last step cosine and linear stay at 0.
 *
 * Returns: the learning rate
 */
double
emo_lr_schedule_get (const EmoLrSchedule *self,
                     gint64               step)
{
  double n_warm, n_left, done;

  g_return_val_if_fail (self != NULL && step >= 0, 0);
  g_return_val_if_fail (self->warmup >= 0 && self->warmup <= 1 && self->n_steps >= 0, 0);

  n_warm = count_warm (self);
  if ((double) step < n_warm)
    return self->peak * ((double) step / n_warm);

  n_left = MAX ((double) self->n_steps - n_warm, 1);
  done = MIN (((double) step - n_warm) / n_left, 1);
  switch (self->shape)
    {
    case EMO_LR_COSINE:
      return self->peak * (0.5 * (1 + cos (G_PI * done)));

    case EMO_LR_LINEAR:
      return self->peak * (1 - done);

    case EMO_LR_CONSTANT:
    default:
      return self->peak;
    }
}
