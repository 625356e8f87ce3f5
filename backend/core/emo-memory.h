/* emo-memory.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Bytes that can be had without swapping, and of all memory that the process may
 * use; -1 where the system does not say. */
gint64   emo_memory_get_available  (void);
gint64   emo_memory_get_total      (void);
/* Bytes of addresses that RLIMIT_AS leaves; -1 where it does not limit them. */
gint64   emo_memory_get_addresses  (void);
/* MemAvailable of /proc/meminfo's text, in bytes; -1 where it is not there. */
gint64   emo_memory_read_available (const char *meminfo);
/* g_try_malloc0_n() for what a file makes large: also NULL where it is more
 * than there is. */
gpointer emo_memory_try_new0       (gsize       n,
                                    gsize       size);

G_END_DECLS
