/* emo-matrix.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A view of float32 numbers: element [i, j] is data[i * row_step + j * column_step], so
 * that a transpose costs nothing. */
typedef struct
{
  const float *data;
  gsize        row_step;
  gsize        column_step;
} EmoMatrixView;

/* Rows one after the other, @width numbers each; and its transpose. */
#define EMO_MATRIX(data, width)            ((EmoMatrixView) { (data), (width), 1 })
#define EMO_MATRIX_TRANSPOSED(data, width) ((EmoMatrixView) { (data), 1, (width) })

/* @out [rows, columns] = @a [rows, depth] times @b [depth, columns], plus what
 * is in @out where @add. Each number is one sum from the first to the last of
 * depth, whatever the other sides are. Safe from any thread. */
void emo_matrix_multiply (EmoMatrixView  a,
                          EmoMatrixView  b,
                          gsize          rows,
                          gsize          depth,
                          gsize          columns,
                          gboolean       add,
                          float         *out);

G_END_DECLS
