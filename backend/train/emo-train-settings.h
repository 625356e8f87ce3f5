/* emo-train-settings.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-train-stage.h"

G_BEGIN_DECLS

/* With what the stages of a bundle were trained, each when it was: a command that
 * runs one stage knows nothing of the others'. A stage says it in the mark that it
 * is done. */

/* (transfer full): a recipe's JSON on one line. Of the stages in @now (bits) as
 * the job's recipe says, of others as they were done; with @rest those that were
 * not done as the job's recipe says too, else they are left out. What stages have
 * in common stands at the top as the job has it, and in a stage's own section
 * where that had another. */
char *emo_train_settings_to_json  (const EmoTrainJob  *job,
                                   guint               now,
                                   gboolean            rest);
/* (transfer full): the seed in such a recipe as JSON: a number, or where stages
 * differ an object with each one's. */
char *emo_train_settings_dup_seed (const char         *settings);

G_END_DECLS
