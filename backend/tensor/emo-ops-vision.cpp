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
    /* The kernels want the channels of a pixel side by side. The first
     * convolution lays them so, the others find them so: a step of resnet-tiny
     * takes three quarters of the time. */
    at::Tensor in = x->t.contiguous (at::MemoryFormat::ChannelsLast);
    std::optional<at::Tensor> b;
    if (bias != nullptr)
      b = bias->t.to (in.scalar_type ());
    return at::conv2d (in, weight->t.to (in.scalar_type ()), b, stride, padding);
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
    /* One value has no variance: it would make the running one NaN for good. */
    bool several = x->t.numel () > x->t.size (1);
    return at::batch_norm (x->t, weight->t, bias->t, mean->t, variance->t, training && several, momentum, eps, false);
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
