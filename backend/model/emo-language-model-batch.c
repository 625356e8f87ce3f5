/* emo-language-model-batch.c: the decoder over a training batch
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-language-model-batch.h"
#include "emo-language-model-private.h"
#include "emo-rope.h"

/* --- Tables --- */

/* Row i of @rows sees @before keys and its own up to i. */
static EmoTensor *
causal_mask (EmoScope  *scope,
             gint64     rows,
             gint64     before,
             EmoDevice  device)
{
  gint64 shape[] = { rows, before + rows };
  g_autofree float *mask = g_new0 (float, shape[0] * shape[1]);

  for (gint64 i = 0; i < rows; i++)
    for (gint64 j = before + i + 1; j < shape[1]; j++)
      mask[i * shape[1] + j] = -INFINITY;

  return emo_op_floats (scope, mask, 2, shape, EMO_DTYPE_F32, device);
}

static void
make_angles (EmoLanguageModel  *self,
             EmoScope          *scope,
             const int         *positions,
             guint              rank,
             const gint64      *shape,   /* [..., D / 2] */
             EmoDevice          device,
             EmoTensor        **cosine,
             EmoTensor        **sine)
{
  const EmoVlmConfig *config = &self->config;
  gint64 n = rank > 2 ? shape[0] * shape[1] : shape[0];
  g_autofree float *c = g_new (float, n * config->head_dim / 2);
  g_autofree float *s = g_new (float, n * config->head_dim / 2);

  emo_rope_decoder (positions, n, config->head_dim, config->rope_theta, config->mrope_section, c, s);
  *cosine = emo_op_floats (scope, c, rank, shape, EMO_DTYPE_F32, device);
  *sine = emo_op_floats (scope, s, rank, shape, EMO_DTYPE_F32, device);
}

/* Places that nobody learns from need no more than keys and values in the last
 * layer. */
static void
find_first (EmoDecoderPass *pass)
{
  const EmoVlmBatch *batch = pass->batch;

  pass->first = batch->length;
  pass->whole = FALSE;
  for (guint i = 0; i < batch->n_targets; i++)
    {
      int own = batch->rows[i] - (int) batch->n_prefix;

      if (own < 0)
        pass->whole = TRUE;
      else
        pass->first = MIN (pass->first, (guint) own % batch->length);
    }
  if (pass->whole)
    pass->first = 0;
}

void
emo_decoder_pass_init (EmoDecoderPass    *pass,
                       EmoLanguageModel  *self,
                       EmoScope          *scope,
                       const EmoVlmBatch *batch,
                       EmoDevice          device)
{
  gint64 half = self->config.head_dim / 2;
  gint64 prefix[] = { batch->n_prefix, half };
  gint64 own[] = { batch->n, batch->length, half };

  *pass = (EmoDecoderPass) { .batch = batch };
  pass->prefix_mask = causal_mask (scope, batch->n_prefix, 0, device);
  pass->mask = causal_mask (scope, batch->length, batch->n_prefix, device);
  make_angles (self, scope, batch->positions, 2, prefix, device, &pass->prefix_cosine, &pass->prefix_sine);
  make_angles (self, scope, batch->positions + 3 * batch->n_prefix, 3, own, device, &pass->cosine, &pass->sine);
  find_first (pass);
}

guint
emo_language_model_get_n_layers (EmoLanguageModel *self)
{
  return self->config.n_layers;
}

/* --- Forward, in the order data flows --- */

/* Where each row comes from: text rows first, in order, then every visual token. */
static void
order_rows (const EmoVlmBatch *batch,
            guint              n_tokens,
            GArray            *ids,     /* (out) of the text rows */
            int               *order)   /* [R] */
{
  guint n = batch->n * batch->length;
  guint n_text = batch->n_prefix;

  g_array_append_vals (ids, batch->prefix, batch->n_prefix);
  for (guint i = 0; i < n; i++)
    n_text += batch->sources[i] >= 0;
  for (guint i = 0; i < batch->n_prefix; i++)
    order[i] = i;
  for (guint i = 0; i < n; i++)
    {
      gint32 source = batch->sources[i];
      guint32 id = source;

      if (source < 0)
        order[batch->n_prefix + i] = n_text + batch->pictures[i / batch->length] * n_tokens + (-1 - source);
      else
        {
          order[batch->n_prefix + i] = ids->len;
          g_array_append_val (ids, id);
        }
    }
}

