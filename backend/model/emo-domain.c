/* emo-domain.c: is a picture of the kind that the bundle knows?
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-domain.h"
#include "emo-error.h"
#include "emo-visual-spread.h"
#include "emo-weights.h"

struct _EmoDomain
{
  gsize   hidden_size;  /* H */
  gsize   width;        /* W: H, or H + EMO_VISUAL_SPREAD_SIZE */
  float  *mean;         /* [W] */
  float  *precision;    /* [W, W] inverse of the regularised covariance */
  double  threshold;    /* of the distance, not of its square */
};

/* The mean's own shape says whether the spread is part of it. */
static gboolean
find_width (EmoDomain       *self,
            EmoSafetensors  *file,
            const char      *path,
            GError         **error)
{
  const EmoStoredTensor *mean = emo_safetensors_find (file, "mean");
  gint64 alone = self->hidden_size, both = alone + EMO_VISUAL_SPREAD_SIZE;

  self->width = mean != NULL && mean->rank == 1 && mean->shape[0] == alone ? alone : both;
  if (mean == NULL || mean->rank != 1 || mean->shape[0] == (gint64) self->width)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_SHAPE, "%s: mean: expected shape [%" G_GINT64_FORMAT "] or [%" G_GINT64_FORMAT "], found [%"
               G_GINT64_FORMAT "]", path, alone, both, mean->shape[0]);

  return FALSE;
}

static gboolean
read_statistics (EmoDomain       *self,
                 EmoSafetensors  *file,
                 const char      *path,
                 GError         **error)
{
  EmoWeightShape mean = { "mean", 1, { self->width } };
  EmoWeightShape precision = { "precision", 2, { self->width, self->width } };
  EmoWeightShape threshold = { "threshold", 1, { 1 } };
  g_autofree float *limit = NULL;

  self->mean = emo_weights_read_floats (file, path, &mean, error);
  if (self->mean == NULL)
    return FALSE;
  self->precision = emo_weights_read_floats (file, path, &precision, error);
  if (self->precision == NULL)
    return FALSE;
  limit = emo_weights_read_floats (file, path, &threshold, error);
  if (limit == NULL || !emo_safetensors_check (file, error))
    return FALSE;
  if (!(limit[0] > 0) || !isfinite (limit[0]))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: threshold: expected more than 0, found %g", path, limit[0]);
      return FALSE;
    }
  self->threshold = limit[0];

  return TRUE;
}

/**
 * emo_domain_load:
 * @path: a safetensors file with "mean" [W], "precision" [W, W], "threshold" [1]
 * @hidden_size: H, where W is H + EMO_VISUAL_SPREAD_SIZE, or H
 * @error: return location
 *
 * Errors: those of safetensors, MISSING_WEIGHT, SHAPE, DTYPE, OUT_OF_MEMORY,
 * INVALID_FILE (a threshold that is not positive).
 *
 * Returns: (transfer full): the statistics
 */
EmoDomain *
emo_domain_load (const char  *path,
                 int          hidden_size,
                 GError     **error)
{
  g_autoptr(EmoSafetensors) file = NULL;
  g_autoptr(EmoDomain) self = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (hidden_size > 0, NULL);

  file = emo_safetensors_open (path, error);
  if (file == NULL)
    return NULL;
  self = g_new0 (EmoDomain, 1);
  self->hidden_size = hidden_size;
  if (!find_width (self, file, path, error) || !read_statistics (self, file, path, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_domain_free:
 * @self: (transfer full) (nullable): statistics
 */
void
emo_domain_free (EmoDomain *self)
{
  if (self == NULL)
    return;
  g_free (self->mean);
  g_free (self->precision);
  g_free (self);
}

/**
 * emo_domain_distance:
 * @self: statistics
 * @visual_mean: [H] emo_visual_mean() of a picture's merged visual tokens
 * @visual_spread: [EMO_VISUAL_SPREAD_SIZE] emo_visual_spread() of the same
 *
 * sqrt ((x - mean)' precision (x - mean)) / threshold, where x is the mean token
 * and behind it the spread; statistics of the mean token alone leave that out.
 *
 * Returns: in domain where at most 1; NaN where a number is not finite
 */
double
emo_domain_distance (EmoDomain   *self,
                     const float *visual_mean,
                     const float *visual_spread)
{
  g_autofree double *difference = NULL;
  double square = 0;

  g_return_val_if_fail (self != NULL, NAN);

  difference = g_new (double, self->width);
  for (gsize i = 0; i < self->width; i++)
    {
      double x = i < self->hidden_size ? visual_mean[i] : visual_spread[i - self->hidden_size];

      difference[i] = x - self->mean[i];
    }
  for (gsize i = 0; i < self->width; i++)
    square += difference[i] * emo_weights_dot (self->precision + i * self->width, difference, self->width);
  /* Rounding may leave a tiny negative square; NaN stays NaN. */
  if (square < 0)
    square = 0;

  return sqrt (square) / self->threshold;
}
