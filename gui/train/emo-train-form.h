/* emo-train-form.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-model-loader.h"

G_BEGIN_DECLS

/* All that is asked before a training begins: dataset, stage, model, folder and
 * settings.
 * Properties: "loader" (construct-only). Signal: "changed". */
#define EMO_TYPE_TRAIN_FORM (emo_train_form_get_type ())
G_DECLARE_FINAL_TYPE (EmoTrainForm, emo_train_form, EMO, TRAIN_FORM, AdwBin)

#define EMO_TRAIN_ALL "all"

/* "vlm", ..., or EMO_TRAIN_ALL. */
const char *emo_train_form_get_stage   (EmoTrainForm  *self);
void        emo_train_form_set_stage   (EmoTrainForm  *self,
                                        const char    *stage);
const char *emo_train_form_get_output  (EmoTrainForm  *self);   /* (nullable) */
void        emo_train_form_set_output  (EmoTrainForm  *self,
                                        const char    *path);
void        emo_train_form_set_dataset (EmoTrainForm  *self,
                                        const char    *path);
void        emo_train_form_set_model   (EmoTrainForm  *self,
                                        const char    *path);
/* What is missing, in words; NULL: it can begin. */
const char *emo_train_form_get_missing (EmoTrainForm  *self);
/* The command: program, arguments, NULL. Writes the recipe that it names. */
char      **emo_train_form_dup_command (EmoTrainForm  *self,
                                        gboolean       resume,
                                        GError       **error);

G_END_DECLS
