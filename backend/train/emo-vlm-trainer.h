/* emo-vlm-trainer.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-language-model-batch.h"
#include "emo-lr-schedule.h"
#include "emo-optimizer.h"
#include "emo-vlm-pictures.h"
#include "emo-vlm-questions.h"
#include "emo-word-list.h"
#include "emo-vlm.h"

G_BEGIN_DECLS

/* Stage "vlm": a VLM, or an adapter on it, learns what a dataset's pictures
 * evoke. Engine thread only. */
typedef struct
{
  gboolean             full;            /* every weight; FALSE: an adapter on the decoder */
  EmoLoraSettings      lora;
  EmoOptimizerSettings optimizer;
  EmoLrSchedule        schedule;        /* its n_steps are the trainer's */
  guint                epochs;
  guint                batch;           /* pictures */
  guint                accumulate;      /* batches an update */
  EmoLossOn            loss_on;
  gboolean             checkpointing;
  guint                n_parts;         /* with @full: threads that each compute a part of a batch; 0: one */
  EmoWordList         *words;           /* (nullable) with @full: what visual tokens should tell */
  double               word_factor;     /* of their loss at the start */
  double               word_share;      /* of the training, in which it fades out */
  guint64              seed;
  GPtrArray           *notes;           /* (nullable) of text: what is worth telling is appended */
} EmoVlmTrainOptions;

/* The published ones, with a warm-up that has an effect. */
#define EMO_VLM_TRAIN_DEFAULTS \
  { \
    .lora = { .rank = 8, .alpha = 8, .dropout = 0.05 }, \
    .optimizer = { .adamw = { 0.9, 0.999, 1e-8 }, .clip = 0.3 }, \
    .schedule = { EMO_LR_CONSTANT, 1e-4, 0.03, 0 }, .epochs = 5, .batch = 1, .accumulate = 1, \
  }

typedef struct
{
  guint  epoch;             /* from 1 */
  gint64 step;              /* updates so far, of all epochs */
  guint  n_pictures;        /* of this update */
  double loss;              /* mean over its batches */
  double lr;                /* it was made with */
} EmoVlmTrainState;

typedef struct _EmoVlmTrainer EmoVlmTrainer;

/* After each update; FALSE ends the training there. */
typedef gboolean (*EmoVlmTrainFunc) (EmoVlmTrainer           *self,
                                     const EmoVlmTrainState  *state,
                                     gboolean                 epoch_ends,
                                     gpointer                 user_data);

/* Everything outlives the trainer. @vlm computes with what is trained from now
 * on. Errors: OUT_OF_MEMORY, TORCH. */
EmoVlmTrainer *emo_vlm_trainer_new       (EmoVlm                   *vlm,
                                          EmoVlmQuestions          *questions,
                                          EmoVlmPictures           *pictures,
                                          const EmoVlmTrainOptions *options,
                                          GError                  **error);
void           emo_vlm_trainer_free      (EmoVlmTrainer            *self);
/* From where it stands to the end, or until @func or @cancellable ends it, which
 * leaves it between two updates. MODEL where loss or gradient is not finite. */
gboolean       emo_vlm_trainer_run       (EmoVlmTrainer            *self,
                                          EmoVlmTrainFunc           func,
                                          gpointer                  user_data,
                                          GCancellable             *cancellable,
                                          GError                  **error);
gint64         emo_vlm_trainer_get_step  (EmoVlmTrainer            *self);
gint64         emo_vlm_trainer_get_steps (EmoVlmTrainer            *self);
EmoParameters *emo_vlm_trainer_get_parameters (EmoVlmTrainer       *self);
/* The state at this step as float32 tensors, for a checkpoint; the arrays own
 * what they hold. TORCH where it cannot be read. */
GArray        *emo_vlm_trainer_list_state (EmoVlmTrainer           *self,      /* of EmoStoredTensor */
                                          GError                  **error);
/* Goes on from there. INVALID_FILE or SHAPE where a tensor is missing or another. */
gboolean       emo_vlm_trainer_restore   (EmoVlmTrainer            *self,
                                          EmoSafetensors           *file,
                                          gint64                    step,
                                          GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoVlmTrainer, emo_vlm_trainer_free)

G_END_DECLS
