/* emo-adapter-config.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-error.h"
#include "emo-json.h"

G_BEGIN_DECLS

/* adapter_config.json of a PEFT LoRA: which modules are adapted, with which
 * rank and scale. */
typedef struct _EmoAdapterConfig EmoAdapterConfig;

EmoAdapterConfig *emo_adapter_config_load     (const char         *folder,
                                               GError            **error);
void              emo_adapter_config_free     (EmoAdapterConfig   *self);
const char       *emo_adapter_config_get_base (EmoAdapterConfig   *self);   /* (nullable) base_model_name_or_path */
/* Is the module a target? @names: every name that versions of transformers give
 * to it, NULL-terminated, the saved one first. FALSE with @error where a pattern
 * of the file cannot be matched. */
gboolean          emo_adapter_config_targets  (EmoAdapterConfig   *self,
                                               const char *const  *names,
                                               gboolean           *targets,
                                               GError            **error);
/* The module's rank and scale, with rank_pattern and alpha_pattern. */
gboolean          emo_adapter_config_measure  (EmoAdapterConfig   *self,
                                               const char *const  *names,
                                               gint64             *rank,
                                               double             *scale,
                                               GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoAdapterConfig, emo_adapter_config_free)

G_END_DECLS
