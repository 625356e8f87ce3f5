/* emo-head-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-head.h"

G_BEGIN_DECLS

#define EMO_HEAD_MAX_LAYERS (EMO_HEAD_MAX_DEPTH + 1)

/* Linear layers with GELU between. Weights stay float32 as torch has them;
 * sums are in double, which is closer to the exact value than torch's own. */
typedef struct
{
  guint  rows;
  guint  columns;
  float *weight;   /* [rows, columns] */
  float *bias;     /* [rows] */
} EmoHeadLayer;

struct _EmoHead
{
  guint        hidden_size;   /* H */
  guint        n_labels;
  guint        n_layers;
  guint        widest;        /* of the layers' rows */
  EmoHeadLayer layers[EMO_HEAD_MAX_LAYERS];
};

G_END_DECLS
