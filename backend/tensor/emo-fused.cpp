/* emo-fused.cpp
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-tensor-private.hpp"

#include <ATen/Parallel.h>

#include <cmath>
#include <cstring>

/* Elementwise work of a block in one pass over memory. libtorch's own ops would
 * write each intermediate out, and a vision block's fc1 output is 20 MB at
 * 1,024 patches: three passes cost as much as a tenth of its matrix product. */

namespace emo {

static constexpr int64_t GRAIN = 16384;

/* exp in float, clamped to [-87, 88]: 2^n * p(r), a polynomial of degree 6,
 * relative error below 2e-7. Always inlined, so that each clone of a loop
 * vectorises it for its own target. */
static inline __attribute__ ((always_inline)) float
fast_exp (float x)
{
  x = std::min (std::max (x, -87.0f), 88.0f);
  float n = std::nearbyint (x * 1.44269504088896341f);
  float r = x - n * 0.693359375f - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  int32_t bits = (static_cast<int32_t> (n) + 127) << 23;
  float scale;
  memcpy (&scale, &bits, sizeof scale);
  return p * scale;
}

#define EMO_CLONES __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))

EMO_CLONES static void
quick_gelu_run (const float *x, float *y, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    y[i] = x[i] / (1.0f + fast_exp (-1.702f * x[i]));
}

EMO_CLONES static void
silu_mul_run (const float *g, const float *u, float *y, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    y[i] = g[i] / (1.0f + fast_exp (-g[i])) * u[i];
}

EMO_CLONES static void
rotate_run (const float *a, const float *b, const float *c, const float *s, float *y, float *z, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    {
      y[i] = a[i] * c[i] - b[i] * s[i];
      z[i] = b[i] * c[i] + a[i] * s[i];
    }
}

at::Tensor
fused_quick_gelu (const at::Tensor &input)
{
  at::Tensor x = input.contiguous (), y = at::empty_like (x);
  const float *in = x.const_data_ptr<float> ();
  float *out = y.data_ptr<float> ();

  at::parallel_for (0, x.numel (), GRAIN, [=] (int64_t from, int64_t to) { quick_gelu_run (in + from, out + from, to - from); });
  return y;
}

at::Tensor
fused_silu_mul (const at::Tensor &gate, const at::Tensor &up)
{
  at::Tensor g = gate.contiguous (), u = up.contiguous (), y = at::empty_like (g);
  const float *a = g.const_data_ptr<float> (), *b = u.const_data_ptr<float> ();
  float *out = y.data_ptr<float> ();

  at::parallel_for (0, g.numel (), GRAIN, [=] (int64_t from, int64_t to) { silu_mul_run (a + from, b + from, out + from, to - from); });
  return y;
}

at::Tensor
fused_rms_norm (const at::Tensor &input, const at::Tensor &weight, double eps)
{
  at::Tensor x = input.contiguous (), y = at::empty_like (x);
  int64_t columns = x.size (-1), rows = x.numel () / std::max<int64_t> (columns, 1);
  const float *in = x.const_data_ptr<float> (), *w = weight.const_data_ptr<float> ();
  float *out = y.data_ptr<float> ();

  at::parallel_for (0, rows, std::max<int64_t> (1, GRAIN / columns), [=] (int64_t from, int64_t to) {
    for (int64_t r = from; r < to; r++)
      {
        const float *row = in + r * columns;
        double sum = 0;
        for (int64_t i = 0; i < columns; i++)
          sum += static_cast<double> (row[i]) * row[i];
        float scale = static_cast<float> (1.0 / std::sqrt (sum / static_cast<double> (columns) + eps));
        for (int64_t i = 0; i < columns; i++)
          out[r * columns + i] = w[i] * (row[i] * scale);
      }
  });
  return y;
}

/* x [S, heads, D] with any stride over S and heads; cosine, sine [S, D/2]. */
at::Tensor
fused_rotate (const at::Tensor &input, const at::Tensor &cosine, const at::Tensor &sine)
{
  at::Tensor x = input.stride (-1) == 1 ? input : input.contiguous ();
  at::Tensor c = cosine.contiguous (), s = sine.contiguous ();
  int64_t rows = x.size (0), heads = x.size (1), d = x.size (2), half = d / 2;
  int64_t row_stride = x.stride (0), head_stride = x.stride (1);
  at::Tensor y = at::empty ({ rows, heads, d }, x.options ());
  const float *in = x.const_data_ptr<float> (), *cs = c.const_data_ptr<float> (), *sn = s.const_data_ptr<float> ();
  float *out = y.data_ptr<float> ();

  at::parallel_for (0, rows, std::max<int64_t> (1, GRAIN / (heads * d)), [=] (int64_t from, int64_t to) {
    for (int64_t r = from; r < to; r++)
      for (int64_t h = 0; h < heads; h++)
        {
          const float *a = in + r * row_stride + h * head_stride;
          float *o = out + (r * heads + h) * d;
          rotate_run (a, a + half, cs + r * half, sn + r * half, o, o + half, half);
        }
  });
  return y;
}

}
