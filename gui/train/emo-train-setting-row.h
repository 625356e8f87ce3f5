/* emo-train-setting-row.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-train-setting.h"

G_BEGIN_DECLS

/* A setting of a stage and what it is set with.
 * Property: "valid" (whether what is written is a number of the right size). */
#define EMO_TYPE_TRAIN_SETTING_ROW (emo_train_setting_row_get_type ())
G_DECLARE_FINAL_TYPE (EmoTrainSettingRow, emo_train_setting_row, EMO, TRAIN_SETTING_ROW, AdwActionRow)

/* @setting: outlives the row. */
GtkWidget             *emo_train_setting_row_new         (const EmoTrainSetting *setting);
const EmoTrainSetting *emo_train_setting_row_get_setting (EmoTrainSettingRow    *self);
gboolean               emo_train_setting_row_get_valid   (EmoTrainSettingRow    *self);
/* As the recipe takes it. */
char                  *emo_train_setting_row_dup_value   (EmoTrainSettingRow    *self);
/* Text of JSON. */
void                   emo_train_setting_row_append_json (EmoTrainSettingRow    *self,
                                                          GString               *out);

G_END_DECLS
