/* emo-epoch-table.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-metrics.h"

G_BEGIN_DECLS

/* A training's epochs as a CSV file: whole after every row, whatever happens, and
 * without an epoch twice when the training goes on. */
typedef struct _EmoEpochTable EmoEpochTable;

/* An epoch that is done. NaN: not known. */
typedef struct
{
  guint    epoch;             /* from 1 */
  gint64   step;              /* steps done, of all epochs */
  guint64  n_pictures;        /* that it saw */
  double   loss;              /* mean of its steps */
  double   val_loss;
  double   val_accuracy;
  double   val_macro_f1;
  double   lr;                /* of its last step */
  double   pictures_per_s;    /* known to the log */
  double   seconds;           /* known to the log */
} EmoTrainEpoch;

/* What val says; not known where @metrics (nullable) are of no picture. */
void           emo_train_epoch_set_val (EmoTrainEpoch     *self,
                                        const EmoMetrics  *metrics);

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
