/* emo-synth-place-private.h: where the objects of a scene stand
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-draw.h"
#include "emo-synth-scene.h"

G_BEGIN_DECLS

/* Fills the places of a scene whose size and parts are drawn. */
void _emo_synth_place (EmoSynthScene *self,
                       EmoDraw       *draw);

G_END_DECLS
