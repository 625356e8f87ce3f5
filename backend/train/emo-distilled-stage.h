/* emo-distilled-stage.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-train-stage.h"

G_BEGIN_DECLS

/* Stage "distilled": the head of the bundle at the job's output learns, over the
 * mean visual tokens of the frozen tower, what the labels and, where OUTPUT/teacher
 * is there, a teacher say. With folds it is fitted once a fold on the other folds,
 * for the gate, and then on all of train, held out or not. Its temperature is that
 * of val. Writes OUTPUT/distilled.safetensors, OUTPUT/domain.safetensors and
 * OUTPUT/training/distilled/logits.safetensors; a gate that no longer fits leaves
 * the manifest.
 *
 * With patience the epoch that was best on val is kept, else the last one. Engine
 * thread only. Errors: those of bundle, pictures and features, MODEL (the loss is
 * no number), UNSUPPORTED (one fold), IO, NO_SPACE, CANCELLED (with a checkpoint
 * once it has begun to fit). */
gboolean emo_distilled_stage_run      (const EmoTrainJob  *job,
                                       GError            **error);
/* Where the logits for the gate lie. */
char    *emo_distilled_stage_dup_logits (const EmoTrainJob *job);

G_END_DECLS
