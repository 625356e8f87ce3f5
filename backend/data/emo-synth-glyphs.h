/* emo-synth-glyphs.h: the emoji of the scenes, as pixels
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Every glyph at its native size, halved, and halved again. */
#define EMO_SYNTH_N_LEVELS 3
#define EMO_SYNTH_GLYPH_SIDE 136

/* All glyphs, drawn once; immutable, so any number of threads may read them.
 * Ref-counted atomically. */
typedef struct _EmoSynthGlyphs EmoSynthGlyphs;

/* Errors: UNSUPPORTED where the font Noto Color Emoji is missing or lacks a
 * glyph, with what to install. */
EmoSynthGlyphs *emo_synth_glyphs_new        (GError         **error);
EmoSynthGlyphs *emo_synth_glyphs_ref        (EmoSynthGlyphs  *self);
void            emo_synth_glyphs_unref      (EmoSynthGlyphs  *self);
/* [side, side, 4] RGBA, premultiplied; level 0 is the largest. */
const guint8   *emo_synth_glyphs_get_pixels (EmoSynthGlyphs  *self,
                                             guint            object,
                                             guint            level,
                                             int             *side);
/* SHA-256 of all of them: other fonts, other pictures. */
const char     *emo_synth_glyphs_get_sha256 (EmoSynthGlyphs  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoSynthGlyphs, emo_synth_glyphs_unref)

G_END_DECLS
