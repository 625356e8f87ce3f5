/* emo-application.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-model-loader.h"

G_BEGIN_DECLS

/* The application: owns the engine thread, the model that the windows share, the
 * list of jobs and the run store; opens files given on the command line. */
#define EMO_TYPE_APPLICATION (emo_application_get_type ())
G_DECLARE_FINAL_TYPE (EmoApplication, emo_application, EMO, APPLICATION, AdwApplication)

EmoApplication *emo_application_new              (void);
EmoModelLoader *emo_application_get_model_loader (EmoApplication *self);
EmoRunStore    *emo_application_get_store        (EmoApplication *self);
void            emo_application_seen             (EmoApplication *self);

G_END_DECLS
