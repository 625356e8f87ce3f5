/* emo-vision-tower.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-patches.h"
#include "emo-vlm-config.h"
#include "emo-vlm-weights.h"

G_BEGIN_DECLS

/* Qwen2-VL's vision tower: patches in, merged visual tokens out. */
typedef struct _EmoVisionTower EmoVisionTower;

/* Failures are latched in @weights. */
EmoVisionTower *emo_vision_tower_new     (const EmoVlmConfig *config,
                                          EmoVlmWeights         *weights);
void            emo_vision_tower_free    (EmoVisionTower     *self);
/* @patches of one picture -> [T, H], T = t*h*w / merge^2. */
EmoTensor      *emo_vision_tower_forward (EmoVisionTower     *self,
                                          EmoScope           *scope,
                                          EmoPatches         *patches,
                                          EmoDtype            dtype,
                                          EmoDevice           device);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoVisionTower, emo_vision_tower_free)

G_END_DECLS
