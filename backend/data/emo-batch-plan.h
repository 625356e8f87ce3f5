/* emo-batch-plan.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Which pictures are computed together, and in which order: a pure function of
 * the list, the size and the seed, so that a resumed run and one that is shared
 * by many machines compute the same numbers as an unbroken one. Immutable; any
 * thread. */
typedef struct _EmoBatchPlan EmoBatchPlan;

/* A picture's place in a batch. What fills a batch up is a picture that another
 * place has: it counts for nothing in loss and figures. */
typedef struct
{
  guint    item;       /* index into the list */
  gboolean repeated;
} EmoBatchSlot;

/* A batch's place in a shard's epoch. What makes all shards equally long is a
 * batch that another turn has: it counts for nothing either. */
typedef struct
{
  guint    batch;
  gboolean repeated;
} EmoBatchTurn;

/* @grids [n_items]: only items of the same key share a batch. */
EmoBatchPlan       *emo_batch_plan_new           (const guint64 *grids,
                                                  guint          n_items,
                                                  guint          batch_size,
                                                  guint64        seed);
void                emo_batch_plan_free          (EmoBatchPlan  *self);
guint               emo_batch_plan_get_n_items   (EmoBatchPlan  *self);
guint               emo_batch_plan_get_n_batches (EmoBatchPlan  *self);
guint               emo_batch_plan_get_size      (EmoBatchPlan  *self);
/* [size]; the first one is never repeated. */
const EmoBatchSlot *emo_batch_plan_get_batch     (EmoBatchPlan  *self,
                                                  guint          batch);
/* Turns of each shard in an epoch. */
guint               emo_batch_plan_get_n_turns   (EmoBatchPlan  *self,
                                                  guint          n_shards);
/* @turns (out): [n_turns] */
void                emo_batch_plan_order         (EmoBatchPlan  *self,
                                                  guint64        seed,
                                                  guint          epoch,
                                                  guint          shard,
                                                  guint          n_shards,
                                                  EmoBatchTurn  *turns);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoBatchPlan, emo_batch_plan_free)

G_END_DECLS
