/* emo-domain-fit.c: what a bundle's own pictures look like
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-domain-fit.h"
#include "emo-error.h"
#include "emo-safetensors.h"

/* More rows than this a dimension make the covariance no better and the work
 * longer; the first ones of this many suffice for a narrow tower. */
#define ROWS_A_DIMENSION 4
#define MIN_ROWS         8192

/* A share of the identity at the least: rounding must leave it invertible. */
#define MIN_SHRINKAGE 1e-4

/* Of a column's mean: what deviates less does so by rounding. */
#define MIN_DEVIATION 1e-6

typedef struct
{
  guint   width;        /* W = H + EMO_VISUAL_SPREAD_SIZE */
  double *mean;         /* [width] */
  double *scale;        /* [width] what a column is divided by */
  double *row;          /* [width] the picture in work */
  double *matrix;       /* [width, width] covariance, then that of scaled columns, its factor, its inverse */
  float  *mean_out;     /* [width] */
  float  *precision;    /* [width, width] */
} Fit;

static void
fit_clear (Fit *fit)
{
  g_free (fit->mean);
  g_free (fit->scale);
  g_free (fit->row);
  g_free (fit->matrix);
  g_free (fit->mean_out);
  g_free (fit->precision);
}

static gboolean
fit_init (Fit     *fit,
          guint    width,
          GError **error)
{
  gsize n = (gsize) width * width;

  *fit = (Fit) {
    .width = width, .mean = g_new0 (double, width), .scale = g_new (double, width), .row = g_new (double, width),
    .mean_out = g_new (float, width), .matrix = g_try_new0 (double, n), .precision = g_try_new (float, n),
  };
  if (fit->matrix != NULL && fit->precision != NULL)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "There is no memory for statistics of %u dimensions", width);

  return FALSE;
}

static guint
get_width (const EmoDomainRows *rows)
{
  return rows->hidden_size + EMO_VISUAL_SPREAD_SIZE;
}

/* Rows over all of the list where it is longer than they have to be. */
static guint
count_rows (const EmoDomainRows *rows)
{
  return MIN (rows->n_seen, MAX (MIN_ROWS, ROWS_A_DIMENSION * get_width (rows)));
}

static guint
find_seen (const EmoDomainRows *rows,
           guint                index,
           guint                n)
{
  return rows->seen[(guint64) index * rows->n_seen / n];
}

/* What EmoDomain puts one behind the other. */
static void
read_row (Fit                 *fit,
          const EmoDomainRows *rows,
          guint                place)
{
  const float *mean = rows->means + (gsize) place * rows->hidden_size;
  const float *spread = rows->spreads + (gsize) place * EMO_VISUAL_SPREAD_SIZE;

  for (guint j = 0; j < rows->hidden_size; j++)
    fit->row[j] = mean[j];
  for (guint j = 0; j < EMO_VISUAL_SPREAD_SIZE; j++)
    fit->row[rows->hidden_size + j] = spread[j];
}

/* Of the row's difference from the mean. */
static void
add_outer (Fit *fit)
{
  for (guint i = 0; i < fit->width; i++)
    {
      double *row = fit->matrix + (gsize) i * fit->width;

      for (guint j = 0; j <= i; j++)
        row[j] += fit->row[i] * fit->row[j];
    }
}

static gboolean
measure (Fit                  *fit,
         const EmoDomainRows  *rows,
         GCancellable         *cancellable,
         GError              **error)
{
  guint n = count_rows (rows), width = fit->width;

  for (guint i = 0; i < n; i++)
    {
      read_row (fit, rows, find_seen (rows, i, n));
      for (guint j = 0; j < width; j++)
        fit->mean[j] += fit->row[j] / (double) n;
    }
  for (guint i = 0; i < n; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      read_row (fit, rows, find_seen (rows, i, n));
      for (guint j = 0; j < width; j++)
        fit->row[j] -= fit->mean[j];
      add_outer (fit);
    }
  for (gsize i = 0; i < (gsize) width * width; i++)
    fit->matrix[i] /= n;

  return TRUE;
}

/* Standard deviations. A column that does not deviate has no scale of its own and
 * takes the root of the others' mean variance, or 1 where none does. */