EmoTensor *
emo_language_model_place (EmoLanguageModel     *self,
                          EmoScope             *scope,
                          const EmoDecoderPass *pass,
                          EmoTensor            *tokens,
                          EmoDtype              dtype)
{
  const EmoVlmBatch *batch = pass->batch;
  guint n = batch->n_prefix + batch->n * batch->length;
  gint64 flat[] = { -1, self->config.hidden_size };
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autofree int *order = g_new (int, n);
  EmoTensor *parts[2];

  if (emo_scope_failed (scope))
    return NULL;
  order_rows (batch, emo_tensor_get_size (tokens, 1), ids, order);
  parts[0] = emo_op_embed (scope, self->embeddings, (guint32 *) ids->data, ids->len, dtype);
  parts[1] = emo_op_reshape (scope, tokens, 2, flat);
  if (emo_scope_failed (scope))
    return NULL;

  return emo_op_rows (scope, emo_op_cat (scope, parts, 2, 0), 0, order, n);
}

/* The rows of the prefix and of the sequences, [P, heads, D] and [B, S, heads, D]. */
static void
split (EmoLanguageModel     *self,
       EmoScope             *scope,
       const EmoDecoderPass *pass,
       EmoTensor            *x,
       EmoTensor           **prefix,
       EmoTensor           **own)
{
  const EmoVlmBatch *batch = pass->batch;
  gint64 heads[] = { -1, emo_scope_failed (scope) ? 1 : emo_tensor_get_size (x, 1) / self->config.head_dim, self->config.head_dim };
  gint64 rows[] = { batch->n, batch->length, heads[1], heads[2] };

  *prefix = emo_op_reshape (scope, emo_op_narrow (scope, x, 0, 0, batch->n_prefix), 3, heads);
  *own = emo_op_reshape (scope, emo_op_narrow (scope, x, 0, batch->n_prefix, batch->n * batch->length), 4, rows);
}

typedef struct
{
  EmoTensor *prefix;   /* [P, heads, D] */
  EmoTensor *own;      /* [B, S, heads, D] */
} Parts;

static Parts
rotated (EmoLanguageModel     *self,
         EmoScope             *scope,
         const EmoDecoderPass *pass,
         EmoTensor            *x)
{
  Parts parts;

  split (self, scope, pass, x, &parts.prefix, &parts.own);
  parts.prefix = emo_op_rotate (scope, parts.prefix, pass->prefix_cosine, pass->prefix_sine);
  parts.own = emo_op_rotate (scope, parts.own, pass->cosine, pass->sine);

  return parts;
}

/* Keys or values that a sequence sees: the prefix's, once more for each, and its
 * own [B, P + S, heads, D]. */
static EmoTensor *
with_prefix (EmoScope             *scope,
             const EmoDecoderPass *pass,
             const Parts          *parts)
{
  EmoTensor *both[] = { emo_op_repeat (scope, parts->prefix, pass->batch->n), parts->own };

  return emo_scope_failed (scope) ? NULL : emo_op_cat (scope, both, 2, 1);
}

static EmoTensor *
attend_prefix (EmoScope             *scope,
               const EmoDecoderPass *pass,
               const Parts          *q,
               const Parts          *k,
               const Parts          *v)
{
  gint64 flat[] = { pass->batch->n_prefix, -1 };
  EmoTensor *y = emo_op_attend_batch (scope, emo_op_repeat (scope, q->prefix, 1), emo_op_repeat (scope, k->prefix, 1),
                                      emo_op_repeat (scope, v->prefix, 1), pass->prefix_mask);

  return emo_op_reshape (scope, y, 2, flat);
}

