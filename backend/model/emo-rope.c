/* emo-rope.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-rope.h"

static float
inverse_frequency (double theta,
                   int    index,
                   int    dim)
{
  return 1.0f / powf ((float) theta, (float) (2 * index) / (float) dim);
}

/**
 * emo_rope_decoder:
 * @positions: [@n_positions, 3] time, row and column of each token
 * @n_positions: S
 * @head_dim: width of a head
 * @theta: rope_theta
 * @section: frequencies that turn by time, row and column
 * @cosine: (out caller-allocates): [S, head_dim / 2]
 * @sine: (out caller-allocates): [S, head_dim / 2]
 *
 * Angles of Qwen2-VL's M-RoPE (arXiv 2409.12191, section 2.1).
 */
void
emo_rope_decoder (const int *positions,
                  guint      n_positions,
                  int        head_dim,
                  double     theta,
                  const int  section[3],
                  float     *cosine,
                  float     *sine)
{
  int half = head_dim / 2;

  for (int i = 0; i < half; i++)
    {
      int axis = i < section[0] ? 0 : i < section[0] + section[1] ? 1 : 2;
      float frequency = inverse_frequency (theta, i, head_dim);

      for (guint s = 0; s < n_positions; s++)
        {
          float angle = (float) positions[3 * s + axis] * frequency;
          cosine[s * half + i] = cosf (angle);
          sine[s * half + i] = sinf (angle);
        }
    }
}

/* Row and column of patch @index when 2x2 neighbours are adjacent. */
static void
patch_place (const int grid[3],
             int       merge,
             int       index,
             int      *row,
             int      *column)
{
  int inside = index % (merge * merge);
  int block = index / (merge * merge) % (grid[1] / merge * (grid[2] / merge));
  int blocks_across = grid[2] / merge;

  *row = block / blocks_across * merge + inside / merge;
  *column = block % blocks_across * merge + inside % merge;
}

/**
 * emo_rope_vision:
 * @grid: t, h, w in patches
 * @merge_size: side of a merge block
 * @head_dim: width of a head, a multiple of 4
 * @theta: 10000
 * @cosine: (out caller-allocates): [t*h*w, head_dim / 2]
 * @sine: (out caller-allocates): [t*h*w, head_dim / 2]
 *
 * Angles of the vision tower's two-dimensional RoPE.
 */
void
emo_rope_vision (const int  grid[3],
                 int        merge_size,
                 int        head_dim,
                 double     theta,
                 float     *cosine,
                 float     *sine)
{
  int half = head_dim / 2, quarter = head_dim / 4;
  int n = grid[0] * grid[1] * grid[2];

  for (int p = 0; p < n; p++)
    {
      int place[2];

      patch_place (grid, merge_size, p, &place[0], &place[1]);
      for (int i = 0; i < half; i++)
        {
          float angle = (float) place[i / quarter] * inverse_frequency (theta, i % quarter, half);
          cosine[p * half + i] = cosf (angle);
          sine[p * half + i] = sinf (angle);
        }
    }
}

/**
 * emo_rope_picture_positions:
 * @grid: t, h, w in patches
 * @merge_size: side of a merge block
 * @start: the first free position
 * @positions: (out caller-allocates): [T, 3]
 *
 * Returns: the position of the text that follows
 */
int
emo_rope_picture_positions (const int  grid[3],
                            int        merge_size,
                            int        start,
                            int       *positions)
{
  int rows = grid[1] / merge_size, columns = grid[2] / merge_size;

  for (int t = 0; t < grid[0]; t++)
    for (int r = 0; r < rows; r++)
      for (int c = 0; c < columns; c++, positions += 3)
        {
          positions[0] = start + t;
          positions[1] = start + r;
          positions[2] = start + c;
        }
  return start + MAX (rows, columns);
}
