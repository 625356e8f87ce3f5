/* emo-vision-tower-batch.c: the tower over a training batch
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-rope.h"
#include "emo-vision-tower-batch.h"
#include "emo-vision-tower-private.h"

void
emo_vision_pass_init (EmoVisionPass  *pass,
                      EmoVisionTower *self,
                      EmoScope       *scope,
                      gint64          n_pictures,
                      const int       grid[3],
                      EmoDevice       device)
{
  int head_dim = self->config.vision_dim / self->config.vision_heads;
  gint64 n_patches = (gint64) grid[0] * grid[1] * grid[2];
  gint64 shape[] = { n_patches, head_dim / 2 };
  g_autofree float *cosine = g_new (float, shape[0] * shape[1]);
  g_autofree float *sine = g_new (float, shape[0] * shape[1]);

  emo_rope_vision (grid, self->config.image.merge_size, head_dim, self->config.vision_rope_theta, cosine, sine);
  *pass = (EmoVisionPass) {
    .n_pictures = n_pictures,
    .n_patches = n_patches,
    .cosine = emo_op_floats (scope, cosine, 2, shape, EMO_DTYPE_F32, device),
    .sine = emo_op_floats (scope, sine, 2, shape, EMO_DTYPE_F32, device),
  };
}

guint
emo_vision_tower_get_n_blocks (EmoVisionTower *self)
{
  return self->config.vision_depth + 2;
}

/* --- Forward, in the order data flows --- */

static EmoTensor *
embed (EmoVisionTower *self,
       EmoScope       *scope,
       EmoTensor      *pixels)
{
  gint64 flat[] = { self->config.vision_dim, -1 };

  return emo_op_linear (scope, pixels, emo_op_reshape (scope, self->embed, 2, flat), NULL);   /* [N, C] */
}

static EmoTensor *
attend (EmoVisionTower       *self,
        EmoScope             *scope,
        const EmoVisionBlock *block,
        EmoTensor            *x,
        const EmoVisionPass  *pass)
{
  gint64 c = self->config.vision_dim, heads = self->config.vision_heads;
  gint64 split[] = { pass->n_pictures, pass->n_patches, heads, c / heads };
  gint64 flat[] = { -1, c };
  EmoTensor *qkv = emo_linear_forward (&block->qkv, scope, x);   /* [N, 3C] */
  EmoTensor *parts[3];

  for (int i = 0; i < 3; i++)
    parts[i] = emo_op_reshape (scope, emo_op_narrow (scope, qkv, 1, i * c, c), 4, split);
  for (int i = 0; i < 2; i++)
    parts[i] = emo_op_rotate (scope, parts[i], pass->cosine, pass->sine);
  x = emo_op_attend_batch (scope, parts[0], parts[1], parts[2], NULL);

  return emo_linear_forward (&block->proj, scope, emo_op_reshape (scope, x, 2, flat));
}

static EmoTensor *
transform (EmoVisionTower       *self,
           EmoScope             *scope,
           const EmoVisionBlock *block,
           EmoTensor            *x,
           const EmoVisionPass  *pass)
{
  x = emo_op_add (scope, x, attend (self, scope, block, _emo_vision_tower_normalise (scope, &block->norm1, x), pass));

  return emo_op_add (scope, x, _emo_vision_tower_mlp (self, scope, block, _emo_vision_tower_normalise (scope, &block->norm2, x)));
}

EmoTensor *
emo_vision_tower_run_block (EmoVisionTower      *self,
                            EmoScope            *parent,
                            guint                index,
                            EmoTensor           *x,
                            const EmoVisionPass *pass)
{
  EmoScope *scope = emo_scope_open_nested (parent);
  gint64 tokens[] = { pass->n_pictures, -1, self->config.hidden_size };

  if (index == 0)
    x = embed (self, scope, x);
  else if (index + 1 < emo_vision_tower_get_n_blocks (self))
    x = transform (self, scope, &self->blocks[index - 1], x, pass);
  else
    x = emo_op_reshape (scope, _emo_vision_tower_merge (self, scope, x), 3, tokens);

  return emo_scope_close_nested (scope, x);
}

/* --- Parameters --- */

static gboolean
list_pair (EmoParameters *parameters,
           int            block,
           const char    *name,
           EmoTensor    **weight,
           EmoTensor    **bias,
           EmoDtype       dtype,
           GError       **error)
{
  g_autofree char *weight_name = g_strconcat (name, ".weight", NULL);
  g_autofree char *bias_name = g_strconcat (name, ".bias", NULL);

  return emo_parameters_add (parameters, weight_name, block, weight, dtype, error) &&
         emo_parameters_add (parameters, bias_name, block, bias, dtype, error);
}

static gboolean
list_block (EmoVisionTower *self,
            EmoParameters  *parameters,
            int             i,
            EmoDtype        dtype,
            GError        **error)
{
  EmoVisionBlock *block = &self->blocks[i];
  const struct
  {
    const char *name;
    EmoTensor **weight;
    EmoTensor **bias;
  } pairs[] = {
    { "norm1", &block->norm1.weight, &block->norm1.bias }, { "attn.qkv", &block->qkv.weight, &block->qkv.bias },
    { "attn.proj", &block->proj.weight, &block->proj.bias }, { "norm2", &block->norm2.weight, &block->norm2.bias },
    { "mlp.fc1", &block->fc1.weight, &block->fc1.bias }, { "mlp.fc2", &block->fc2.weight, &block->fc2.bias },
  };

  for (guint j = 0; j < G_N_ELEMENTS (pairs); j++)
    {
      g_autofree char *name = g_strdup_printf ("visual.blocks.%d.%s", i, pairs[j].name);

      if (!list_pair (parameters, i + 1, name, pairs[j].weight, pairs[j].bias, dtype, error))
        return FALSE;
    }

  return TRUE;
}

gboolean
emo_vision_tower_list (EmoVisionTower *self,
                       EmoParameters  *parameters,
                       EmoDtype        dtype,
                       GError        **error)
{
  int last = self->config.vision_depth + 1;

  if (!emo_parameters_add (parameters, "visual.patch_embed.proj.weight", 0, &self->embed, dtype, error))
    return FALSE;
  for (int i = 0; i < self->config.vision_depth; i++)
    if (!list_block (self, parameters, i, dtype, error))
      return FALSE;

  return list_pair (parameters, last, "visual.merger.ln_q", &self->merger_norm.weight, &self->merger_norm.bias, dtype, error) &&
         list_pair (parameters, last, "visual.merger.mlp.0", &self->merger_in.weight, &self->merger_in.bias, dtype, error) &&
         list_pair (parameters, last, "visual.merger.mlp.2", &self->merger_out.weight, &self->merger_out.bias, dtype, error);
}
