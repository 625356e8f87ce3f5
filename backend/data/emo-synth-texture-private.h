/* emo-synth-texture-private.h: what lies over a background
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-draw.h"
#include "emo-synth-tables.h"

G_BEGIN_DECLS

/* Pixels under way. */
typedef struct
{
  int     width;
  int     height;
  guint8 *rgb;         /* [height, width, 3] */
  int     sign;        /* 1 on dark backgrounds, -1 on light ones: the way that shows */
} EmoSynthCanvas;

void _emo_synth_draw_texture (EmoSynthCanvas *canvas,
                              EmoTexture      texture,
                              EmoDraw        *draw);

G_END_DECLS
