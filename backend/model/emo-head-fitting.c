/* emo-head-fitting.c: heads that are made, changed and saved
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-draw.h"
#include "emo-head-private.h"
#include "emo-safetensors.h"

const guint emo_head_widths[EMO_HEAD_MAX_DEPTH] = { 1024, 512, 256, 128, 64 };

/* GELU and dropout lie between a Linear and the next one. */
#define LAYER_STRIDE 3

static gsize
count_weights (const EmoHeadLayer *layer)
{
  return (gsize) layer->rows * layer->columns;
}

/* torch's Linear draws weight and bias alike, uniformly up to the root of the
 * number of inputs. */
static void
draw_layer (EmoHeadLayer *layer,
            guint64       seed,
            guint         index)
{
  double bound = 1 / sqrt (layer->columns);
  EmoDraw draw = emo_draw_begin (seed, "head", index, 0, 0);

  layer->weight = g_new (float, count_weights (layer));
  layer->bias = g_new (float, layer->rows);
  for (gsize i = 0; i < count_weights (layer); i++)
    layer->weight[i] = bound * (2 * emo_draw_uniform (&draw) - 1);
  for (guint i = 0; i < layer->rows; i++)
    layer->bias[i] = bound * (2 * emo_draw_uniform (&draw) - 1);
}

/**
 * emo_head_new:
 * @hidden_size: the width H of a visual token
 * @widths: [depth] how wide each hidden layer is, as #emo_head_widths
 * @depth: hidden layers, 1 to 5
 * @n_labels: labels
 * @seed: what the parameters are drawn from
 *
 * Returns: (transfer full): a head to be fitted
 */
EmoHead *
emo_head_new (int          hidden_size,
              const guint *widths,
              guint        depth,
              guint        n_labels,
              guint64      seed)
{
  EmoHead *self;

  g_return_val_if_fail (hidden_size > 0, NULL);
  g_return_val_if_fail (depth >= 1 && depth <= EMO_HEAD_MAX_DEPTH, NULL);
  g_return_val_if_fail (n_labels > 0, NULL);

  self = g_new0 (EmoHead, 1);
  self->hidden_size = hidden_size;
  self->n_labels = n_labels;
  self->n_layers = depth + 1;
  for (guint l = 0; l < self->n_layers; l++)
    {
      EmoHeadLayer *layer = &self->layers[l];

      layer->columns = l == 0 ? (guint) hidden_size : widths[l - 1];
      layer->rows = l == depth ? n_labels : widths[l];
      self->widest = MAX (self->widest, layer->rows);
      draw_layer (layer, seed, l);
    }

  return self;
}

/**
 * emo_head_dup:
 * @self: a head
 *
 * Returns: (transfer full): a copy
 */
EmoHead *
emo_head_dup (EmoHead *self)
{
  EmoHead *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  for (guint l = 0; l < copy->n_layers; l++)
    {
      EmoHeadLayer *layer = &copy->layers[l];

      layer->weight = g_memdup2 (layer->weight, count_weights (layer) * sizeof *layer->weight);
      layer->bias = g_memdup2 (layer->bias, layer->rows * sizeof *layer->bias);
    }

  return copy;
}

/**
 * emo_head_get_width:
 * @self: a head
 * @index: 0 to depth + 1
 *
 * Returns: how wide the visual mean (0), a hidden layer, or the logits (the last) are
 */
guint
emo_head_get_width (EmoHead *self,
                    guint    index)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (index <= self->n_layers, 0);

  return index == 0 ? self->hidden_size : self->layers[index - 1].rows;
}

/**
 * emo_head_get_n_parameters:
 * @self: a head
 *
 * Returns: how many numbers all its layers have
 */
gsize
emo_head_get_n_parameters (EmoHead *self)
{
  gsize n = 0;

  g_return_val_if_fail (self != NULL, 0);

  for (guint l = 0; l < self->n_layers; l++)
    n += count_weights (&self->layers[l]) + self->layers[l].rows;

  return n;
}

