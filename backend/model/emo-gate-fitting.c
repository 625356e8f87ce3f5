/* emo-gate-fitting.c: gates that are made, changed and saved
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-draw.h"
#include "emo-gate-private.h"
#include "emo-weights.h"

/* torch's Linear and Bilinear draw weight and bias alike, uniformly up to the
 * root of the weight's second side. A bias follows its weight. */
static void
draw_values (EmoGate *self,
             GArray  *shapes,
             guint64  seed)
{
  double bound = 0;

  for (guint i = 0; i < shapes->len; i++)
    {
      const EmoWeightShape *shape = &g_array_index (shapes, EmoWeightShape, i);
      EmoDraw draw = emo_draw_begin (seed, "gate", self->kind, i, 0);

      if (shape->rank > 1)
        bound = 1 / sqrt (shape->shape[1]);
      self->values[i] = g_new (double, self->counts[i]);
      for (gsize j = 0; j < self->counts[i]; j++)
        self->values[i][j] = (float) (bound * (2 * emo_draw_uniform (&draw) - 1));
    }
}

/**
 * emo_gate_new:
 * @kind: a kind
 * @n_labels: labels
 * @seed: what the parameters are drawn from
 *
 * A gate to be fitted, with the published number of experts or features.
 *
 * Returns: (transfer full): the gate
 */
EmoGate *
emo_gate_new (EmoGateKind kind,
              guint       n_labels,
              guint64     seed)
{
  g_autoptr(GPtrArray) names = NULL;
  g_autoptr(GArray) shapes = NULL;
  EmoGate *self;

  g_return_val_if_fail (kind < EMO_N_GATE_KINDS, NULL);
  g_return_val_if_fail (n_labels >= 2 && n_labels <= EMO_LABEL_SET_MAX, NULL);

  self = g_new0 (EmoGate, 1);
  self->kind = kind;
  self->klass = _emo_gate_classes[kind];
  self->n = n_labels;
  self->free = self->klass->new_free != NULL ? self->klass->new_free (n_labels) : 0;
  names = g_ptr_array_new_with_free_func (g_free);
  shapes = _emo_gate_list_shapes (self, names);
  _emo_gate_prepare (self, shapes);
  draw_values (self, shapes, seed);

  return self;
}

/**
 * emo_gate_dup:
 * @self: a gate
 *
 * Returns: (transfer full): a copy
 */
EmoGate *
emo_gate_dup (EmoGate *self)
{
  EmoGate *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  copy->counts = g_memdup2 (self->counts, self->n_values * sizeof *self->counts);
  copy->values = g_new (double *, self->n_values);
  for (guint i = 0; i < self->n_values; i++)
    copy->values[i] = g_memdup2 (self->values[i], self->counts[i] * sizeof **self->values);

  return copy;
}

/**
 * emo_gate_get_n_labels:
 * @self: a gate
 *
 * Returns: the number of labels
 */
guint
emo_gate_get_n_labels (EmoGate *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n;
}

/**
 * emo_gate_get_n_parameters:
 * @self: a gate
 *
 * Returns: how many numbers all its tensors have
 */
gsize
emo_gate_get_n_parameters (EmoGate *self)
{
  gsize n = 0;

  g_return_val_if_fail (self != NULL, 0);

  for (guint i = 0; i < self->n_values; i++)
    n += self->counts[i];

  return n;
}

/**
 * emo_gate_get_parameters:
 * @self: a gate
 * @parameters: (out): room for all of them
 */
void
emo_gate_get_parameters (EmoGate *self,
                         float   *parameters)
{
  g_return_if_fail (self != NULL);

  for (guint i = 0; i < self->n_values; i++)
    for (gsize j = 0; j < self->counts[i]; j++)
      *parameters++ = self->values[i][j];
}

/**
 * emo_gate_set_parameters:
 * @self: a gate that no other thread uses
 * @parameters: all of them
 */
void
emo_gate_set_parameters (EmoGate     *self,
                         const float *parameters)
{
  g_return_if_fail (self != NULL);

  for (guint i = 0; i < self->n_values; i++)
    for (gsize j = 0; j < self->counts[i]; j++)
      self->values[i][j] = *parameters++;
}

/**
 * emo_gate_gradient:
 * @self: a gate
 * @d: [n] distilled logits
 * @v: [n] the VLM's input
 * @by_logit: [n] the loss's derivatives by the gated logits
 * @sums: (inout): those by the parameters are added to it
 */
void
emo_gate_gradient (EmoGate      *self,
                   const double *d,
                   const double *v,
                   const double *by_logit,
                   double       *sums)
{
  g_autofree double **parts = NULL;

  g_return_if_fail (self != NULL);

  parts = g_new (double *, self->n_values);
  for (guint i = 0; i < self->n_values; i++)
    {
      parts[i] = sums;
      sums += self->counts[i];
    }
  self->klass->gradient (self, d, v, by_logit, parts);
}

/**
 * emo_gate_scale:
 * @self: a gate that no other thread uses
 * @factor: what the logits become multiplied by, as a temperature's inverse
 */
void
emo_gate_scale (EmoGate *self,
                double   factor)
{
  g_return_if_fail (self != NULL);

  for (guint i = self->klass->first_output; i < self->n_values; i++)
    for (gsize j = 0; j < self->counts[i]; j++)
      self->values[i][j] *= factor;
}

/**
 * emo_gate_save:
 * @self: a gate
 * @path: the safetensors file to write, whole or not at all
 * @metadata: (nullable): key, value, ..., %NULL
 * @error: return location
 *
 * Errors: IO, NO_SPACE.
 *
 * Returns: whether it was written
 */
gboolean
emo_gate_save (EmoGate            *self,
               const char         *path,
               const char * const *metadata,
               GError            **error)
{
  g_autoptr(GPtrArray) names = NULL;
  g_autoptr(GArray) shapes = NULL;
  g_autofree float *parameters = NULL;
  g_autofree EmoStoredTensor *tensors = NULL;
  const float *next;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  names = g_ptr_array_new_with_free_func (g_free);
  shapes = _emo_gate_list_shapes (self, names);
  next = parameters = g_new (float, emo_gate_get_n_parameters (self));
  emo_gate_get_parameters (self, parameters);
  tensors = g_new0 (EmoStoredTensor, shapes->len);
  for (guint i = 0; i < shapes->len; i++)
    {
      const EmoWeightShape *shape = &g_array_index (shapes, EmoWeightShape, i);

      tensors[i] = (EmoStoredTensor) { .name = shape->name, .stored = EMO_STORED_F32, .rank = shape->rank,
                                       .data = (const guint8 *) next, .n_bytes = self->counts[i] * sizeof *next };
      memcpy (tensors[i].shape, shape->shape, sizeof shape->shape);
      next += self->counts[i];
    }

  return emo_safetensors_save (path, tensors, shapes->len, metadata, error);
}
