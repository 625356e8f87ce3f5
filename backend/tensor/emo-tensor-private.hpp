/* emo-tensor-private.hpp
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <ATen/ATen.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "emo-tensor.h"

namespace emo {

/* A weight [N, K] as emo-nf4.h says, on any device. */
struct Nf4
{
  int64_t rows;        /* N */
  int64_t columns;     /* K */
  at::Tensor codes;    /* [(N * K + 1) / 2] uint8 */
  at::Tensor absmax;   /* [blocks] uint8 */
  at::Tensor scales;   /* [blocks of absmaxes] float32 */
  double offset;       /* a float32 */
  std::shared_ptr<at::Tensor> scratch = nullptr;   /* where one of all weights is widened */
};

}

struct _EmoTensor
{
  std::atomic<int> ref_count{ 1 };
  at::Tensor t;
  std::optional<emo::Nf4> nf4;   /* then t is its shape alone */
};

struct _EmoScope
{
  EmoScope *parent = nullptr;
  GCancellable *cancellable = nullptr;
  GError *error = nullptr;   /* latched */
  bool grad = false;
  bool grad_before = false;  /* the thread's grad mode to restore */
  std::vector<EmoTensor *> owned;
};

namespace emo {

EmoTensor *wrap (at::Tensor t);
at::ScalarType to_scalar_type (EmoDtype dtype);
at::Device to_device (EmoDevice device);
at::IntArrayRef to_shape (guint rank, const gint64 *shape);

/* Turns the exception in flight into a GError. */
void set_error_from_exception (GError **error) noexcept;

/* Hands a new tensor to the scope. */
EmoTensor *own (EmoScope *scope, at::Tensor t);
void latch_exception (EmoScope *scope) noexcept;

/* Every op's frame: nothing once failed, one guard for all exceptions. */
template <typename F>
EmoTensor *
op (EmoScope *scope, F &&body) noexcept
{
  if (emo_scope_failed (scope))
    return nullptr;
  try
    {
      return own (scope, body ());
    }
  catch (...)
    {
      latch_exception (scope);
      return nullptr;
    }
}

/* --- emo-linear.cpp --- */

/* A frozen weight [N, K] that is widened to float32 a tile at a time: into
 * @tile [rows, columns] from row @from and column @column on. Several threads
 * call it at once. */
struct TiledWeight
{
  int64_t n;
  int64_t k;
  std::function<void (int64_t from, int64_t column, at::Tensor &tile)> widen;
};

/* x [M, K] float32 -> [M, N] float32. */
at::Tensor tiled_linear (const at::Tensor &x, const TiledWeight &w, const at::Tensor &bias);
/* g [M, N] float32 times w -> [M, K]. */
at::Tensor tiled_linear_backward (const at::Tensor &g, const TiledWeight &w);

/* x [M, K] float32, w [N, K] bf16 or f16, contiguous -> [M, N] float32. */
at::Tensor mixed_linear (const at::Tensor &x, const at::Tensor &w, const at::Tensor &bias);
/* g [M, N] float32 times w [N, K] -> [M, K]. */
at::Tensor mixed_linear_backward (const at::Tensor &g, const at::Tensor &w);

/* --- emo-quantised.cpp --- */

/* x [..., K] -> [..., N]; recorded for the gradient by x alone. */
at::Tensor quantised_linear (const at::Tensor &x, const Nf4 &w, const at::Tensor &bias);

/* --- emo-fused.cpp: one pass over memory, CPU float32 --- */

at::Tensor fused_quick_gelu (const at::Tensor &x);
at::Tensor fused_silu_mul (const at::Tensor &gate, const at::Tensor &up);
at::Tensor fused_rms_norm (const at::Tensor &x, const at::Tensor &weight, double eps);
at::Tensor fused_rotate (const at::Tensor &x, const at::Tensor &cosine, const at::Tensor &sine);

}
