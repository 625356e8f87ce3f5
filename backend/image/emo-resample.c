/* emo-resample.c: two passes of a separable filter, as Pillow's Resample.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-resample-private.h"

#if defined (__x86_64__)
#include <immintrin.h>
#define HAVE_WIDE 1
#endif

/* 8 bits are the result and 2 are room: a filter with negative lobes can leave
 * the range on both sides. */
#define PRECISION_BITS 22
#define HALF           (1 << (PRECISION_BITS - 1))

/* Taps are padded with zero weights to groups of four, and rows by as much, so
 * that the wide pass may read whole groups. */
#define GROUP          4
#define ROW_PADDING    32

/* Which inputs make an output, and how much of each. */
typedef struct
{
  int      n_outputs;
  int      n_taps;      /* allocated taps an output, a multiple of GROUP */
  int     *first;       /* [n_outputs] */
  int     *count;       /* [n_outputs] */
  gint32  *weights;     /* [n_outputs, n_taps] in PRECISION_BITS fixed point */
  gboolean wide;       /* with AVX2 */
} Kernel;

static double
bilinear (double x)
{
  x = fabs (x);

  return x < 1.0 ? 1.0 - x : 0.0;
}

/* Keys' cubic with a = -0.5, in the order of operations of the reference. */
static double
bicubic (double x)
{
  const double a = -0.5;

  x = fabs (x);
  if (x < 1.0)
    return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0)
    return (((x - 5) * x + 8) * x - 4) * a;

  return 0.0;
}

static double
sinc (double x)
{
  if (x == 0.0)
    return 1.0;
  x = x * G_PI;

  return sin (x) / x;
}

static double
lanczos (double x)
{
  return x >= -3.0 && x < 3.0 ? sinc (x) * sinc (x / 3) : 0.0;
}

static const struct
{
  double (*weigh) (double x);
  double support;
} filters[] = {
  [EMO_FILTER_BILINEAR] = { bilinear, 1.0 },
  [EMO_FILTER_BICUBIC]  = { bicubic, 2.0 },
  [EMO_FILTER_LANCZOS]  = { lanczos, 3.0 },
};

static void
kernel_clear (Kernel *self)
{
  g_free (self->first);
  g_free (self->count);
  g_free (self->weights);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kernel, kernel_clear)

/* The weights of one output: computed in double, made to sum to 1, rounded half
 * away from zero. */
static void
kernel_fill (Kernel    *self,
             double    *scratch,
             int        output,
             int        n_inputs,
             double     scale,
             EmoFilter  filter)
{
  double filter_scale = MAX (scale, 1.0);
  double inverse = 1.0 / filter_scale;
  double support = filters[filter].support * filter_scale;
  double center = (output + 0.5) * scale;
  int first = MAX ((int) (center - support + 0.5), 0);
  int count = MIN ((int) (center + support + 0.5), n_inputs) - first;
  gint32 *weights = self->weights + (gsize) output * self->n_taps;
  double sum = 0.0;

  for (int i = 0; i < count; i++)
    {
      scratch[i] = filters[filter].weigh ((i + first - center + 0.5) * inverse);
      sum += scratch[i];
    }

  for (int i = 0; i < count; i++)
    {
      double weight = sum != 0.0 ? scratch[i] / sum : scratch[i];

      weights[i] = (int) ((weight < 0 ? -0.5 : 0.5) + weight * (1 << PRECISION_BITS));
    }

  self->first[output] = first;
  self->count[output] = count;
}

static gboolean
kernel_init (Kernel    *self,
             int        n_inputs,
             int        n_outputs,
             EmoFilter  filter)
{
  double scale = (double) n_inputs / n_outputs;
  int n_taps = (int) ceil (filters[filter].support * MAX (scale, 1.0)) * 2 + 1;
  g_autofree double *scratch = g_try_new (double, n_taps);

  self->n_outputs = n_outputs;
  self->n_taps = (n_taps + GROUP - 1) / GROUP * GROUP;
  self->first = g_try_new (int, n_outputs);
  self->count = g_try_new (int, n_outputs);
  self->weights = g_try_malloc0_n (n_outputs, (gsize) self->n_taps * sizeof (gint32));
  if (scratch == NULL || self->first == NULL || self->count == NULL || self->weights == NULL)
    return FALSE;

  for (int i = 0; i < n_outputs; i++)
    kernel_fill (self, scratch, i, n_inputs, scale, filter);

  return TRUE;
}

