/* emo-model-popover.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-model-loader.h"

G_BEGIN_DECLS

/* All about the model: what it is, how far it is, what it needs, and the ways on:
 * load, unload, stop, load anyway, another folder, a base, a recent one. */
#define EMO_TYPE_MODEL_POPOVER (emo_model_popover_get_type ())
G_DECLARE_FINAL_TYPE (EmoModelPopover, emo_model_popover, EMO, MODEL_POPOVER, GtkPopover)

void emo_model_popover_set_loader (EmoModelPopover *self,
                                   EmoModelLoader  *loader);

G_END_DECLS
