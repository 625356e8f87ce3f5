/* emo-language-model-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-language-model.h"

G_BEGIN_DECLS

typedef struct
{
  EmoTensor *input_norm;       /* [H] */
  EmoLinear  q;                /* H -> heads * D, bias */
  EmoLinear  k;                /* H -> kv_heads * D, bias */
  EmoLinear  v;                /* H -> kv_heads * D, bias */
  EmoLinear  o;                /* heads * D -> H */
  EmoTensor *post_norm;        /* [H] */
  EmoLinear  gate;             /* H -> mlp */
  EmoLinear  up;               /* H -> mlp */
  EmoLinear  down;             /* mlp -> H */
} EmoDecoderLayer;

struct _EmoLanguageModel
{
  EmoVlmConfig     config;
  EmoTensor       *embeddings; /* [V, H] */
  EmoDecoderLayer *layers;
  EmoTensor       *norm;       /* [H] */
  EmoTensor       *head;       /* [V, H]; the embeddings where tied */
};

/* x [..., H], normalised -> [..., H] */
EmoTensor *_emo_language_model_mlp (EmoLanguageModel      *self,
                                    EmoScope              *scope,
                                    const EmoDecoderLayer *layer,
                                    EmoTensor             *x);

G_END_DECLS
