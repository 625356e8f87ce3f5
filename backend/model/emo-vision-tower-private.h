/* emo-vision-tower-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-vision-tower.h"

G_BEGIN_DECLS

#define EMO_VISION_NORM_EPS 1e-6   /* modeling_qwen2_vl.py: fixed, not in the config */

typedef struct
{
  EmoTensor *weight;   /* [C] */
  EmoTensor *bias;     /* [C] */
} EmoVisionNorm;

typedef struct
{
  EmoVisionNorm norm1;
  EmoLinear     qkv;    /* C -> 3C */
  EmoLinear     proj;   /* C -> C */
  EmoVisionNorm norm2;
  EmoLinear     fc1;    /* C -> mlp */
  EmoLinear     fc2;    /* mlp -> C */
} EmoVisionBlock;

struct _EmoVisionTower
{
  EmoVlmConfig    config;
  EmoTensor      *embed;        /* [C, 3, 2, 14, 14], used as [C, 1176] */
  EmoVisionBlock *blocks;
  EmoVisionNorm   merger_norm;
  EmoLinear       merger_in;    /* 4C -> 4C */
  EmoLinear       merger_out;   /* 4C -> H */
};

/* Pieces of the forward that work row by row, so that one picture and a batch
 * share them. */
EmoTensor *_emo_vision_tower_normalise (EmoScope             *scope,
                                        const EmoVisionNorm  *norm,
                                        EmoTensor            *x);
EmoTensor *_emo_vision_tower_mlp       (EmoVisionTower       *self,
                                        EmoScope             *scope,
                                        const EmoVisionBlock *block,
                                        EmoTensor            *x);
/* [N, C] -> [N / merge^2, H] */
EmoTensor *_emo_vision_tower_merge     (EmoVisionTower       *self,
                                        EmoScope             *scope,
                                        EmoTensor            *x);

G_END_DECLS
