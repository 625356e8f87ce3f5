/* test-domain-fit.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-domain-fit.h"
#include "emo-domain.h"
#include "emo-draw.h"
#include "emo-error.h"
#include "emo-safetensors.h"
#include "emo-test-files.h"

#define N      400
#define HIDDEN 3
#define WIDTH  (HIDDEN + EMO_VISUAL_SPREAD_SIZE)

typedef struct
{
  char    *folder;
  char    *path;
  float    means[N * HIDDEN];
  float    spreads[N * EMO_VISUAL_SPREAD_SIZE];
  guint32  rows[N];
} Fixture;

/* Number @j of the WIDTH that picture @i has. */
static float *
find (Fixture *fixture,
      guint    i,
      guint    j)
{
  return j < HIDDEN ? &fixture->means[i * HIDDEN + j] : &fixture->spreads[i * EMO_VISUAL_SPREAD_SIZE + j - HIDDEN];
}

/* Dimensions of very different widths, the last two of them nearly one. */
static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  EmoDraw draw = emo_draw_begin (3, "test", 0, 0, 0);

  fixture->folder = emo_test_make_folder ();
  fixture->path = g_build_filename (fixture->folder, "domain.safetensors", NULL);
  for (guint i = 0; i < N; i++)
    {
      for (guint j = 0; j < WIDTH; j++)
        *find (fixture, i, j) = 5 + pow (4, j) * 0.01 * (emo_draw_uniform (&draw) + emo_draw_uniform (&draw) - 1);
      *find (fixture, i, WIDTH - 1) = *find (fixture, i, WIDTH - 2) + 0.01 * emo_draw_uniform (&draw);
      fixture->rows[i] = i;
    }
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  emo_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static EmoDomainRows
rows_of (Fixture *fixture,
         guint    n_seen)
{
  return (EmoDomainRows) { fixture->means, fixture->spreads, HIDDEN, fixture->rows, n_seen, fixture->rows + n_seen, N - n_seen };
}

static EmoDomain *
fit (Fixture             *fixture,
     const EmoDomainRows *rows)
{
  g_autoptr(GError) error = NULL;
  EmoDomain *domain;

  g_assert_true (emo_domain_fit_save (rows, fixture->path, NULL, &error));
  g_assert_no_error (error);
  domain = emo_domain_load (fixture->path, rows->hidden_size, &error);
  g_assert_no_error (error);

  return domain;
}

static double
measure (EmoDomain *domain,
         Fixture   *fixture,
         guint      i)
{
  return emo_domain_distance (domain, find (fixture, i, 0), find (fixture, i, HIDDEN));
}

static double
measure_picture (EmoDomain   *domain,
                 const float *picture)
{
  return emo_domain_distance (domain, picture, picture + HIDDEN);
}

static void
test_domain_fit_keeps_39_of_40_inside (Fixture       *fixture,
                                        gconstpointer  data)
{
  EmoDomainRows rows = rows_of (fixture, 200);
  g_autoptr(EmoDomain) domain = fit (fixture, &rows);
  guint n_inside = 0;

  for (guint i = 200; i < N; i++)
    n_inside += measure (domain, fixture, i) <= 1;
  g_assert_cmpuint (n_inside, ==, 195);
}

/* Little in a narrow dimension, or against what two dimensions have in common, is
 * far; the same in a wide one is near. */
static void
test_domain_fit_knows_narrow_dimensions (Fixture       *fixture,
                                         gconstpointer  data)
{
  EmoDomainRows rows = rows_of (fixture, 300);
  g_autoptr(EmoDomain) domain = fit (fixture, &rows);
  float picture[WIDTH];

  for (guint j = 0; j < WIDTH; j++)
    picture[j] = 5;
  picture[5] = 5.005;
  g_assert_cmpfloat (measure_picture (domain, picture), <, 0.5);
  picture[3] += 0.2;
  g_assert_cmpfloat (measure_picture (domain, picture), <, 1);
  picture[3] -= 0.2;
  picture[0] += 0.2;
  g_assert_cmpfloat (measure_picture (domain, picture), >, 1);
  picture[0] -= 0.2;
  picture[4] += 2;
  picture[5] += 2;
  g_assert_cmpfloat (measure_picture (domain, picture), <, 1);
  picture[4] -= 2;
  g_assert_cmpfloat (measure_picture (domain, picture), >, 1);
}

/* Tokens and logarithms have nothing in common: in other units a picture is as far. */
static void
test_domain_fit_does_not_hang_on_units (Fixture       *fixture,
                                        gconstpointer  data)
{
  EmoDomainRows rows = rows_of (fixture, 300);
  g_autoptr(EmoDomain) domain = fit (fixture, &rows);
  g_autoptr(EmoDomain) scaled = NULL;
  double before[N];

  for (guint i = 0; i < N; i++)
    {
      before[i] = measure (domain, fixture, i);
      *find (fixture, i, 1) *= 1024;
      *find (fixture, i, 4) /= 64;
    }
  scaled = fit (fixture, &rows);
  for (guint i = 0; i < N; i++)
    g_assert_cmpfloat_with_epsilon (measure (scaled, fixture, i), before[i], 1e-4);
}

