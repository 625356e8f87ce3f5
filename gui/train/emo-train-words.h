/* emo-train-words.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-train-record.h"
#include "emo-train-run.h"

G_BEGIN_DECLS

/* What a training has come to, in the person's language and numbers. */
char *emo_train_words_dup_loss      (double               loss);        /* "0.412"; "–": not known */
char *emo_train_words_dup_score     (double               score);       /* "81.2 %"; "–" */
char *emo_train_words_dup_count     (double               count);       /* "1,200" */
char *emo_train_words_dup_epoch     (const EmoTrainEpoch *epoch);       /* a line of the table */
char *emo_train_words_dup_losses    (EmoTrainRecord      *record);      /* the curve */
char *emo_train_words_dup_scores    (EmoTrainRecord      *record);      /* the curve */
char *emo_train_words_dup_progress  (EmoTrainRecord      *record);      /* "Epoch 2 of 5 · 12 pictures/s · …" */
/* How a training is; @several stages, @record (nullable) of the newest one. */
char *emo_train_words_dup_state     (EmoTrainRunState     state,
                                     EmoTrainRecord      *record,
                                     gboolean             several,
                                     gboolean             unfinished);  /* it can be resumed */
char *emo_train_words_dup_event     (const EmoTrainEvent *event);       /* (nullable) a line of the log */

G_END_DECLS
