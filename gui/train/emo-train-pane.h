/* emo-train-pane.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-train-record.h"

G_BEGIN_DECLS

/* What a training says: curves, the table of epochs and the log; of each stage,
 * the one that runs or another that is chosen. */
#define EMO_TYPE_TRAIN_PANE (emo_train_pane_get_type ())
G_DECLARE_FINAL_TYPE (EmoTrainPane, emo_train_pane, EMO, TRAIN_PANE, AdwBin)

/* Whether a training could begin. */
void            emo_train_pane_set_ready    (EmoTrainPane        *self,
                                             gboolean             ready);
/* @resume: what was told before stays, and goes on. */
void            emo_train_pane_begin        (EmoTrainPane        *self,
                                             gboolean             resume);
/* What an earlier session's run of @stage told of, unless it is shown already. */
void            emo_train_pane_recall       (EmoTrainPane        *self,
                                             const char          *stage,
                                             GArray              *epochs);   /* of EmoTrainEpoch */
void            emo_train_pane_take         (EmoTrainPane        *self,
                                             const EmoTrainEvent *event);
void            emo_train_pane_say          (EmoTrainPane        *self,
                                             const char          *line);
void            emo_train_pane_end          (EmoTrainPane        *self,
                                             EmoTrainRecordState  state);
/* Shows what was taken since the last time. */
void            emo_train_pane_update       (EmoTrainPane        *self);
EmoTrainRecord *emo_train_pane_get_running  (EmoTrainPane        *self);   /* (nullable) the newest stage */
/* Of @n_stages, 0 to 1; -1: not known. */
double          emo_train_pane_get_fraction (EmoTrainPane        *self,
                                             guint                n_stages);

G_END_DECLS