static guint8
clip (gint32 sum)
{
  return CLAMP (sum >> PRECISION_BITS, 0, 255);
}

static void
resample_row (const Kernel *kernel,
              const guint8 *in,
              guint8       *out)
{
  for (int x = 0; x < kernel->n_outputs; x++, out += 3)
    {
      const guint8 *tap = in + (gsize) kernel->first[x] * 3;
      const gint32 *weights = kernel->weights + (gsize) x * kernel->n_taps;
      gint32 r = HALF, g = HALF, b = HALF;

      for (int i = 0; i < kernel->count[x]; i++, tap += 3)
        {
          r += tap[0] * weights[i];
          g += tap[1] * weights[i];
          b += tap[2] * weights[i];
        }
      out[0] = clip (r);
      out[1] = clip (g);
      out[2] = clip (b);
    }
}

/* One output row of the vertical pass from byte @from on; @in is the first of
 * the @count rows that make it. */
static void
blend_rows (const guint8 *in,
            gsize         stride,
            const gint32 *weights,
            int           count,
            gsize         from,
            guint8       *out)
{
  for (gsize x = from; x < stride; x++)
    {
      gint32 sum = HALF;

      for (int i = 0; i < count; i++)
        sum += in[i * stride + x] * weights[i];
      out[x] = clip (sum);
    }
}

#ifdef HAVE_WIDE

/* Multiplying 16-bit pairs is twice as fast as 32-bit numbers, and a weight
 * takes more than 16 bits: w = high * 2^12 + low. Both sums wrap as the whole
 * one does, so the result is exact. */
#define LOW_BITS 12

/* Reorders each group of four weights to (low 0, low 1), (low 2, low 3),
 * (high 0, high 1), (high 2, high 3), 16 bits each. */
static gint16 *
split_weights (const Kernel *kernel)
{
  gsize n_weights = (gsize) kernel->n_outputs * kernel->n_taps;
  gint16 *split = g_try_malloc_n (n_weights, 2 * sizeof (gint16));

  for (gsize i = 0; split != NULL && i < n_weights; i++)
    {
      gint16 *group = split + i / GROUP * GROUP * 2;

      group[i % GROUP] = kernel->weights[i] & ((1 << LOW_BITS) - 1);
      group[i % GROUP + GROUP] = kernel->weights[i] >> LOW_BITS;
    }

  return split;
}

__attribute__ ((target ("avx2")))
static inline void
store_pixel (__m128i  sum,
             guint8  *out)
{
  __m128i words = _mm_packs_epi32 (sum, sum);
  guint32 bytes = _mm_cvtsi128_si32 (_mm_packus_epi16 (words, words));

  out[0] = bytes;
  out[1] = bytes >> 8;
  out[2] = bytes >> 16;
}

