/* emo-hash-list.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-hash.h"

G_BEGIN_DECLS

/* The hashes of many small files, remembered in one file. emo_hash_file_cached()
 * has a file for each, which is written to the disk before it goes on: 7 ms, and
 * eleven minutes for 100,000 pictures that are read in six seconds. */
typedef struct _EmoHashList EmoHashList;

/* @path: of the list; one that is not there or damaged is empty. */
EmoHashList *emo_hash_list_open (const char    *path);
void         emo_hash_list_free (EmoHashList   *self);
/* As emo_hash_file(), without reading a file that is as it was when it was read.
 * Any thread. */
char        *emo_hash_list_get  (EmoHashList   *self,
                                 const char    *path,
                                 GCancellable  *cancellable,
                                 GError       **error);
/* Writes what was asked for, and forgets all else. A list that cannot be written
 * is no failure: files are read again the next time. */
void         emo_hash_list_save (EmoHashList   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoHashList, emo_hash_list_free)

G_END_DECLS
