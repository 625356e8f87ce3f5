/* emo-image-format-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-image-format.h"

G_BEGIN_DECLS

/* Whether a file that is none of ours is at least known by its kind. */
gboolean _emo_image_format_is_known (const guint8 *bytes,
                                     gsize         length,
                                     const char   *name);

G_END_DECLS
