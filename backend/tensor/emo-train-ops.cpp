/* emo-train-ops.cpp
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-tensor-private.hpp"

#include "emo-train-ops.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

namespace {

/* The frame of what is no op: one guard, no gradient recorded. */
template <typename F>
bool
guarded (GError **error, F &&body) noexcept
{
  try
    {
      at::NoGradGuard no_grad;
      body ();
      return true;
    }
  catch (...)
    {
      emo::set_error_from_exception (error);
      return false;
    }
}

std::vector<at::Tensor>
list_of (EmoTensor *const *tensors, guint n)
{
  std::vector<at::Tensor> list;
  list.reserve (n);
  for (guint i = 0; i < n; i++)
    list.push_back (tensors[i]->t);
  return list;
}

/* [B, S, heads, D] -> [B, heads * times, S, D]. */
at::Tensor
heads_first (const at::Tensor &x, int64_t times)
{
  return (times > 1 ? x.repeat_interleave (times, 2) : x).transpose (1, 2);
}

/* On the CPU libtorch's flash attention calls a matrix product for every head of
 * every sequence; for short ones that costs more than it saves: at 32 x 144
 * patches of 4 heads in bf16, two batched products take a step from 257 to
 * 147 ms. Beyond 512 keys the scores would no longer fit a cache. */
at::Tensor
attend (const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, const std::optional<at::Tensor> &mask)
{
  if (!q.is_cpu () || k.size (2) > 512)
    return at::scaled_dot_product_attention (q, k, v, mask);
  at::Tensor scores = at::matmul (q * (1.0 / std::sqrt (static_cast<double> (q.size (3)))), k.transpose (-1, -2));
  return at::matmul (at::softmax (mask.has_value () ? scores + *mask : scores, -1), v);
}

/* Blocks of a fixed size each have a stream of their own, so that the thread
 * count changes nothing. */
at::Tensor
keep_mask (at::IntArrayRef shape, double rate, EmoDraw draw)
{
  constexpr int64_t block = 4096;
  at::Tensor mask = at::empty (shape, at::kFloat);
  float *out = mask.data_ptr<float> ();
  float kept = static_cast<float> (1.0 / (1.0 - rate));
  int64_t n = mask.numel ();

  at::parallel_for (0, (n + block - 1) / block, 4, [=] (int64_t from, int64_t to) {
    for (int64_t b = from; b < to; b++)
      {
        EmoDraw stream = emo_draw_begin (draw.state, "dropout", b, 0, 0);
        for (int64_t i = b * block; i < std::min (n, (b + 1) * block); i++)
          out[i] = emo_draw_uniform (&stream) < rate ? 0.0f : kept;
      }
  });
  return mask;
}

}

EmoTensor *
emo_tensor_new_leaf (EmoTensor *values,
                     EmoDtype dtype,
                     GError **error)
{
  EmoTensor *leaf = nullptr;

  guarded (error, [&] {
    TORCH_CHECK (!values->nf4.has_value (), "a weight of 4 bits cannot be trained");
    at::Tensor copy = values->t.detach ().to (emo::to_scalar_type (dtype), false, true, at::MemoryFormat::Contiguous);
    leaf = emo::wrap (copy.requires_grad_ (true));
  });
  return leaf;
}

EmoTensor *
emo_tensor_new_floats (const float *values,
                       guint rank,
                       const gint64 *shape,
                       GError **error)
{
  EmoTensor *tensor = nullptr;

  guarded (error, [&] {
    tensor = emo::wrap (at::from_blob (const_cast<float *> (values), emo::to_shape (rank, shape), at::kFloat).clone ());
  });
  return tensor;
}

gboolean
emo_tensor_copy_from (EmoTensor *self,
                      EmoTensor *source,
                      GError **error)
{
  return guarded (error, [&] { self->t.copy_ (source->t); });
}

gboolean
emo_tensor_accumulate (EmoTensor *self,
                       EmoTensor *source,
                       GError **error)
{
  return guarded (error, [&] { self->t.add_ (source->t); });
}

double
emo_tensors_norm (EmoTensor *const *tensors,
                  guint n,
                  GError **error)
{
  double norm = -1;

  guarded (error, [&] {
    double squares = 0;
    for (guint i = 0; i < n; i++)
      {
        double part = tensors[i]->t.to (at::kFloat).norm ().item<double> ();
        squares += part * part;
      }
    norm = std::sqrt (squares);
  });
  return norm;
}

