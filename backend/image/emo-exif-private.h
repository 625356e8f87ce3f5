/* emo-exif-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

int     _emo_exif_get_orientation   (const guint8 *bytes,
                                     gsize         length);
guint32 _emo_exif_get_number        (const guint8 *bytes,
                                     gsize         length,
                                     guint         tag);
void    _emo_exif_clear_orientation (guint8       *bytes,
                                     gsize         length);
gboolean _emo_tiff_is_cut           (const guint8 *bytes,
                                     gsize         length);
int     _emo_xmp_get_orientation    (const guint8 *bytes,
                                     gsize         length);

G_END_DECLS
