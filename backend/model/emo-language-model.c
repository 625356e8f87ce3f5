/* emo-language-model.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-language-model-private.h"
#include "emo-rope.h"

/* --- Weights --- */

static EmoTensor *
take_norm (EmoVlmWeights *weights,
           int         layer,
           const char *name,
           gint64      width)
{
  g_autofree char *full = g_strdup_printf ("layers.%d.%s.weight", layer, name);

  return emo_vlm_weights_take (weights, full, 1, &width);
}

static void
take_linear (EmoVlmWeights *weights,
             EmoLinear  *linear,
             int         layer,
             const char *name,
             gint64      in_features,
             gint64      out_features,
             gboolean    bias)
{
  g_autofree char *full = g_strdup_printf ("layers.%d.%s", layer, name);

  emo_vlm_weights_take_linear (weights, linear, full, in_features, out_features, bias);
}

static void
take_layer (EmoVlmWeights         *weights,
            const EmoVlmConfig *config,
            EmoDecoderLayer              *layer,
            int                 i)
{
  gint64 h = config->hidden_size, m = config->intermediate_size;
  gint64 q = (gint64) config->n_heads * config->head_dim;
  gint64 kv = (gint64) config->n_kv_heads * config->head_dim;

  layer->input_norm = take_norm (weights, i, "input_layernorm", h);
  take_linear (weights, &layer->q, i, "self_attn.q_proj", h, q, TRUE);
  take_linear (weights, &layer->k, i, "self_attn.k_proj", h, kv, TRUE);
  take_linear (weights, &layer->v, i, "self_attn.v_proj", h, kv, TRUE);
  take_linear (weights, &layer->o, i, "self_attn.o_proj", q, h, FALSE);
  layer->post_norm = take_norm (weights, i, "post_attention_layernorm", h);
  take_linear (weights, &layer->gate, i, "mlp.gate_proj", h, m, FALSE);
  take_linear (weights, &layer->up, i, "mlp.up_proj", h, m, FALSE);
  take_linear (weights, &layer->down, i, "mlp.down_proj", m, h, FALSE);
}

static void
clear_layer (EmoDecoderLayer *layer)
{
  g_clear_pointer (&layer->input_norm, emo_tensor_unref);
  g_clear_pointer (&layer->post_norm, emo_tensor_unref);
  emo_linear_clear (&layer->q);
  emo_linear_clear (&layer->k);
  emo_linear_clear (&layer->v);
  emo_linear_clear (&layer->o);
  emo_linear_clear (&layer->gate);
  emo_linear_clear (&layer->up);
  emo_linear_clear (&layer->down);
}

/* Embeddings and output layer. As in transformers, the file decides where it
 * contradicts a tied config: an lm_head that differs is used, and one that
 * stands alone serves as both. */
static void
take_ends (EmoLanguageModel   *self,
           const EmoVlmConfig *config,
           EmoVlmWeights      *weights)
{
  static const char in[] = "embed_tokens.weight", out[] = "lm_head.weight";
  gint64 shape[] = { config->vocab_size, config->hidden_size };
  gboolean alone = config->tied && !emo_vlm_weights_has (weights, in) && emo_vlm_weights_has (weights, out);

  self->embeddings = emo_vlm_weights_take (weights, alone ? out : in, 2, shape);
  if (!config->tied || (!alone && emo_vlm_weights_differ (weights, in, out)))
    self->head = emo_vlm_weights_take (weights, out, 2, shape);
  else if (self->embeddings != NULL)
    self->head = emo_tensor_ref (self->embeddings);
}

/**
 * emo_language_model_new:
 * @config: sizes
 * @weights: where the tensors come from; keeps what fails
 *
 * Returns: (transfer full): usable only if emo_vlm_weights_finish() succeeds
 */
EmoLanguageModel *
emo_language_model_new (const EmoVlmConfig *config,
                 EmoVlmWeights         *weights)
{
  EmoLanguageModel *self = g_new0 (EmoLanguageModel, 1);
  gint64 width = config->hidden_size;

  self->config = *config;
  take_ends (self, config, weights);
  self->layers = g_new0 (EmoDecoderLayer, config->n_layers);
  for (int i = 0; i < config->n_layers; i++)
    take_layer (weights, config, &self->layers[i], i);
  self->norm = emo_vlm_weights_take (weights, "norm.weight", 1, &width);
  return self;
}

void
emo_language_model_free (EmoLanguageModel *self)
{
  for (int i = 0; i < self->config.n_layers; i++)
    clear_layer (&self->layers[i]);
  g_free (self->layers);
  g_clear_pointer (&self->embeddings, emo_tensor_unref);
  g_clear_pointer (&self->norm, emo_tensor_unref);
  g_clear_pointer (&self->head, emo_tensor_unref);
  g_free (self);
}

EmoKvCache *
emo_language_model_new_cache (EmoLanguageModel *self,
                       EmoDtype    dtype,
                       EmoDevice   device)
{
  return emo_kv_cache_new (self->config.n_layers, self->config.n_kv_heads,
                           self->config.head_dim, dtype, device);
}

