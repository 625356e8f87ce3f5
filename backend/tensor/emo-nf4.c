/* emo-nf4.c: weights in 4 bits each
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#ifdef __x86_64__
#include <tmmintrin.h>
#endif

#include "emo-nf4.h"

/* As in emo-nonfinite.c: loops over whole blocks are built for newer vector
 * units too. None of these has a fused multiply-add, whose single rounding would
 * change the last bit. */
#if defined (__x86_64__) && defined (__GNUC__) && !defined (__clang__) && defined (__GLIBC__) && \
    !defined (__SANITIZE_ADDRESS__) && !defined (__SANITIZE_THREAD__)
#define FOR_EACH_CPU __attribute__ ((optimize ("O3"), target_clones ("avx2", "default")))
#elif defined (__GNUC__) && !defined (__clang__)
#define FOR_EACH_CPU __attribute__ ((optimize ("O3")))
#else
#define FOR_EACH_CPU
#endif

#define N_LEVELS        16
#define N_ABSMAX_LEVELS 256

/* Of a block of zeros: small enough to change nothing, and its inverse is
 * finite. */
#define LEAST_ABSMAX 1e-38f

/* Quantiles of the normal distribution, scaled to [-1, 1]: the table of QLoRA's
 * appendix E, to float32. */
static const float levels[N_LEVELS] = {
  -1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
  -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
  0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f,
  0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f,
};

typedef struct
{
  float absmax_levels[N_ABSMAX_LEVELS];
  float absmax_bounds[N_ABSMAX_LEVELS - 1];   /* half way between them */
  float pairs[256][2];                        /* what a byte of two codes means */
} Tables;

/* --- Tables --- */

/* The middle of part @i of [0.1, 1] cut into @n, in float32 as the origin's
 * linspace and mean round it: from the nearer end, with one rounding. */
static float
cut_at (int i,
        int n)
{
  float step = (1.0f - 0.1f) / n;

  if (i < (n + 1) / 2)
    return (float) ((double) 0.1f + (double) step * i);

  return (float) (1.0 - (double) step * (n - i));
}

/* Dynamic tree quantisation (Dettmers, 2016), signed: for each of seven decades
 * twice as many steps as for the one below. Rising: negative ones from the
 * largest decade down, zero, positive ones, one. */
static void
fill_absmax_levels (float *out)
{
  static const float decades[7] = { 1e-6f, 1e-5f, 1e-4f, 1e-3f, 1e-2f, 1e-1f, 1.0f };
  float *above = out + 128;
  int k = 0;

  out[127] = 0;
  for (int decade = 0; decade < 7; decade++)
    for (int i = 0; i < 1 << decade; i++, k++)
      {
        float middle = (cut_at (i, 1 << decade) + cut_at (i + 1, 1 << decade)) / 2;

        above[k] = decades[decade] * middle;
        out[126 - k] = -above[k];
      }
  out[255] = 1;
}

static const Tables *
get_tables (void)
{
  static Tables tables;
  static gsize ready = 0;

  if (g_once_init_enter (&ready))
    {
      fill_absmax_levels (tables.absmax_levels);
      for (int i = 0; i < N_ABSMAX_LEVELS - 1; i++)
        tables.absmax_bounds[i] = (tables.absmax_levels[i] + tables.absmax_levels[i + 1]) / 2;
      for (int i = 0; i < 256; i++)
        {
          tables.pairs[i][0] = levels[i >> 4];
          tables.pairs[i][1] = levels[i & 15];
        }
      g_once_init_leave (&ready, 1);
    }

  return &tables;
}

const float *
emo_nf4_get_levels (void)
{
  return levels;
}

const float *
emo_nf4_get_absmax_levels (void)
{
  return get_tables ()->absmax_levels;
}

/* --- Sizes --- */

/**
 * emo_nf4_count_blocks:
 * @n: weights
 *
 * Returns: how many absmaxes they have; the last block may be shorter
 */
gsize
emo_nf4_count_blocks (gsize n)
{
  return n / EMO_NF4_BLOCK + (n % EMO_NF4_BLOCK > 0);
}

gsize
emo_nf4_count_scales (gsize n)
{
  gsize blocks = emo_nf4_count_blocks (n);

  return blocks / EMO_NF4_ABSMAX_BLOCK + (blocks % EMO_NF4_ABSMAX_BLOCK > 0);
}

