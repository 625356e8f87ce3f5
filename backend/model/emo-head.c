/* emo-head.c: the distilled head
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-error.h"
#include "emo-head-private.h"
#include "emo-weights.h"

#define MAX_WIDTH (1 << 20)

/* How often evidence tells how far it is. */
#define PROGRESS_TOKENS 64

/* "mlp.<index>.weight"; the indices skip GELU and dropout: 0, 3, 6, ... */
static gboolean
parse_index (const char *name,
             guint      *index)
{
  const char *p = name + strlen ("mlp.");
  guint64 number;
  char *end;

  if (!g_str_has_prefix (name, "mlp.") || !g_ascii_isdigit (*p) || (*p == '0' && g_ascii_isdigit (p[1])))
    return FALSE;
  number = g_ascii_strtoull (p, &end, 10);
  if (!g_str_equal (end, ".weight") || number > 1000)
    return FALSE;
  *index = number;

  return TRUE;
}

static int
compare_indices (gconstpointer a,
                 gconstpointer b)
{
  const guint *first = a, *second = b;

  return *first < *second ? -1 : *first > *second;
}

static gboolean
read_layer (EmoHead         *self,
            EmoSafetensors  *file,
            const char      *path,
            guint            index,
            gboolean         last,
            GError         **error)
{
  EmoHeadLayer *layer = &self->layers[self->n_layers];
  g_autofree char *weight_name = g_strdup_printf ("mlp.%u.weight", index);
  g_autofree char *bias_name = g_strdup_printf ("mlp.%u.bias", index);
  const EmoStoredTensor *tensor = emo_safetensors_find (file, weight_name);
  EmoWeightShape weight = { .name = weight_name, .rank = 2 };
  EmoWeightShape bias = { .name = bias_name, .rank = 1 };

  layer->columns = self->n_layers > 0 ? self->layers[self->n_layers - 1].rows : self->hidden_size;
  layer->rows = self->n_labels;
  if (!last && tensor->rank == 2)
    {
      if (tensor->shape[0] < 1 || tensor->shape[0] > MAX_WIDTH)
        {
          g_set_error (error, EMO_ERROR, EMO_ERROR_SHAPE, "%s: %s: expected 1 to %d rows, found %" G_GINT64_FORMAT,
                       path, weight_name, MAX_WIDTH, tensor->shape[0]);
          return FALSE;
        }
      layer->rows = tensor->shape[0];
    }
  weight.shape[0] = bias.shape[0] = layer->rows;
  weight.shape[1] = layer->columns;
  self->n_layers++;
  self->widest = MAX (self->widest, layer->rows);
  layer->weight = emo_weights_read_floats (file, path, &weight, error);
  if (layer->weight == NULL)
    return FALSE;
  layer->bias = emo_weights_read_floats (file, path, &bias, error);

  return layer->bias != NULL;
}

static gboolean
read_layers (EmoHead         *self,
             EmoSafetensors  *file,
             const char      *path,
             GError         **error)
{
  g_autoptr(GArray) indices = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < emo_safetensors_get_n_tensors (file); i++)
    {
      guint index;

      if (parse_index (emo_safetensors_get_tensor (file, i)->name, &index))
        g_array_append_val (indices, index);
    }
  g_array_sort (indices, compare_indices);
  if (indices->len == 0)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MISSING_WEIGHT, "%s: there is no mlp.0.weight, expected a distilled head", path);
      return FALSE;
    }
  if (indices->len > EMO_HEAD_MAX_LAYERS)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED, "%s: expected at most %d linear layers, found %u",
                   path, EMO_HEAD_MAX_LAYERS, indices->len);
      return FALSE;
    }
  for (guint i = 0; i < indices->len; i++)
    if (!read_layer (self, file, path, g_array_index (indices, guint, i), i + 1 == indices->len, error))
      return FALSE;

  return TRUE;
}

/**
 * emo_head_load:
 * @path: a safetensors file with mlp.0.weight, mlp.0.bias, mlp.3.weight, ...
 * @hidden_size: the width H of a visual token
 * @n_labels: labels
 * @error: return location
 *
 * Errors: those of safetensors, MISSING_WEIGHT, SHAPE, DTYPE, UNSUPPORTED (more
 * than five hidden layers), OUT_OF_MEMORY.
 *
 * Returns: (transfer full): the head
 */
