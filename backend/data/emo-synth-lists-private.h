/* emo-synth-lists-private.h: what a folder of scenes says of itself
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-synth-scene.h"
#include "emo-synth.h"

G_BEGIN_DECLS

/* Which pictures of a split are there. */
typedef struct
{
  guint   n;
  guint8 *there;    /* [n] 0 or 1; one byte each, for threads write side by side */
} EmoSynthSplit;

/* "train/awe/000012.png" */
char     *_emo_synth_dup_name       (const EmoSynthScene    *scene,
                                     EmoSynthRule           *rule);
/* scenes.jsonl and the annotations, of the pictures that are there. */
gboolean  _emo_synth_write_lists    (const char             *path,
                                     EmoSynthRule           *rule,
                                     guint64                 seed,
                                     const EmoSynthSplit    *splits,     /* [EMO_N_SPLITS] */
                                     GError                **error);
/* synth.json */
gboolean  _emo_synth_write_settings (const EmoSynthOptions  *options,
                                     const char             *glyphs,     /* SHA-256 */
                                     GError                **error);
/* Whether a folder was made with the same options, no more pictures, and the
 * same font. Errors: INVALID_FILE, IO. */
gboolean  _emo_synth_check_settings (const EmoSynthOptions  *options,
                                     const char             *glyphs,
                                     GError                **error);

G_END_DECLS
