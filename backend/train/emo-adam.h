/* emo-adam.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Adam and AdamW over one array of float32 parameters, in plain C and with
 * torch's rounding. Not safe from several threads at once. */
typedef struct _EmoAdam EmoAdam;

typedef struct
{
  double   lr;
  double   beta1;
  double   beta2;
  double   eps;
  double   weight_decay;
  gboolean decoupled;      /* AdamW; else the decay is added to the gradient */
} EmoAdamSettings;

/* torch.optim.Adam's. */
#define EMO_ADAM_DEFAULTS { .lr = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8 }

EmoAdam *emo_adam_new      (gsize                  n,
                            const EmoAdamSettings *settings);
void     emo_adam_free     (EmoAdam               *self);
/* The state, for checkpoints: moments [n] and how many updates were made. */
float   *emo_adam_get_m    (EmoAdam               *self);
float   *emo_adam_get_v    (EmoAdam               *self);
gint64   emo_adam_get_step (EmoAdam               *self);
void     emo_adam_set_step (EmoAdam               *self,
                            gint64                 step);
/* For schedules. */
void     emo_adam_set_lr   (EmoAdam               *self,
                            double                 lr);
/* One update of @parameters [n] by @gradients [n]. */
void     emo_adam_update   (EmoAdam               *self,
                            float                 *parameters,
                            const float           *gradients);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoAdam, emo_adam_free)

G_END_DECLS
