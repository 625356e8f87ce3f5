/* emo-language-model-batch.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-language-model.h"
#include "emo-parameters.h"
#include "emo-vlm-batch.h"

G_BEGIN_DECLS

/* The decoder over a training batch, block by block, so that a loop of the
 * caller's decides which activations are kept. R = P + B * S rows. */
typedef struct
{
  const EmoVlmBatch *batch;
  EmoTensor *prefix_mask;   /* [P, P] */
  EmoTensor *mask;          /* [S, P + S] */
  EmoTensor *prefix_cosine; /* [P, D / 2] */
  EmoTensor *prefix_sine;
  EmoTensor *cosine;        /* [B, S, D / 2] */
  EmoTensor *sine;
  guint      first;         /* places before it have no target: the last layer leaves them out */
  gboolean   whole;         /* the prefix has targets too, so nothing is left out */
} EmoDecoderPass;

/* Tables of @batch, in @scope, which outlives the pass. */
void       emo_decoder_pass_init          (EmoDecoderPass     *pass,
                                           EmoLanguageModel   *self,
                                           EmoScope           *scope,
                                           const EmoVlmBatch  *batch,
                                           EmoDevice           device);
guint      emo_language_model_get_n_layers (EmoLanguageModel  *self);
/* Token embeddings and visual @tokens [pictures, T, H] in their places -> [R, H]. */
EmoTensor *emo_language_model_place       (EmoLanguageModel   *self,
                                           EmoScope           *scope,
                                           const EmoDecoderPass *pass,
                                           EmoTensor          *tokens,
                                           EmoDtype            dtype);
/* One layer, x [R, H]. The last one gives the rows from pass.first on alone. */
EmoTensor *emo_language_model_run_layer   (EmoLanguageModel   *self,
                                           EmoScope           *parent,
                                           guint               index,
                                           EmoTensor          *x,
                                           const EmoDecoderPass *pass);
/* The batch's loss, a float32 scalar, from the last layer's rows. */
EmoTensor *emo_language_model_loss        (EmoLanguageModel   *self,
                                           EmoScope           *scope,
                                           const EmoDecoderPass *pass,
                                           EmoTensor          *x);

/* Lists every weight as trainable: block 0 the embeddings and an output layer of
 * their own, 1 to n the layers, n + 1 the last norm, each plus @first_block. */
gboolean   emo_language_model_list        (EmoLanguageModel   *self,
                                           EmoParameters      *parameters,
                                           int                 first_block,
                                           EmoDtype            dtype,
                                           GError            **error);

/* What is adapted, and how (Hu et al., 2022; PEFT's defaults). */
typedef struct
{
  int                 rank;
  double              alpha;
  double              dropout;
  const char * const *modules;   /* NULL-terminated: "q_proj", ..., "down_proj" */
  guint64             seed;
} EmoLoraSettings;

/* Puts a fresh adapter on the named Linears of every layer and lists it; B is
 * zero, A is kaiming uniform. INVALID_FILE for a module that is none. */
gboolean   emo_language_model_add_lora    (EmoLanguageModel   *self,
                                           const EmoLoraSettings *settings,
                                           EmoParameters      *parameters,
                                           int                 first_block,
                                           EmoDtype            dtype,
                                           GError            **error);
/* Before each step: which elements of the adapters' inputs are dropped. */
void       emo_language_model_set_dropout (EmoLanguageModel   *self,
                                           double              rate,
                                           guint64             seed,
                                           guint64             step);

G_END_DECLS
