/* emo-train-ops.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-draw.h"
#include "emo-tensor.h"

G_BEGIN_DECLS

/* What training needs beyond emo-tensor.h: leaves that are kept and updated,
 * batches, losses, gradients of many leaves at once, AdamW. B batch. Engine
 * thread only. */

/* --- Trainable tensors --- */

/* A copy of @values in @dtype on its device that collects gradients. */
EmoTensor *emo_tensor_new_leaf       (EmoTensor         *values,
                                      EmoDtype           dtype,
                                      GError           **error);
/* A float32 copy of @n values. */
EmoTensor *emo_tensor_new_floats     (const float       *values,
                                      guint              rank,
                                      const gint64      *shape,
                                      GError           **error);
/* Overwrites @self in place, converting; equal shapes. */
gboolean   emo_tensor_copy_from      (EmoTensor         *self,
                                      EmoTensor         *source,
                                      GError           **error);
/* self += source, in place and in self's type. */
gboolean   emo_tensor_accumulate     (EmoTensor         *self,
                                      EmoTensor         *source,
                                      GError           **error);
/* The Euclidean norm of all of them as one vector; -1 with @error. */
double     emo_tensors_norm          (EmoTensor * const *tensors,
                                      guint              n,
                                      GError           **error);

typedef struct
{
  double   beta1;
  double   beta2;
  double   eps;
  gboolean coupled;   /* decay joins the gradient, as torch.optim.Adam; FALSE: decoupled, as AdamW */
} EmoAdamwSettings;

/* One step (Kingma and Ba, 2015; Loshchilov and Hutter, 2019) of float32
 * @parameters in place. @gradients of any float type are multiplied by @scale
 * first. @step counts from 1. */
gboolean   emo_tensors_adamw         (const EmoAdamwSettings *settings,
                                      double             lr,
                                      double             weight_decay,
                                      gint64             step,
                                      double             scale,
                                      EmoTensor * const *parameters,
                                      EmoTensor * const *gradients,
                                      EmoTensor * const *m,
                                      EmoTensor * const *v,
                                      guint              n,
                                      GError           **error);

/* --- Ops: results belong to the scope --- */

/* Full attention within each of B sequences: q [B, S, heads, D], k and v
 * [B, L, kv_heads, D], mask [S, L] additive (nullable) -> [B, S, heads * D]. */
EmoTensor *emo_op_attend_batch       (EmoScope          *scope,
                                      EmoTensor         *q,
                                      EmoTensor         *k,
                                      EmoTensor         *v,
                                      EmoTensor         *mask);
/* [...] -> [B, ...], the same B times; a view. */
EmoTensor *emo_op_repeat             (EmoScope          *scope,
                                      EmoTensor         *x,
                                      gint64             b);
/* x in @dtype; the gradient comes back in x's. */
EmoTensor *emo_op_cast               (EmoScope          *scope,
                                      EmoTensor         *x,
                                      EmoDtype           dtype);
/* Each element is kept with probability 1 - @rate and divided by that; which
 * ones is a pure function of @draw and of their place. */
EmoTensor *emo_op_dropout            (EmoScope          *scope,
                                      EmoTensor         *x,
                                      double             rate,
                                      EmoDraw            draw);
/* sum over i of weights[i] * -log softmax(logits[i])[targets[i]], float32 scalar;
 * logits [R, V]. */
EmoTensor *emo_op_cross_entropy      (EmoScope          *scope,
                                      EmoTensor         *logits,
                                      const guint32     *targets,
                                      const float       *weights,
                                      guint              n);
/* Mean binary cross-entropy of logits [B, N] against targets [B, N], scalar. */
EmoTensor *emo_op_binary_cross_entropy (EmoScope        *scope,
                                      EmoTensor         *logits,
                                      EmoTensor         *targets);
/* [B, T, H] -> [B, H] in float32. */
EmoTensor *emo_op_mean_tokens        (EmoScope          *scope,
                                      EmoTensor         *x);
/* d (seed . y) / d leaves, [n] into @gradients (borrowed from the scope); NULL
 * where y does not depend on a leaf. @seed NULL for a scalar y. */
gboolean   emo_op_gradients          (EmoScope          *scope,
                                      EmoTensor         *y,
                                      EmoTensor         *seed,
                                      EmoTensor * const *leaves,
                                      EmoTensor        **gradients,
                                      guint              n);

G_END_DECLS
