/* emo-file-scan.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* Files and folders as a person gave them become a list of pictures, off the
 * main thread. A file that was named and is no picture, neither by name nor by
 * its first bytes, is refused in words instead of becoming a row. */
typedef struct
{
  EmoCollection *collection;   /* the pictures, and what was skipped in folders */
  guint          n_refused;    /* named files that are no pictures */
  char          *refused;      /* (nullable) the first of them, in words */
  GFile         *model;        /* (nullable) a named folder that is a model's, and was left alone */
  GPtrArray     *opened;       /* of GFile, owned: the first of what was named and taken */
  GPtrArray     *types;        /* of const char *, their MIME types */
} EmoFileScan;

void         emo_file_scan_free   (EmoFileScan          *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoFileScan, emo_file_scan_free)

/* @find_model: tell a model's folder from one of pictures. */
void         emo_file_scan_async  (GFile               **files,
                                   int                   n_files,
                                   gboolean              find_model,
                                   GCancellable         *cancellable,
                                   GAsyncReadyCallback   callback,
                                   gpointer              user_data);
EmoFileScan *emo_file_scan_finish (GAsyncResult         *result,
                                   GError              **error);

G_END_DECLS
