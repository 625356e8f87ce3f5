/* emo-memory.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Bytes that can be had without swapping; 0 where the system does not say. */
guint64  emo_memory_get_available (void);
/* g_try_malloc0_n() for what a file makes large: also NULL where it is more
 * than there is. */
gpointer emo_memory_try_new0      (gsize    n,
                                   gsize    size);

G_END_DECLS
