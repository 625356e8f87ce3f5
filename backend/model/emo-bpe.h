/* emo-bpe.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Byte pair encoding of one piece: the merge table. Immutable once filled. */
typedef struct _EmoBpe EmoBpe;

EmoBpe   *emo_bpe_new    (guint          n_merges);   /* NULL: no memory */
void      emo_bpe_free   (EmoBpe        *self);
/* A later merge of the same pair replaces the earlier one. */
void      emo_bpe_add    (EmoBpe        *self,
                          guint32        left,
                          guint32        right,
                          guint32        rank,
                          guint32        merged);
/* Merges @ids from @start to its end in place, lowest rank first. */
void      emo_bpe_merge  (EmoBpe        *self,
                          GArray        *ids,       /* guint32 */
                          guint          start);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoBpe, emo_bpe_free)

G_END_DECLS
