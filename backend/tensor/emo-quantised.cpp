/* emo-quantised.cpp: Linears whose weights have 4 bits each
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-tensor-private.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "emo-nf4.h"

/* The weights are there in full only while they are used, forwards and once more
 * backwards: on the CPU in float32 a tile at a time, else one layer's. So what
 * autograd keeps of them is the codes. */

namespace emo {

/* Values that are quantised at once: whole blocks of absmaxes, and a float32 copy
 * that stays in cache. */
static constexpr int64_t PIECE = 4 * EMO_NF4_BLOCK * EMO_NF4_ABSMAX_BLOCK;

static EmoNf4
view_of (const Nf4 &w)
{
  return { static_cast<gsize> (w.rows * w.columns), w.codes.const_data_ptr<uint8_t> (), w.absmax.const_data_ptr<uint8_t> (),
           w.scales.const_data_ptr<float> (), static_cast<float> (w.offset) };
}

/* --- Where a weight is widened --- */

/* One buffer for all weights, as long as there are any. Memory that comes and goes
 * with each would have to be zeroed by the kernel each time, and would end in as
 * many holes: glibc before 2.38 cannot put an aligned block where one of the same
 * size was. */
static std::shared_ptr<at::Tensor>
share_scratch ()
{
  static std::weak_ptr<at::Tensor> shared;
  std::shared_ptr<at::Tensor> scratch = shared.lock ();

  if (scratch == nullptr)
    shared = scratch = std::make_shared<at::Tensor> ();
  return scratch;
}

/* Good until the next call; where somebody kept what an earlier one gave, there is
 * a new buffer. */
static at::Tensor
empty_scratch (int64_t rows, int64_t columns, at::ScalarType dtype)
{
  at::Tensor &buffer = *share_scratch ();

  if (!buffer.defined () || buffer.numel () < rows * columns || buffer.scalar_type () != dtype || buffer.storage ().use_count () > 1)
    {
      buffer.reset ();
      buffer = at::empty ({ rows * columns }, dtype);
    }
  return buffer.narrow (0, 0, rows * columns).view ({ rows, columns });
}

/* --- Quantising --- */

static Nf4
quantise (const at::Tensor &values)
{
  at::Tensor flat = values.contiguous ().view (-1);
  int64_t n = flat.numel (), blocks = static_cast<int64_t> (emo_nf4_count_blocks (n));
  at::Tensor absmax = at::empty ({ blocks }, at::kFloat);
  Nf4 w = { values.size (0), values.size (1), at::empty ({ (n + 1) / 2 }, at::kByte), at::empty ({ blocks }, at::kByte),
            at::empty ({ static_cast<int64_t> (emo_nf4_count_scales (n)) }, at::kFloat), 0, share_scratch () };
  uint8_t *codes = w.codes.data_ptr<uint8_t> ();
  float *most = absmax.data_ptr<float> (), offset;

  at::parallel_for (0, (n + PIECE - 1) / PIECE, 1, [&] (int64_t from, int64_t to) {
    at::AutoDispatchBelowADInplaceOrView no_grad;
    for (int64_t start = from * PIECE; start < std::min (n, to * PIECE); start += PIECE)
      {
        at::Tensor piece = flat.narrow (0, start, std::min (PIECE, n - start)).to (at::kFloat);
        emo_nf4_quantise (piece.const_data_ptr<float> (), piece.numel (), codes + start / 2, most + start / EMO_NF4_BLOCK);
      }
  });
  emo_nf4_quantise_absmax (most, blocks, w.absmax.data_ptr<uint8_t> (), w.scales.data_ptr<float> (), &offset);
  w.offset = offset;
  return w;
}

/* --- The weights again --- */

static at::Tensor
book (const float *levels, int64_t n, const at::Tensor &like)
{
  return at::from_blob (const_cast<float *> (levels), { n }, at::kFloat).to (like.device ());
}

/* On any device, float32 [N, K]; sums and products are ops of their own, so that
 * none is fused. */
static at::Tensor
dequantise_with_ops (const Nf4 &w)
{
  int64_t n = w.rows * w.columns;
  at::Tensor absmax = book (emo_nf4_get_absmax_levels (), 256, w.codes).index_select (0, w.absmax.to (at::kInt));
  absmax = absmax * w.scales.repeat_interleave (EMO_NF4_ABSMAX_BLOCK).narrow (0, 0, absmax.numel ());
  absmax = absmax + w.offset;
  at::Tensor codes = at::stack ({ at::bitwise_right_shift (w.codes, 4), at::bitwise_and (w.codes, 15) }, 1).view (-1);
  at::Tensor values = book (emo_nf4_get_levels (), 16, w.codes).index_select (0, codes.to (at::kInt)).narrow (0, 0, n);
  return (values * absmax.repeat_interleave (EMO_NF4_BLOCK).narrow (0, 0, n)).view ({ w.rows, w.columns });
}

static at::Tensor
dequantise (const Nf4 &w, at::ScalarType dtype)
{
  if (!w.codes.is_cpu () || dtype != at::kBFloat16)
    return dequantise_with_ops (w).to (dtype);

  at::Tensor out = empty_scratch (w.rows, w.columns, dtype);
  auto *data = static_cast<guint16 *> (out.data_ptr ());
  EmoNf4 view = view_of (w);
  at::parallel_for (0, w.rows * w.columns, PIECE, [=] (int64_t from, int64_t to) { emo_nf4_read_bf16 (&view, from, to - from, data + from); });
  return out;
}

/* Backwards no other thread works meanwhile, so the rows of a tile are shared. */
static TiledWeight
tiles_of (const Nf4 &w)
{
  EmoNf4 view = view_of (w);
  int64_t k = w.columns;

  return { w.rows, k, [view, k] (int64_t from, int64_t column, at::Tensor &tile) {
    int64_t columns = tile.size (1);
    float *out = tile.data_ptr<float> ();
    at::parallel_for (0, tile.size (0), PIECE / columns + 1, [=] (int64_t first, int64_t last) {
      for (int64_t r = first; r < last; r++)
        emo_nf4_read (&view, (from + r) * k + column, columns, out + r * columns);
    });
  } };
}

/* --- y = x W^T + b --- */

static bool
is_tiled (const at::Tensor &x)
{
  return x.is_cpu () && x.scalar_type () == at::kFloat;
}

static at::Tensor
multiply (const at::Tensor &x, const Nf4 &w, const at::Tensor &bias)
{
  if (is_tiled (x))
    return tiled_linear (x, tiles_of (w), bias);
  return at::linear (x, dequantise (w, x.scalar_type ()), bias.defined () ? std::optional<at::Tensor> (bias) : std::nullopt);
}

struct QuantisedLinear : torch::autograd::Function<QuantisedLinear>
{
  static at::Tensor
  forward (torch::autograd::AutogradContext *context, const at::Tensor &x, const Nf4 &w)
  {
    context->save_for_backward ({ w.codes, w.absmax, w.scales });
    context->saved_data["rows"] = w.rows;
    context->saved_data["columns"] = w.columns;
    context->saved_data["offset"] = w.offset;
    return multiply (x, w, at::Tensor ());
  }

