/* emo-gate.c: fuses the two branches
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-error.h"
#include "emo-gate-private.h"
#include "emo-weights.h"

const EmoGateClass *const _emo_gate_classes[EMO_N_GATE_KINDS] = {
  [EMO_GATE_KIND_CONCAT_LINEAR] = &_emo_gate_concat,
  [EMO_GATE_KIND_BILINEAR] = &_emo_gate_bilinear,
  [EMO_GATE_KIND_MOE] = &_emo_gate_moe,
  [EMO_GATE_KIND_DYNAMIC] = &_emo_gate_dynamic,
  [EMO_GATE_KIND_CROSS] = &_emo_gate_cross,
};

void
_emo_gate_linear (const double *weight,
                  const double *bias,
                  const double *x,
                  guint         rows,
                  guint         columns,
                  double       *out)
{
  for (guint i = 0; i < rows; i++)
    {
      double sum = bias[i];

      for (guint j = 0; j < columns; j++)
        sum += weight[(gsize) i * columns + j] * x[j];
      out[i] = sum;
    }
}

void
_emo_gate_linear_gradient (const double *x,
                           const double *by_out,
                           guint         rows,
                           guint         columns,
                           double       *weight_sums,
                           double       *bias_sums)
{
  for (guint i = 0; i < rows; i++)
    {
      bias_sums[i] += by_out[i];
      for (guint j = 0; j < columns; j++)
        weight_sums[(gsize) i * columns + j] += by_out[i] * x[j];
    }
}

void
_emo_gate_linear_back (const double *weight,
                       const double *by_out,
                       guint         rows,
                       guint         columns,
                       double       *by_x)
{
  memset (by_x, 0, columns * sizeof *by_x);
  for (guint i = 0; i < rows; i++)
    for (guint j = 0; j < columns; j++)
      by_x[j] += by_out[i] * weight[(gsize) i * columns + j];
}

void
_emo_gate_softmax_back (const double *softmax,
                        const double *by_softmax,
                        guint         n,
                        double       *by_logit)
{
  double mean = 0;

  for (guint i = 0; i < n; i++)
    mean += softmax[i] * by_softmax[i];
  for (guint i = 0; i < n; i++)
    by_logit[i] = softmax[i] * (by_softmax[i] - mean);
}

void
_emo_gate_concat_inputs (const EmoGate *self,
                         const double  *d,
                         const double  *v,
                         double        *out)
{
  memcpy (out, d, self->n * sizeof *out);
  memcpy (out + self->n, v, self->n * sizeof *out);
}

void
_emo_gate_softmax (double *values,
                   guint   n)
{
  double highest = values[0], sum = 0;

  for (guint i = 1; i < n; i++)
    highest = MAX (highest, values[i]);
  for (guint i = 0; i < n; i++)
    sum += values[i] = exp (values[i] - highest);
  for (guint i = 0; i < n; i++)
    values[i] /= sum;
}

static EmoWeightShape
resolve_parameter (const EmoGate          *self,
                   const EmoGateParameter *parameter,
                   const char             *name)
{
  const gint64 sides[] = {
    [EMO_GATE_NONE] = 0,
    [EMO_GATE_N] = self->n,
    [EMO_GATE_2N] = 2 * (gint64) self->n,
    [EMO_GATE_FREE] = self->free,
    [EMO_GATE_2] = 2,
  };
  EmoWeightShape shape = { .name = name };

  while (shape.rank < G_N_ELEMENTS (parameter->sides) && parameter->sides[shape.rank] != EMO_GATE_NONE)
    {
      shape.shape[shape.rank] = sides[parameter->sides[shape.rank]];
      shape.rank++;
    }

  return shape;
}

GArray *
_emo_gate_list_shapes (const EmoGate *self,
                       GPtrArray     *names)
{
  GArray *shapes = g_array_new (FALSE, FALSE, sizeof (EmoWeightShape));
  guint first_repeated = 0;

  while (first_repeated < self->klass->n_parameters
         && strstr (self->klass->parameters[first_repeated].name, "%u") == NULL)
    first_repeated++;
  for (guint i = 0; i < first_repeated; i++)
    {
      const EmoGateParameter *parameter = &self->klass->parameters[i];
      EmoWeightShape shape = resolve_parameter (self, parameter, parameter->name);

      g_array_append_val (shapes, shape);
    }
  for (guint expert = 0; expert < self->free; expert++)
    for (guint i = first_repeated; i < self->klass->n_parameters; i++)
      {
        const EmoGateParameter *parameter = &self->klass->parameters[i];
        g_autofree char *number = g_strdup_printf ("%u", expert);
        g_auto(GStrv) parts = g_strsplit (parameter->name, "%u", 2);
        char *name = g_strjoinv (number, parts);
        EmoWeightShape shape = resolve_parameter (self, parameter, name);

        g_ptr_array_add (names, name);
        g_array_append_val (shapes, shape);
      }

  return shapes;
}

void
_emo_gate_prepare (EmoGate *self,
                   GArray  *shapes)
{
  self->n_values = shapes->len;
  self->values = g_new0 (double *, shapes->len);
  self->counts = g_new (gsize, shapes->len);
  for (guint i = 0; i < shapes->len; i++)
    {
      const EmoWeightShape *shape = &g_array_index (shapes, EmoWeightShape, i);

      self->counts[i] = 1;
      for (guint side = 0; side < shape->rank; side++)
        self->counts[i] *= shape->shape[side];
    }
}

static gboolean
find_free (EmoGate         *self,
           EmoSafetensors  *file,
           const char      *path,
           GError         **error)
{
  EmoWeightShape wanted = { .name = self->klass->free_name };
  const EmoStoredTensor *tensor;

  if (self->klass->free_name == NULL)
    return TRUE;
  if (!emo_weights_require (file, path, &wanted, 1, error))
    return FALSE;
  tensor = emo_safetensors_find (file, wanted.name);
  if (tensor->rank < 1 || tensor->shape[0] < 1 || tensor->shape[0] > self->klass->max_free)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_SHAPE, "%s: %s: expected 1 to %u rows, found %" G_GINT64_FORMAT,
                   path, wanted.name, self->klass->max_free, tensor->rank < 1 ? 0 : tensor->shape[0]);
      return FALSE;
    }
  self->free = tensor->shape[0];

  return TRUE;
}

static gboolean
read_values (EmoGate         *self,
             EmoSafetensors  *file,
             const char      *path,
             GError         **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GArray) shapes = _emo_gate_list_shapes (self, names);

  if (!emo_weights_require (file, path, (const EmoWeightShape *) shapes->data, shapes->len, error))
    return FALSE;
  _emo_gate_prepare (self, shapes);
  for (guint i = 0; i < shapes->len; i++)
    {
      self->values[i] = emo_weights_read_doubles (file, path, &g_array_index (shapes, EmoWeightShape, i), error);
      if (self->values[i] == NULL)
        return FALSE;
    }

  return TRUE;
}

/**
 * emo_gate_load:
 * @path: a safetensors file with the published code's state-dict names
 * @kind: what the bundle says it is
 * @n_labels: labels
 * @error: return location
 *
 * Errors: those of safetensors, MISSING_WEIGHT, SHAPE, DTYPE, OUT_OF_MEMORY.
 *
 * Returns: (transfer full): the gate
 */
