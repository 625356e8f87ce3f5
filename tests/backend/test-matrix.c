/* test-matrix.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <math.h>

#include "emo-draw.h"
#include "emo-matrix.h"

static float *
draw_floats (gsize   n,
             guint64 seed)
{
  EmoDraw draw = emo_draw_begin (seed, "test", 0, 0, 0);
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = emo_draw_normal (&draw);

  return values;
}

static double
element (EmoMatrixView view,
         gsize         i,
         gsize         j)
{
  return view.data[i * view.row_step + j * view.column_step];
}

static void
check_product (EmoMatrixView a,
               EmoMatrixView b,
               gsize         rows,
               gsize         depth,
               gsize         columns,
               gboolean      add)
{
  g_autofree float *out = draw_floats (rows * columns, 3);
  g_autofree float *before = g_memdup2 (out, rows * columns * sizeof *out);

  emo_matrix_multiply (a, b, rows, depth, columns, add, out);
  for (gsize i = 0; i < rows; i++)
    for (gsize j = 0; j < columns; j++)
      {
        double sum = add ? before[i * columns + j] : 0;

        for (gsize k = 0; k < depth; k++)
          sum += element (a, i, k) * element (b, k, j);
        g_assert_cmpfloat (fabs (out[i * columns + j] - sum), <, 1e-4);
      }
}

/* Sides below, at and above those of a tile. */
static void
test_products_of_all_shapes_and_transposes (void)
{
  const gsize sides[] = { 1, 3, 4, 5, 31, 32, 33, 70 };

  for (guint r = 0; r < G_N_ELEMENTS (sides); r++)
    for (guint d = 0; d < G_N_ELEMENTS (sides); d++)
      for (guint c = 0; c < G_N_ELEMENTS (sides); c++)
        {
          gsize rows = sides[r], depth = sides[d], columns = sides[c];
          g_autofree float *a = draw_floats (rows * depth, 1);
          g_autofree float *b = draw_floats (depth * columns, 2);

          check_product (EMO_MATRIX (a, depth), EMO_MATRIX (b, columns), rows, depth, columns, FALSE);
          check_product (EMO_MATRIX_TRANSPOSED (a, rows), EMO_MATRIX (b, columns), rows, depth, columns, TRUE);
          check_product (EMO_MATRIX (a, depth), EMO_MATRIX_TRANSPOSED (b, depth), rows, depth, columns, FALSE);
        }
}

/* A row's numbers do not hang on the rows beside it, to the last bit. */
static void
test_rows_do_not_meet (void)
{
  g_autofree float *a = draw_floats (9 * 50, 1);
  g_autofree float *b = draw_floats (50 * 40, 2);
  float all[9 * 40], one[40];

  emo_matrix_multiply (EMO_MATRIX (a, 50), EMO_MATRIX (b, 40), 9, 50, 40, FALSE, all);
  for (gsize i = 0; i < 9; i++)
    {
      emo_matrix_multiply (EMO_MATRIX (a + i * 50, 50), EMO_MATRIX (b, 40), 1, 50, 40, FALSE, one);
      g_assert_cmpmem (one, sizeof one, all + i * 40, sizeof one);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Matrix/products-of-all-shapes-and-transposes", test_products_of_all_shapes_and_transposes);
  g_test_add_func ("/Emo/Matrix/rows-do-not-meet", test_rows_do_not_meet);

  return g_test_run ();
}
