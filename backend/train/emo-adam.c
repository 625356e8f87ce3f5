/* emo-adam.c: Adam and AdamW on float32 arrays
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-adam.h"
#include "emo-clones-private.h"

struct _EmoAdam
{
  EmoAdamSettings  settings;
  gsize            n;
  gint64           step;   /* updates so far */
  float           *m;      /* [n] mean of gradients */
  float           *v;      /* [n] mean of their squares */
};

/* What one update multiplies by, rounded to float32 once. */
typedef struct
{
  float beta1_rest;   /* 1 - beta1 */
  float beta2;
  float beta2_rest;
  float root;         /* of the second moment's correction */
  float eps;
  float step_size;    /* lr over the first moment's correction */
  float l2;           /* of the parameter, added to its gradient */
  float shrink;       /* of the parameter, before the update */
} Factors;

/**
 * emo_adam_new:
 * @n: how many parameters
 * @settings: copied
 *
 * Returns: (transfer full): an optimizer that has made no update
 */
EmoAdam *
emo_adam_new (gsize                  n,
              const EmoAdamSettings *settings)
{
  EmoAdam *self;

  g_return_val_if_fail (settings != NULL, NULL);

  self = g_new0 (EmoAdam, 1);
  self->settings = *settings;
  self->n = n;
  self->m = g_new0 (float, n);
  self->v = g_new0 (float, n);

  return self;
}

/**
 * emo_adam_free:
 * @self: (transfer full) (nullable): an optimizer
 */
void
emo_adam_free (EmoAdam *self)
{
  if (self == NULL)
    return;
  g_free (self->m);
  g_free (self->v);
  g_free (self);
}

/**
 * emo_adam_get_m:
 * @self: an optimizer
 *
 * Returns: (transfer none): [n] first moments, which may be overwritten
 */
float *
emo_adam_get_m (EmoAdam *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->m;
}

/**
 * emo_adam_get_v:
 * @self: an optimizer
 *
 * Returns: (transfer none): [n] second moments, which may be overwritten
 */
float *
emo_adam_get_v (EmoAdam *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->v;
}

/**
 * emo_adam_get_step:
 * @self: an optimizer
 *
 * Returns: how many updates were made
 */
gint64
emo_adam_get_step (EmoAdam *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->step;
}

/**
 * emo_adam_set_step:
 * @self: an optimizer
 * @step: how many updates the moments come from, when they were overwritten
 */
void
emo_adam_set_step (EmoAdam *self,
                   gint64   step)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (step >= 0);

  self->step = step;
}

/**
 * emo_adam_set_lr:
 * @self: an optimizer
 * @lr: the learning rate of updates from now on
 */
void
emo_adam_set_lr (EmoAdam *self,
                 double   lr)
{
  g_return_if_fail (self != NULL);

  self->settings.lr = lr;
}

/* Elements do not meet, so that vector registers change no result. */
EMO_CLONES static void
update (const Factors        *factors,
        gsize                 n,
        const float *restrict gradients,
        float *restrict       parameters,
        float *restrict       m,
        float *restrict       v)
{
  Factors f = *factors;

  for (gsize i = 0; i < n; i++)
    {
      float shrunk = parameters[i] - f.shrink * parameters[i];
      float gradient = gradients[i] + f.l2 * parameters[i];

      m[i] += f.beta1_rest * (gradient - m[i]);
      v[i] = f.beta2 * v[i] + f.beta2_rest * gradient * gradient;
      parameters[i] = shrunk - f.step_size * m[i] / (sqrtf (v[i]) / f.root + f.eps);
    }
}

/**
 * emo_adam_update:
 * @self: an optimizer
 * @parameters: (inout): [n]
 * @gradients: [n]
 *
 * Gradients that are not finite spoil parameters and moments: the caller looks
 * at its loss first.
 */
void
emo_adam_update (EmoAdam     *self,
                 float       *parameters,
                 const float *gradients)
{
  const EmoAdamSettings *settings;
  Factors factors;

  g_return_if_fail (self != NULL);

  settings = &self->settings;
  self->step++;
  factors = (Factors) {
    .beta1_rest = 1 - settings->beta1,
    .beta2 = settings->beta2,
    .beta2_rest = 1 - settings->beta2,
    .root = sqrt (1 - pow (settings->beta2, self->step)),
    .eps = settings->eps,
    .step_size = settings->lr / (1 - pow (settings->beta1, self->step)),
    .l2 = settings->decoupled ? 0 : settings->weight_decay,
    .shrink = settings->decoupled ? settings->lr * settings->weight_decay : 0,
  };
  update (&factors, self->n, gradients, parameters, self->m, self->v);
}
