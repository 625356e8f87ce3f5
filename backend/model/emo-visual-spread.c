/* emo-visual-spread.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <float.h>
#include <math.h>

#include "emo-visual-spread.h"

/* Of the largest norm. Tokens that are all the same, and one token alone, have no
 * deviation, and what rounding makes of none (in bfloat16 about so much) is not to
 * differ from machine to machine. Scenes have a hundred times as much. */
#define MIN_DEVIATION 1e-3

/* NaN stays NaN. */
static double
not_below (double value,
           double least)
{
  return value < least ? least : value;
}

static double
find_norm (const float *token,
           gsize        width)
{
  double square = 0;

  for (gsize j = 0; j < width; j++)
    square += (double) token[j] * token[j];

  return sqrt (square);
}

static double
find_total_variance (const float *tokens,
                     gsize        n_tokens,
                     gsize        width)
{
  g_autofree double *mean = g_new0 (double, width);
  double sum = 0;

  for (gsize t = 0; t < n_tokens; t++)
    for (gsize j = 0; j < width; j++)
      mean[j] += tokens[t * width + j];
  for (gsize j = 0; j < width; j++)
    mean[j] /= (double) n_tokens;
  for (gsize t = 0; t < n_tokens; t++)
    for (gsize j = 0; j < width; j++)
      {
        double difference = tokens[t * width + j] - mean[j];

        sum += difference * difference;
      }

  return sum / (double) n_tokens;
}

static double
find_deviation (const double *values,
                gsize         n)
{
  double mean = 0, square = 0;

  for (gsize i = 0; i < n; i++)
    mean += values[i] / (double) n;
  for (gsize i = 0; i < n; i++)
    square += (values[i] - mean) * (values[i] - mean);

  return sqrt (square / (double) n);
}

/**
 * emo_visual_spread:
 * @tokens: [n_tokens, width]
 * @n_tokens: T, at least 1
 * @width: H
 * @spread: (out): [EMO_VISUAL_SPREAD_SIZE]
 *
 * Sums are in double; variances are over all tokens and not over one less, so that
 * one token has them too. Deviations below a thousandth of the largest norm count
 * as that much, the largest norm itself as FLT_MIN at the least. NaN where a token
 * is not finite.
 */
void
emo_visual_spread (const float *tokens,
                   gsize        n_tokens,
                   gsize        width,
                   float       *spread)
{
  g_autofree double *norms = NULL;
  double largest = FLT_MIN, least;

  g_return_if_fail (tokens != NULL && n_tokens > 0 && spread != NULL);

  norms = g_new (double, n_tokens);
  for (gsize t = 0; t < n_tokens; t++)
    {
      norms[t] = find_norm (tokens + t * width, width);
      /* So written that NaN stays. */
      largest = norms[t] > largest ? norms[t] : largest;
      if (!isfinite (norms[t]))
        largest = NAN;
    }
  least = MIN_DEVIATION * largest;
  spread[0] = (float) log (not_below (find_total_variance (tokens, n_tokens, width), least * least));
  spread[1] = (float) log (not_below (find_deviation (norms, n_tokens), least));
  spread[2] = (float) log (largest);
}
