/* emo-train-stage.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-checkpoint.h"
#include "emo-dataset.h"
#include "emo-early-stopping.h"
#include "emo-train-log.h"
#include "emo-train-recipe.h"

G_BEGIN_DECLS

/* What all stages of one training have in common. Outlives them. */
typedef struct
{
  const char           *output;       /* the bundle that is made, absolute */
  EmoDataset           *dataset;      /* in the order of the bundle's labels, held out by the recipe */
  const EmoTrainRecipe *recipe;
  gboolean              resume;       /* from a checkpoint; FALSE: what is not done begins anew */
  const char           *device;       /* "auto", ... as asked for */
  gboolean              on_cpu;       /* the GPU has failed: on the CPU, whatever @device says */
  const char           *dtype;
  const char * const   *computes;     /* (nullable) what @device and @dtype may stand for, what they do here first */
  int                   threads;      /* 0: all cores */
  EmoTrainLineFunc      line;         /* (nullable) */
  EmoTrainProgressFunc  progress;     /* (nullable) */
  gpointer              user_data;
  GCancellable         *cancellable;
} EmoTrainJob;

/* One stage's place in OUTPUT/training/STAGE: what it hangs on, its log, its
 * checkpoints and the mark that it is done. One thread. */
typedef struct _EmoTrainStage EmoTrainStage;

/* OUTPUT/training/NAME, NAME may have slashes. */
char          *emo_train_job_dup_path       (const EmoTrainJob      *job,
                                             const char             *name);

/* Where it is to run. */
const char    *emo_train_job_get_device     (const EmoTrainJob      *job);

/* (transfer full): " HASH" of every file of the weights at @path, for a stage's
 * inputs. Errors: IO, INVALID_FILE, CANCELLED. */
char          *emo_train_job_hash_weights   (const EmoTrainJob      *job,
                                             const char             *path,
                                             GError                **error);

/* @inputs: what it is made from besides dataset and recipe, such as hashes of
 * weights. Errors: IO, NO_SPACE. */
EmoTrainStage *emo_train_stage_new          (const EmoTrainJob      *job,
                                             EmoTrainStageId         stage,
                                             const char             *inputs,
                                             GError                **error);
void           emo_train_stage_free         (EmoTrainStage          *self);
const char    *emo_train_stage_get_folder   (EmoTrainStage          *self);
/* Whether a stage that hangs on all the same ended before; says so in the log. */
gboolean       emo_train_stage_is_done      (EmoTrainStage          *self);
/* @checkpoint (out) (nullable): to go on from; NULL: from the beginning. Without
 * the job's resume older checkpoints are removed. Errors: IO. */
gboolean       emo_train_stage_resume       (EmoTrainStage          *self,
                                             EmoCheckpoint         **checkpoint,
                                             GError                **error);
/* The log begins, after emo_train_stage_resume(); @n_steps of all epochs. */
void           emo_train_stage_begin        (EmoTrainStage          *self,
                                             guint64                 n_pictures,
                                             guint                   n_epochs,
                                             gint64                  n_steps,
                                             guint                   epochs_done,
                                             gint64                  steps_done);
/* The epoch that @checkpoint was taken in, as its steps left it. */
void           emo_train_stage_recall_epoch (EmoCheckpoint          *checkpoint,
                                             EmoTrainEpoch          *running);
EmoTrainLog   *emo_train_stage_get_log      (EmoTrainStage          *self);
/* Each of @notes (char *). */
void           emo_train_stage_note         (EmoTrainStage          *self,
                                             GPtrArray              *notes);
/* An epoch's numbers go to the log; FALSE: it was the last, none was better for
 * long, which a note says. @is_best (out): the best so far, by accuracy on val, and
 * a gate by loss on val. */
gboolean       emo_train_stage_add_epoch    (EmoTrainStage          *self,
                                             const EmoTrainEpoch    *numbers,
                                             gboolean               *is_best);
/* Whether no epoch was better for long: no other begins. */
gboolean       emo_train_stage_is_over      (EmoTrainStage          *self);
/* What the best epoch reached on val, as that is judged; NaN: not known. */
double         emo_train_stage_get_best     (EmoTrainStage          *self);
/* Whether the last checkpoint is older than two minutes. */
gboolean       emo_train_stage_is_due       (EmoTrainStage          *self);
/* Writes a checkpoint. @epoch: how many are done, with their validation.
 * @tensors of EmoStoredTensor. @running (nullable): the epoch that runs. */
gboolean       emo_train_stage_save         (EmoTrainStage          *self,
                                             guint                   epoch,
                                             gint64                  step,
                                             gint64                  position,
                                             GArray                 *tensors,
                                             const EmoTrainEpoch    *running,
                                             GError                **error);
/* (transfer full) (nullable): the checkpoint of the best epoch; NULL: @step is it,
 * val does not say which it was, or it is damaged, which a note says: then the
 * epoch at @step is kept, and what the best one reached is not known any more. */
EmoCheckpoint *emo_train_stage_load_best    (EmoTrainStage          *self,
                                             gint64                  step);
/* Passes @failure (transfer full) on. One that was cancelled says in the log,
 * begun or not, that it was stopped. @self (nullable): @stage was not opened. */
void           emo_train_stage_fail         (EmoTrainStage          *self,
                                             const EmoTrainJob      *job,
                                             EmoTrainStageId         stage,
                                             GError                 *failure,
                                             GError                **error);
/* Marks the stage as done, with its settings (emo-train-settings.h), and removes
 * its checkpoints. @numbers: members of a
 * JSON object, as "\"accuracy\": 0.8". @path: what it made. */
gboolean       emo_train_stage_finish       (EmoTrainStage          *self,
                                             const char             *path,
                                             const char             *numbers,
                                             GError                **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTrainStage, emo_train_stage_free)

G_END_DECLS
