/* emo-vision-tower.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-rope.h"
#include "emo-vision-tower-private.h"

/* --- Weights --- */

static void
take_norm (EmoVlmWeights *weights,
           EmoVisionNorm       *norm,
           const char *name,
           gint64      width)
{
  g_autofree char *weight = g_strconcat (name, ".weight", NULL);
  g_autofree char *bias = g_strconcat (name, ".bias", NULL);

  norm->weight = emo_vlm_weights_take (weights, weight, 1, &width);
  norm->bias = emo_vlm_weights_take (weights, bias, 1, &width);
}

static void
clear_norm (EmoVisionNorm *norm)
{
  g_clear_pointer (&norm->weight, emo_tensor_unref);
  g_clear_pointer (&norm->bias, emo_tensor_unref);
}

static void
take_block (EmoVlmWeights         *weights,
            const EmoVlmConfig *config,
            EmoVisionBlock              *block,
            int                 index)
{
  gint64 c = config->vision_dim, m = config->vision_mlp;
  g_autofree char *norm1 = g_strdup_printf ("visual.blocks.%d.norm1", index);
  g_autofree char *qkv = g_strdup_printf ("visual.blocks.%d.attn.qkv", index);
  g_autofree char *proj = g_strdup_printf ("visual.blocks.%d.attn.proj", index);
  g_autofree char *norm2 = g_strdup_printf ("visual.blocks.%d.norm2", index);
  g_autofree char *fc1 = g_strdup_printf ("visual.blocks.%d.mlp.fc1", index);
  g_autofree char *fc2 = g_strdup_printf ("visual.blocks.%d.mlp.fc2", index);

  take_norm (weights, &block->norm1, norm1, c);
  emo_vlm_weights_take_linear (weights, &block->qkv, qkv, c, 3 * c, TRUE);
  emo_vlm_weights_take_linear (weights, &block->proj, proj, c, c, TRUE);
  take_norm (weights, &block->norm2, norm2, c);
  emo_vlm_weights_take_linear (weights, &block->fc1, fc1, c, m, TRUE);
  emo_vlm_weights_take_linear (weights, &block->fc2, fc2, m, c, TRUE);
}

static void
clear_block (EmoVisionBlock *block)
{
  clear_norm (&block->norm1);
  clear_norm (&block->norm2);
  emo_linear_clear (&block->qkv);
  emo_linear_clear (&block->proj);
  emo_linear_clear (&block->fc1);
  emo_linear_clear (&block->fc2);
}

/**
 * emo_vision_tower_new:
 * @config: sizes
 * @weights: where the tensors come from; keeps what fails
 *
 * Returns: (transfer full): usable only if emo_vlm_weights_finish() succeeds
 */
EmoVisionTower *
emo_vision_tower_new (const EmoVlmConfig *config,
                      EmoVlmWeights         *weights)
{
  EmoVisionTower *self = g_new0 (EmoVisionTower, 1);
  const EmoImageSettings *image = &config->image;
  gint64 c = config->vision_dim;
  gint64 merged = c * image->merge_size * image->merge_size;
  gint64 embed[] = { c, config->in_channels, image->temporal_patch_size, image->patch_size, image->patch_size };

  self->config = *config;
  self->embed = emo_vlm_weights_take (weights, "visual.patch_embed.proj.weight", G_N_ELEMENTS (embed), embed);
  self->blocks = g_new0 (EmoVisionBlock, config->vision_depth);
  for (int i = 0; i < config->vision_depth; i++)
    take_block (weights, config, &self->blocks[i], i);
  take_norm (weights, &self->merger_norm, "visual.merger.ln_q", c);
  emo_vlm_weights_take_linear (weights, &self->merger_in, "visual.merger.mlp.0", merged, merged, TRUE);
  emo_vlm_weights_take_linear (weights, &self->merger_out, "visual.merger.mlp.2", merged, config->hidden_size, TRUE);
  return self;
}

void
emo_vision_tower_free (EmoVisionTower *self)
{
  for (int i = 0; i < self->config.vision_depth; i++)
    clear_block (&self->blocks[i]);
  g_free (self->blocks);
  g_clear_pointer (&self->embed, emo_tensor_unref);
  clear_norm (&self->merger_norm);
  emo_linear_clear (&self->merger_in);
  emo_linear_clear (&self->merger_out);
  g_free (self);
}

/* --- Forward, in the order data flows --- */

typedef struct
{
  EmoTensor *cosine;   /* [P, D / 2] */
  EmoTensor *sine;     /* [P, D / 2] */
} Angles;

EmoTensor *
_emo_vision_tower_normalise (EmoScope            *scope,
                             const EmoVisionNorm *norm,
                             EmoTensor           *x)
{
  return emo_op_layer_norm (scope, x, norm->weight, norm->bias, EMO_VISION_NORM_EPS);
}