gint64
emo_nf4_count_bytes (gint64 n)
{
  return n / 2 + n % 2 + (gint64) emo_nf4_count_blocks (n) + (gint64) (emo_nf4_count_scales (n) * sizeof (float));
}

/* --- Quantising --- */

/* Magnitudes compare like their bits, and NaN is the largest of all, so that it
 * is not lost. */
FOR_EACH_CPU static float
find_absmax (const float *values,
             gsize        n)
{
  guint32 most = 0;
  float absmax;

  for (gsize i = 0; i < n; i++)
    {
      guint32 bits;

      memcpy (&bits, values + i, sizeof bits);
      bits &= 0x7fffffff;
      most = bits > most ? bits : most;
    }
  memcpy (&absmax, &most, sizeof absmax);

  return absmax;
}

/* A full block is multiplied by the inverse, the rest at the end is divided: the
 * two differ in the last bit. */
FOR_EACH_CPU static void
scale_down (const float *values,
            gsize        n,
            gsize        n_full,
            float        absmax,
            float       *out)
{
  float inverse = 1.0f / absmax;

  if (n == n_full)
    for (gsize i = 0; i < n; i++)
      out[i] = CLAMP (values[i] * inverse, -1.0f, 1.0f);
  else
    for (gsize i = 0; i < n; i++)
      out[i] = CLAMP (values[i] / absmax, -1.0f, 1.0f);
}

/* The code is the number of bounds below the value. */
FOR_EACH_CPU static void
find_codes (const float *scaled,   /* [EMO_NF4_BLOCK] */
            gint32      *codes)
{
  for (int i = 0; i < EMO_NF4_BLOCK; i++)
    codes[i] = 0;
  for (int level = 0; level + 1 < N_LEVELS; level++)
    {
      float bound = (levels[level] + levels[level + 1]) / 2;

      for (int i = 0; i < EMO_NF4_BLOCK; i++)
        codes[i] += scaled[i] > bound;
    }
}

/**
 * emo_nf4_quantise:
 * @values: [n] weights, of which the first begins a block
 * @n: how many
 * @codes: (out): [(n + 1) / 2]; an odd last half is the code of zero
 * @absmax: (out): [blocks]
 */
void
emo_nf4_quantise (const float *values,
                  gsize        n,
                  guint8      *codes,
                  float       *absmax)
{
  float scaled[EMO_NF4_BLOCK];
  gint32 found[EMO_NF4_BLOCK];

  for (gsize start = 0; start < n; start += EMO_NF4_BLOCK)
    {
      gsize length = MIN (n - start, EMO_NF4_BLOCK);
      float most = find_absmax (values + start, length);
      float used = most < LEAST_ABSMAX ? LEAST_ABSMAX : most;

      /* As the origin has it, the lower limit of a rest is kept. */
      absmax[start / EMO_NF4_BLOCK] = length == EMO_NF4_BLOCK ? most : used;
      memset (scaled, 0, sizeof scaled);
      scale_down (values + start, length, EMO_NF4_BLOCK, used, scaled);
      find_codes (scaled, found);
      for (gsize i = 0; i < (length + 1) / 2; i++)
        codes[start / 2 + i] = (guint8) (found[2 * i] << 4 | found[2 * i + 1]);
    }
}

/* The nearest level; half way, the lower one. */
static guint8
find_absmax_code (const float *bounds,
                  float        value)
{
  guint low = 0, high = N_ABSMAX_LEVELS - 1;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (bounds[middle] < value)
        low = middle + 1;
      else
        high = middle;
    }

  return (guint8) low;
}

/* Summed in double, so that neither threads nor vector units change it. */
static float
find_mean (const float *values,
           gsize        n)
{
  double sum = 0;

  for (gsize i = 0; i < n; i++)
    sum += values[i];

  return n > 0 ? (float) (sum / n) : 0;
}

/**
 * emo_nf4_quantise_absmax:
 * @absmax: [n_blocks]
 * @n_blocks: how many
 * @codes: (out): [n_blocks]
 * @scales: (out): one for each %EMO_NF4_ABSMAX_BLOCK
 * @offset: (out): their mean
 */