EmoHead *
emo_head_load (const char  *path,
               int          hidden_size,
               guint        n_labels,
               GError     **error)
{
  g_autoptr(EmoSafetensors) file = NULL;
  g_autoptr(EmoHead) self = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (hidden_size > 0, NULL);
  g_return_val_if_fail (n_labels > 0, NULL);

  file = emo_safetensors_open (path, error);
  if (file == NULL)
    return NULL;
  self = g_new0 (EmoHead, 1);
  self->hidden_size = hidden_size;
  self->n_labels = n_labels;
  if (!read_layers (self, file, path, error) || !emo_safetensors_check (file, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_head_free:
 * @self: (transfer full) (nullable): a head
 */
void
emo_head_free (EmoHead *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_layers; i++)
    {
      g_free (self->layers[i].weight);
      g_free (self->layers[i].bias);
    }
  g_free (self);
}

/**
 * emo_head_get_depth:
 * @self: a head
 *
 * Returns: the number of hidden layers
 */
guint
emo_head_get_depth (EmoHead *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_layers - 1;
}

/* The exact GELU, x times the normal distribution's integral up to x. */
static double
gelu (double x)
{
  return 0.5 * x * (1 + erf (x / G_SQRT2));
}

/* @input [columns of the first layer] -> @logits [n_labels]; @buffers
 * [2 * widest] is working space. */
static void
forward (const EmoHead *self,
         const double  *input,
         double        *buffers,
         double        *logits)
{
  const double *x = input;

  for (guint l = 0; l < self->n_layers; l++)
    {
      const EmoHeadLayer *layer = &self->layers[l];
      gboolean last = l + 1 == self->n_layers;
      double *y = last ? logits : buffers + (l % 2) * (gsize) self->widest;

      for (guint i = 0; i < layer->rows; i++)
        {
          double sum = layer->bias[i] + emo_weights_dot (layer->weight + (gsize) i * layer->columns, x, layer->columns);

          y[i] = last ? sum : gelu (sum);
        }
      x = y;
    }
}

/**
 * emo_head_forward:
 * @self: a head
 * @visual_mean: [H] the mean visual token
 * @logits: (out): [n_labels]
 */
void
emo_head_forward (EmoHead     *self,
                  const float *visual_mean,
                  double      *logits)
{
  g_autofree double *input = NULL;
  g_autofree double *buffers = NULL;

  g_return_if_fail (self != NULL);

  input = g_new (double, self->hidden_size);
  buffers = g_new (double, 2 * (gsize) self->widest);
  for (guint i = 0; i < self->hidden_size; i++)
    input[i] = visual_mean[i];
  forward (self, input, buffers, logits);
}

/* What leaving one token out needs, for one picture. */
typedef struct
{
  double *sum;       /* [H] of all tokens */
  double *input;     /* [H] */
  double *buffers;   /* [2 * widest] */
  double *whole;     /* [n_labels] over all tokens */
  double *without;   /* [n_labels] */
} Leaving;

static void
leaving_clear (Leaving *leaving)
{
  g_free (leaving->sum);
  g_free (leaving->input);
  g_free (leaving->buffers);
  g_free (leaving->whole);
  g_free (leaving->without);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Leaving, leaving_clear)

static void
leaving_init (Leaving       *leaving,
              const EmoHead *self,
              const float   *tokens,
              guint          n_tokens)
{
  gsize width = self->hidden_size;

  leaving->sum = g_new0 (double, width);
  leaving->input = g_new (double, width);
  leaving->buffers = g_new (double, 2 * (gsize) self->widest);
  leaving->whole = g_new (double, self->n_labels);
  leaving->without = g_new (double, self->n_labels);
  for (guint t = 0; t < n_tokens; t++)
    for (gsize i = 0; i < width; i++)
      leaving->sum[i] += tokens[t * width + i];
  for (gsize i = 0; i < width; i++)
    leaving->input[i] = leaving->sum[i] / n_tokens;
  forward (self, leaving->input, leaving->buffers, leaving->whole);
}

/**
 * emo_head_evidence:
 * @self: a head
 * @tokens: [T, H] the visual tokens
 * @n_tokens: T
 * @maps: (out): [n_labels, T]
 * @progress: (nullable): told now and then, 0 to 1
 * @user_data: for @progress
 * @cancellable: (nullable): tested at every token
 * @error: where to say that it was cancelled
 *
 * For each label and token the label's logit over all tokens less the one over
 * all others: positive where the token speaks for the label. All labels' maps
 * cost what one does, a forward a token. With a single token nothing is left to
 * compare with, and the maps are 0.
 *
 * Returns: %FALSE only if cancelled
 */
gboolean
emo_head_evidence (EmoHead              *self,
                   const float          *tokens,
                   guint                 n_tokens,
                   double               *maps,
                   EmoProgressFunc       progress,
                   gpointer              user_data,
                   GCancellable         *cancellable,
                   GError              **error)
{
  g_auto(Leaving) leaving = { NULL };
  gsize width;

  g_return_val_if_fail (self != NULL, FALSE);

  width = self->hidden_size;
  memset (maps, 0, (gsize) n_tokens * self->n_labels * sizeof *maps);
  if (n_tokens < 2)
    return TRUE;
  leaving_init (&leaving, self, tokens, n_tokens);
  for (guint t = 0; t < n_tokens; t++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (progress != NULL && t % PROGRESS_TOKENS == 0 && t > 0)
        progress ((double) t / n_tokens, user_data);
      for (gsize i = 0; i < width; i++)
        leaving.input[i] = (leaving.sum[i] - tokens[t * width + i]) / (n_tokens - 1);
      forward (self, leaving.input, leaving.buffers, leaving.without);
      for (guint l = 0; l < self->n_labels; l++)
        maps[(gsize) l * n_tokens + t] = leaving.whole[l] - leaving.without[l];
    }

  return TRUE;
}
