/* emo-ops.cpp
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-tensor-private.hpp"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <limits>

namespace {

at::Tensor
maybe (EmoTensor *tensor)
{
  return tensor != nullptr ? tensor->t : at::Tensor ();
}

bool
is_plain (const at::Tensor &x)
{
  return x.is_cpu () && x.scalar_type () == at::kFloat && !at::GradMode::is_enabled ();
}

/* float32 activations on weights kept in 16 bits; the weight is frozen. */
struct MixedLinear : torch::autograd::Function<MixedLinear>
{
  static at::Tensor
  forward (torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &w)
  {
    context->save_for_backward ({ w });
    return emo::mixed_linear (x, w, at::Tensor ());
  }

  static torch::autograd::tensor_list
  backward (torch::autograd::AutogradContext *context, torch::autograd::tensor_list grads)
  {
    at::Tensor w = context->get_saved_variables ()[0];
    return { emo::mixed_linear_backward (grads[0], w), at::Tensor () };
  }
};

at::Tensor
linear (const at::Tensor &x, const at::Tensor &w, const at::Tensor &bias)
{
  if (x.scalar_type () == w.scalar_type ())
    return at::linear (x, w, bias.defined () ? std::optional<at::Tensor> (bias) : std::nullopt);
  if (!x.is_cpu () || x.scalar_type () != at::kFloat || !w.is_contiguous ())
    return at::linear (x, w.to (x.scalar_type ()), bias.defined () ? std::optional<at::Tensor> (bias) : std::nullopt);

  auto sizes = x.sizes ().vec ();
  sizes.back () = w.size (0);
  at::Tensor rows = x.reshape ({ -1, x.size (-1) });
  if (!at::GradMode::is_enabled ())
    return emo::mixed_linear (rows, w, bias).reshape (sizes);
  at::Tensor y = MixedLinear::apply (rows, w);
  return (bias.defined () ? y + bias : y).reshape (sizes);
}

at::Tensor
rms_norm (const at::Tensor &x, const at::Tensor &weight, double eps)
{
  if (is_plain (x) && weight.scalar_type () == at::kFloat)
    return emo::fused_rms_norm (x, weight, eps);
  at::Tensor f = x.to (at::kFloat);
  f = f * at::rsqrt (f.pow (2).mean (-1, true) + eps);
  return weight * f.to (x.scalar_type ());
}

at::Tensor
rotate (const at::Tensor &x, const at::Tensor &cosine, const at::Tensor &sine)
{
  if (is_plain (x) && x.dim () == 3)
    return emo::fused_rotate (x, cosine, sine);
  at::Tensor f = x.to (at::kFloat);
  int64_t half = f.size (-1) / 2;
  at::Tensor a = f.narrow (-1, 0, half), b = f.narrow (-1, half, half);
  at::Tensor c = cosine.unsqueeze (-2), s = sine.unsqueeze (-2);
  return at::cat ({ a * c - b * s, b * c + a * s }, -1).to (x.scalar_type ());
}

/* Query heads that share a key head become rows of one attention, so grouped
 * keys are never expanded: [S, kv, g, D] -> [kv, g * S, D]. */
at::Tensor
attend (const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, const at::Tensor &mask)
{
  int64_t s = q.size (0), heads = q.size (1), d = q.size (2), kv = k.size (0), group = heads / kv;
  at::Tensor rows = q.view ({ s, kv, group, d }).permute ({ 1, 2, 0, 3 }).reshape ({ 1, kv, group * s, d });
  std::optional<at::Tensor> bias;
  if (mask.defined ())
    bias = (group > 1 ? mask.repeat ({ group, 1 }) : mask).to (q.scalar_type ()).view ({ 1, 1, group * s, k.size (1) });
  at::Tensor out = at::scaled_dot_product_attention (rows, k.unsqueeze (0), v.unsqueeze (0), bias);
  return out.view ({ kv, group, s, d }).permute ({ 2, 0, 1, 3 }).reshape ({ s, heads * d });
}

at::Tensor
index_of (const int *values, guint n, const at::Tensor &like)
{
  at::Tensor index = at::empty ({ static_cast<int64_t> (n) }, at::kLong);
  int64_t *data = index.data_ptr<int64_t> ();
  for (guint i = 0; i < n; i++)
    data[i] = values[i];
  return index.to (like.device ());
}

}

