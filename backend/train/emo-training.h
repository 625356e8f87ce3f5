/* emo-training.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-train-log.h"
#include "emo-train-recipe.h"
#include "emo-label-set.h"

G_BEGIN_DECLS

/* A training as a person asks for it: stages on a folder of pictures, in the
 * order of EmoTrainStageId, and the bundle that they make. */
typedef struct
{
  const char           *data;         /* a dataset (emo-dataset.h) */
  const char           *output;       /* a bundle to work on, or a new folder */
  const char           *model;        /* (nullable) what a new one begins with */
  const char           *base;         /* (nullable) of @model, where that is an adapter */
  const char           *config;       /* (nullable) instead of @model: begins with nothing */
  EmoLabelSet          *labels;       /* (nullable) of a model that has none */
  guint                 stages;       /* bits of EmoTrainStageId */
  const EmoTrainRecipe *recipe;
  gboolean              resume;
  const char           *device;
  const char           *dtype;
  int                   threads;
  EmoTrainLineFunc      line;         /* (nullable) */
  EmoTrainProgressFunc  progress;     /* (nullable) */
  gpointer              user_data;
} EmoTraining;

/* On the engine thread, from its beginning to the end. OUTPUT/training/recipe.json
 * says what was asked, and of other stages with what they were done. Errors: those
 * of emo_train_check(), before anything begins; those of the stages and of reading
 * the dataset; CANCELLED leaves a checkpoint. */
gboolean emo_training_run (const EmoTraining  *self,
                           GCancellable       *cancellable,
                           GError            **error);

G_END_DECLS
