/* emo-thumbnail.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* A small picture of a sample: decoded off the main thread while it is on the
 * screen, given up when it leaves it. For its accessible name it needs one from
 * what it stands in. Properties: "sample", "side" (in application pixels). */
#define EMO_TYPE_THUMBNAIL (emo_thumbnail_get_type ())
G_DECLARE_FINAL_TYPE (EmoThumbnail, emo_thumbnail, EMO, THUMBNAIL, AdwBin)

EmoSample *emo_thumbnail_get_sample (EmoThumbnail *self);   /* (nullable) */
void       emo_thumbnail_set_sample (EmoThumbnail *self,
                                     EmoSample    *sample);
void       emo_thumbnail_retry      (EmoThumbnail *self);
int        emo_thumbnail_get_side   (EmoThumbnail *self);
void       emo_thumbnail_set_side   (EmoThumbnail *self,
                                     int           side);

G_END_DECLS
