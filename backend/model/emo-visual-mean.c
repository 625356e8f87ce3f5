/* emo-visual-mean.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-visual-mean.h"

/**
 * emo_visual_mean:
 * @tokens: [n_tokens, width]
 * @n_tokens: T, at least 1
 * @width: H
 * @mean: (out): [width]
 */
void
emo_visual_mean (const float *tokens,
                 gsize        n_tokens,
                 gsize        width,
                 float       *mean)
{
  g_return_if_fail (tokens != NULL && n_tokens > 0 && mean != NULL);

  for (gsize j = 0; j < width; j++)
    {
      double sum = 0;

      for (gsize t = 0; t < n_tokens; t++)
        sum += tokens[t * width + j];
      mean[j] = (float) (sum / (double) n_tokens);
    }
}
