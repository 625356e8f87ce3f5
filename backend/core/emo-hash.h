/* emo-hash.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/uio.h>

#include "emo-types.h"

G_BEGIN_DECLS

/* SHA-256 in 64 lower-case hex digits, for provenance: which picture, which
 * weights. Files follow the rules of emo-file.h. */
char *emo_hash_bytes       (const void    *data,
                            gsize          length);
/* Of several pieces as if they lay one after the other. */
char *emo_hash_pieces      (const struct iovec *pieces,
                            guint          n_pieces);
char *emo_hash_file        (const char    *path,
                            GCancellable  *cancellable,   /* (nullable) */
                            GError       **error);
/* The same, remembered between runs while the file's identity, size and times
 * stay as they were. */
char *emo_hash_file_cached (const char    *path,
                            GCancellable  *cancellable,   /* (nullable) */
                            GError       **error);

G_END_DECLS
