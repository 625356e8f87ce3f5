/* emo-batch-plan.c: pictures of one grid, together, the same way each time
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-batch-plan.h"
#include "emo-draw.h"

/* Items of a grid are dealt to its batches in an order drawn by the seed: lists
 * are sorted by folder, and a batch of neighbours would be all of one label.
 * Batches do not change from epoch to epoch, so that what is made for a batch
 * can be kept; their order does. */
struct _EmoBatchPlan
{
  guint         n_items;
  guint         n_batches;
  guint         size;
  EmoBatchSlot *slots;     /* [n_batches, size] */
};

typedef struct
{
  guint64 grid;
  guint32 item;
} Member;

static int
compare_members (gconstpointer a,
                 gconstpointer b,
                 gpointer      user_data)
{
  const Member *first = a, *second = b;

  if (first->grid != second->grid)
    return first->grid < second->grid ? -1 : 1;

  return first->item < second->item ? -1 : first->item > second->item;
}

static Member *
sort_by_grid (const guint64 *grids,
              guint          n_items)
{
  Member *members = g_new (Member, n_items);

  for (guint i = 0; i < n_items; i++)
    members[i] = (Member) { grids[i], i };
  g_qsort_with_data (members, (int) n_items, sizeof *members, compare_members, NULL);

  return members;
}

/* Where the members of the grid that begins at @begin end. */
static guint
find_end (const Member *members,
          guint         n_items,
          guint         begin)
{
  guint end = begin + 1;

  while (end < n_items && members[end].grid == members[begin].grid)
    end++;

  return end;
}

static guint
count_batches (const Member *members,
               guint         n_items,
               guint         size)
{
  guint n = 0, end;

  for (guint begin = 0; begin < n_items; begin = end)
    {
      end = find_end (members, n_items, begin);
      n += (end - begin - 1) / size + 1;
    }

  return n;
}

/* Fills the batches of one grid; the last one is filled up from the grid's
 * first, over and over where there are few. */
static guint
deal (EmoBatchPlan *self,
      const Member *members,
      guint         n_members,
      guint         first_batch,
      guint64       seed)
{
  guint n_batches = (n_members - 1) / self->size + 1;
  EmoBatchSlot *slots = self->slots + (gsize) first_batch * self->size;
  g_autofree guint32 *order = g_new (guint32, n_members);
  EmoDraw draw = emo_draw_begin (seed, "batch-members", members->grid, 0, 0);

  for (guint i = 0; i < n_members; i++)
    order[i] = members[i].item;
  emo_draw_shuffle (&draw, order, n_members);
  for (gsize i = 0; i < (gsize) n_batches * self->size; i++)
    slots[i] = (EmoBatchSlot) { order[i % n_members], i >= n_members };

  return n_batches;
}

/**
 * emo_batch_plan_new:
 * @grids: (array length=n_items): what tells pictures apart that cannot be
 *   computed together, as their sides in patches
 * @n_items: pictures in the list
 * @batch_size: pictures in each batch, at least 1
 * @seed: which pictures of a grid meet
 *
 * Returns: (transfer full): the plan; of no batches where there are no pictures
 */
EmoBatchPlan *
emo_batch_plan_new (const guint64 *grids,
                    guint          n_items,
                    guint          batch_size,
                    guint64        seed)
{
  g_autofree Member *members = NULL;
  EmoBatchPlan *self;
  guint batch = 0, end;

  g_return_val_if_fail (grids != NULL || n_items == 0, NULL);
  g_return_val_if_fail (n_items <= G_MAXINT, NULL);
  g_return_val_if_fail (batch_size > 0, NULL);

  members = sort_by_grid (grids, n_items);
  self = g_new0 (EmoBatchPlan, 1);
  self->n_items = n_items;
  self->size = batch_size;
  self->n_batches = count_batches (members, n_items, batch_size);
  self->slots = g_new (EmoBatchSlot, (gsize) self->n_batches * batch_size);
  for (guint begin = 0; begin < n_items; begin = end)
    {
      end = find_end (members, n_items, begin);
      batch += deal (self, members + begin, end - begin, batch, seed);
    }

  return self;
}

/**
 * emo_batch_plan_free:
 * @self: (transfer full) (nullable): a plan
 */
void
emo_batch_plan_free (EmoBatchPlan *self)
{
  if (self == NULL)
    return;
  g_free (self->slots);
  g_free (self);
}

/**
 * emo_batch_plan_get_n_items:
 * @self: a plan
 *
 * Returns: pictures in the list
 */
guint
emo_batch_plan_get_n_items (EmoBatchPlan *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_items;
}

/**
 * emo_batch_plan_get_n_batches:
 * @self: a plan
 *
 * Returns: batches in all
 */
guint
emo_batch_plan_get_n_batches (EmoBatchPlan *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_batches;
}

/**
 * emo_batch_plan_get_size:
 * @self: a plan
 *
 * Returns: places in each batch
 */
guint
emo_batch_plan_get_size (EmoBatchPlan *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

/**
 * emo_batch_plan_get_batch:
 * @self: a plan
 * @batch: which one
 *
 * Returns: (transfer none): its places, as many as emo_batch_plan_get_size() says;
 *   what is repeated comes last
 */
const EmoBatchSlot *
emo_batch_plan_get_batch (EmoBatchPlan *self,
                          guint         batch)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (batch < self->n_batches, NULL);

  return self->slots + (gsize) batch * self->size;
}

/**
 * emo_batch_plan_get_n_turns:
 * @self: a plan
 * @n_shards: how many share the work, at least 1
 *
 * Returns: batches that each shard computes in an epoch
 */
guint
emo_batch_plan_get_n_turns (EmoBatchPlan *self,
                            guint         n_shards)
{
  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (n_shards > 0, 0);

  return self->n_batches / n_shards + (self->n_batches % n_shards != 0);
}

/**
 * emo_batch_plan_order:
 * @self: a plan
 * @seed: of the order
 * @epoch: which one
 * @shard: who asks, below @n_shards
 * @n_shards: how many share the work, at least 1
 * @turns: (out caller-allocates): as many as emo_batch_plan_get_n_turns() says
 *
 * Draws the epoch's order of all batches, of which a shard takes each
 * @n_shards-th: turn i of all shards together is what one machine would compute
 * in turns i * @n_shards and those after it. Where batches run out, the order
 * begins anew, and those turns are repeated ones.
 */
void
emo_batch_plan_order (EmoBatchPlan *self,
                      guint64       seed,
                      guint         epoch,
                      guint         shard,
                      guint         n_shards,
                      EmoBatchTurn *turns)
{
  EmoDraw draw = emo_draw_begin (seed, "batches", epoch, 0, 0);
  g_autofree guint32 *order = NULL;
  guint n_turns;

  g_return_if_fail (self != NULL);
  g_return_if_fail (shard < n_shards);
  g_return_if_fail (turns != NULL || self->n_batches == 0);

  order = g_new (guint32, self->n_batches);
  for (guint i = 0; i < self->n_batches; i++)
    order[i] = i;
  emo_draw_shuffle (&draw, order, self->n_batches);
  n_turns = emo_batch_plan_get_n_turns (self, n_shards);
  for (guint i = 0; i < n_turns; i++)
    {
      guint64 place = (guint64) i * n_shards + shard;

      turns[i] = (EmoBatchTurn) { order[place % self->n_batches], place >= self->n_batches };
    }
}
