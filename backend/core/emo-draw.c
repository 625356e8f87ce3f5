/* emo-draw.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-draw.h"

#define GOLDEN_GAMMA G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

/* SplitMix64's output function: every bit of the input reaches every bit of the
 * result. */
static guint64
mix (guint64 z)
{
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);

  return z ^ (z >> 31);
}

/* Order matters: (1, 2) and (2, 1) begin different streams. */
static guint64
absorb (guint64 state,
        guint64 value)
{
  return mix (state + GOLDEN_GAMMA + mix (value + GOLDEN_GAMMA));
}

/**
 * emo_draw_begin:
 * @seed: the seed that the user can see
 * @purpose: what the draws are for
 * @a: which stream, as the epoch
 * @b: which stream, as the picture
 * @c: which stream, as the layer
 *
 * Returns: the stream's beginning
 */
EmoDraw
emo_draw_begin (guint64     seed,
                const char *purpose,
                guint64     a,
                guint64     b,
                guint64     c)
{
  guint64 state = mix (seed);

  g_return_val_if_fail (purpose != NULL, ((EmoDraw) { seed }));

  for (const char *p = purpose; *p != '\0'; p++)
    state = absorb (state, (guint8) *p);

  return (EmoDraw) { absorb (absorb (absorb (state, a), b), c) };
}

guint64
emo_draw_bits (EmoDraw *self)
{
  self->state += GOLDEN_GAMMA;

  return mix (self->state);
}

double
emo_draw_uniform (EmoDraw *self)
{
  return (emo_draw_bits (self) >> 11) * 0x1p-53;
}

/**
 * emo_draw_below:
 * @self: a stream
 * @n: how many values there are, at least 1
 *
 * Returns: a value in [0, @n); the few bits that would favour small ones are
 *   drawn anew
 */
guint
emo_draw_below (EmoDraw *self,
                guint    n)
{
  guint64 bits, limit;

  g_return_val_if_fail (n > 0, 0);

  limit = G_MAXUINT64 - G_MAXUINT64 % n;
  do
    bits = emo_draw_bits (self);
  while (bits >= limit);

  return bits % n;
}

/**
 * emo_draw_normal:
 * @self: a stream
 *
 * Box and Muller's transform; its second value is left, so that a stream has no
 * state but its position.
 *
 * Returns: a draw from the standard normal distribution
 */
double
emo_draw_normal (EmoDraw *self)
{
  double u = 1 - emo_draw_uniform (self);   /* never 0 */
  double angle = 2 * G_PI * emo_draw_uniform (self);

  return sqrt (-2 * log (u)) * cos (angle);
}

/**
 * emo_draw_shuffle:
 * @self: a stream
 * @values: (inout): [n]
 * @n: how many
 *
 * Fisher and Yates' shuffle.
 */
void
emo_draw_shuffle (EmoDraw *self,
                  guint32 *values,
                  guint    n)
{
  g_return_if_fail (values != NULL || n == 0);

  for (guint i = n; i > 1; i--)
    {
      guint j = emo_draw_below (self, i);
      guint32 value = values[i - 1];

      values[i - 1] = values[j];
      values[j] = value;
    }
}
