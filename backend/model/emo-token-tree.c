/* emo-token-tree.c: candidates that share their common prefixes
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-token-tree.h"

typedef struct
{
  const GArray *ids;   /* guint32 */
  guint         label;
} Candidate;

static guint32
id_at (const Candidate *candidate,
       guint            depth)
{
  return g_array_index (candidate->ids, guint32, depth);
}

static guint
shared_length (const Candidate *a,
               const Candidate *b)
{
  guint n = MIN (a->ids->len, b->ids->len);
  guint i = 0;

  while (i < n && id_at (a, i) == id_at (b, i))
    i++;

  return i;
}

static int
compare_candidates (gconstpointer a,
                    gconstpointer b,
                    gpointer      user_data)
{
  const Candidate *first = a, *second = b;
  guint shared = shared_length (first, second);

  if (shared == first->ids->len || shared == second->ids->len)
    return first->ids->len < second->ids->len ? -1 : first->ids->len > second->ids->len;

  return id_at (first, shared) < id_at (second, shared) ? -1 : 1;
}

/* @path [depth] holds the nodes of the candidate before, so that what both
 * begin with is there already. */
static void
add_candidate (EmoTokenTree    *self,
               const Candidate *candidate,
               guint            shared,
               int             *path)
{
  for (guint depth = shared; depth < candidate->ids->len; depth++)
    {
      guint node = self->n_nodes++;

      self->ids[node] = id_at (candidate, depth);
      self->parents[node] = depth > 0 ? path[depth - 1] : -1;
      self->depths[node] = depth;
      path[depth] = node;
    }
  self->leaves[candidate->label] = path[candidate->ids->len - 1];
}

/**
 * emo_token_tree_new_for_ids:
 * @candidates: (array length=n): token ids of each label's answer, none empty
 * @n: labels
 *
 * In the order of their ids a candidate shares most with the one before it, and
 * the nodes come out depth first.
 *
 * Returns: (transfer full): the tree
 */
EmoTokenTree *
emo_token_tree_new_for_ids (GArray *const *candidates,
                            guint          n)
{
  g_autofree Candidate *sorted = NULL;
  g_autofree int *path = NULL;
  EmoTokenTree *self;
  guint total = 0, longest = 0;

  g_return_val_if_fail (n > 0, NULL);

  sorted = g_new0 (Candidate, n);
  for (guint i = 0; i < n; i++)
    {
      g_return_val_if_fail (candidates[i]->len > 0, NULL);
      sorted[i] = (Candidate) { .ids = candidates[i], .label = i };
      total += candidates[i]->len;
      longest = MAX (longest, candidates[i]->len);
    }
  g_qsort_with_data (sorted, n, sizeof *sorted, compare_candidates, NULL);

  self = g_new0 (EmoTokenTree, 1);
  self->n_labels = n;
  self->ids = g_new0 (guint32, total);
  self->parents = g_new0 (int, total);
  self->depths = g_new0 (int, total);
  self->leaves = g_new0 (int, n);
  path = g_new0 (int, longest);
  for (guint i = 0; i < n; i++)
    add_candidate (self, &sorted[i], i > 0 ? shared_length (&sorted[i - 1], &sorted[i]) : 0, path);

  return self;
}

/**
 * emo_template_fill:
 * @template: text from a bundle
 * @label: what goes in the place of each "%s"
 *
 * Returns: (transfer full): the text
 */
char *
emo_template_fill (const char *template,
                   const char *label)
{
  g_auto(GStrv) parts = NULL;

  g_return_val_if_fail (template != NULL, NULL);
  g_return_val_if_fail (label != NULL, NULL);

  parts = g_strsplit (template, "%s", -1);

  return g_strjoinv (label, parts);
}

/**
 * emo_token_tree_new:
 * @tokenizer: a tokenizer
 * @answer: the bundle's prompt.answer
 * @labels: the labels
 *
 * Each candidate is tokenised whole, never label and frame apart: tokens may
 * span both.
 *
 * Returns: (transfer full): the tree
 */
EmoTokenTree *
emo_token_tree_new (EmoTokenizer *tokenizer,
                    const char   *answer,
                    EmoLabelSet  *labels)
{
  g_autoptr(GPtrArray) candidates = NULL;

  g_return_val_if_fail (tokenizer != NULL, NULL);
  g_return_val_if_fail (answer != NULL, NULL);
  g_return_val_if_fail (labels != NULL, NULL);

  candidates = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  for (guint i = 0; i < emo_label_set_get_size (labels); i++)
    {
      g_autofree char *text = emo_template_fill (answer, emo_label_set_get_label (labels, i));
      GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint32));

      emo_tokenizer_encode (tokenizer, text, -1, ids);
      g_ptr_array_add (candidates, ids);
    }

  return emo_token_tree_new_for_ids ((GArray *const *) candidates->pdata, candidates->len);
}

/**
 * emo_token_tree_free:
 * @self: (transfer full) (nullable): a tree
 */
void
emo_token_tree_free (EmoTokenTree *self)
{
  if (self == NULL)
    return;
  g_free (self->ids);
  g_free (self->parents);
  g_free (self->depths);
  g_free (self->leaves);
  g_free (self);
}