/* --- Forward, in the order data flows --- */

typedef struct
{
  EmoKvCache *cache;
  gint64      start;
  EmoTensor  *mask;     /* (nullable) [S, start + S] */
  EmoTensor  *cosine;   /* [S, D / 2] */
  EmoTensor  *sine;     /* [S, D / 2] */
  const int  *rows;     /* (nullable) of the last layer's results */
  guint       n_rows;
} Pass;

EmoTensor *
emo_language_model_embed (EmoLanguageModel    *self,
                   EmoScope      *scope,
                   const guint32 *ids,
                   guint          n_ids,
                   EmoDtype       dtype)
{
  return emo_op_embed (scope, self->embeddings, ids, n_ids, dtype);
}

static void
make_angles (EmoLanguageModel *self,
             EmoScope   *scope,
             EmoTensor  *x,
             const int  *positions,
             Pass       *pass)
{
  const EmoVlmConfig *config = &self->config;
  gint64 shape[] = { emo_tensor_get_size (x, 0), config->head_dim / 2 };
  g_autofree float *cosine = g_new (float, shape[0] * shape[1]);
  g_autofree float *sine = g_new (float, shape[0] * shape[1]);
  EmoDevice device = emo_tensor_get_device (x);

  emo_rope_decoder (positions, shape[0], config->head_dim, config->rope_theta,
                    config->mrope_section, cosine, sine);
  pass->cosine = emo_op_floats (scope, cosine, 2, shape, EMO_DTYPE_F32, device);
  pass->sine = emo_op_floats (scope, sine, 2, shape, EMO_DTYPE_F32, device);
}

static EmoTensor *
split_heads (EmoLanguageModel *self,
             EmoScope   *scope,
             EmoTensor  *x)
{
  gint64 shape[] = { emo_scope_failed (scope) ? 0 : emo_tensor_get_size (x, 0), -1, self->config.head_dim };

  return emo_op_reshape (scope, x, 3, shape);   /* [S, heads, D] */
}

/* Rows whose result nobody reads need no more than their keys and values. */
static void
select_rows (EmoScope    *scope,
             const Pass  *pass,
             EmoTensor  **tensor)
{
  if (pass->rows != NULL && *tensor != NULL)
    *tensor = emo_op_rows (scope, *tensor, 0, pass->rows, pass->n_rows);
}

static EmoTensor *
attend (EmoLanguageModel  *self,
        EmoScope    *scope,
        int          index,
        EmoTensor   *x,       /* [S, H], normalised */
        const Pass  *pass)
{
  const EmoDecoderLayer *layer = &self->layers[index];
  gboolean last = index == self->config.n_layers - 1;
  EmoTensor *k = split_heads (self, scope, emo_linear_forward (&layer->k, scope, x));
  EmoTensor *v = split_heads (self, scope, emo_linear_forward (&layer->v, scope, x));
  EmoTensor *mask = pass->mask, *cosine = pass->cosine, *sine = pass->sine, *q;

  k = emo_op_transpose (scope, emo_op_rotate (scope, k, cosine, sine), 0, 1);   /* [kv_heads, S, D] */
  v = emo_op_transpose (scope, v, 0, 1);
  emo_kv_cache_append (pass->cache, scope, index, pass->start, &k, &v);
  if (last)
    {
      select_rows (scope, pass, &x);
      select_rows (scope, pass, &mask);
      select_rows (scope, pass, &cosine);
      select_rows (scope, pass, &sine);
    }
  q = split_heads (self, scope, emo_linear_forward (&layer->q, scope, x));
  q = emo_op_rotate (scope, q, cosine, sine);                                   /* [S, heads, D] */
  return emo_linear_forward (&layer->o, scope, emo_op_attend (scope, q, k, v, mask));
}

EmoTensor *
_emo_language_model_mlp (EmoLanguageModel      *self,
                         EmoScope              *scope,
                         const EmoDecoderLayer *layer,
                         EmoTensor             *x)
{
  EmoActivation activation = self->config.activation;
  EmoTensor *gate = emo_linear_forward (&layer->gate, scope, x);
  EmoTensor *up = emo_linear_forward (&layer->up, scope, x);

  if (activation == EMO_ACTIVATION_SILU)
    x = emo_op_silu_mul (scope, gate, up);
  else
    x = emo_op_mul (scope, emo_op_activate (scope, gate, activation), up);
  return emo_linear_forward (&layer->down, scope, x);
}

static EmoTensor *
run_layer (EmoLanguageModel *self,
           EmoScope   *parent,
           int         index,
           EmoTensor  *x,
           const Pass *pass)
{
  const EmoDecoderLayer *layer = &self->layers[index];
  double eps = self->config.rms_norm_eps;
  EmoScope *scope = emo_scope_open_nested (parent);
  EmoTensor *attended = attend (self, scope, index, emo_op_rms_norm (scope, x, layer->input_norm, eps), pass);

  if (index == self->config.n_layers - 1)
    select_rows (scope, pass, &x);
  x = emo_op_add_scaled (scope, x, attended, 1.0);
  x = emo_op_add_scaled (scope, x, _emo_language_model_mlp (self, scope, layer, emo_op_rms_norm (scope, x, layer->post_norm, eps)), 1.0);
  return emo_scope_close_nested (scope, x);
}