/* Two rows at once, one in each half of a register. */
__attribute__ ((target ("avx2")))
static void
resample_two_rows_wide (const Kernel *kernel,
                        const gint16 *split,
                        const guint8 *in[2],
                        guint8       *out[2])
{
  const __m256i taps01 = _mm256_setr_epi8 (0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1,
                                           0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
  const __m256i taps23 = _mm256_setr_epi8 (6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1,
                                           6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);

  for (int x = 0; x < kernel->n_outputs; x++)
    {
      const guint8 *upper = in[0] + (gsize) kernel->first[x] * 3;
      const guint8 *lower = in[1] + (gsize) kernel->first[x] * 3;
      const gint16 *weights = split + (gsize) x * kernel->n_taps * 2;
      __m256i low = _mm256_set1_epi32 (HALF);
      __m256i high = _mm256_setzero_si256 ();

      for (int i = 0; i < kernel->count[x]; i += GROUP)
        {
          __m256i w = _mm256_broadcastsi128_si256 (_mm_loadu_si128 ((const __m128i *) (weights + i * 2)));
          __m256i p = _mm256_inserti128_si256 (
            _mm256_castsi128_si256 (_mm_loadu_si128 ((const __m128i *) (upper + i * 3))),
            _mm_loadu_si128 ((const __m128i *) (lower + i * 3)), 1);
          __m256i p01 = _mm256_shuffle_epi8 (p, taps01);
          __m256i p23 = _mm256_shuffle_epi8 (p, taps23);

          low = _mm256_add_epi32 (low, _mm256_madd_epi16 (p01, _mm256_shuffle_epi32 (w, 0x00)));
          low = _mm256_add_epi32 (low, _mm256_madd_epi16 (p23, _mm256_shuffle_epi32 (w, 0x55)));
          high = _mm256_add_epi32 (high, _mm256_madd_epi16 (p01, _mm256_shuffle_epi32 (w, 0xAA)));
          high = _mm256_add_epi32 (high, _mm256_madd_epi16 (p23, _mm256_shuffle_epi32 (w, 0xFF)));
        }

      low = _mm256_add_epi32 (low, _mm256_slli_epi32 (high, LOW_BITS));
      low = _mm256_srai_epi32 (low, PRECISION_BITS);
      store_pixel (_mm256_castsi256_si128 (low), out[0] + x * 3);
      store_pixel (_mm256_extracti128_si256 (low, 1), out[1] + x * 3);
    }
}

__attribute__ ((target ("avx2")))
static gsize
blend_rows_wide (const guint8 *in,
                 gsize         stride,
                 const gint32 *weights,
                 int           count,
                 guint8       *out)
{
  gsize x;

  for (x = 0; x + 16 <= stride; x += 16)
    {
      __m256i left = _mm256_set1_epi32 (HALF);
      __m256i right = left;
      __m256i words;
      __m128i bytes;

      for (int i = 0; i < count; i++)
        {
          __m128i p = _mm_loadu_si128 ((const __m128i *) (in + i * stride + x));
          __m256i w = _mm256_set1_epi32 (weights[i]);

          left = _mm256_add_epi32 (left, _mm256_mullo_epi32 (_mm256_cvtepu8_epi32 (p), w));
          right = _mm256_add_epi32 (right, _mm256_mullo_epi32 (_mm256_cvtepu8_epi32 (_mm_srli_si128 (p, 8)), w));
        }

      words = _mm256_packs_epi32 (_mm256_srai_epi32 (left, PRECISION_BITS),
                                  _mm256_srai_epi32 (right, PRECISION_BITS));
      words = _mm256_permute4x64_epi64 (words, 0xD8);
      bytes = _mm_packus_epi16 (_mm256_castsi256_si128 (words), _mm256_extracti128_si256 (words, 1));
      _mm_storeu_si128 ((__m128i *) (out + x), bytes);
    }

  return x;
}

static gboolean
resample_rows_wide (const Kernel *kernel,
                    const guint8 *in,
                    gsize         stride,
                    int           n_rows,
                    guint8       *out)
{
  gsize out_stride = (gsize) kernel->n_outputs * 3;
  g_autofree gint16 *split = split_weights (kernel);
  g_autofree guint8 *padded = g_try_malloc0_n (2, stride + ROW_PADDING);
  const guint8 *pair[2] = { padded, padded + stride + ROW_PADDING };

  if (split == NULL || padded == NULL)
    return FALSE;

  for (int y = 0; y < n_rows; y += 2)
    {
      /* The last of an odd number of rows is computed twice. */
      int lower = MIN (y + 1, n_rows - 1);
      guint8 *out_pair[2] = { out + y * out_stride, out + lower * out_stride };

      memcpy (padded, in + y * stride, stride);
      memcpy (padded + stride + ROW_PADDING, in + lower * stride, stride);
      resample_two_rows_wide (kernel, split, pair, out_pair);
    }

  return TRUE;
}

#endif /* HAVE_WIDE */

static gboolean
has_wide (void)
{
#ifdef HAVE_WIDE
  return __builtin_cpu_supports ("avx2");
#else
  return FALSE;
#endif
}

/* Columns: [n_rows, width, 3] to [n_rows, out_width, 3]. */
static gboolean
resample_rows (const Kernel *kernel,
               const guint8 *in,
               gsize         stride,
               int           n_rows,
               guint8       *out)
{
#ifdef HAVE_WIDE
  if (kernel->wide)
    return resample_rows_wide (kernel, in, stride, n_rows, out);
#endif

  for (int y = 0; y < n_rows; y++)
    resample_row (kernel, in + y * stride, out + (gsize) y * kernel->n_outputs * 3);

  return TRUE;
}

/* Rows: @in begins with the first row that the kernel asks for. */
static void
resample_columns (const Kernel *kernel,
                  const guint8 *in,
                  gsize         stride,
                  guint8       *out)
{
  for (int y = 0; y < kernel->n_outputs; y++)
    {
      const guint8 *rows = in + (kernel->first[y] - kernel->first[0]) * stride;
      const gint32 *weights = kernel->weights + (gsize) y * kernel->n_taps;
      gsize done = 0;

#ifdef HAVE_WIDE
      if (kernel->wide)
        done = blend_rows_wide (rows, stride, weights, kernel->count[y], out + y * stride);
#endif
      blend_rows (rows, stride, weights, kernel->count[y], done, out + y * stride);
    }
}

/* Across the rows that the second pass asks for, then down. */
static gboolean
resample_across_first (const Kernel *across,
                       const Kernel *down,
                       const guint8 *pixels,
                       gsize         stride,
                       guint8       *out)
{
  int last = down->n_outputs - 1;
  int n_rows = down->first[last] + down->count[last] - down->first[0];
  gsize out_stride = (gsize) across->n_outputs * 3;
  g_autofree guint8 *between = g_try_malloc_n (n_rows, out_stride);

  if (between == NULL ||
      !resample_rows (across, pixels + down->first[0] * stride, stride, n_rows, between))
    return FALSE;

  resample_columns (down, between, out_stride, out);

  return TRUE;
}

static gboolean
resample_down_first (const Kernel *across,
                     const Kernel *down,
                     const guint8 *pixels,
                     gsize         stride,
                     guint8       *out)
{
  g_autofree guint8 *between = g_try_malloc_n (down->n_outputs, stride);

  if (between == NULL)
    return FALSE;

  resample_columns (down, pixels + down->first[0] * stride, stride, between);

  return resample_rows (across, between, stride, down->n_outputs, out);
}

/*
 * _emo_resample:
 * Two passes in the order of Pillow 13, which shows in the last bit because the
 * picture between them is rounded: down first where the height shrinks, and by
 * more than twice what the width does; else across first. A direction that keeps
 * its size is not filtered. Without @wide only plain C runs; the result is the same.
 */
guint8 *
_emo_resample (const guint8 *pixels,
               int           width,
               int           height,
               int           out_width,
               int           out_height,
               EmoFilter     filter,
               gboolean      wide)
{
  g_auto(Kernel) across = { 0 };
  g_auto(Kernel) down = { 0 };
  g_autofree guint8 *out = g_try_malloc_n ((gsize) out_width * out_height, 3);
  gsize stride = (gsize) width * 3;
  gboolean done = TRUE;

  if (out == NULL ||
      (out_width != width && !kernel_init (&across, width, out_width, filter)) ||
      (out_height != height && !kernel_init (&down, height, out_height, filter)))
    return NULL;

  across.wide = down.wide = wide && has_wide ();
  if (out_width != width && out_height != height)
    done = height > out_height && height - out_height > 2 * (width - out_width)
             ? resample_down_first (&across, &down, pixels, stride, out)
             : resample_across_first (&across, &down, pixels, stride, out);
  else if (out_width != width)
    done = resample_rows (&across, pixels, stride, height, out);
  else if (out_height != height)
    resample_columns (&down, pixels + down.first[0] * stride, stride, out);
  else
    memcpy (out, pixels, stride * height);

  return done ? g_steal_pointer (&out) : NULL;
}
