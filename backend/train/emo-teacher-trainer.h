/* emo-teacher-trainer.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-lr-schedule.h"
#include "emo-metrics.h"
#include "emo-optimizer.h"
#include "emo-teacher-pictures.h"
#include "emo-teacher.h"

G_BEGIN_DECLS

/* Stage "teacher": a picture network learns the labels of a dataset's pictures by
 * cross-entropy. Engine thread only. */
typedef struct
{
  EmoOptimizerSettings optimizer;
  EmoLrSchedule        schedule;   /* its n_steps are the trainer's */
  guint                epochs;
  guint64              seed;       /* of dropout */
  EmoDtype             dtype;      /* of the convolutions */
} EmoTeacherTrainOptions;

typedef struct
{
  guint  epoch;        /* from 1 */
  gint64 step;         /* updates so far, of all epochs */
  guint  n_pictures;   /* of this update */
  double loss;         /* mean over them; NaN: all are broken */
  double lr;           /* it was made with */
} EmoTeacherTrainState;

typedef struct _EmoTeacherTrainer EmoTeacherTrainer;

/* After each update; FALSE ends the training there. */
typedef gboolean   (*EmoTeacherTrainFunc)          (EmoTeacherTrainer            *self,
                                                    const EmoTeacherTrainState   *state,
                                                    gboolean                      epoch_ends,
                                                    gpointer                      user_data);

/* Everything outlives the trainer. Errors: OUT_OF_MEMORY, TORCH. */
EmoTeacherTrainer *emo_teacher_trainer_new         (EmoTeacher                   *teacher,
                                                    EmoTeacherPictures           *pictures,
                                                    const EmoTeacherTrainOptions *options,
                                                    GError                      **error);
void               emo_teacher_trainer_free        (EmoTeacherTrainer            *self);
/* From where it stands to the end, or until @func ends it. What the user should
 * know is added to @notes (of text). MODEL where loss or gradient is not finite;
 * INVALID_FILE where no picture can be read. */
gboolean           emo_teacher_trainer_run         (EmoTeacherTrainer            *self,
                                                    EmoTeacherTrainFunc           func,
                                                    gpointer                      user_data,
                                                    GPtrArray                    *notes,
                                                    GError                      **error);
gint64             emo_teacher_trainer_get_step    (EmoTeacherTrainer            *self);
gint64             emo_teacher_trainer_get_steps   (EmoTeacherTrainer            *self);
/* The state at this step as float32 tensors, for a checkpoint: parameters, moments
 * and running statistics. The arrays own what they hold. */
GArray            *emo_teacher_trainer_list_state  (EmoTeacherTrainer            *self,      /* of EmoStoredTensor */
                                                    GError                      **error);
/* Goes on from there. MISSING_WEIGHT or SHAPE where a tensor is missing or another. */
gboolean           emo_teacher_trainer_restore     (EmoTeacherTrainer            *self,
                                                    EmoSafetensors               *file,
                                                    gint64                        step,
                                                    GError                      **error);
/* How good @teacher is on pictures, in float32; NULL with @error. */
EmoMetrics        *emo_teacher_evaluate            (EmoTeacher                   *teacher,
                                                    EmoTeacherPictures           *pictures,
                                                    GPtrArray                    *notes,
                                                    GCancellable                 *cancellable,
                                                    GError                      **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTeacherTrainer, emo_teacher_trainer_free)

G_END_DECLS