static void
find_scales (Fit *fit)
{
  guint n_varied = 0;
  double sum = 0, usual;

  for (guint i = 0; i < fit->width; i++)
    {
      double variance = fit->matrix[(gsize) i * fit->width + i], scale = sqrt (variance);

      fit->scale[i] = scale > MIN_DEVIATION * fabs (fit->mean[i]) ? scale : 0;
      if (fit->scale[i] > 0)
        {
          sum += variance;
          n_varied++;
        }
    }
  usual = n_varied > 0 ? sqrt (sum / n_varied) : 1;
  for (guint i = 0; i < fit->width; i++)
    if (!(fit->scale[i] > 0))
      fit->scale[i] = usual;
}

/* Columns have different units and widths. To shrink towards the identity means
 * the same for each of them only where they are scaled alike. */
static void
standardise (Fit *fit)
{
  find_scales (fit);
  for (guint i = 0; i < fit->width; i++)
    for (guint j = 0; j <= i; j++)
      fit->matrix[(gsize) i * fit->width + j] /= fit->scale[i] * fit->scale[j];
}

/* The oracle approximating shrinkage of Chen, Wiesel, Eldar and Hero (2010): how
 * far to go from the covariance of @n rows to a multiple of the identity. */
static double
find_shrinkage (const Fit *fit,
                guint      n)
{
  double trace = 0, square = 0, p = fit->width, below;

  for (guint i = 0; i < fit->width; i++)
    {
      const double *row = fit->matrix + (gsize) i * fit->width;

      trace += row[i];
      square += row[i] * row[i];
      for (guint j = 0; j < i; j++)
        square += 2 * row[j] * row[j];
    }
  below = (n + 1 - 2 / p) * (square - trace * trace / p);

  return below > 0 ? CLAMP (((1 - 2 / p) * square + trace * trace) / below, MIN_SHRINKAGE, 1) : 1;
}

static void
shrink (Fit   *fit,
        guint  n)
{
  double share = find_shrinkage (fit, n), trace = 0;

  for (guint i = 0; i < fit->width; i++)
    trace += fit->matrix[(gsize) i * fit->width + i];
  /* Pictures that are all the same leave nothing to measure by. */
  if (!(trace > 0))
    trace = fit->width;
  for (gsize i = 0; i < (gsize) fit->width * fit->width; i++)
    fit->matrix[i] *= 1 - share;
  for (guint i = 0; i < fit->width; i++)
    fit->matrix[(gsize) i * fit->width + i] += share * trace / fit->width;
}

/* The lower triangle becomes Cholesky's factor L of itself. */
static gboolean
factor (Fit           *fit,
        GCancellable  *cancellable,
        GError       **error)
{
  guint n = fit->width;

  for (guint i = 0; i < n; i++)
    {
      double *row = fit->matrix + (gsize) i * n;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      for (guint j = 0; j <= i; j++)
        {
          const double *other = fit->matrix + (gsize) j * n;
          double sum = row[j];

          for (guint k = 0; k < j; k++)
            sum -= row[k] * other[k];
          row[j] = i == j ? sqrt (sum) : sum / other[j];
        }
    }

  return TRUE;
}

/* L becomes its own inverse M, from the last column on. */
static void
invert_factor (Fit *fit)
{
  guint n = fit->width;
  g_autofree double *column = g_new (double, n);

  for (guint j = 0; j < n; j++)
    {
      for (guint i = j; i < n; i++)
        {
          const double *row = fit->matrix + (gsize) i * n;
          double sum = i == j ? 1 : 0;

          for (guint k = j; k < i; k++)
            sum -= row[k] * column[k];
          column[i] = sum / row[i];
        }
      /* The upper triangle is free: M goes there on its side; the diagonal is
       * still needed. */
      for (guint i = j + 1; i < n; i++)
        fit->matrix[(gsize) j * n + i] = column[i];
    }
  for (guint j = 0; j < n; j++)
    fit->matrix[(gsize) j * n + j] = 1 / fit->matrix[(gsize) j * n + j];
}