void
emo_nf4_quantise_absmax (const float *absmax,
                         gsize        n_blocks,
                         guint8      *codes,
                         float       *scales,
                         float       *offset)
{
  const Tables *tables = get_tables ();
  float mean = find_mean (absmax, n_blocks);
  float centred[EMO_NF4_ABSMAX_BLOCK];

  for (gsize start = 0; start < n_blocks; start += EMO_NF4_ABSMAX_BLOCK)
    {
      gsize length = MIN (n_blocks - start, EMO_NF4_ABSMAX_BLOCK);
      float most, used;

      for (gsize i = 0; i < length; i++)
        centred[i] = absmax[start + i] - mean;
      most = find_absmax (centred, length);
      used = most < LEAST_ABSMAX ? LEAST_ABSMAX : most;
      scales[start / EMO_NF4_ABSMAX_BLOCK] = length == EMO_NF4_ABSMAX_BLOCK ? most : used;
      scale_down (centred, length, EMO_NF4_ABSMAX_BLOCK, used, centred);
      for (gsize i = 0; i < length; i++)
        codes[start + i] = find_absmax_code (tables->absmax_bounds, centred[i]);
    }
  *offset = mean;
}

/* --- Reading --- */

/* The product is rounded before the sum, which a fused multiply-add would not:
 * in double it is exact, and the cast is the rounding. */
static float
read_absmax (const EmoNf4 *self,
             const Tables *tables,
             gsize         block)
{
  double product = (double) tables->absmax_levels[self->absmax[block]] * self->scales[block / EMO_NF4_ABSMAX_BLOCK];

  return (float) product + self->offset;
}

/* Two weights a byte. */
FOR_EACH_CPU static void
read_pairs (const float (*pairs)[2],
            const guint8 *codes,
            gsize         n_bytes,
            float         absmax,
            float        *out)
{
  for (gsize i = 0; i < n_bytes; i++)
    memcpy (out + 2 * i, pairs[codes[i]], sizeof *pairs);
  for (gsize i = 0; i < 2 * n_bytes; i++)
    out[i] *= absmax;
}

/* Within one block. */
static void
read_part (const EmoNf4 *self,
           const Tables *tables,
           gsize         start,
           gsize         n,
           float        *out)
{
  float absmax = read_absmax (self, tables, start / EMO_NF4_BLOCK);

  if (start % 2 == 1)
    {
      *out++ = levels[self->codes[start / 2] & 15] * absmax;
      start++;
      n--;
    }
  read_pairs (tables->pairs, self->codes + start / 2, n / 2, absmax, out);
  if (n % 2 == 1)
    out[n - 1] = levels[self->codes[(start + n - 1) / 2] >> 4] * absmax;
}

/**
 * emo_nf4_read:
 * @self: weights
 * @start: the first
 * @n: how many
 * @out: (out): [n]
 */
void
emo_nf4_read (const EmoNf4 *self,
              gsize         start,
              gsize         n,
              float        *out)
{
  const Tables *tables = get_tables ();

  while (n > 0)
    {
      gsize part = MIN (EMO_NF4_BLOCK - start % EMO_NF4_BLOCK, n);

      read_part (self, tables, start, part, out);
      start += part;
      out += part;
      n -= part;
    }
}

/* To the nearest bf16, ties to even; every NaN is one NaN. */
FOR_EACH_CPU static void
narrow (const float *values,
        gsize        n,
        guint16     *out)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 bits, rounded;

      memcpy (&bits, values + i, sizeof bits);
      rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
      out[i] = (guint16) ((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : rounded);
    }
}

#if defined (__x86_64__) && defined (__GNUC__)
#define HAVE_SHUFFLE

/* Sixteen bytes of codes at once: a shuffle looks each up in a table of as many
 * bytes, the lower halves of the levels and then the upper. */