EmoTensor *
emo_language_model_forward (EmoLanguageModel *self,
                     EmoScope   *scope,
                     EmoTensor  *x,
                     const int  *positions,
                     EmoKvCache *cache,
                     gint64      start,
                     EmoTensor  *mask,
                     const int  *rows,
                     guint       n_rows)
{
  Pass pass = { .cache = cache, .start = start, .mask = mask, .rows = rows, .n_rows = n_rows };

  if (emo_scope_failed (scope))
    return NULL;
  make_angles (self, scope, x, positions, &pass);
  for (int i = 0; i < self->config.n_layers; i++)
    x = run_layer (self, scope, i, x, &pass);
  return emo_op_rms_norm (scope, x, self->norm, self->config.rms_norm_eps);
}

EmoTensor *
emo_language_model_logits (EmoLanguageModel *self,
                    EmoScope   *scope,
                    EmoTensor  *hidden)
{
  return emo_op_linear (scope, hidden, self->head, NULL);
}

/* --- Gradient, backwards --- */

/* The sum of the ids' log-probabilities behind the last layer. */
static EmoTensor *
sum_log_probs (EmoLanguageModel *self,
               EmoScope         *scope,
               EmoTensor        *x,     /* [n, H], not normalised */
               const guint32    *ids,
               guint             n)
{
  g_autofree int *rows = g_new (int, n);
  g_autofree int *columns = g_new (int, n);

  for (guint i = 0; i < n; i++)
    {
      rows[i] = i;
      columns[i] = ids[i];
    }
  x = emo_op_rms_norm (scope, x, self->norm, self->config.rms_norm_eps);
  return emo_op_sum (scope, emo_op_log_probs (scope, emo_language_model_logits (self, scope, x), rows, columns, n));
}

static EmoTensor *
score_gradient (EmoLanguageModel *self,
                EmoScope         *parent,
                EmoTensor        *x,
                const guint32    *ids,
                guint             n)
{
  EmoScope *scope = emo_scope_open_nested (parent);
  EmoTensor *leaf = emo_op_leaf (scope, x);

  return emo_scope_close_nested (scope, emo_op_grad (scope, sum_log_probs (self, scope, leaf, ids, n), NULL, leaf));
}

/* Runs a layer once more, recorded, and takes the gradient back through it. */
static EmoTensor *
layer_gradient (EmoLanguageModel *self,
                EmoScope         *parent,
                int               index,
                EmoTensor        *x,
                EmoTensor        *seed,
                const Pass       *pass)
{
  EmoScope *scope = emo_scope_open_nested (parent);
  EmoTensor *leaf = emo_op_leaf (scope, x);

  return emo_scope_close_nested (scope, emo_op_grad (scope, run_layer (self, scope, index, leaf, pass), seed, leaf));
}

/* A recorded forward would hold every layer's activations, for the 2B model
 * 56 MB a layer at 256 tokens. So the layers' inputs are kept, and each layer
 * runs again when its turn comes: a third more work, one layer's memory, and
 * Stop is heard at each of them. */
EmoTensor *
emo_language_model_gradient (EmoLanguageModel *self,
                             EmoScope         *scope,
                             EmoTensor        *x,
                             const int        *positions,
                             EmoKvCache       *cache,
                             gint64            start,
                             EmoTensor        *mask,
                             const int        *rows,
                             const guint32    *ids,
                             guint             n_rows,
                             EmoProgressFunc   progress,
                             gpointer          user_data)
{
  Pass pass = { .cache = cache, .start = start, .mask = mask, .rows = rows, .n_rows = n_rows };
  int n = self->config.n_layers;
  g_autofree EmoTensor **inputs = g_new0 (EmoTensor *, n);
  EmoTensor *seed;

  g_return_val_if_fail (emo_scope_has_grad (scope), NULL);

  if (emo_scope_failed (scope))
    return NULL;
  make_angles (self, scope, x, positions, &pass);
  for (int i = 0; i < n && !emo_scope_failed (scope); i++)
    {
      inputs[i] = x;
      x = run_layer (self, scope, i, x, &pass);
      if (progress != NULL)
        progress ((i + 1) / (4.0 * n), user_data);
    }
  seed = score_gradient (self, scope, x, ids, n_rows);
  for (int i = n - 1; i >= 0 && !emo_scope_failed (scope); i--)
    {
      seed = layer_gradient (self, scope, i, inputs[i], seed, &pass);
      if (progress != NULL)
        progress ((n + 3.0 * (n - i)) / (4.0 * n), user_data);
    }
  return seed;
}
