/* emo-train-check.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-train-recipe.h"

G_BEGIN_DECLS

/* What can be told of a recipe before anything begins: a stage that comes last
 * must not fail on it hours later. @stages: bits of EmoTrainStageId; of others
 * nothing is asked.
 * Errors: USAGE: settings with which no stage can run; those of
 * emo_teacher_check(). */
gboolean emo_train_check (guint                  stages,
                          const EmoTrainRecipe  *recipe,
                          GError               **error);

G_END_DECLS