/* The inverse is M'M: row j of the upper triangle holds M's column j. The columns'
 * scales go into it, so that it is of pictures as they are. */
static void
multiply (Fit *fit)
{
  guint n = fit->width;

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j <= i; j++)
      {
        const double *a = fit->matrix + (gsize) i * n, *b = fit->matrix + (gsize) j * n;
        double sum = 0;

        for (guint k = i; k < n; k++)
          sum += a[k] * b[k];
        fit->precision[(gsize) i * n + j] = fit->precision[(gsize) j * n + i] = (float) (sum / (fit->scale[i] * fit->scale[j]));
      }
  for (guint i = 0; i < n; i++)
    fit->mean_out[i] = (float) fit->mean[i];
}

/* Of the row, as EmoDomain measures it, with the rounded numbers that it will read. */
static double
distance (const Fit *fit)
{
  guint n = fit->width;
  double square = 0;

  for (guint i = 0; i < n; i++)
    {
      const float *row = fit->precision + (gsize) i * n;
      double sum = 0;

      for (guint j = 0; j < n; j++)
        sum += row[j] * (fit->row[j] - fit->mean_out[j]);
      square += sum * (fit->row[i] - fit->mean_out[i]);
    }

  return sqrt (MAX (square, 0));
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  const double *first = a, *second = b;

  return (*first > *second) - (*first < *second);
}

static gboolean
find_threshold (Fit                  *fit,
                const EmoDomainRows  *rows,
                float                *threshold,
                GCancellable         *cancellable,
                GError              **error)
{
  g_autofree double *distances = g_new (double, rows->n_unseen);
  guint at = (guint) ceil (EMO_DOMAIN_SHARE * rows->n_unseen) - 1;

  for (guint i = 0; i < rows->n_unseen; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      read_row (fit, rows, rows->unseen[i]);
      distances[i] = distance (fit);
    }
  qsort (distances, rows->n_unseen, sizeof *distances, compare_doubles);
  /* Rounded up, so that the picture that it comes from stays within. */
  *threshold = nextafterf ((float) MAX (distances[at], 1e-6), INFINITY);

  return TRUE;
}

static gboolean
save (const Fit   *fit,
      float        threshold,
      const char  *path,
      GError     **error)
{
  gint64 n = fit->width;
  const EmoStoredTensor tensors[] = {
    { .name = "mean", .stored = EMO_STORED_F32, .rank = 1, .shape = { n }, .data = (const guint8 *) fit->mean_out,
      .n_bytes = n * sizeof (float) },
    { .name = "precision", .stored = EMO_STORED_F32, .rank = 2, .shape = { n, n }, .data = (const guint8 *) fit->precision,
      .n_bytes = n * n * sizeof (float) },
    { .name = "threshold", .stored = EMO_STORED_F32, .rank = 1, .shape = { 1 }, .data = (const guint8 *) &threshold,
      .n_bytes = sizeof threshold },
  };

  return emo_safetensors_save (path, tensors, G_N_ELEMENTS (tensors), NULL, error);
}

/**
 * emo_domain_fit_save:
 * @rows: mean visual tokens and spreads, and which of them serve what
 * @path: of the file for emo_domain_load()
 * @cancellable: (nullable): tested before every row
 * @error: return location
 *
 * Returns: whether the file is on the disk
 */
gboolean
emo_domain_fit_save (const EmoDomainRows  *rows,
                     const char           *path,
                     GCancellable         *cancellable,
                     GError              **error)
{
  Fit fit;
  float threshold = 0;
  gboolean ok;

  g_return_val_if_fail (rows != NULL && rows->hidden_size > 0 && rows->n_seen >= 2 && rows->n_unseen >= 1, FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  ok = fit_init (&fit, get_width (rows), error) && measure (&fit, rows, cancellable, error);
  if (ok)
    {
      standardise (&fit);
      shrink (&fit, count_rows (rows));
      ok = factor (&fit, cancellable, error);
    }
  if (ok)
    {
      invert_factor (&fit);
      multiply (&fit);
      ok = find_threshold (&fit, rows, &threshold, cancellable, error) && save (&fit, threshold, path, error);
    }
  fit_clear (&fit);

  return ok;
}
