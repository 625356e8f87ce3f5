/* emo-train-epoch.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-metrics.h"

G_BEGIN_DECLS

/* An epoch's numbers, while it runs and when it is done. NaN: not known. */
typedef struct
{
  guint    epoch;             /* from 1 */
  gint64   step;              /* steps done, of all epochs */
  guint64  n_pictures;        /* that it saw */
  double   loss;              /* mean over them */
  double   val_loss;
  double   val_accuracy;
  double   val_macro_f1;
  double   lr;                /* of its last step */
  double   pictures_per_s;    /* known to the log */
  double   seconds;           /* known to the log */
} EmoTrainEpoch;

/* Takes a step of @n_pictures, 0 where all are broken; the first of another epoch
 * begins anew. */
void      emo_train_epoch_add_step  (EmoTrainEpoch        *self,
                                     guint                 epoch,
                                     gint64                step,
                                     guint                 n_pictures,
                                     double                loss,
                                     double                lr);
/* What val says; not known where @metrics (nullable) are of no picture. */
void      emo_train_epoch_set_val   (EmoTrainEpoch        *self,
                                     const EmoMetrics     *metrics);
/* What its steps came to, exact to the last bit, for a checkpoint. */
char     *emo_train_epoch_to_string (const EmoTrainEpoch  *self);
/* INVALID_FILE, and then nothing has changed; what val says is not known. */
gboolean  emo_train_epoch_restore   (EmoTrainEpoch        *self,
                                     const char           *text,
                                     GError              **error);

G_END_DECLS
