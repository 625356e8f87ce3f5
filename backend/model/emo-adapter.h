/* emo-adapter.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-safetensors.h"

G_BEGIN_DECLS

/* A PEFT LoRA folder: adapter_config.json (r, lora_alpha, use_rslora,
 * rank_pattern, alpha_pattern, target_modules as list or regex, fan_in_fan_out
 * FALSE) and adapter_model.safetensors with names
 * base_model.model.model.layers.N...  or  base_model.model.model.language_model.layers.N...
 * (also visual.*). DoRA, modules_to_save, bias, layers_to_transform and other
 * peft_types are UNSUPPORTED by name. Plain C; tensors stay in their file. */
typedef struct _EmoAdapter EmoAdapter;

/* One adapted Linear: y += scale * B (A x). */
typedef struct
{
  const EmoStoredTensor *a;     /* lora_A.weight [r, in] */
  const EmoStoredTensor *b;     /* lora_B.weight [out, r] */
  double                 scale; /* alpha / r, or alpha / sqrt(r) with rslora */
} EmoLora;

EmoAdapter     *emo_adapter_load          (const char      *folder,
                                           GError         **error);
void            emo_adapter_free          (EmoAdapter      *self);
/* @module: the canonical name, as "layers.3.self_attn.q_proj" (decoder) or
 * "visual.blocks.0.attn.qkv"; NULL where it is not adapted. */
const EmoLora  *emo_adapter_find          (EmoAdapter      *self,
                                           const char      *module);
guint           emo_adapter_get_n_modules (EmoAdapter      *self);
/* Modules that no find has asked for yet, so that nothing is silently ignored;
 * NULL-terminated. */
char          **emo_adapter_dup_unused    (EmoAdapter      *self);
EmoSafetensors *emo_adapter_get_file      (EmoAdapter      *self);
const char     *emo_adapter_get_path      (EmoAdapter      *self);   /* of that file */
const char     *emo_adapter_get_base      (EmoAdapter      *self);   /* (nullable) base_model_name_or_path */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoAdapter, emo_adapter_free)

G_END_DECLS