/**
 * emo_head_get_parameters:
 * @self: a head
 * @parameters: (out): room for all of them
 */
void
emo_head_get_parameters (EmoHead *self,
                         float   *parameters)
{
  g_return_if_fail (self != NULL);

  for (guint l = 0; l < self->n_layers; l++)
    {
      const EmoHeadLayer *layer = &self->layers[l];

      memcpy (parameters, layer->weight, count_weights (layer) * sizeof *parameters);
      parameters += count_weights (layer);
      memcpy (parameters, layer->bias, layer->rows * sizeof *parameters);
      parameters += layer->rows;
    }
}

/**
 * emo_head_set_parameters:
 * @self: a head that no other thread uses
 * @parameters: all of them
 */
void
emo_head_set_parameters (EmoHead     *self,
                         const float *parameters)
{
  g_return_if_fail (self != NULL);

  for (guint l = 0; l < self->n_layers; l++)
    {
      EmoHeadLayer *layer = &self->layers[l];

      memcpy (layer->weight, parameters, count_weights (layer) * sizeof *parameters);
      parameters += count_weights (layer);
      memcpy (layer->bias, parameters, layer->rows * sizeof *parameters);
      parameters += layer->rows;
    }
}

/**
 * emo_head_fold_inputs:
 * @self: a head that no other thread uses
 * @mean: [H]
 * @deviation: [H], none of them 0
 */
void
emo_head_fold_inputs (EmoHead      *self,
                      const double *mean,
                      const double *deviation)
{
  EmoHeadLayer *layer;

  g_return_if_fail (self != NULL);

  layer = &self->layers[0];
  for (guint i = 0; i < layer->rows; i++)
    {
      float *weights = layer->weight + (gsize) i * layer->columns;
      double bias = layer->bias[i];

      for (guint j = 0; j < layer->columns; j++)
        {
          bias -= weights[j] * mean[j] / deviation[j];
          weights[j] /= deviation[j];
        }
      layer->bias[i] = bias;
    }
}

/**
 * emo_head_scale:
 * @self: a head that no other thread uses
 * @factor: what the logits become multiplied by, as a temperature's inverse
 */
void
emo_head_scale (EmoHead *self,
                double   factor)
{
  EmoHeadLayer *layer;

  g_return_if_fail (self != NULL);

  layer = &self->layers[self->n_layers - 1];
  for (gsize i = 0; i < count_weights (layer); i++)
    layer->weight[i] *= factor;
  for (guint i = 0; i < layer->rows; i++)
    layer->bias[i] *= factor;
}

/**
 * emo_head_save:
 * @self: a head
 * @path: the safetensors file to write, whole or not at all
 * @metadata: (nullable): key, value, ..., %NULL
 * @error: return location
 *
 * Errors: IO, NO_SPACE.
 *
 * Returns: whether it was written
 */
gboolean
emo_head_save (EmoHead            *self,
               const char         *path,
               const char * const *metadata,
               GError            **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  EmoStoredTensor tensors[2 * EMO_HEAD_MAX_LAYERS];

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  for (guint l = 0; l < self->n_layers; l++)
    {
      const EmoHeadLayer *layer = &self->layers[l];
      char *weight = g_strdup_printf ("mlp.%u.weight", LAYER_STRIDE * l);
      char *bias = g_strdup_printf ("mlp.%u.bias", LAYER_STRIDE * l);

      g_ptr_array_add (names, weight);
      g_ptr_array_add (names, bias);
      tensors[2 * l] = (EmoStoredTensor) { weight, EMO_STORED_F32, 2, { layer->rows, layer->columns },
                                           (const guint8 *) layer->weight, count_weights (layer) * sizeof (float) };
      tensors[2 * l + 1] = (EmoStoredTensor) { bias, EMO_STORED_F32, 1, { layer->rows },
                                               (const guint8 *) layer->bias, layer->rows * sizeof (float) };
    }

  return emo_safetensors_save (path, tensors, 2 * self->n_layers, metadata, error);
}
