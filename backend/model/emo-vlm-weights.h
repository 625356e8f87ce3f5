/* emo-vlm-weights.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-adapter.h"
#include "emo-load-watch.h"
#include "emo-train-ops.h"

G_BEGIN_DECLS

/* A Linear and its adapter: y = W x + b (+ scale * B (A x)). Plain struct;
 * clear with emo_linear_clear. */
typedef struct
{
  EmoTensor *weight;   /* [out, in], stored dtype on CPU, or 4 bits */
  EmoTensor *bias;     /* (nullable) [out] */
  EmoTensor *lora_a;   /* (nullable) [r, in] */
  EmoTensor *lora_b;   /* (nullable) [out, r] */
  double     scale;
  double     dropout;  /* of the adapter's input, in training; 0 otherwise */
  EmoDraw    draw;     /* which elements it drops */
} EmoLinear;

EmoTensor  *emo_linear_forward (const EmoLinear *self,
                                EmoScope        *scope,
                                EmoTensor       *x);
void        emo_linear_clear   (EmoLinear       *self);

/* The tensors of one VLM folder by canonical name ("visual.blocks.0.norm1.weight",
 * "layers.3.self_attn.q_proj.weight", "embed_tokens.weight", "lm_head.weight"),
 * whichever form the file uses, checked against the shape that the config
 * implies. The first failure is kept, missing names are collected, so that
 * loading reads as a list; emo_vlm_weights_finish reports. */
typedef struct _EmoVlmWeights EmoVlmWeights;

EmoVlmWeights *emo_vlm_weights_open   (const char      *folder,
                                EmoAdapter      *adapter,    /* (nullable) borrowed, outlives this */
                                gboolean         nf4,        /* weights of Linears in 4 bits */
                                EmoDtype         dtype,      /* of computation */
                                EmoDevice        device,
                                const EmoLoadWatch *watch,   /* borrowed, outlives this */
                                GError         **error);
/* A tensor of a model that is yet to be trained; (transfer full). */
typedef EmoTensor *(*EmoWeightFunc)   (const char    *file_name,
                                       guint          rank,
                                       const gint64  *shape,
                                       gpointer       user_data,
                                       GError       **error);
EmoVlmWeights *emo_vlm_weights_new_made (EmoWeightFunc make,
                                       gpointer       user_data);
gboolean    emo_vlm_weights_propagate (EmoVlmWeights *self,
                                       GError       **error);
void        emo_vlm_weights_close  (EmoVlmWeights      *self);
EmoSafetensors *emo_vlm_weights_get_file (EmoVlmWeights *self);
gboolean    emo_vlm_weights_has    (EmoVlmWeights      *self,
                                const char      *name);
/* Whether both are there and not the same bytes. */
gboolean    emo_vlm_weights_differ (EmoVlmWeights   *self,
                                const char      *a,
                                const char      *b);
/* A matrix stays mapped in its stored dtype on the CPU (unless float32 is
 * stored and bf16 computed); @rank 1 is converted. (transfer full), NULL once
 * anything failed. */
EmoTensor  *emo_vlm_weights_take   (EmoVlmWeights      *self,
                                const char      *name,
                                guint            rank,
                                const gint64    *shape);
/* @out_features x @in_features; "NAME.weight", "NAME.bias" and its adapter. */
void        emo_vlm_weights_take_linear (EmoVlmWeights *self,
                                     EmoLinear  *linear,
                                     const char *name,
                                     gint64      in_features,
                                     gint64      out_features,
                                     gboolean    bias);
/* Errors: MISSING_WEIGHT with the first five names and the count, SHAPE, DTYPE,
 * UNSUPPORTED (an adapted module that the model does not have), CANCELLED.
 * @notes (out): extra tensors, non-finite weights; appends strings. */
gboolean    emo_vlm_weights_finish (EmoVlmWeights      *self,
                                GPtrArray       *notes,
                                GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoVlmWeights, emo_vlm_weights_close)

G_END_DECLS
