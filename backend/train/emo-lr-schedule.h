/* emo-lr-schedule.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

#include "emo-types.h"

G_BEGIN_DECLS

/* The learning rate as a pure function of the step, with the numbers that
 * transformers' schedules of the same names give. */
typedef enum
{
  EMO_LR_CONSTANT,   /* nick "constant" */
  EMO_LR_COSINE,     /* nick "cosine": half a wave down to 0 */
  EMO_LR_LINEAR,     /* nick "linear": straight down to 0 */
} EmoLrShape;
#define EMO_N_LR_SHAPES 3

#define EMO_TYPE_LR_SHAPE (emo_lr_shape_get_type ())

GType       emo_lr_shape_get_type    (void);
const char *emo_lr_shape_to_string   (EmoLrShape   shape);
gboolean    emo_lr_shape_from_string (const char  *text,
                                      EmoLrShape  *out);

typedef struct
{
  EmoLrShape shape;
  double     peak;
  double     warmup;    /* share of the steps, rounded up, in which it rises from 0 to the peak */
  gint64     n_steps;   /* of the whole training */
} EmoLrSchedule;

/* The rate of the step that follows @step others. */
double      emo_lr_schedule_get      (const EmoLrSchedule *self,
                                      gint64               step);

G_END_DECLS
