/* emo-file.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Files read and written whole. Reading opens O_NONBLOCK and takes regular files
 * only (a FIFO, device or folder is EMO_ERROR_IO at once), at most @max_bytes
 * (LIMIT). Writing is atomic and durable: temporary file, fsync, rename. */
GBytes   *emo_file_read  (const char  *path,
                          gsize        max_bytes,
                          GError     **error);
gboolean  emo_file_write (const char  *path,
                          const void  *data,
                          gsize        length,
                          GError     **error);
/* A folder and those above it, each on the disk before this returns. */
gboolean  emo_file_make_folder (const char  *path,
                                GError     **error);
/* Makes what was made, renamed or removed in a folder survive a power cut. */
gboolean  emo_file_sync_folder (const char  *folder,
                                GError     **error);
/* "PATH: WHAT: reason" with NO_SPACE, OUT_OF_MEMORY or IO; always FALSE. */
gboolean  emo_file_set_error   (GError     **error,
                                const char  *path,
                                const char  *what,
                                int          number);
/* Atomic, not durable: one of thousands that can be made again. */
gboolean  emo_file_write_many (const char  *path,
                               const void  *data,
                               gsize        length,
                               GError     **error);
/* Opens for reading under the same rules; close with close(). */
int       emo_file_open  (const char  *path,
                          gsize       *size,
                          GError     **error);
/* A name for the screen: invalid UTF-8, control and bidi characters as \x.. and \u{..}. */
char     *emo_file_escape_name (const char *path);
/* The same of its start, for a text from a file that may be of any length. */
char     *emo_file_escape_start (const char *text,
                                 gsize       n_bytes);

G_END_DECLS
