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

#define N     400
#define WIDTH 6

typedef struct
{
  char    *folder;
  char    *path;
  float    values[N * WIDTH];
  guint32  rows[N];
} Fixture;

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
      float *row = fixture->values + i * WIDTH;

      for (guint j = 0; j < WIDTH; j++)
        row[j] = 5 + pow (4, j) * 0.01 * (emo_draw_uniform (&draw) + emo_draw_uniform (&draw) - 1);
      row[WIDTH - 1] = row[WIDTH - 2] + 0.01 * emo_draw_uniform (&draw);
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
  return (EmoDomainRows) { fixture->values, WIDTH, fixture->rows, n_seen, fixture->rows + n_seen, N - n_seen };
}

static EmoDomain *
fit (Fixture             *fixture,
     const EmoDomainRows *rows)
{
  g_autoptr(GError) error = NULL;
  EmoDomain *domain;

  g_assert_true (emo_domain_fit_save (rows, fixture->path, NULL, &error));
  g_assert_no_error (error);
  domain = emo_domain_load (fixture->path, rows->width, &error);
  g_assert_no_error (error);

  return domain;
}

static void
test_domain_fit_keeps_97_of_100_inside (Fixture       *fixture,
                                        gconstpointer  data)
{
  EmoDomainRows rows = rows_of (fixture, 200);
  g_autoptr(EmoDomain) domain = fit (fixture, &rows);
  guint n_inside = 0;

  for (guint i = 200; i < N; i++)
    n_inside += emo_domain_distance (domain, fixture->values + i * WIDTH) <= 1;
  g_assert_cmpuint (n_inside, ==, 194);
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
  g_assert_cmpfloat (emo_domain_distance (domain, picture), <, 0.5);
  picture[3] += 0.2;
  g_assert_cmpfloat (emo_domain_distance (domain, picture), <, 1);
  picture[3] -= 0.2;
  picture[0] += 0.2;
  g_assert_cmpfloat (emo_domain_distance (domain, picture), >, 1);
  picture[0] -= 0.2;
  picture[5] += 0.2;
  g_assert_cmpfloat (emo_domain_distance (domain, picture), >, 1);
}

/* The file's matrix times the shrunk covariance is the identity. */
static void
test_domain_fit_inverts (Fixture       *fixture,
                         gconstpointer  data)
{
  EmoDomainRows rows = rows_of (fixture, 399);
  g_autoptr(EmoDomain) domain = fit (fixture, &rows);
  g_autoptr(EmoSafetensors) file = emo_safetensors_open (fixture->path, NULL);
  float precision[WIDTH * WIDTH];
  double mean[WIDTH] = { 0 }, covariance[WIDTH * WIDTH] = { 0 }, trace = 0, square = 0, p = WIDTH, n = 399, share;

  g_assert_nonnull (domain);
  g_assert_true (emo_stored_tensor_read_floats (emo_safetensors_find (file, "precision"), precision, NULL));
  for (guint i = 0; i < 399; i++)
    for (guint j = 0; j < WIDTH; j++)
      mean[j] += fixture->values[i * WIDTH + j] / n;
  for (guint i = 0; i < 399; i++)
    for (guint j = 0; j < WIDTH * WIDTH; j++)
      covariance[j] += (fixture->values[i * WIDTH + j / WIDTH] - mean[j / WIDTH]) * (fixture->values[i * WIDTH + j % WIDTH] - mean[j % WIDTH]) / n;
  for (guint j = 0; j < WIDTH * WIDTH; j++)
    {
      trace += j % (WIDTH + 1) == 0 ? covariance[j] : 0;
      square += covariance[j] * covariance[j];
    }
  share = MAX (((1 - 2 / p) * square + trace * trace) / ((n + 1 - 2 / p) * (square - trace * trace / p)), 1e-4);
  for (guint j = 0; j < WIDTH * WIDTH; j++)
    covariance[j] = covariance[j] * (1 - share) + (j % (WIDTH + 1) == 0 ? share * trace / p : 0);
  for (guint i = 0; i < WIDTH; i++)
    for (guint j = 0; j < WIDTH; j++)
      {
        double sum = 0;

        for (guint k = 0; k < WIDTH; k++)
          sum += precision[i * WIDTH + k] * covariance[k * WIDTH + j];
        g_assert_cmpfloat (fabs (sum - (i == j)), <, 1e-3);
      }
}

/* Two rows in six dimensions, and rows that are all the same. */
static void
test_domain_fit_takes_few_and_equal_rows (Fixture       *fixture,
                                          gconstpointer  data)
{
  EmoDomainRows few = { fixture->values, WIDTH, fixture->rows, 2, fixture->rows + 2, 1 };
  g_autoptr(EmoDomain) of_few = fit (fixture, &few);
  g_autoptr(EmoDomain) of_equal = NULL;

  g_assert_cmpfloat (emo_domain_distance (of_few, fixture->values + 2 * WIDTH), <=, 1);
  for (guint i = 0; i < N * WIDTH; i++)
    fixture->values[i] = 1;
  of_equal = fit (fixture, &few);
  g_assert_cmpfloat (emo_domain_distance (of_equal, fixture->values), <=, 1);
  fixture->values[0] = 2;
  g_assert_cmpfloat (emo_domain_distance (of_equal, fixture->values), >, 1);
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
  ADD ("keeps-97-of-100-inside", test_domain_fit_keeps_97_of_100_inside);
  ADD ("knows-narrow-dimensions", test_domain_fit_knows_narrow_dimensions);
  ADD ("inverts", test_domain_fit_inverts);
  ADD ("takes-few-and-equal-rows", test_domain_fit_takes_few_and_equal_rows);
  ADD ("can-be-stopped", test_domain_fit_can_be_stopped);
#undef ADD

  return g_test_run ();
}