EmoGate *
emo_gate_load (const char   *path,
               EmoGateKind   kind,
               guint         n_labels,
               GError      **error)
{
  g_autoptr(EmoSafetensors) file = NULL;
  g_autoptr(EmoGate) self = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (kind < EMO_N_GATE_KINDS, NULL);
  g_return_val_if_fail (n_labels >= 2 && n_labels <= EMO_LABEL_SET_MAX, NULL);

  file = emo_safetensors_open (path, error);
  if (file == NULL)
    return NULL;
  self = g_new0 (EmoGate, 1);
  self->kind = kind;
  self->klass = _emo_gate_classes[kind];
  self->n = n_labels;
  if (!find_free (self, file, path, error) || !read_values (self, file, path, error)
      || !emo_safetensors_check (file, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_gate_free:
 * @self: (transfer full) (nullable): a gate
 */
void
emo_gate_free (EmoGate *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_values; i++)
    g_free (self->values[i]);
  g_free (self->values);
  g_free (self->counts);
  g_free (self);
}

/**
 * emo_gate_get_kind:
 * @self: a gate
 *
 * Returns: its kind
 */
EmoGateKind
emo_gate_get_kind (EmoGate *self)
{
  g_return_val_if_fail (self != NULL, EMO_GATE_KIND_CONCAT_LINEAR);

  return self->kind;
}

/**
 * emo_gate_forward:
 * @self: a gate
 * @d: [n] distilled logits
 * @v: [n] the VLM's probabilities or their one-hot
 * @logits: (out): [n] gated logits
 */
void
emo_gate_forward (EmoGate      *self,
                  const double *d,
                  const double *v,
                  double       *logits)
{
  g_return_if_fail (self != NULL);

  self->klass->forward (self, d, v, logits);
}

/**
 * emo_gate_contributions:
 * @self: a gate
 * @d: [n] distilled logits
 * @v: [n] the VLM's input
 * @vlm: (out): [n] what the VLM adds
 * @distilled: (out): [n] what the head adds
 * @rest: (out): [n] the gate of a head that says nothing and a uniform VLM
 *
 * The Shapley value of two players: each branch's gain, averaged over the two
 * orders of joining. rest + vlm + distilled are the gated logits.
 */
void
emo_gate_contributions (EmoGate      *self,
                        const double *d,
                        const double *v,
                        double       *vlm,
                        double       *distilled,
                        double       *rest)
{
  double zero[EMO_LABEL_SET_MAX] = { 0 };
  double uniform[EMO_LABEL_SET_MAX];
  double both[EMO_LABEL_SET_MAX], only_d[EMO_LABEL_SET_MAX], only_v[EMO_LABEL_SET_MAX];

  g_return_if_fail (self != NULL);

  for (guint i = 0; i < self->n; i++)
    uniform[i] = 1.0 / self->n;
  self->klass->forward (self, d, v, both);
  self->klass->forward (self, d, uniform, only_d);
  self->klass->forward (self, zero, v, only_v);
  self->klass->forward (self, zero, uniform, rest);
  for (guint i = 0; i < self->n; i++)
    {
      distilled[i] = ((both[i] - only_v[i]) + (only_d[i] - rest[i])) / 2;
      vlm[i] = ((both[i] - only_d[i]) + (only_v[i] - rest[i])) / 2;
    }
}

/**
 * emo_gate_weights:
 * @self: a gate
 * @d: [n] distilled logits
 * @v: [n] the VLM's input
 * @weights: (out): at least 8; they sum to 1
 * @title: (out) (transfer none) (optional): what they are called
 *
 * Returns: their number, 0 where the kind has none
 */
guint
emo_gate_weights (EmoGate       *self,
                  const double  *d,
                  const double  *v,
                  double        *weights,
                  const char   **title)
{
  g_return_val_if_fail (self != NULL, 0);

  if (title != NULL)
    *title = emo_gate_kind_get_weights_title (self->kind);
  if (self->klass->weights == NULL)
    return 0;

  return self->klass->weights (self, d, v, weights);
}
