/* emo-train-setting.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* What the page offers of a stage's recipe, in the order of the page. Keys,
 * values and defaults are the recipe's own. */
typedef enum
{
  EMO_TRAIN_SETTING_COUNT,
  EMO_TRAIN_SETTING_NUMBER,
  EMO_TRAIN_SETTING_RATE,      /* of any magnitude: written, not counted up */
  EMO_TRAIN_SETTING_CHOICE,
  EMO_TRAIN_SETTING_SWITCH,
} EmoTrainSettingKind;

typedef struct
{
  EmoTrainStageId      stage;
  const char          *key;
  const char          *title;      /* N_() */
  const char          *subtitle;   /* (nullable) N_() */
  EmoTrainSettingKind  kind;
  gboolean             more;       /* among those that are folded away */
  double               low;
  double               high;
  double               step;
  guint                digits;
  const char * const  *values;     /* of a choice, NULL-terminated */
  const char * const  *names;      /* (nullable) N_() of the values; else they name themselves */
} EmoTrainSetting;

const EmoTrainSetting *emo_train_setting_get_all (guint                 *n);
/* How the recipe has it at first, as it is written in JSON. */
char                  *emo_train_setting_dup_default (const EmoTrainSetting *self);

/* "VLM", "Gate"; a name that nobody knows is its own. */
const char            *emo_train_stage_title     (const char            *stage);

G_END_DECLS
