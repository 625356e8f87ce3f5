/* emo-train-folder.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* What is in the folder that a training writes to, looked at off the main
 * thread. */
typedef struct
{
  gboolean is_bundle;                         /* a model can be loaded from it */
  gboolean is_unfinished[EMO_TRAIN_N_STAGES]; /* a stage has a checkpoint to go on from */
  GArray  *epochs[EMO_TRAIN_N_STAGES];        /* of EmoTrainEpoch: what it came to so far */
} EmoTrainFolder;

void            emo_train_folder_look_async  (const char           *path,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
/* NULL: cancelled. */
EmoTrainFolder *emo_train_folder_look_finish (GAsyncResult         *result);
void            emo_train_folder_free        (EmoTrainFolder       *self);

G_END_DECLS