__attribute__ ((target ("ssse3"))) static void
look_up_32 (__m128i       low,
            __m128i       high,
            const guint8 *codes,
            guint16      *out)
{
  __m128i mask = _mm_set1_epi8 (15);
  __m128i both = _mm_loadu_si128 ((const __m128i *) codes);
  __m128i even = _mm_and_si128 (_mm_srli_epi16 (both, 4), mask), odd = _mm_and_si128 (both, mask);
  __m128i even_low = _mm_shuffle_epi8 (low, even), even_high = _mm_shuffle_epi8 (high, even);
  __m128i odd_low = _mm_shuffle_epi8 (low, odd), odd_high = _mm_shuffle_epi8 (high, odd);
  __m128i even_first = _mm_unpacklo_epi8 (even_low, even_high), even_last = _mm_unpackhi_epi8 (even_low, even_high);
  __m128i odd_first = _mm_unpacklo_epi8 (odd_low, odd_high), odd_last = _mm_unpackhi_epi8 (odd_low, odd_high);
  __m128i *to = (__m128i *) out;

  _mm_storeu_si128 (to, _mm_unpacklo_epi16 (even_first, odd_first));
  _mm_storeu_si128 (to + 1, _mm_unpackhi_epi16 (even_first, odd_first));
  _mm_storeu_si128 (to + 2, _mm_unpacklo_epi16 (even_last, odd_last));
  _mm_storeu_si128 (to + 3, _mm_unpackhi_epi16 (even_last, odd_last));
}

/* Four of the levels, as narrow() rounds. */
__attribute__ ((target ("ssse3"))) static __m128i
round_levels (const float *from,
              __m128       absmax)
{
  __m128 wide = _mm_mul_ps (_mm_loadu_ps (from), absmax);
  __m128i bits = _mm_castps_si128 (wide), nan = _mm_castps_si128 (_mm_cmpunord_ps (wide, wide));
  __m128i even = _mm_and_si128 (_mm_srli_epi32 (bits, 16), _mm_set1_epi32 (1));
  __m128i rounded = _mm_srli_epi32 (_mm_add_epi32 (bits, _mm_add_epi32 (even, _mm_set1_epi32 (0x7fff))), 16);

  return _mm_or_si128 (_mm_andnot_si128 (nan, rounded), _mm_and_si128 (nan, _mm_set1_epi32 (0x7fc0)));
}

/* Bits @shift to @shift + 7 of sixteen numbers. */
__attribute__ ((target ("ssse3"))) static __m128i
take_bytes (const __m128i numbers[4],
            int           shift)
{
  __m128i bytes[4];

  for (int i = 0; i < 4; i++)
    bytes[i] = _mm_and_si128 (_mm_srli_epi32 (numbers[i], shift), _mm_set1_epi32 (255));

  return _mm_packus_epi16 (_mm_packs_epi32 (bytes[0], bytes[1]), _mm_packs_epi32 (bytes[2], bytes[3]));
}

/* A whole block: its 16 levels are rounded instead of the 64 weights. */
__attribute__ ((target ("ssse3"))) static void
read_block_bf16 (const guint8 *codes,
                 float         absmax,
                 guint16      *out)
{
  __m128i rounded[4], low, high;

  for (int i = 0; i < 4; i++)
    rounded[i] = round_levels (levels + 4 * i, _mm_set1_ps (absmax));
  low = take_bytes (rounded, 0);
  high = take_bytes (rounded, 8);
  look_up_32 (low, high, codes, out);
  look_up_32 (low, high, codes + EMO_NF4_BLOCK / 4, out + EMO_NF4_BLOCK / 2);
}
#endif

/* Within one block. */
static void
read_part_bf16 (const EmoNf4 *self,
                const Tables *tables,
                gsize         start,
                gsize         n,
                guint16      *out)
{
  float wide[EMO_NF4_BLOCK];

#ifdef HAVE_SHUFFLE
  if (n == EMO_NF4_BLOCK && __builtin_cpu_supports ("ssse3"))
    {
      read_block_bf16 (self->codes + start / 2, read_absmax (self, tables, start / EMO_NF4_BLOCK), out);
      return;
    }
#endif
  read_part (self, tables, start, n, wide);
  narrow (wide, n, out);
}

/**
 * emo_nf4_read_bf16:
 * @self: weights
 * @start: the first
 * @n: how many
 * @out: (out): [n] bits of bf16
 */
void
emo_nf4_read_bf16 (const EmoNf4 *self,
                   gsize         start,
                   gsize         n,
                   guint16      *out)
{
  const Tables *tables = get_tables ();

  while (n > 0)
    {
      gsize part = MIN (EMO_NF4_BLOCK - start % EMO_NF4_BLOCK, n);

      read_part_bf16 (self, tables, start, part, out);
      start += part;
      out += part;
      n -= part;
    }
}
