/* emo-synth-tables.h: what EmoScenes are made of
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* What a scene may hold, and how much each of it moves which mood. The moods are
 * Mikels' eight; labels of other sets are made of them (emo-synth-rule.h). */
typedef enum
{
  EMO_MOOD_AMUSEMENT,
  EMO_MOOD_ANGER,
  EMO_MOOD_AWE,
  EMO_MOOD_CONTENTMENT,
  EMO_MOOD_DISGUST,
  EMO_MOOD_EXCITEMENT,
  EMO_MOOD_FEAR,
  EMO_MOOD_SADNESS,
  EMO_N_MOODS
} EmoMood;

typedef enum
{
  EMO_TRAIT_OBJECT,
  EMO_TRAIT_PALETTE,
  EMO_TRAIT_TEXTURE,
  EMO_TRAIT_LAYOUT,
  EMO_N_TRAITS
} EmoTrait;

typedef enum
{
  EMO_TEXTURE_EVEN,
  EMO_TEXTURE_GRAIN,
  EMO_TEXTURE_STREAKS,
  EMO_TEXTURE_GLOW,
  EMO_TEXTURE_SPARKLES,
  EMO_TEXTURE_CORNERS,
  EMO_TEXTURE_CRACKS,
  EMO_TEXTURE_BUBBLES,
  EMO_N_TEXTURES
} EmoTexture;

typedef enum
{
  EMO_LAYOUT_ORDERLY,
  EMO_LAYOUT_SCATTERED,
  EMO_LAYOUT_TILTED,
  EMO_LAYOUT_CROWDED,
  EMO_LAYOUT_TOWERING,
  EMO_LAYOUT_LONELY,
  EMO_N_LAYOUTS
} EmoLayout;

/* Weights are hundredths. */
typedef struct
{
  const char *name;
  const char *glyph;                  /* in Noto Color Emoji */
  gboolean    plural;                 /* the name is */
  gint16      weights[EMO_N_MOODS];
} EmoSynthObject;

typedef struct
{
  const char *name;
  guint8      from[3];                /* the ends of the ramp, RGB */
  guint8      to[3];
  gint16      weights[EMO_N_MOODS];
} EmoSynthPalette;

typedef struct
{
  const char *name;                   /* as behind "with" */
  gboolean    plural;
  gint16      weights[EMO_N_MOODS];
} EmoSynthTexture;

typedef struct
{
  const char *name;
  const char *cue;                    /* as a reason names it */
  guint       min_objects;
  guint       max_objects;
  gint16      weights[EMO_N_MOODS];
} EmoSynthLayout;

#define EMO_SYNTH_N_OBJECTS  128
#define EMO_SYNTH_N_PALETTES 12

extern const EmoSynthObject  emo_synth_objects[EMO_SYNTH_N_OBJECTS];
extern const EmoSynthPalette emo_synth_palettes[EMO_SYNTH_N_PALETTES];
extern const EmoSynthTexture emo_synth_textures[EMO_N_TEXTURES];
extern const EmoSynthLayout  emo_synth_layouts[EMO_N_LAYOUTS];

/* One view of the four tables. */
guint         emo_trait_get_n       (EmoTrait  trait);
const gint16 *emo_trait_get_weights (EmoTrait  trait,
                                     guint     index);   /* [EMO_N_MOODS] hundredths */
const char   *emo_trait_get_name    (EmoTrait  trait,
                                     guint     index);

G_END_DECLS
