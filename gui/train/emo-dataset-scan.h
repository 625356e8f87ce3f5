/* emo-dataset-scan.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* A dataset is read off the main thread; what comes back is what a person wants
 * to know of it, not its thousands of names. */
typedef struct
{
  char  *name;
  guint  counts[EMO_N_SPLITS];
} EmoDatasetLabel;

typedef struct
{
  GArray  *labels;                 /* of EmoDatasetLabel */
  guint    counts[EMO_N_SPLITS];
  char   **problems;               /* in words */
} EmoDatasetSummary;

void               emo_dataset_summary_free (EmoDatasetSummary    *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoDatasetSummary, emo_dataset_summary_free)

guint              emo_dataset_summary_count (EmoDatasetSummary   *self);

void               emo_dataset_scan_async  (const char            *path,
                                            GCancellable          *cancellable,
                                            GAsyncReadyCallback    callback,
                                            gpointer               user_data);
/* Errors: emo_dataset_load()'s. */
EmoDatasetSummary *emo_dataset_scan_finish (GAsyncResult          *result,
                                            GError               **error);

G_END_DECLS
