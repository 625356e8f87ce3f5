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
#include "emo-weights.h"

struct _EmoDomain
{
  gsize   width;        /* H */
  float  *mean;         /* [H] */
  float  *precision;    /* [H, H] inverse of the regularised covariance */
  double  threshold;    /* of the distance, not of its square */
};

/**
 * emo_domain_load:
 * @path: a safetensors file with "mean" [H], "precision" [H, H], "threshold" [1]
 * @hidden_size: H
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
  EmoWeightShape mean = { "mean", 1, { hidden_size } };
  EmoWeightShape precision = { "precision", 2, { hidden_size, hidden_size } };
  EmoWeightShape threshold = { "threshold", 1, { 1 } };
  g_autoptr(EmoSafetensors) file = NULL;
  g_autoptr(EmoDomain) self = NULL;
  g_autofree float *limit = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (hidden_size > 0, NULL);

  file = emo_safetensors_open (path, error);
  if (file == NULL)
    return NULL;
  self = g_new0 (EmoDomain, 1);
  self->width = hidden_size;
  self->mean = emo_weights_read_floats (file, path, &mean, error);
  if (self->mean == NULL)
    return NULL;
  self->precision = emo_weights_read_floats (file, path, &precision, error);
  if (self->precision == NULL)
    return NULL;
  limit = emo_weights_read_floats (file, path, &threshold, error);
  if (limit == NULL || !emo_safetensors_check (file, error))
    return NULL;
  if (!(limit[0] > 0) || !isfinite (limit[0]))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: threshold: expected more than 0, found %g", path, limit[0]);
      return NULL;
    }
  self->threshold = limit[0];

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
 * @visual_mean: [H] the mean visual token
 *
 * sqrt ((x - mean)' precision (x - mean)) / threshold.
 *
 * Returns: in domain where at most 1; NaN where the token is not finite
 */
double
emo_domain_distance (EmoDomain   *self,
                     const float *visual_mean)
{
  g_autofree double *difference = NULL;
  double square = 0;

  g_return_val_if_fail (self != NULL, NAN);

  difference = g_new (double, self->width);
  for (gsize i = 0; i < self->width; i++)
    difference[i] = (double) visual_mean[i] - self->mean[i];
  for (gsize i = 0; i < self->width; i++)
    square += difference[i] * emo_weights_dot (self->precision + i * self->width, difference, self->width);
  /* Rounding may leave a tiny negative square; NaN stays NaN. */
  if (square < 0)
    square = 0;

  return sqrt (square) / self->threshold;
}
