/* emo-synth-paint.h: from a scene to pixels
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-image.h"
#include "emo-synth-glyphs.h"
#include "emo-synth-scene.h"

G_BEGIN_DECLS

/* A pure function of the scene and the glyphs, in whole numbers; any thread. */
EmoImage *emo_synth_scene_paint (const EmoSynthScene *scene,
                                 EmoSynthGlyphs      *glyphs);

G_END_DECLS
