/* emo-bpe.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-bpe.h"
#include "emo-keyed-hash.h"

#define NONE G_MAXUINT32

typedef struct
{
  guint32 left;     /* NONE: a free slot */
  guint32 right;
  guint32 rank;
  guint32 merged;
} Merge;

/* EmoBpe:
 *
 * An open-addressing hash from a pair of ids to its rank and result, at most two
 * thirds full. A piece is a doubly linked list of symbols; a heap holds the pairs
 * that can be merged, so that a piece of n bytes costs n log n. Entries of the
 * heap are not removed when their pair disappears: they are tested when they come
 * up, by the token they would make, as the tokenizers library tests them.
 */
struct _EmoBpe
{
  Merge *slots;
  gsize  mask;
  gsize  n_used;
  guint64 secret;
};

typedef struct
{
  guint32 id;      /* NONE: merged into the symbol before it */
  guint32 prev;
  guint32 next;
} Symbol;

typedef struct
{
  guint64 order;   /* rank, then position: the least is merged first */
  guint32 merged;
} Candidate;

typedef struct
{
  EmoBpe    *bpe;
  Symbol    *symbols;
  Candidate *heap;
  gsize      n_heap;
} Work;

/**
 * emo_bpe_new:
 * @n_merges: how many pairs will be added at most
 *
 * Returns: (transfer full) (nullable): an empty table, %NULL when memory is short
 */
EmoBpe *
emo_bpe_new (guint n_merges)
{
  gsize n_slots = 16;
  Merge *slots;
  EmoBpe *self;

  while (n_slots / 3 * 2 < n_merges)
    n_slots *= 2;
  slots = g_try_new (Merge, n_slots);
  if (slots == NULL)
    return NULL;
  for (gsize i = 0; i < n_slots; i++)
    slots[i].left = NONE;

  self = g_new0 (EmoBpe, 1);
  self->slots = slots;
  self->mask = n_slots - 1;
  self->secret = emo_keyed_hash_secret ();

  return self;
}

/**
 * emo_bpe_free:
 * @self: (transfer full) (nullable): a table
 */
void
emo_bpe_free (EmoBpe *self)
{
  if (self == NULL)
    return;
  g_free (self->slots);
  g_free (self);
}

static Merge *
find_slot (EmoBpe  *self,
           guint32  left,
           guint32  right)
{
  guint64 key = (guint64) left << 32 | right;
  gsize i = emo_keyed_hash_mix (key ^ self->secret, self->secret) & self->mask;

  while (self->slots[i].left != NONE && (self->slots[i].left != left || self->slots[i].right != right))
    i = (i + 1) & self->mask;

  return &self->slots[i];
}

/**
 * emo_bpe_add:
 * @self: a table with room
 * @left: id of the left half
 * @right: id of the right half
 * @rank: the merge's place in the file
 * @merged: id of the whole
 */
void
emo_bpe_add (EmoBpe  *self,
             guint32  left,
             guint32  right,
             guint32  rank,
             guint32  merged)
{
  Merge *slot = find_slot (self, left, right);

  g_return_if_fail (left != NONE && self->n_used < self->mask);

  if (slot->left == NONE)
    self->n_used++;
  *slot = (Merge){ left, right, rank, merged };
}

static void
push (Work    *work,
      guint32  position)
{
  Symbol *symbol = &work->symbols[position];
  Merge *merge = find_slot (work->bpe, symbol->id, work->symbols[symbol->next].id);
  guint64 order = (guint64) merge->rank << 32 | position;
  gsize i = work->n_heap;

  if (merge->left == NONE)
    return;

  work->n_heap++;
  while (i > 0 && work->heap[(i - 1) / 2].order > order)
    {
      work->heap[i] = work->heap[(i - 1) / 2];
      i = (i - 1) / 2;
    }
  work->heap[i] = (Candidate){ order, merge->merged };
}

static Candidate
pop (Work *work)
{
  Candidate first = work->heap[0];
  Candidate moved = work->heap[--work->n_heap];
  gsize i = 0;

  for (;;)
    {
      gsize child = 2 * i + 1;

      if (child >= work->n_heap)
        break;
      if (child + 1 < work->n_heap && work->heap[child + 1].order < work->heap[child].order)
        child++;
      if (work->heap[child].order >= moved.order)
        break;
      work->heap[i] = work->heap[child];
      i = child;
    }
  work->heap[i] = moved;

  return first;
}

static void
apply (Work            *work,
       const Candidate *candidate)
{
  guint32 position = (guint32) candidate->order;
  Symbol *symbol = &work->symbols[position];
  Symbol *right;
  Merge *merge;

  if (symbol->id == NONE || symbol->next == NONE)
    return;
  right = &work->symbols[symbol->next];
  merge = find_slot (work->bpe, symbol->id, right->id);
  if (merge->left == NONE || merge->merged != candidate->merged)
    return;

  symbol->id = candidate->merged;
  symbol->next = right->next;
  right->id = NONE;
  if (symbol->next != NONE)
    work->symbols[symbol->next].prev = position;

  if (symbol->prev != NONE)
    push (work, symbol->prev);
  if (symbol->next != NONE)
    push (work, position);
}

static void
merge_all (Work *work,
           guint n)
{
  for (guint i = 0; i + 1 < n; i++)
    push (work, i);

  while (work->n_heap > 0)
    {
      Candidate candidate = pop (work);

      apply (work, &candidate);
    }
}

/**
 * emo_bpe_merge:
 * @self: a table
 * @ids: (element-type guint32): ids, of which the piece is the last ones
 * @start: index of the piece's first id
 *
 * Replaces the piece by its merged form.
 */
void
emo_bpe_merge (EmoBpe *self,
               GArray *ids,
               guint   start)
{
  guint n = ids->len - start;
  guint32 *piece = (guint32 *) (void *) ids->data + start;
  Symbol few_symbols[64];
  Candidate few_candidates[3 * G_N_ELEMENTS (few_symbols)];
  g_autofree Symbol *many_symbols = NULL;
  g_autofree Candidate *many_candidates = NULL;
  Work work = { self, few_symbols, few_candidates, 0 };
  guint out = 0;

  if (n < 2)
    return;

  /* Each of at most n - 1 merges adds at most two pairs to the n - 1 at first. */
  if (n > G_N_ELEMENTS (few_symbols))
    {
      work.symbols = many_symbols = g_new (Symbol, n);
      work.heap = many_candidates = g_new (Candidate, (gsize) n * 3);
    }
  for (guint i = 0; i < n; i++)
    work.symbols[i] = (Symbol){ piece[i], i == 0 ? NONE : i - 1, i + 1 < n ? i + 1 : NONE };

  merge_all (&work, n);

  for (guint32 i = 0; i != NONE; i = work.symbols[i].next)
    piece[out++] = work.symbols[i].id;
  g_array_set_size (ids, start + out);
}
