/* emo-teacher-stage.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-train-stage.h"

G_BEGIN_DECLS

/* Stage "teacher": trains the picture network of the recipe on the dataset and
 * writes its best epoch to OUTPUT/teacher. On the CPU, whatever the device.
 * Engine thread only. Errors: CANCELLED, after a checkpoint; those of loading,
 * training and writing. */
gboolean emo_teacher_stage_run (const EmoTrainJob  *job,
                                GError            **error);

G_END_DECLS
