/* emo-thumbnail-cache.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* Small pictures by sample, the least recently used given up first; main thread
 * only. A sample is not kept alive: what is cached goes with it. */
typedef struct _EmoThumbnailCache EmoThumbnailCache;

EmoThumbnailCache *emo_thumbnail_cache_new         (gsize              max_bytes);
void               emo_thumbnail_cache_free        (EmoThumbnailCache *self);
/* The one that all thumbnails share, of 64 MB. */
EmoThumbnailCache *emo_thumbnail_cache_get_default (void);
/* (transfer none) (nullable): at least @side pixels high or wide, or the whole picture */
GdkTexture        *emo_thumbnail_cache_lookup      (EmoThumbnailCache *self,
                                                    EmoSample         *sample,
                                                    int                side);
void               emo_thumbnail_cache_insert      (EmoThumbnailCache *self,
                                                    EmoSample         *sample,
                                                    int                side,
                                                    GdkTexture        *texture);
gsize              emo_thumbnail_cache_get_bytes   (EmoThumbnailCache *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoThumbnailCache, emo_thumbnail_cache_free)

G_END_DECLS