static EmoTensor *
attend (EmoLanguageModel     *self,
        EmoScope             *scope,
        guint                 index,
        EmoTensor            *x,     /* [R, H], normalised */
        const EmoDecoderPass *pass)
{
  const EmoDecoderLayer *layer = &self->layers[index];
  const EmoVlmBatch *batch = pass->batch;
  gboolean last = index + 1 == emo_language_model_get_n_layers (self);
  guint first = last ? pass->first : 0;
  gint64 flat[] = { -1, (gint64) self->config.n_heads * self->config.head_dim };
  Parts q = rotated (self, scope, pass, emo_linear_forward (&layer->q, scope, x));
  Parts k = rotated (self, scope, pass, emo_linear_forward (&layer->k, scope, x));
  Parts v;
  EmoTensor *mask = pass->mask, *y[2];

  split (self, scope, pass, emo_linear_forward (&layer->v, scope, x), &v.prefix, &v.own);
  if (first > 0)
    {
      q.own = emo_op_narrow (scope, q.own, 1, first, batch->length - first);
      mask = emo_op_narrow (scope, mask, 0, first, batch->length - first);
    }
  y[1] = emo_op_reshape (scope, emo_op_attend_batch (scope, q.own, with_prefix (scope, pass, &k), with_prefix (scope, pass, &v), mask), 2, flat);
  if (last && !pass->whole)
    return emo_linear_forward (&layer->o, scope, y[1]);
  y[0] = attend_prefix (scope, pass, &q, &k, &v);
  if (emo_scope_failed (scope))
    return NULL;

  return emo_linear_forward (&layer->o, scope, emo_op_cat (scope, y, 2, 0));
}

/* Of [R, H]: the rows that the last layer gives. */
static EmoTensor *
keep_rows (EmoScope             *scope,
           const EmoDecoderPass *pass,
           EmoTensor            *x)
{
  const EmoVlmBatch *batch = pass->batch;
  gint64 rows[] = { batch->n, batch->length, -1 };
  gint64 flat[] = { (gint64) batch->n * (batch->length - pass->first), -1 };

  if (pass->whole)
    return x;
  x = emo_op_reshape (scope, emo_op_narrow (scope, x, 0, batch->n_prefix, batch->n * batch->length), 3, rows);

  return emo_op_reshape (scope, emo_op_narrow (scope, x, 1, pass->first, batch->length - pass->first), 2, flat);
}

EmoTensor *
emo_language_model_run_layer (EmoLanguageModel     *self,
                              EmoScope             *parent,
                              guint                 index,
                              EmoTensor            *x,
                              const EmoDecoderPass *pass)
{
  const EmoDecoderLayer *layer = &self->layers[index];
  double eps = self->config.rms_norm_eps;
  EmoScope *scope = emo_scope_open_nested (parent);
  EmoTensor *attended = attend (self, scope, index, emo_op_rms_norm (scope, x, layer->input_norm, eps), pass);

  if (index + 1 == emo_language_model_get_n_layers (self))
    x = keep_rows (scope, pass, x);
  x = emo_op_add (scope, x, attended);
  x = emo_op_add (scope, x, _emo_language_model_mlp (self, scope, layer, emo_op_rms_norm (scope, x, layer->post_norm, eps)));

  return emo_scope_close_nested (scope, x);
}

EmoTensor *
emo_language_model_loss (EmoLanguageModel     *self,
                         EmoScope             *scope,
                         const EmoDecoderPass *pass,
                         EmoTensor            *x)
{
  const EmoVlmBatch *batch = pass->batch;
  guint kept = batch->length - pass->first;
  g_autofree int *rows = g_new (int, batch->n_targets);

  for (guint i = 0; i < batch->n_targets; i++)
    {
      guint own = batch->rows[i] - batch->n_prefix;

      rows[i] = pass->whole ? batch->rows[i] : (int) (own / batch->length * kept + own % batch->length - pass->first);
    }
  x = emo_op_rms_norm (scope, emo_op_rows (scope, x, 0, rows, batch->n_targets), self->norm, self->config.rms_norm_eps);

  return emo_op_cross_entropy (scope, emo_language_model_logits (self, scope, x), batch->targets, batch->weights, batch->n_targets);
}
