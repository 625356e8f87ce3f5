/* emo-vlm-draw.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "emo-types.h"

G_BEGIN_DECLS

/* Writes @folder's model.safetensors (float32) for the model that its config.json
 * describes: matrices normal with a standard deviation of 0.02, as transformers
 * begins with, norms one, biases zero; each by its name and @seed. Errors: those
 * of the config, IO, NO_SPACE, OUT_OF_MEMORY. */
gboolean emo_vlm_draw (const char  *folder,
                       guint64      seed,
                       GError     **error);

G_END_DECLS
