/* emo-vlm-save.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-language-model-batch.h"

G_BEGIN_DECLS

/* What training made, as other programs read it. Errors: IO, NO_SPACE, TORCH. */

/* A PEFT folder: adapter_config.json and adapter_model.safetensors (float32),
 * which PEFT loads onto the base. @base: its name or folder. */
gboolean emo_vlm_save_adapter (const char             *folder,
                               EmoParameters          *parameters,
                               const EmoLoraSettings  *settings,
                               const char             *base,
                               GError                **error);
/* A Hugging Face folder: @source's files with the weights in bf16, in one file; the
 * parts of others that the folder had are removed behind it. */
gboolean emo_vlm_save_whole   (const char             *folder,
                               EmoParameters          *parameters,
                               const char             *source,
                               GError                **error);

G_END_DECLS
