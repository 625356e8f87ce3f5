/* emo-kv-cache.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-tensor.h"

G_BEGIN_DECLS

/* Keys and values of every decoder layer in preallocated buffers
 * [kv_heads, capacity, D]; rows are written where the caller says. */
typedef struct
{
  int         n_layers;
  int         n_heads;     /* kv heads */
  int         head_dim;    /* D */
  EmoDtype    dtype;
  EmoDevice   device;
  gint64      capacity;    /* rows */
  EmoTensor **keys;        /* [n_layers] */
  EmoTensor **values;      /* [n_layers] */
} EmoKvCache;

EmoKvCache *emo_kv_cache_new     (int          n_layers,
                                  int          n_heads,
                                  int          head_dim,
                                  EmoDtype     dtype,
                                  EmoDevice    device);
void        emo_kv_cache_free    (EmoKvCache  *self);
/* Room for @rows; the first @kept survive. */
gboolean    emo_kv_cache_reserve (EmoKvCache  *self,
                                  gint64       rows,
                                  gint64       kept,
                                  GError     **error);
/* Writes k and v [kv_heads, n, D] at @start, gives views of rows [0, start + n)
 * back. Where gradients are recorded nothing is written: the views are new
 * tensors that remember k and v. */
void        emo_kv_cache_append  (EmoKvCache  *self,
                                  EmoScope    *scope,
                                  int          layer,
                                  gint64       start,
                                  EmoTensor  **k,
                                  EmoTensor  **v);
/* Copies @rows (of any place) to rows [start, start + n) in every layer. */
void        emo_kv_cache_gather  (EmoKvCache  *self,
                                  EmoScope    *scope,
                                  gint64       start,
                                  const int   *rows,
                                  guint        n_rows);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoKvCache, emo_kv_cache_free)

G_END_DECLS
