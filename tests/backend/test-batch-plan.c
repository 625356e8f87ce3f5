/* test-batch-plan.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-batch-plan.h"

#define N_ITEMS 103
#define SIZE    8

/* Three grids, one of a single picture. */
static guint64
grid_of (guint item)
{
  return item == 50 ? G_MAXUINT64 : item % 3 == 0 ? 7 : 0;
}

static EmoBatchPlan *
make_plan (guint   size,
           guint64 seed)
{
  guint64 grids[N_ITEMS];

  for (guint i = 0; i < N_ITEMS; i++)
    grids[i] = grid_of (i);

  return emo_batch_plan_new (grids, N_ITEMS, size, seed);
}

/* Adds the batch's pictures to @counts, without the repeats. */
static void
count_batch (EmoBatchPlan *plan,
             guint         batch,
             guint        *counts)
{
  const EmoBatchSlot *slots = emo_batch_plan_get_batch (plan, batch);

  for (guint i = 0; i < emo_batch_plan_get_size (plan); i++)
    if (!slots[i].repeated)
      counts[slots[i].item]++;
}

static void
assert_once (const guint *counts)
{
  for (guint i = 0; i < N_ITEMS; i++)
    g_assert_cmpuint (counts[i], ==, 1);
}

static void
test_batch_plan_holds_each_picture_once (void)
{
  for (guint size = 1; size <= N_ITEMS + 5; size += 3)
    {
      g_autoptr(EmoBatchPlan) plan = make_plan (size, 1);
      guint counts[N_ITEMS] = { 0 };

      g_assert_cmpuint (emo_batch_plan_get_n_items (plan), ==, N_ITEMS);
      for (guint batch = 0; batch < emo_batch_plan_get_n_batches (plan); batch++)
        count_batch (plan, batch, counts);
      assert_once (counts);
    }
}

static void
test_batch_plan_keeps_grids_apart (void)
{
  g_autoptr(EmoBatchPlan) plan = make_plan (SIZE, 1);

  /* 68, 34 and 1 pictures. */
  g_assert_cmpuint (emo_batch_plan_get_n_batches (plan), ==, 9 + 5 + 1);
  for (guint batch = 0; batch < emo_batch_plan_get_n_batches (plan); batch++)
    {
      const EmoBatchSlot *slots = emo_batch_plan_get_batch (plan, batch);

      for (guint i = 1; i < SIZE; i++)
        g_assert_true (grid_of (slots[i].item) == grid_of (slots[0].item));
    }
}

static void
test_batch_plan_repeats_at_the_end_alone (void)
{
  g_autoptr(EmoBatchPlan) plan = make_plan (SIZE, 1);
  guint n_repeated = 0, n_cut = 0;

  for (guint batch = 0; batch < emo_batch_plan_get_n_batches (plan); batch++)
    {
      const EmoBatchSlot *slots = emo_batch_plan_get_batch (plan, batch);

      g_assert_false (slots[0].repeated);
      n_cut += slots[SIZE - 1].repeated;
      for (guint i = 1; i < SIZE; i++)
        {
          g_assert_true (slots[i].repeated || !slots[i - 1].repeated);
          n_repeated += slots[i].repeated;
        }
    }
  g_assert_cmpuint (n_cut, ==, 3);
  g_assert_cmpuint (n_repeated, ==, 15 * SIZE - N_ITEMS);
}

/* The list is sorted by label: neighbours must not meet, or a step would learn
 * one label. */
static void
test_batch_plan_mixes_neighbours (void)
{
  guint64 grids[800] = { 0 };
  g_autoptr(EmoBatchPlan) plan = emo_batch_plan_new (grids, 800, 16, 42);

  for (guint batch = 0; batch < emo_batch_plan_get_n_batches (plan); batch++)
    {
      const EmoBatchSlot *slots = emo_batch_plan_get_batch (plan, batch);
      guint labels = 0;

      for (guint i = 0; i < 16; i++)
        labels |= 1u << (slots[i].item / 100);
      g_assert_cmpint (__builtin_popcount (labels), >=, 4);
    }
}

static void
test_batch_plan_is_shared_out (void)
{
  g_autoptr(EmoBatchPlan) plan = make_plan (SIZE, 1);

  for (guint n_shards = 1; n_shards <= 20; n_shards++)
    {
      guint n_turns = emo_batch_plan_get_n_turns (plan, n_shards);
      guint counts[N_ITEMS] = { 0 }, n_repeated = 0;

      for (guint shard = 0; shard < n_shards; shard++)
        {
          g_autofree EmoBatchTurn *turns = g_new (EmoBatchTurn, n_turns);

          emo_batch_plan_order (plan, 5, 3, shard, n_shards, turns);
          for (guint i = 0; i < n_turns; i++)
            if (turns[i].repeated)
              n_repeated++;
            else
              count_batch (plan, turns[i].batch, counts);
        }
      assert_once (counts);
      g_assert_cmpuint (n_repeated, ==, n_turns * n_shards - emo_batch_plan_get_n_batches (plan));
      g_assert_cmpuint (n_repeated, <, n_shards);
    }
}

