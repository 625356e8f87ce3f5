/* emo-model-button.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-model-loader.h"

G_BEGIN_DECLS

/* The header bar's word on the model, "Ready · 7B · GPU", or its icon where room
 * is short; the popover below has the rest. */
#define EMO_TYPE_MODEL_BUTTON (emo_model_button_get_type ())
G_DECLARE_FINAL_TYPE (EmoModelButton, emo_model_button, EMO, MODEL_BUTTON, AdwBin)

void emo_model_button_set_loader (EmoModelButton *self,
                                  EmoModelLoader *loader);
void emo_model_button_popup      (EmoModelButton *self);

G_END_DECLS