/* The kernel's stride is its size, so Conv3d is a linear map of each patch. */
static EmoTensor *
embed (EmoVisionTower *self,
       EmoScope       *scope,
       EmoPatches     *patches,
       EmoDtype        dtype,
       EmoDevice       device)
{
  gint64 shape[] = { emo_patches_get_rows (patches), emo_patches_get_columns (patches) };
  gint64 flat[] = { self->config.vision_dim, -1 };
  EmoTensor *x = emo_op_floats (scope, emo_patches_get_values (patches), 2, shape, dtype, device);

  return emo_op_linear (scope, x, emo_op_reshape (scope, self->embed, 2, flat), NULL);   /* [P, C] */
}

static Angles
make_angles (EmoVisionTower *self,
             EmoScope       *scope,
             EmoPatches     *patches,
             EmoDevice       device)
{
  int head_dim = self->config.vision_dim / self->config.vision_heads;
  gint64 shape[] = { emo_patches_get_rows (patches), head_dim / 2 };
  g_autofree float *cosine = g_new (float, shape[0] * shape[1]);
  g_autofree float *sine = g_new (float, shape[0] * shape[1]);

  emo_rope_vision (emo_patches_get_grid (patches), self->config.image.merge_size,
                   head_dim, self->config.vision_rope_theta, cosine, sine);
  return (Angles) {
    emo_op_floats (scope, cosine, 2, shape, EMO_DTYPE_F32, device),
    emo_op_floats (scope, sine, 2, shape, EMO_DTYPE_F32, device),
  };
}

/* Full attention over one picture's patches; no mask. */
static EmoTensor *
attend (EmoVisionTower *self,
        EmoScope       *scope,
        const EmoVisionBlock    *block,
        EmoTensor      *x,   /* [P, C] */
        const Angles   *angles)
{
  gint64 c = self->config.vision_dim, heads = self->config.vision_heads;
  gint64 split[] = { -1, heads, c / heads };
  EmoTensor *qkv = emo_linear_forward (&block->qkv, scope, x);   /* [P, 3C] */
  EmoTensor *parts[3];

  for (int i = 0; i < 3; i++)
    parts[i] = emo_op_reshape (scope, emo_op_narrow (scope, qkv, 1, i * c, c), 3, split);
  parts[0] = emo_op_rotate (scope, parts[0], angles->cosine, angles->sine);
  parts[1] = emo_op_rotate (scope, parts[1], angles->cosine, angles->sine);
  x = emo_op_attend (scope, parts[0],
                     emo_op_transpose (scope, parts[1], 0, 1),
                     emo_op_transpose (scope, parts[2], 0, 1), NULL);
  return emo_linear_forward (&block->proj, scope, x);
}

EmoTensor *
_emo_vision_tower_mlp (EmoVisionTower       *self,
                       EmoScope             *scope,
                       const EmoVisionBlock *block,
                       EmoTensor            *x)
{
  x = emo_linear_forward (&block->fc1, scope, x);
  x = emo_op_activate (scope, x, self->config.vision_activation);
  return emo_linear_forward (&block->fc2, scope, x);
}

static EmoTensor *
run_block (EmoVisionTower *self,
           EmoScope       *parent,
           const EmoVisionBlock    *block,
           EmoTensor      *x,
           const Angles   *angles)
{
  EmoScope *scope = emo_scope_open_nested (parent);

  x = emo_op_add_scaled (scope, x, attend (self, scope, block, _emo_vision_tower_normalise (scope, &block->norm1, x), angles), 1.0);
  x = emo_op_add_scaled (scope, x, _emo_vision_tower_mlp (self, scope, block, _emo_vision_tower_normalise (scope, &block->norm2, x)), 1.0);
  return emo_scope_close_nested (scope, x);
}

/* Four neighbours become one token. */
EmoTensor *
_emo_vision_tower_merge (EmoVisionTower *self,
                         EmoScope       *scope,
                         EmoTensor      *x)
{
  gint64 merged[] = { -1, (gint64) self->config.vision_dim * self->config.image.merge_size * self->config.image.merge_size };

  x = emo_op_reshape (scope, _emo_vision_tower_normalise (scope, &self->merger_norm, x), 2, merged);   /* [T, 4C] */
  x = emo_op_gelu (scope, emo_linear_forward (&self->merger_in, scope, x));
  return emo_linear_forward (&self->merger_out, scope, x);                                            /* [T, H] */
}

/**
 * emo_vision_tower_forward:
 * @scope: where the result lives
 * @patches: one picture
 * @dtype: what is computed in
 * @device: where
 *
 * Returns: (transfer none) (nullable): merged visual tokens [T, H]
 */
EmoTensor *
emo_vision_tower_forward (EmoVisionTower *self,
                          EmoScope       *scope,
                          EmoPatches     *patches,
                          EmoDtype        dtype,
                          EmoDevice       device)
{
  Angles angles = make_angles (self, scope, patches, device);
  EmoTensor *x = embed (self, scope, patches, dtype, device);

  for (int i = 0; i < self->config.vision_depth; i++)
    x = run_block (self, scope, &self->blocks[i], x, &angles);
  return _emo_vision_tower_merge (self, scope, x);
}
