/* emo-head-net.c: a head's layers over a batch
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-clones-private.h"
#include "emo-head-net.h"
#include "emo-matrix.h"

/**
 * emo_head_net_init:
 * @self: (out): to be cleared
 * @head: whose widths it has
 * @batch: the most rows at a time
 */
void
emo_head_net_init (EmoHeadNet *self,
                   EmoHead    *head,
                   guint       batch)
{
  guint depth = emo_head_get_depth (head);

  memset (self, 0, sizeof *self);
  self->n_layers = depth + 1;
  for (guint l = 0; l <= self->n_layers; l++)
    self->widths[l] = emo_head_get_width (head, l);
  self->inputs = g_new (float, (gsize) batch * self->widths[0]);
  for (guint l = 0; l < self->n_layers; l++)
    {
      gsize n = (gsize) batch * self->widths[l + 1];

      self->outputs[l] = g_new (float, n);
      self->by_sums[l] = g_new (float, n);
      if (l == depth)
        continue;
      self->slopes[l] = g_new (float, n);
      self->keep[l] = g_new (float, n);
      for (gsize i = 0; i < n; i++)
        self->keep[l][i] = 1;
    }
}

/**
 * emo_head_net_clear:
 * @self: what emo_head_net_init() made
 */
void
emo_head_net_clear (EmoHeadNet *self)
{
  g_free (self->inputs);
  for (guint l = 0; l < self->n_layers; l++)
    {
      g_free (self->outputs[l]);
      g_free (self->by_sums[l]);
      if (l + 1 == self->n_layers)
        continue;
      g_free (self->slopes[l]);
      g_free (self->keep[l]);
    }
}

static void
add_bias (const float *bias,
          guint        n_rows,
          guint        width,
          float       *sums)
{
  for (guint i = 0; i < n_rows; i++)
    for (guint j = 0; j < width; j++)
      sums[(gsize) i * width + j] += bias[j];
}

/* The exact GELU of @values, times @keep, and its slope. The normal
 * distribution's integral comes from Abramowitz and Stegun's 7.1.26, which is
 * within 1e-7 and shares its exponential with the density; the exponential is a
 * power of 2 times a polynomial. All of it fits vector registers, unlike erff. */
EMO_CLONES static void
activate (gsize                 n,
          const float *restrict keep,
          float *restrict       values,
          float *restrict       slopes)
{
  for (gsize i = 0; i < n; i++)
    {
      float x = values[i];
      float exponent = fmaxf (-0.5f * x * x, -87);
      int power = exponent * 1.44269504f - 0.5f;
      /* ln 2 in two parts, so that the rest keeps its digits */
      float f = exponent - power * 0.693359375f + power * 2.12194440e-4f;
      float series = 1 + f * (1 + f * (1 / 2.f + f * (1 / 6.f + f * (1 / 24.f + f * (1 / 120.f + f * (1 / 720.f + f / 5040))))));
      union { gint32 bits; float value; } scale = { .bits = (power + 127) << 23 };
      float density = series * scale.value;   /* exp (-x^2 / 2) */
      float t = 1 / (1 + 0.3275911f * 0.707106781f * fabsf (x));
      float tail = 0.5f * density * t
                   * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f))));
      float integral = x < 0 ? tail : 1 - tail;

      values[i] = x * integral * keep[i];
      slopes[i] = (integral + x * density * 0.398942280f) * keep[i];
    }
}

/**
 * emo_head_net_forward:
 * @self: a net with inputs and what is kept
 * @parameters: a head's
 * @n_rows: at most the batch
 */
void
emo_head_net_forward (EmoHeadNet  *self,
                      const float *parameters,
                      guint        n_rows)
{
  const float *x = self->inputs;

  for (guint l = 0; l < self->n_layers; l++)
    {
      gsize columns = self->widths[l], rows = self->widths[l + 1];

      emo_matrix_multiply (EMO_MATRIX (x, columns), EMO_MATRIX_TRANSPOSED (parameters, columns),
                           n_rows, columns, rows, FALSE, self->outputs[l]);
      parameters += rows * columns;
      add_bias (parameters, n_rows, rows, self->outputs[l]);
      parameters += rows;
      if (l + 1 < self->n_layers)
        activate (n_rows * rows, self->keep[l], self->outputs[l], self->slopes[l]);
      x = self->outputs[l];
    }
}

static void
sum_rows (const float *values,
          guint        n_rows,
          guint        width,
          float       *out)
{
  memset (out, 0, width * sizeof *out);
  for (guint i = 0; i < n_rows; i++)
    for (guint j = 0; j < width; j++)
      out[j] += values[(gsize) i * width + j];
}

/**
 * emo_head_net_backward:
 * @self: a net after a forward of the same rows, with the loss by the logits
 * @parameters: a head's
 * @n_rows: at most the batch
 * @gradients: (out): as the parameters
 */
void
emo_head_net_backward (EmoHeadNet  *self,
                       const float *parameters,
                       guint        n_rows,
                       float       *gradients)
{
  gsize offset = 0;

  for (guint l = 0; l < self->n_layers; l++)
    offset += (gsize) self->widths[l + 1] * (self->widths[l] + 1);
  for (guint l = self->n_layers; l-- > 0;)
    {
      gsize columns = self->widths[l], rows = self->widths[l + 1];
      const float *x = l == 0 ? self->inputs : self->outputs[l - 1];

      offset -= rows * (columns + 1);
      emo_matrix_multiply (EMO_MATRIX_TRANSPOSED (self->by_sums[l], rows), EMO_MATRIX (x, columns),
                           rows, n_rows, columns, FALSE, gradients + offset);
      sum_rows (self->by_sums[l], n_rows, rows, gradients + offset + rows * columns);
      if (l == 0)
        break;
      emo_matrix_multiply (EMO_MATRIX (self->by_sums[l], rows), EMO_MATRIX (parameters + offset, columns),
                           n_rows, rows, columns, FALSE, self->by_sums[l - 1]);
      for (gsize i = 0; i < n_rows * columns; i++)
        self->by_sums[l - 1][i] *= self->slopes[l - 1][i];
    }
}
