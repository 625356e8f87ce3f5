/* emo-train-output.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-train-origin.h"

G_BEGIN_DECLS

/* The folder that a training works in: a bundle, or one that becomes one. It is
 * locked from when it is opened until it is freed, or the process ends however
 * it may: two trainings would overwrite each other's files.
 *
 * A bundle is put together in OUTPUT/training/begin and moved up when it is
 * whole. Where that is cut short (a full disk, a kill), what was put together is
 * thrown away, or the move is ended, when the folder is opened again. One thread. */
typedef struct _EmoTrainOutput EmoTrainOutput;

/* @path: absolute: a bundle, an empty folder or none yet. @wanted (nullable): what
 * the training is to begin with. Errors: INVALID_FILE in words: a folder of other
 * things, a bundle that began with something else, another training at work; IO,
 * NO_SPACE. */
EmoTrainOutput *emo_train_output_open      (const char            *path,
                                            const EmoTrainOrigin  *wanted,
                                            GError               **error);
void            emo_train_output_free      (EmoTrainOutput        *self);
gboolean        emo_train_output_is_bundle (EmoTrainOutput        *self);
/* (transfer full): an empty folder to put the bundle together in. Errors: IO,
 * NO_SPACE. */
char           *emo_train_output_begin     (EmoTrainOutput        *self,
                                            GError               **error);
/* What was put together, a manifest with it, is the bundle now. Errors: IO,
 * NO_SPACE. */
gboolean        emo_train_output_complete  (EmoTrainOutput        *self,
                                            const EmoTrainOrigin  *origin,
                                            GError               **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTrainOutput, emo_train_output_free)

G_END_DECLS