EmoTensor *
emo_op_floats (EmoScope *scope,
               const float *values,
               guint rank,
               const gint64 *shape,
               EmoDtype dtype,
               EmoDevice device)
{
  return emo::op (scope, [&] {
    at::Tensor t = at::from_blob (const_cast<float *> (values), emo::to_shape (rank, shape), at::kFloat);
    return t.to (emo::to_device (device), emo::to_scalar_type (dtype), false, true);
  });
}

EmoTensor *
emo_op_linear (EmoScope *scope,
               EmoTensor *x,
               EmoTensor *weight,
               EmoTensor *bias)
{
  return emo::op (scope, [&] {
    return weight->nf4.has_value () ? emo::quantised_linear (x->t, *weight->nf4, maybe (bias)) : linear (x->t, weight->t, maybe (bias));
  });
}

EmoTensor *
emo_op_add (EmoScope *scope,
            EmoTensor *a,
            EmoTensor *b)
{
  return emo::op (scope, [&] { return a->t + b->t; });
}

EmoTensor *
emo_op_add_scaled (EmoScope *scope,
                   EmoTensor *a,
                   EmoTensor *b,
                   double factor)
{
  return emo::op (scope, [&] {
    return at::GradMode::is_enabled () ? a->t.add (b->t, factor) : a->t.add_ (b->t, factor);
  });
}

EmoTensor *
emo_op_mul (EmoScope *scope,
            EmoTensor *a,
            EmoTensor *b)
{
  return emo::op (scope, [&] { return a->t * b->t; });
}

EmoTensor *
emo_op_sum_last (EmoScope *scope,
                 EmoTensor *x)
{
  return emo::op (scope, [&] { return x->t.to (at::kFloat).sum (-1); });
}

EmoTensor *
emo_op_sum (EmoScope *scope,
            EmoTensor *x)
{
  return emo::op (scope, [&] { return x->t.sum (); });
}

EmoTensor *
emo_op_layer_norm (EmoScope *scope,
                   EmoTensor *x,
                   EmoTensor *weight,
                   EmoTensor *bias,
                   double eps)
{
  return emo::op (scope, [&] { return at::layer_norm (x->t, { x->t.size (-1) }, weight->t, bias->t, eps); });
}

EmoTensor *
emo_op_rms_norm (EmoScope *scope,
                 EmoTensor *x,
                 EmoTensor *weight,
                 double eps)
{
  return emo::op (scope, [&] { return rms_norm (x->t, weight->t, eps); });
}

EmoTensor *
emo_op_gelu (EmoScope *scope,
             EmoTensor *x)
{
  return emo::op (scope, [&] { return at::gelu (x->t); });
}

EmoTensor *
emo_op_quick_gelu (EmoScope *scope,
                   EmoTensor *x)
{
  return emo::op (scope, [&] {
    return is_plain (x->t) ? emo::fused_quick_gelu (x->t) : x->t * at::sigmoid (x->t * 1.702);
  });
}

EmoTensor *
emo_op_activate (EmoScope      *scope,
                 EmoTensor     *x,
                 EmoActivation  activation)
{
  if (activation == EMO_ACTIVATION_QUICK_GELU)
    return emo_op_quick_gelu (scope, x);
  return emo::op (scope, [&] {
    switch (activation)
      {
      case EMO_ACTIVATION_SILU:
        return at::silu (x->t);
      case EMO_ACTIVATION_GELU_TANH:
        return at::gelu (x->t, "tanh");
      case EMO_ACTIVATION_RELU:
        return at::relu (x->t);
      case EMO_ACTIVATION_GELU:
      case EMO_ACTIVATION_QUICK_GELU:
      default:
        return at::gelu (x->t);
      }
  });
}

EmoTensor *
emo_op_silu_mul (EmoScope *scope,
                 EmoTensor *gate,
                 EmoTensor *up)
{
  return emo::op (scope, [&] {
    return is_plain (gate->t) ? emo::fused_silu_mul (gate->t, up->t) : at::silu (gate->t) * up->t;
  });
}

EmoTensor *
emo_op_rotate (EmoScope *scope,
               EmoTensor *x,
               EmoTensor *cosine,
               EmoTensor *sine)
{
  return emo::op (scope, [&] { return rotate (x->t, cosine->t, sine->t); });
}

EmoTensor *
emo_op_attend (EmoScope *scope,
               EmoTensor *q,
               EmoTensor *k,
               EmoTensor *v,
               EmoTensor *mask)
{
  return emo::op (scope, [&] { return attend (q->t, k->t, v->t, maybe (mask)); });
}

