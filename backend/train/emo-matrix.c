/* emo-matrix.c: products of float32 matrices
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-clones-private.h"
#include "emo-matrix.h"

/* A tile of the result that stays in registers: 4 rows of 32 columns. A panel
 * is 32 columns of b, one after the other, so that the tile reads it in order
 * and every row of tiles finds it in the cache. */
#define TILE_ROWS    4
#define TILE_COLUMNS 32

/* @panel [depth, TILE_COLUMNS] of @b from @first on; zeros past the last. */
static void
pack (EmoMatrixView  b,
      gsize          depth,
      gsize          first,
      gsize          n,
      float         *panel)
{
  if (n < TILE_COLUMNS)
    memset (panel, 0, depth * TILE_COLUMNS * sizeof *panel);
  if (b.column_step == 1)
    {
      for (gsize k = 0; k < depth; k++)
        memcpy (panel + k * TILE_COLUMNS, b.data + k * b.row_step + first, n * sizeof *panel);
      return;
    }
  for (gsize j = 0; j < n; j++)
    for (gsize k = 0; k < depth; k++)
      panel[k * TILE_COLUMNS + j] = b.data[k * b.row_step + (first + j) * b.column_step];
}

EMO_CLONES static void
multiply_tile (const float *restrict a,          /* four rows */
               const gsize          *row_offsets,
               gsize                 column_step,
               const float *restrict panel,
               gsize                 depth,
               float *restrict       tile)       /* [TILE_ROWS, TILE_COLUMNS] */
{
  float sums[TILE_ROWS][TILE_COLUMNS] = { 0 };

  for (gsize k = 0; k < depth; k++)
    for (int i = 0; i < TILE_ROWS; i++)
      {
        float factor = a[row_offsets[i] + k * column_step];

        for (int j = 0; j < TILE_COLUMNS; j++)
          sums[i][j] += factor * panel[k * TILE_COLUMNS + j];
      }
  memcpy (tile, sums, sizeof sums);
}

static void
store_tile (const float *tile,
            gsize        n_rows,
            gsize        n_columns,
            gsize        width,
            gboolean     add,
            float       *out)
{
  for (gsize i = 0; i < n_rows; i++)
    for (gsize j = 0; j < n_columns; j++)
      out[i * width + j] = tile[i * TILE_COLUMNS + j] + (add ? out[i * width + j] : 0);
}

/**
 * emo_matrix_multiply:
 * @a: [rows, depth]
 * @b: [depth, columns]
 * @rows: rows of the result
 * @depth: how long the sums are
 * @columns: columns of the result
 * @add: whether the products are added to what @out holds
 * @out: (inout): [rows, columns]
 */
void
emo_matrix_multiply (EmoMatrixView  a,
                     EmoMatrixView  b,
                     gsize          rows,
                     gsize          depth,
                     gsize          columns,
                     gboolean       add,
                     float         *out)
{
  g_autofree float *panel = g_new (float, MAX (depth, 1) * TILE_COLUMNS);
  float tile[TILE_ROWS * TILE_COLUMNS];

  for (gsize column = 0; column < columns; column += TILE_COLUMNS)
    {
      gsize n_columns = MIN (TILE_COLUMNS, columns - column);

      pack (b, depth, column, n_columns, panel);
      for (gsize row = 0; row < rows; row += TILE_ROWS)
        {
          gsize n_rows = MIN (TILE_ROWS, rows - row);
          gsize offsets[TILE_ROWS];

          /* Rows past the last repeat it, and are not stored. */
          for (gsize i = 0; i < TILE_ROWS; i++)
            offsets[i] = (row + MIN (i, n_rows - 1)) * a.row_step;
          multiply_tile (a.data, offsets, a.column_step, panel, depth, tile);
          store_tile (tile, n_rows, n_columns, columns, add, out + row * columns + column);
        }
    }
}
