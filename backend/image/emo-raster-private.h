/* emo-raster-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-error.h"
#include "emo-image.h"

G_BEGIN_DECLS

/* What a decoder fills: RGB8 rows, not yet turned upright. */
typedef struct
{
  int            width;
  int            height;
  guint8        *pixels;        /* [height, width, 3], g_try_malloc */
  EmoImageMarks  marks;
  int            orientation;   /* 1..8 as in Exif */
  int            fit;           /* in: a longer side of this many pixels will do; 0: all of them */
} EmoRaster;

/* Every decoder checks the size by _emo_raster_allocate before it decodes. */
typedef gboolean (*EmoDecode) (const guint8  *bytes,
                               gsize          length,
                               gboolean       allow_cut,
                               EmoRaster     *raster,
                               GError       **error);

gboolean _emo_raster_check       (gint64         width,
                                  gint64         height,
                                  GError       **error);
gboolean _emo_raster_allocate    (EmoRaster     *self,
                                  gint64         width,
                                  gint64         height,
                                  GError       **error);
gboolean _emo_raster_turn        (EmoRaster     *self,
                                  GError       **error);
void     _emo_raster_clear       (EmoRaster     *self);
guint8   _emo_raster_over_white  (guint          value,
                                  guint          alpha);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EmoRaster, _emo_raster_clear)

gboolean _emo_bmp_decode         (const guint8  *bytes,
                                  gsize          length,
                                  gboolean       allow_cut,
                                  EmoRaster     *raster,
                                  GError       **error);
gboolean _emo_gif_decode         (const guint8  *bytes,
                                  gsize          length,
                                  gboolean       allow_cut,
                                  EmoRaster     *raster,
                                  GError       **error);
gboolean _emo_jpeg_decode        (const guint8  *bytes,
                                  gsize          length,
                                  gboolean       allow_cut,
                                  EmoRaster     *raster,
                                  GError       **error);
gboolean _emo_png_decode         (const guint8  *bytes,
                                  gsize          length,
                                  gboolean       allow_cut,
                                  EmoRaster     *raster,
                                  GError       **error);
gboolean _emo_webp_decode        (const guint8  *bytes,
                                  gsize          length,
                                  gboolean       allow_cut,
                                  EmoRaster     *raster,
                                  GError       **error);
gboolean _emo_plugin_decode      (const guint8  *bytes,
                                  gsize          length,
                                  gboolean       allow_cut,
                                  EmoRaster     *raster,
                                  GError       **error);

G_END_DECLS
