/* emo-synth-scene.h: what is in a picture, and where
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-dataset.h"
#include "emo-synth-rule.h"

G_BEGIN_DECLS

/* Where an object stands. Its glyph is a square. */
typedef struct
{
  int size;      /* pixels a side */
  int x;         /* of its middle */
  int y;
  int turn;      /* degrees, clockwise */
} EmoSynthPlace;

/* A drawn scene, before it is painted: a pure function of rule, seed, split and
 * index. Plain values. */
typedef struct
{
  guint64       seed;
  EmoSplit      split;
  guint         index;
  int           width;         /* multiples of 28: no picture is resized */
  int           height;
  EmoSynthParts parts;
  EmoSynthPlace places[EMO_SYNTH_MAX_OBJECTS];   /* [parts.n_objects] */
  guint         label;
  int           lead;          /* thousandths, EMO_SYNTH_MARGIN or more */
} EmoSynthScene;

EmoSynthScene *emo_synth_scene_new  (EmoSynthRule  *rule,
                                     guint64        seed,
                                     EmoSplit       split,
                                     guint          index);
void           emo_synth_scene_free (EmoSynthScene *self);
/* The same into what the caller has. */
void           emo_synth_scene_draw (EmoSynthScene *self,
                                     EmoSynthRule  *rule,
                                     guint64        seed,
                                     EmoSplit       split,
                                     guint          index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoSynthScene, emo_synth_scene_free)

G_END_DECLS