EmoTensor *
emo_op_embed (EmoScope *scope,
              EmoTensor *weight,
              const guint32 *ids,
              guint n_ids,
              EmoDtype dtype)
{
  return emo::op (scope, [&] {
    std::vector<int> rows (ids, ids + n_ids);
    return weight->t.index_select (0, index_of (rows.data (), n_ids, weight->t)).to (emo::to_scalar_type (dtype));
  });
}

EmoTensor *
emo_op_rows (EmoScope *scope,
             EmoTensor *x,
             int dim,
             const int *rows,
             guint n_rows)
{
  return emo::op (scope, [&] { return x->t.index_select (dim, index_of (rows, n_rows, x->t)); });
}

EmoTensor *
emo_op_reshape (EmoScope *scope,
                EmoTensor *x,
                guint rank,
                const gint64 *shape)
{
  return emo::op (scope, [&] { return x->t.reshape (emo::to_shape (rank, shape)); });
}

EmoTensor *
emo_op_narrow (EmoScope *scope,
               EmoTensor *x,
               int dim,
               gint64 start,
               gint64 length)
{
  return emo::op (scope, [&] { return x->t.narrow (dim, start, length); });
}

EmoTensor *
emo_op_transpose (EmoScope *scope,
                  EmoTensor *x,
                  int dim0,
                  int dim1)
{
  return emo::op (scope, [&] { return x->t.transpose (dim0, dim1); });
}

EmoTensor *
emo_op_cat (EmoScope *scope,
            EmoTensor **tensors,
            guint n_tensors,
            int dim)
{
  return emo::op (scope, [&] {
    std::vector<at::Tensor> parts;
    for (guint i = 0; i < n_tensors; i++)
      parts.push_back (tensors[i]->t);
    return at::cat (parts, dim);
  });
}

void
emo_op_store (EmoScope *scope,
              EmoTensor *dst,
              gint64 start,
              EmoTensor *src)
{
  emo::op (scope, [&] { return dst->t.narrow (1, start, src->t.size (1)).copy_ (src->t); });
}

EmoTensor *
emo_op_log_probs (EmoScope *scope,
                  EmoTensor *logits,
                  const int *rows,
                  const int *columns,
                  guint n)
{
  return emo::op (scope, [&] {
    at::Tensor log_p = at::log_softmax (logits->t.to (at::kFloat), -1);
    return log_p.index ({ index_of (rows, n, log_p), index_of (columns, n, log_p) });
  });
}

/* Any choice among NaNs would be a guess. */
static gint64
refuse_nan (EmoScope *scope)
{
  emo_scope_fail (scope, EMO_ERROR_MODEL, "NaN instead of numbers came from the VLM: no token can be chosen");
  return -1;
}

gint64
emo_op_argmax (EmoScope *scope,
               EmoTensor *x)
{
  EmoTensor *best = emo::op (scope, [&] {
    at::Tensor index = at::argmax (x->t);
    at::Tensor largest = x->t.reshape (-1).index_select (0, index.reshape (1));
    return at::where (largest.isnan (), at::full_like (index, -1), index).cpu ();
  });
  if (best == nullptr)
    return -1;

  gint64 found = best->t.item<int64_t> ();
  return found >= 0 ? found : refuse_nan (scope);
}

gint64
emo_op_sample (EmoScope *scope,
               EmoTensor *x,
               double temperature,
               double uniform)
{
  EmoTensor *cumulative = emo::op (scope, [&] {
    return at::softmax (x->t.to (at::kDouble).reshape (-1) / temperature, -1).cumsum (-1).cpu ();
  });
  if (cumulative == nullptr)
    return -1;

  const double *c = cumulative->t.data_ptr<double> ();
  gint64 n = cumulative->t.numel (), low = 0, high = n - 1;
  if (std::isnan (c[n - 1]))
    return refuse_nan (scope);
  while (low < high)
    {
      gint64 middle = (low + high) / 2;
      if (c[middle] > uniform * c[n - 1])
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

EmoTensor *
emo_op_leaf (EmoScope *scope,
             EmoTensor *x)
{
  return emo::op (scope, [&] { return x->t.detach ().clone ().requires_grad_ (true); });
}

EmoTensor *
emo_op_grad (EmoScope *scope,
             EmoTensor *y,
             EmoTensor *seed,
             EmoTensor *leaf)
{
  return emo::op (scope, [&] {
    torch::autograd::variable_list seeds;
    if (seed != nullptr)
      seeds.push_back (seed->t);
    return torch::autograd::grad ({ y->t }, { leaf->t }, seeds)[0];
  });
}