  static torch::autograd::tensor_list
  backward (torch::autograd::AutogradContext *context, torch::autograd::tensor_list grads)
  {
    auto saved = context->get_saved_variables ();
    Nf4 w = { context->saved_data["rows"].toInt (), context->saved_data["columns"].toInt (), saved[0], saved[1], saved[2],
              context->saved_data["offset"].toDouble () };
    at::Tensor g = grads[0];
    return { is_tiled (g) ? tiled_linear_backward (g, tiles_of (w)) : at::mm (g, dequantise (w, g.scalar_type ())), at::Tensor () };
  }
};

at::Tensor
quantised_linear (const at::Tensor &x, const Nf4 &w, const at::Tensor &bias)
{
  auto sizes = x.sizes ().vec ();
  sizes.back () = w.rows;
  at::Tensor rows = x.reshape ({ -1, x.size (-1) });
  if (!at::GradMode::is_enabled ())
    return multiply (rows, w, bias).reshape (sizes);
  at::Tensor y = QuantisedLinear::apply (rows, w);
  return (bias.defined () ? y + bias : y).reshape (sizes);
}

}

EmoTensor *
emo_tensor_new_nf4 (EmoTensor *values,
                    EmoDevice device,
                    GError **error)
{
  try
    {
      at::NoGradGuard no_grad;
      TORCH_CHECK (values->t.dim () == 2 && values->t.is_cpu (), "only a matrix on the CPU is quantised");
      emo::Nf4 w = emo::quantise (values->t);
      at::Device to = emo::to_device (device);
      w.codes = w.codes.to (to);
      w.absmax = w.absmax.to (to);
      w.scales = w.scales.to (to);
      /* A shape without values: an op that knows nothing of codes fails. */
      EmoTensor *self = emo::wrap (at::empty (values->t.sizes (), at::TensorOptions ().dtype (at::kFloat).device (at::kMeta)));
      self->nf4 = std::move (w);
      return self;
    }
  catch (...)
    {
      emo::set_error_from_exception (error);
      return nullptr;
    }
}

EmoTensor *
emo_tensor_dequantise (EmoTensor *self,
                       EmoDtype dtype,
                       GError **error)
{
  try
    {
      at::NoGradGuard no_grad;
      TORCH_CHECK (self->nf4.has_value (), "the weight is not quantised");
      return emo::wrap (emo::dequantise_with_ops (*self->nf4).to (emo::to_scalar_type (dtype)));
    }
  catch (...)
    {
      emo::set_error_from_exception (error);
      return nullptr;
    }
}