/* What four machines compute in one turn is what one computes in four. */
static void
test_batch_plan_shards_follow_one_order (void)
{
  g_autoptr(EmoBatchPlan) plan = make_plan (SIZE, 1);
  EmoBatchTurn all[15], mine[4];

  g_assert_cmpuint (emo_batch_plan_get_n_turns (plan, 1), ==, 15);
  g_assert_cmpuint (emo_batch_plan_get_n_turns (plan, 4), ==, 4);
  emo_batch_plan_order (plan, 5, 3, 0, 1, all);
  for (guint shard = 0; shard < 4; shard++)
    {
      emo_batch_plan_order (plan, 5, 3, shard, 4, mine);
      for (guint i = 0; i < 4; i++)
        {
          g_assert_cmpuint (mine[i].batch, ==, all[(i * 4 + shard) % 15].batch);
          g_assert_cmpint (mine[i].repeated, ==, i * 4 + shard == 15);
        }
    }
}

static void
test_batch_plan_repeats_by_seed (void)
{
  g_autoptr(EmoBatchPlan) plan = make_plan (SIZE, 1);
  g_autoptr(EmoBatchPlan) same = make_plan (SIZE, 1);
  g_autoptr(EmoBatchPlan) other = make_plan (SIZE, 2);
  gsize length = SIZE * sizeof (EmoBatchSlot);
  gboolean differs = FALSE;

  for (guint batch = 0; batch < emo_batch_plan_get_n_batches (plan); batch++)
    {
      g_assert_cmpmem (emo_batch_plan_get_batch (plan, batch), length, emo_batch_plan_get_batch (same, batch), length);
      differs |= memcmp (emo_batch_plan_get_batch (plan, batch), emo_batch_plan_get_batch (other, batch), length) != 0;
    }
  g_assert_true (differs);
}

static void
test_batch_plan_order_changes_by_epoch (void)
{
  g_autoptr(EmoBatchPlan) plan = make_plan (SIZE, 1);
  EmoBatchTurn first[15], again[15], next[15];

  emo_batch_plan_order (plan, 5, 0, 0, 1, first);
  emo_batch_plan_order (plan, 5, 0, 0, 1, again);
  emo_batch_plan_order (plan, 5, 1, 0, 1, next);
  g_assert_cmpmem (first, sizeof first, again, sizeof again);
  g_assert_true (memcmp (first, next, sizeof first) != 0);
}

/* A resumed run may come from another build: the plan is part of the format. */
static void
test_batch_plan_stays_what_it_was (void)
{
  static const guint items[] = { 5, 0, 2, 3, 4, 1 };
  static const guint batches[] = { 1, 0, 2 };
  guint64 grids[6] = { 0 };
  g_autoptr(EmoBatchPlan) plan = emo_batch_plan_new (grids, 6, 2, 42);
  EmoBatchTurn turns[3];

  emo_batch_plan_order (plan, 42, 0, 0, 1, turns);
  for (guint batch = 0; batch < 3; batch++)
    {
      g_assert_cmpuint (turns[batch].batch, ==, batches[batch]);
      for (guint i = 0; i < 2; i++)
        g_assert_cmpuint (emo_batch_plan_get_batch (plan, batch)[i].item, ==, items[batch * 2 + i]);
    }
}

static void
test_batch_plan_of_nothing (void)
{
  g_autoptr(EmoBatchPlan) plan = emo_batch_plan_new (NULL, 0, 4, 1);

  g_assert_cmpuint (emo_batch_plan_get_n_batches (plan), ==, 0);
  g_assert_cmpuint (emo_batch_plan_get_n_turns (plan, 3), ==, 0);
  emo_batch_plan_order (plan, 1, 0, 2, 3, NULL);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/BatchPlan/holds-each-picture-once", test_batch_plan_holds_each_picture_once);
  g_test_add_func ("/Emo/BatchPlan/keeps-grids-apart", test_batch_plan_keeps_grids_apart);
  g_test_add_func ("/Emo/BatchPlan/repeats-at-the-end-alone", test_batch_plan_repeats_at_the_end_alone);
  g_test_add_func ("/Emo/BatchPlan/mixes-neighbours", test_batch_plan_mixes_neighbours);
  g_test_add_func ("/Emo/BatchPlan/is-shared-out", test_batch_plan_is_shared_out);
  g_test_add_func ("/Emo/BatchPlan/shards-follow-one-order", test_batch_plan_shards_follow_one_order);
  g_test_add_func ("/Emo/BatchPlan/repeats-by-seed", test_batch_plan_repeats_by_seed);
  g_test_add_func ("/Emo/BatchPlan/order-changes-by-epoch", test_batch_plan_order_changes_by_epoch);
  g_test_add_func ("/Emo/BatchPlan/stays-what-it-was", test_batch_plan_stays_what_it_was);
  g_test_add_func ("/Emo/BatchPlan/of-nothing", test_batch_plan_of_nothing);

  return g_test_run ();
}
