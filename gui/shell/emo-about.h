/* emo-about.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-model-loader.h"

G_BEGIN_DECLS

void  emo_about_present        (GtkWindow      *parent,   /* (nullable) */
                                EmoModelLoader *loader);
/* Versions, device and model for a bug report: no path, no name of a person or a
 * machine, nothing of the environment. */
char *emo_about_dup_debug_info (EmoModelLoader *loader);

G_END_DECLS
