/* emo-weights.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-safetensors.h"

G_BEGIN_DECLS

/* Tensors of small files (head, gates, domain) copied out against the shape
 * that is expected of them. */
#define EMO_WEIGHTS_MAX_RANK 3

typedef struct
{
  const char *name;
  guint       rank;
  gint64      shape[EMO_WEIGHTS_MAX_RANK];
} EmoWeightShape;

/* The names of @wanted that @file lacks are one MISSING_WEIGHT error: the first
 * five and their count. */
gboolean               emo_weights_require      (EmoSafetensors        *file,
                                                 const char            *path,
                                                 const EmoWeightShape  *wanted,
                                                 guint                  n,
                                                 GError               **error);
/* MISSING_WEIGHT, SHAPE (wanted and found), DTYPE, OUT_OF_MEMORY. */
float                 *emo_weights_read_floats  (EmoSafetensors        *file,
                                                 const char            *path,
                                                 const EmoWeightShape  *wanted,
                                                 GError               **error);
double                *emo_weights_read_doubles (EmoSafetensors        *file,
                                                 const char            *path,
                                                 const EmoWeightShape  *wanted,
                                                 GError               **error);
/* sum of w[i] * x[i] in double; float weights. */
double                 emo_weights_dot          (const float           *w,
                                                 const double          *x,
                                                 gsize                  n);

G_END_DECLS
