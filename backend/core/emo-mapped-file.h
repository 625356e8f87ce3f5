/* emo-mapped-file.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* A read-only view of a whole regular file. Mapped when the file is local,
 * ours (or root's) and not writable by others; read into memory when small
 * (16 MiB) or otherwise. A mapped file that shrinks does not end the process:
 * a SIGBUS inside a mapping puts zero pages there and marks it damaged. */
typedef struct _EmoMappedFile EmoMappedFile;

EmoMappedFile *emo_mapped_file_open        (const char     *path,
                                            GError        **error);
/* The same for a regular file that is open already; takes the descriptor. */
EmoMappedFile *emo_mapped_file_new_take_fd (int             fd,
                                            const char     *path,
                                            GError        **error);
EmoMappedFile *emo_mapped_file_ref         (EmoMappedFile  *self);
void           emo_mapped_file_unref       (EmoMappedFile  *self);
const guint8  *emo_mapped_file_get_data    (EmoMappedFile  *self);
gsize          emo_mapped_file_get_length  (EmoMappedFile  *self);
const char    *emo_mapped_file_get_path    (EmoMappedFile  *self);
GBytes        *emo_mapped_file_get_bytes   (EmoMappedFile  *self);   /* (transfer full) keeps the mapping alive */
gboolean       emo_mapped_file_is_mapped   (EmoMappedFile  *self);   /* FALSE: a copy in memory */
/* Gives the memory of a mapped file's pages back; reading them again is right and
 * only slower. */
void           emo_mapped_file_forget      (EmoMappedFile  *self);
/* INVALID_FILE when the file shrank or changed under us since it was opened. */
gboolean       emo_mapped_file_check       (EmoMappedFile  *self,
                                            GError        **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoMappedFile, emo_mapped_file_unref)

G_END_DECLS
