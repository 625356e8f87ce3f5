/* emo-vlm-config.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-patches.h"
#include "emo-tensor.h"

G_BEGIN_DECLS

/* A Qwen2-VL config.json in either form: flat (text fields at the top level,
 * rope_scaling) or nested (text_config, rope_parameters), with the folder's
 * preprocessor_config.json and generation_config.json. Every field is checked
 * against a range before anything is allocated (INVALID_FILE naming the field,
 * expected and found); other model_types and settings that we do not compute
 * (sliding window in use, rope types other than default/mrope, activations
 * beyond EmoActivation's) are UNSUPPORTED by name. */
#define EMO_MAX_EOS 8

typedef struct
{
  /* text_config */
  int     hidden_size;              /* H */
  int     intermediate_size;
  int     n_layers;
  int     n_heads;
  int     n_kv_heads;               /* divides n_heads */
  int     head_dim;                 /* H / n_heads unless head_dim says otherwise */
  int     vocab_size;               /* V */
  int     max_positions;
  double  rms_norm_eps;
  double  rope_theta;
  int     mrope_section[3];         /* t, h, w; sums to head_dim / 2 */
  gboolean tied;                    /* tie_word_embeddings */
  EmoActivation activation;         /* hidden_act, of the gate in the MLP */

  /* vision_config */
  int     vision_dim;               /* embed_dim, C */
  int     vision_depth;
  int     vision_heads;
  int     vision_mlp;               /* embed_dim * mlp_ratio */
  int     vision_out;               /* hidden_size of vision_config = H */
  int     in_channels;              /* 3 */
  EmoActivation vision_activation;  /* hidden_act */
  double  vision_rope_theta;        /* 10000 */

  /* token ids */
  int     image_token_id;
  int     vision_start_id;
  int     vision_end_id;
  int     eos[EMO_MAX_EOS];         /* generation_config.json, else config.json */
  int     n_eos;
  guint   unapplied;                /* bits of generation_config.json's settings that we do not compute */

  char    torch_dtype[16];          /* "bfloat16": dtype or torch_dtype; "" unknown */

  EmoImageSettings image;           /* preprocessor_config.json over the processor's defaults */
} EmoVlmConfig;

/* @folder: a Hugging Face folder. */
gboolean emo_vlm_config_load          (EmoVlmConfig       *config,
                                       const char         *folder,
                                       GError            **error);
char    *emo_vlm_config_dup_unapplied (const EmoVlmConfig *config);

G_END_DECLS
