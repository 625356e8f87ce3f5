/* emo-ops-vision.cpp: what convolutional networks need
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-tensor-private.hpp"

EmoTensor *
emo_op_conv2d (EmoScope *scope,
               EmoTensor *x,
               EmoTensor *weight,
               EmoTensor *bias,
               int stride,
               int padding)
{
  return emo::op (scope, [&] {
    std::optional<at::Tensor> b;
    if (bias != nullptr)
      b = bias->t;
    return at::conv2d (x->t, weight->t, b, stride, padding);
  });
}

EmoTensor *
emo_op_batch_norm (EmoScope *scope,
                   EmoTensor *x,
                   EmoTensor *weight,
                   EmoTensor *bias,
                   EmoTensor *mean,
                   EmoTensor *variance,
                   gboolean training,
                   double momentum,
                   double eps)
{
  return emo::op (scope, [&] {
    return at::batch_norm (x->t, weight->t, bias->t, mean->t, variance->t, training, momentum, eps, false);
  });
}

EmoTensor *
emo_op_max_pool (EmoScope *scope,
                 EmoTensor *x,
                 int size,
                 int stride,
                 int padding)
{
  return emo::op (scope, [&] { return at::max_pool2d (x->t, size, stride, padding); });
}

EmoTensor *
emo_op_average_pool (EmoScope *scope,
                     EmoTensor *x,
                     int side)
{
  return emo::op (scope, [&] { return at::adaptive_avg_pool2d (x->t, { side, side }); });
}
