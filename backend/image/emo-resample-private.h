/* emo-resample-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-image.h"

G_BEGIN_DECLS

/* [height, width, 3] to [out_height, out_width, 3], NULL where memory is short. */
guint8 *_emo_resample (const guint8 *pixels,
                       int           width,
                       int           height,
                       int           out_width,
                       int           out_height,
                       EmoFilter     filter,
                       gboolean      wide);

G_END_DECLS
