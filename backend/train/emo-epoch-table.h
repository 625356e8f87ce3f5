/* emo-epoch-table.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-train-epoch.h"

G_BEGIN_DECLS

/* A training's epochs as a CSV file: whole after every row, whatever happens, and
 * without an epoch twice when the training goes on. */
typedef struct _EmoEpochTable EmoEpochTable;

/* The rows of @n_epochs epochs are kept of what is there; 0 begins anew. A file
 * that is no such table is kept as NAME.old, which @moved then names. */
EmoEpochTable *emo_epoch_table_new  (const char           *path,
                                     guint                 n_epochs,
                                     char                **moved,     /* (out) (nullable) */
                                     GError              **error);
void           emo_epoch_table_free (EmoEpochTable        *self);
/* On the disk when this returns. IO, NO_SPACE: the file is as it was. */
gboolean       emo_epoch_table_add  (EmoEpochTable        *self,
                                     const EmoTrainEpoch  *row,
                                     GError              **error);

/* (transfer full): EmoTrainEpoch of every whole row, in order; none where there
 * is no such table. What a table does not tell is 0 or NaN. */
GArray        *emo_epoch_table_read (const char           *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoEpochTable, emo_epoch_table_free)

G_END_DECLS
