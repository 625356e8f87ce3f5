/* emo-vision-tower-batch.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-parameters.h"
#include "emo-vision-tower.h"

G_BEGIN_DECLS

/* The tower over B pictures of equal grids, block by block, so that a loop of
 * the caller's decides which activations are kept. N = B * patches rows. */
typedef struct
{
  gint64     n_pictures;   /* B */
  gint64     n_patches;    /* of one picture */
  EmoTensor *cosine;       /* [patches, D / 2] */
  EmoTensor *sine;
} EmoVisionPass;

/* Tables for pictures of @grid, in @scope, which outlives the pass. */
void       emo_vision_pass_init         (EmoVisionPass       *pass,
                                         EmoVisionTower      *self,
                                         EmoScope            *scope,
                                         gint64               n_pictures,
                                         const int            grid[3],
                                         EmoDevice            device);
/* Blocks 0 (patch embedding), 1 to depth, depth + 1 (merger): pixels [N, 1176]
 * -> [N, C] -> ... -> visual tokens [B, T, H]. */
guint      emo_vision_tower_get_n_blocks (EmoVisionTower     *self);
EmoTensor *emo_vision_tower_run_block   (EmoVisionTower      *self,
                                         EmoScope            *parent,
                                         guint                index,
                                         EmoTensor           *x,
                                         const EmoVisionPass *pass);
/* Lists every weight as trainable, each in its block. */
gboolean   emo_vision_tower_list        (EmoVisionTower      *self,
                                         EmoParameters       *parameters,
                                         EmoDtype             dtype,
                                         GError             **error);

G_END_DECLS
