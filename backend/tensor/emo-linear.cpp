/* emo-linear.cpp
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-tensor-private.hpp"

#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>

#include <atomic>

#ifdef __x86_64__
#include <immintrin.h>
#endif

/* Linear layers whose weights stay in 16 bits, as mapped from the file, under
 * float32 activations on the CPU. Exactly the numbers of a float32 model (every
 * bf16 and f16 value is a float32 value), without its second copy:
 *  - few rows (decoding): bound by reading weights, so each weight is widened in
 *    a register where it is used, and half the bytes are read;
 *  - many rows: a tile of weight rows is widened into a scratch that stays in
 *    cache, and MKL's sgemm takes it from there. */

namespace emo {

static constexpr int64_t FEW_ROWS = 6;
/* A widened tile of 384 x 1,024 weights (1.5 MB) stays in a core's share of L2
 * and L3. Measured over the 2B model's shapes at 256 and 1,024 rows: 0.85 to
 * 1.05 of the time of a float32 at::linear; narrower tiles repack x too often,
 * wider ones spill. */
static constexpr int64_t TILE_ROWS = 384;
static constexpr int64_t TILE_COLUMNS = 1024;

static inline __attribute__ ((always_inline)) float
from_bf16 (uint16_t h)
{
  union
  {
    uint32_t u;
    float f;
  } v = { static_cast<uint32_t> (h) << 16 };
  return v.f;
}

__attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default"))) static void
widen_bf16 (const uint16_t *in, float *out, int64_t n)
{
  for (int64_t i = 0; i < n; i++)
    out[i] = from_bf16 (in[i]);
}

/* Weight rows [from, to) of w [., k] against R rows of x: y[r * n + c]. */
using DotFunc = void (*) (const uint16_t *w, const float *x, float *y, int64_t k, int64_t n, int64_t from, int64_t to);

template <int R>
static void
dot_plain (const uint16_t *w, const float *x, float *y, int64_t k, int64_t n, int64_t from, int64_t to)
{
  for (int64_t c = from; c < to; c++)
    for (int r = 0; r < R; r++)
      {
        float sum = 0;
        for (int64_t i = 0; i < k; i++)
          sum += from_bf16 (w[c * k + i]) * x[r * k + i];
        y[r * n + c] = sum;
      }
}

#ifdef __x86_64__
__attribute__ ((target ("avx2,fma"))) static inline __m256
load_bf16 (const uint16_t *p)
{
  __m128i half = _mm_loadu_si128 (reinterpret_cast<const __m128i *> (p));
  return _mm256_castsi256_ps (_mm256_slli_epi32 (_mm256_cvtepu16_epi32 (half), 16));
}

__attribute__ ((target ("avx2,fma"))) static inline float
sum_of (__m256 v)
{
  __m128 s = _mm_add_ps (_mm256_castps256_ps128 (v), _mm256_extractf128_ps (v, 1));
  s = _mm_add_ps (s, _mm_movehl_ps (s, s));
  return _mm_cvtss_f32 (_mm_add_ss (s, _mm_movehdup_ps (s)));
}

/* Two partial sums a row hide the multiply-add's latency once four weight
 * loads are in flight. */
template <int R>
__attribute__ ((target ("avx2,fma"))) static void
dot_avx2 (const uint16_t *w, const float *x, float *y, int64_t k, int64_t n, int64_t from, int64_t to)
{
  for (int64_t c = from; c < to; c++)
    {
      const uint16_t *row = w + c * k;
      __m256 even[R], odd[R];
      int64_t i = 0;

      for (int r = 0; r < R; r++)
        even[r] = odd[r] = _mm256_setzero_ps ();
      for (; i + 32 <= k; i += 32)
        {
          _mm_prefetch (reinterpret_cast<const char *> (row + i + 512), _MM_HINT_T0);
          __m256 a = load_bf16 (row + i), b = load_bf16 (row + i + 8);
          __m256 d = load_bf16 (row + i + 16), e = load_bf16 (row + i + 24);
          for (int r = 0; r < R; r++)
            {
              const float *p = x + r * k + i;
              even[r] = _mm256_fmadd_ps (a, _mm256_loadu_ps (p), even[r]);
              odd[r] = _mm256_fmadd_ps (b, _mm256_loadu_ps (p + 8), odd[r]);
              even[r] = _mm256_fmadd_ps (d, _mm256_loadu_ps (p + 16), even[r]);
              odd[r] = _mm256_fmadd_ps (e, _mm256_loadu_ps (p + 24), odd[r]);
            }
        }
      for (int r = 0; r < R; r++)
        {
          float sum = sum_of (_mm256_add_ps (even[r], odd[r]));
          for (int64_t j = i; j < k; j++)
            sum += from_bf16 (row[j]) * x[r * k + j];
          y[r * n + c] = sum;
        }
    }
}
#endif

template <int R>
static DotFunc
choose_dot ()
{
#ifdef __x86_64__
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    return dot_avx2<R>;
#endif
  return dot_plain<R>;
}

static void
few_rows_bf16 (const uint16_t *w, const float *x, const float *bias, float *y, int64_t m, int64_t k, int64_t n, int64_t from, int64_t to)
{
  static const DotFunc one = choose_dot<1> (), two = choose_dot<2> (), four = choose_dot<4> ();
  int64_t r = 0;

  for (; r + 4 <= m; r += 4)
    four (w, x + r * k, y + r * n, k, n, from, to);
  for (; r + 2 <= m; r += 2)
    two (w, x + r * k, y + r * n, k, n, from, to);
  for (; r < m; r++)
    one (w, x + r * k, y + r * n, k, n, from, to);
  if (bias != nullptr)
    for (r = 0; r < m; r++)
      for (int64_t c = from; c < to; c++)
        y[r * n + c] += bias[c];
}

/* f16 needs an instruction that not every target has; libtorch's conversion
 * serves the rare file that uses it. */
static void
widen (const at::Tensor &w, int64_t from, int64_t column, at::Tensor &tile)
{
  int64_t rows = tile.size (0), columns = tile.size (1), k = w.size (1);

  if (w.scalar_type () != at::kBFloat16)
    {
      tile.copy_ (w.narrow (0, from, rows).narrow (1, column, columns));
      return;
    }
  const auto *in = static_cast<const uint16_t *> (w.const_data_ptr ()) + from * k + column;
  float *out = tile.data_ptr<float> ();
  for (int64_t r = 0; r < rows; r++)
    widen_bf16 (in + r * k, out + r * columns, columns);
}

static TiledWeight
tiles_of (const at::Tensor &w)
{
  return { w.size (0), w.size (1), [&w] (int64_t from, int64_t column, at::Tensor &tile) { widen (w, from, column, tile); } };
}

/* y[:, from:from+rows] = x w[from:from+rows]^T + bias, a block of columns of w
 * at a time. */
static void
multiply_rows (const at::Tensor &x, const TiledWeight &w, const at::Tensor &bias, at::Tensor &y, at::Tensor &scratch, int64_t from, int64_t rows)
{
  at::Tensor out = y.narrow (1, from, rows);

  for (int64_t column = 0; column < w.k; column += TILE_COLUMNS)
    {
      int64_t columns = std::min (TILE_COLUMNS, w.k - column);
      at::Tensor tile = scratch.narrow (0, 0, rows * columns).view ({ rows, columns });
      at::Tensor part = x.narrow (1, column, columns);
      w.widen (from, column, tile);
      if (column > 0)
        at::addmm_out (out, out, part, tile.t ());
      else if (bias.defined ())
        at::addmm_out (out, bias.narrow (0, from, rows), part, tile.t ());
      else
        at::mm_out (out, part, tile.t ());
    }
}

/* Each thread takes tiles of weight rows: widen, multiply (inside a parallel
 * region MKL runs on the calling thread), next. One barrier a layer. */
at::Tensor
tiled_linear (const at::Tensor &input, const TiledWeight &w, const at::Tensor &bias)
{
  at::Tensor x = input.contiguous ();
  at::Tensor y = at::empty ({ x.size (0), w.n }, x.options ());
  int64_t threads = at::get_num_threads ();
  int64_t step = std::clamp<int64_t> ((w.n + threads - 1) / threads, 1, TILE_ROWS);
  std::atomic<int64_t> next{ 0 };

  at::parallel_for (0, threads, 1, [&] (int64_t, int64_t) {
    at::AutoDispatchBelowADInplaceOrView no_grad;
    at::Tensor scratch = at::empty ({ step * std::min (w.k, TILE_COLUMNS) }, x.options ());
    for (int64_t from = next.fetch_add (step); from < w.n; from = next.fetch_add (step))
      multiply_rows (x, w, bias, y, scratch, from, std::min (step, w.n - from));
  });
  return y;
}

at::Tensor
mixed_linear (const at::Tensor &input, const at::Tensor &w, const at::Tensor &bias)
{
  int64_t m = input.size (0), k = input.size (1), n = w.size (0);

  if (m > FEW_ROWS || w.scalar_type () != at::kBFloat16)
    return tiled_linear (input, tiles_of (w), bias);

  at::Tensor x = input.contiguous ();
  at::Tensor y = at::empty ({ m, n }, x.options ());
  const auto *wp = static_cast<const uint16_t *> (w.const_data_ptr ());
  const float *xp = x.const_data_ptr<float> ();
  const float *bp = bias.defined () ? bias.const_data_ptr<float> () : nullptr;
  float *yp = y.data_ptr<float> ();
  at::parallel_for (0, n, std::max<int64_t> (1, 32768 / k), [=] (int64_t from, int64_t to) { few_rows_bf16 (wp, xp, bp, yp, m, k, n, from, to); });
  return y;
}

at::Tensor
tiled_linear_backward (const at::Tensor &grad, const TiledWeight &w)
{
  at::Tensor g = grad.contiguous ();
  at::Tensor scratch = at::empty ({ std::min (w.n, TILE_ROWS), w.k }, g.options ());
  at::Tensor dx = at::zeros ({ g.size (0), w.k }, g.options ());

  for (int64_t from = 0; from < w.n; from += TILE_ROWS)
    {
      int64_t rows = std::min (TILE_ROWS, w.n - from);
      at::Tensor tile = scratch.narrow (0, 0, rows);
      w.widen (from, 0, tile);
      dx.addmm_ (g.narrow (1, from, rows), tile);
    }
  return dx;
}

at::Tensor
mixed_linear_backward (const at::Tensor &grad, const at::Tensor &w)
{
  return tiled_linear_backward (grad, tiles_of (w));
}

}