gboolean
emo_tensors_adamw (const EmoAdamwSettings *settings,
                   double lr,
                   double weight_decay,
                   gint64 step,
                   double scale,
                   EmoTensor *const *parameters,
                   EmoTensor *const *gradients,
                   EmoTensor *const *m,
                   EmoTensor *const *v,
                   guint n,
                   GError **error)
{
  if (n == 0)
    return TRUE;
  return guarded (error, [&] {
    std::vector<at::Tensor> p = list_of (parameters, n), g, m1 = list_of (m, n), v1 = list_of (v, n), steps;
    for (guint i = 0; i < n; i++)
      {
        /* The op walks through memory, and a convolution's gradient may lie in
         * another order than its weight. */
        at::Tensor gradient = gradients[i]->t.to (at::kFloat).contiguous ();
        g.push_back (scale == 1.0 ? gradient : gradient * scale);
        /* The op takes the number of this step. */
        steps.push_back (at::scalar_tensor (static_cast<double> (step), p[i].options ().requires_grad (false)));
      }
    if (settings->coupled)
      at::_fused_adam_ (p, g, m1, v1, {}, steps, lr, settings->beta1, settings->beta2, weight_decay, settings->eps,
                        false, false);
    else
      at::_fused_adamw_ (p, g, m1, v1, {}, steps, lr, settings->beta1, settings->beta2, weight_decay, settings->eps,
                         false, false);
  });
}

EmoTensor *
emo_op_attend_batch (EmoScope *scope,
                     EmoTensor *q,
                     EmoTensor *k,
                     EmoTensor *v,
                     EmoTensor *mask)
{
  return emo::op (scope, [&] {
    int64_t group = q->t.size (2) / k->t.size (2);
    std::optional<at::Tensor> bias;
    if (mask != nullptr)
      bias = mask->t.to (q->t.scalar_type ());
    at::Tensor out = attend (heads_first (q->t, 1), heads_first (k->t, group), heads_first (v->t, group), bias);
    return out.transpose (1, 2).reshape ({ q->t.size (0), q->t.size (1), -1 });
  });
}

EmoTensor *
emo_op_repeat (EmoScope *scope,
               EmoTensor *x,
               gint64 b)
{
  return emo::op (scope, [&] {
    std::vector<int64_t> shape = x->t.sizes ().vec ();
    shape.insert (shape.begin (), b);
    return x->t.unsqueeze (0).expand (shape);
  });
}

EmoTensor *
emo_op_cast (EmoScope *scope,
             EmoTensor *x,
             EmoDtype dtype)
{
  return emo::op (scope, [&] { return x->t.to (emo::to_scalar_type (dtype)); });
}

EmoTensor *
emo_op_dropout (EmoScope *scope,
                EmoTensor *x,
                double rate,
                EmoDraw draw)
{
  return emo::op (scope, [&] { return x->t * keep_mask (x->t.sizes (), rate, draw).to (x->t.options ()); });
}

EmoTensor *
emo_op_cross_entropy (EmoScope *scope,
                      EmoTensor *logits,
                      const guint32 *targets,
                      const float *weights,
                      guint n)
{
  return emo::op (scope, [&] {
    at::Tensor columns = at::empty ({ static_cast<int64_t> (n) }, at::kLong);
    for (guint i = 0; i < n; i++)
      columns.data_ptr<int64_t> ()[i] = targets[i];
    at::Tensor w = at::from_blob (const_cast<float *> (weights), { static_cast<int64_t> (n) }, at::kFloat).clone ();
    at::Device device = logits->t.device ();
    at::Tensor log_p = at::log_softmax (logits->t, -1, at::kFloat).gather (1, columns.to (device).unsqueeze (1));
    return -(log_p.squeeze (1) * w.to (device)).sum ();
  });
}

EmoTensor *
emo_op_binary_cross_entropy (EmoScope *scope,
                             EmoTensor *logits,
                             EmoTensor *targets)
{
  return emo::op (scope, [&] {
    return at::binary_cross_entropy_with_logits (logits->t.to (at::kFloat), targets->t);
  });
}

EmoTensor *
emo_op_mean_tokens (EmoScope *scope,
                    EmoTensor *x)
{
  return emo::op (scope, [&] { return x->t.to (at::kFloat).mean (1); });
}

gboolean
emo_op_gradients (EmoScope *scope,
                  EmoTensor *y,
                  EmoTensor *seed,
                  EmoTensor *const *leaves,
                  EmoTensor **gradients,
                  guint n)
{
  if (emo_scope_failed (scope))
    return FALSE;
  try
    {
      torch::autograd::variable_list seeds;
      if (seed != nullptr)
        seeds.push_back (seed->t);
      auto found = torch::autograd::grad ({ y->t }, list_of (leaves, n), seeds, std::nullopt, false, true);
      for (guint i = 0; i < n; i++)
        gradients[i] = found[i].defined () ? emo::own (scope, found[i]) : nullptr;
      return TRUE;
    }
  catch (...)
    {
      emo::latch_exception (scope);
      return FALSE;
    }
}