/* One that rounding moves is where it was, one that is elsewhere is far. */
static void
test_domain_fit_takes_a_dimension_that_is_always_the_same (Fixture       *fixture,
                                                           gconstpointer  data)
{
  EmoDomainRows rows = rows_of (fixture, 300);
  g_autoptr(EmoDomain) domain = NULL;

  for (guint i = 0; i < N; i++)
    *find (fixture, i, 1) = i % 2 == 0 ? 7 : 7.0000005f;
  domain = fit (fixture, &rows);
  for (guint j = 0; j < WIDTH; j++)
    *find (fixture, 0, j) = j == 1 ? 7.000001f : 5;
  g_assert_cmpfloat (measure (domain, fixture, 0), <, 1);
  *find (fixture, 0, 1) = 10;
  g_assert_cmpfloat (measure (domain, fixture, 0), >, 1);
}

/* The covariance of the first @n rows whose columns are divided by their standard
 * deviations @scale, shrunk towards the identity. */
static void
shrink (Fixture *fixture,
        double   n,
        double  *scale,
        double  *matrix)
{
  double mean[WIDTH] = { 0 }, square = 0, p = WIDTH, share;

  memset (matrix, 0, WIDTH * WIDTH * sizeof *matrix);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < WIDTH; j++)
      mean[j] += *find (fixture, i, j) / n;
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < WIDTH * WIDTH; j++)
      matrix[j] += (*find (fixture, i, j / WIDTH) - mean[j / WIDTH]) * (*find (fixture, i, j % WIDTH) - mean[j % WIDTH]) / n;
  for (guint j = 0; j < WIDTH; j++)
    scale[j] = sqrt (matrix[j * WIDTH + j]);
  for (guint j = 0; j < WIDTH * WIDTH; j++)
    {
      matrix[j] /= scale[j / WIDTH] * scale[j % WIDTH];
      square += matrix[j] * matrix[j];
    }
  share = ((1 - 2 / p) * square + p * p) / ((n + 1 - 2 / p) * (square - p));
  for (guint j = 0; j < WIDTH * WIDTH; j++)
    matrix[j] = matrix[j] * (1 - share) + (j % (WIDTH + 1) == 0 ? share : 0);
}

/* The file's matrix, of scaled columns, times theirs is the identity. */
static void
test_domain_fit_inverts (Fixture       *fixture,
                         gconstpointer  data)
{
  EmoDomainRows rows = rows_of (fixture, 399);
  g_autoptr(EmoDomain) domain = fit (fixture, &rows);
  g_autoptr(EmoSafetensors) file = emo_safetensors_open (fixture->path, NULL);
  float precision[WIDTH * WIDTH];
  double scale[WIDTH], shrunk[WIDTH * WIDTH];

  g_assert_nonnull (domain);
  g_assert_true (emo_stored_tensor_read_floats (emo_safetensors_find (file, "precision"), precision, NULL));
  shrink (fixture, 399, scale, shrunk);
  for (guint i = 0; i < WIDTH; i++)
    for (guint j = 0; j < WIDTH; j++)
      {
        double sum = 0;

        for (guint k = 0; k < WIDTH; k++)
          sum += precision[i * WIDTH + k] * scale[i] * scale[k] * shrunk[k * WIDTH + j];
        g_assert_cmpfloat (fabs (sum - (i == j)), <, 1e-4);
      }
}

/* Two rows in six dimensions, and rows that are all the same. */
static void
test_domain_fit_takes_few_and_equal_rows (Fixture       *fixture,
                                          gconstpointer  data)
{
  EmoDomainRows few = { fixture->means, fixture->spreads, HIDDEN, fixture->rows, 2, fixture->rows + 2, 1 };
  g_autoptr(EmoDomain) of_few = fit (fixture, &few);
  g_autoptr(EmoDomain) of_equal = NULL;

  g_assert_cmpfloat (measure (of_few, fixture, 2), <=, 1);
  for (guint i = 0; i < N; i++)
    for (guint j = 0; j < WIDTH; j++)
      *find (fixture, i, j) = 1;
  of_equal = fit (fixture, &few);
  g_assert_cmpfloat (measure (of_equal, fixture, 0), <=, 1);
  *find (fixture, 0, 0) = 2;
  g_assert_cmpfloat (measure (of_equal, fixture, 0), >, 1);
}

static void
test_domain_fit_can_be_stopped (Fixture       *fixture,
                                gconstpointer  data)
{
  EmoDomainRows rows = rows_of (fixture, 200);
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (emo_domain_fit_save (&rows, fixture->path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/Emo/DomainFit/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("keeps-39-of-40-inside", test_domain_fit_keeps_39_of_40_inside);
  ADD ("knows-narrow-dimensions", test_domain_fit_knows_narrow_dimensions);
  ADD ("does-not-hang-on-units", test_domain_fit_does_not_hang_on_units);
  ADD ("takes-a-dimension-that-is-always-the-same", test_domain_fit_takes_a_dimension_that_is_always_the_same);
  ADD ("inverts", test_domain_fit_inverts);
  ADD ("takes-few-and-equal-rows", test_domain_fit_takes_few_and_equal_rows);
  ADD ("can-be-stopped", test_domain_fit_can_be_stopped);
#undef ADD

  return g_test_run ();
}
