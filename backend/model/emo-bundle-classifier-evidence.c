/* emo-bundle-classifier-evidence.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-bundle-classifier-private.h"

/* Where in the picture a branch found its answer: one number a visual token. */

typedef struct
{
  EmoUpdateFunc func;
  gpointer      user_data;
  EmoBranch     branch;
  int           label;      /* -1: all */
} Search;

static void
progress_cb (double   fraction,
             gpointer user_data)
{
  const Search *search = user_data;
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_EVIDENCE);

  update->branch = search->branch;
  update->label = search->label;
  update->progress = fraction;
  search->func (update, search->user_data);
}

static void
tell_maps (EmoBundleClassifier *self,
           const Search        *search,
           double              *maps)   /* (transfer full) */
{
  const int *grid = emo_patches_get_grid (self->seen.patches);
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_EVIDENCE);

  update->branch = search->branch;
  update->label = search->label;
  update->n_labels = self->n_labels;
  update->progress = 1;
  update->map_height = grid[1] / self->config.image.merge_size;
  update->map_width = grid[2] / self->config.image.merge_size;
  update->map = maps;
  search->func (update, search->user_data);
}

static gboolean
search_with_head (EmoBundleClassifier  *self,
                  EmoUpdateFunc         func,
                  gpointer              user_data,
                  GCancellable         *cancellable,
                  GError              **error)
{
  Search search = { func, user_data, EMO_BRANCH_DISTILLED, -1 };
  guint n_tokens = emo_patches_get_tokens (self->seen.patches);
  g_autofree double *maps = g_new (double, (gsize) n_tokens * self->n_labels);

  if (!emo_head_evidence (self->head, self->seen.values, n_tokens, maps, progress_cb, &search, cancellable, error))
    return FALSE;
  tell_maps (self, &search, g_steal_pointer (&maps));
  return TRUE;
}

static gboolean
search_with_vlm (EmoBundleClassifier  *self,
                 int                   label,
                 EmoUpdateFunc         func,
                 gpointer              user_data,
                 GCancellable         *cancellable,
                 GError              **error)
{
  Search search = { func, user_data, EMO_BRANCH_VLM, label };
  guint n_tokens = emo_patches_get_tokens (self->seen.patches);
  g_autofree double *map = g_new (double, n_tokens);

  if (!emo_vlm_evidence (self->vlm, self->prompt, self->seen.tokens, emo_patches_get_grid (self->seen.patches),
                         self->tree, label, map, progress_cb, &search, cancellable, error))
    return FALSE;
  tell_maps (self, &search, g_steal_pointer (&map));
  return TRUE;
}

gboolean
_emo_bundle_classifier_find_evidence (EmoBundleClassifier  *self,
                                      const EmoRequest     *request,
                                      EmoUpdateFunc         func,
                                      gpointer              user_data,
                                      GCancellable         *cancellable,
                                      GError              **error)
{
  int label = request->evidence_label;

  if (request->evidence_distilled && self->head != NULL &&
      !search_with_head (self, func, user_data, cancellable, error))
    return FALSE;
  /* A label chosen among NaNs would be a guess. */
  if (!request->evidence_vlm || !_emo_bundle_classifier_has_vlm_answer (self))
    return TRUE;
  if (label < 0)
    label = _emo_index_of_largest (self->seen.probabilities, self->n_labels);
  return search_with_vlm (self, label, func, user_data, cancellable, error);
}
