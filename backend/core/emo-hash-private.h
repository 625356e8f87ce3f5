/* emo-hash-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <sys/stat.h>

#include "emo-hash.h"

G_BEGIN_DECLS

#define EMO_HASH_LENGTH 64

/* What has to be as it was for a remembered hash to hold: no newline in it. */
char *_emo_hash_describe (const struct stat  *info);
/* Of an open file that was @before. @steady (out): it stood still for it and long
 * enough before, so that the hash may be remembered. */
char *_emo_hash_steady   (int                 fd,
                          const char         *path,
                          const struct stat  *before,
                          gboolean           *steady,
                          GCancellable       *cancellable,
                          GError            **error);

G_END_DECLS
