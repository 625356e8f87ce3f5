/* emo-train-stage-group.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-train-setting.h"

G_BEGIN_DECLS

/* The settings of a stage, the rarer ones folded away.
 * Property: "valid" (whether the recipe takes all of them). */
#define EMO_TYPE_TRAIN_STAGE_GROUP (emo_train_stage_group_get_type ())
G_DECLARE_FINAL_TYPE (EmoTrainStageGroup, emo_train_stage_group, EMO, TRAIN_STAGE_GROUP, AdwPreferencesGroup)

GtkWidget       *emo_train_stage_group_new         (EmoTrainStageId     stage);
EmoTrainStageId  emo_train_stage_group_get_stage   (EmoTrainStageGroup *self);
gboolean         emo_train_stage_group_get_valid   (EmoTrainStageGroup *self);
/* The published way sets some of them itself. */
void             emo_train_stage_group_set_published (EmoTrainStageGroup *self,
                                                      gboolean            published);
/* "vlm":{...} */
void             emo_train_stage_group_append_json (EmoTrainStageGroup *self,
                                                    GString            *out);

G_END_DECLS
