/* emo-update.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-update.h"

G_DEFINE_BOXED_TYPE (EmoUpdate, emo_update, emo_update_ref, emo_update_unref)

/**
 * emo_update_new:
 * @stage: the stage it tells of
 *
 * Makes an update for the sender to fill before it sends it: arrays and
 * strings are given to it, g_malloc'ed. What a stage does not know says so:
 * times, mass and distance are NaN, the label is -1, the domain unknown.
 *
 * Returns: (transfer full): the update
 */
EmoUpdate *
emo_update_new (EmoStage stage)
{
  EmoUpdate *self = g_new0 (EmoUpdate, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->stage = stage;
  self->ms = NAN;
  self->in_domain = EMO_DOMAIN_UNKNOWN;
  self->domain_distance = NAN;
  self->mass = NAN;
  self->label = -1;

  return self;
}

/**
 * emo_update_ref:
 * @self: an update
 *
 * Returns: (transfer full): @self, with one reference more
 */
EmoUpdate *
emo_update_ref (EmoUpdate *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * emo_update_unref:
 * @self: (transfer full): an update
 *
 * Gives a reference back; the last one frees its arrays. Any thread may.
 */
void
emo_update_unref (EmoUpdate *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->probabilities);
  g_free (self->scores);
  g_free (self->contribution_vlm);
  g_free (self->contribution_distilled);
  g_free (self->contribution_rest);
  g_free (self->weights);
  g_free (self->weights_title);
  g_free (self->text);
  g_free (self->map);
  g_free (self);
}
