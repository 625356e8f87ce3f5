/* emo-vlm-scorer.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-bundle.h"
#include "emo-token-tree.h"
#include "emo-vlm.h"

G_BEGIN_DECLS

/* A VLM as a classifier of pictures that were seen: the classifying question of
 * a bundle and its labels as candidates, with the numbers of the application to
 * the last bit. For loops over many pictures, where nothing else of an answer is
 * wanted. Engine thread only. */
typedef struct _EmoVlmScorer EmoVlmScorer;

/* @vlm and @bundle outlive the result. */
EmoVlmScorer *emo_vlm_scorer_new  (EmoVlm           *vlm,
                                   const EmoBundle  *bundle);
void          emo_vlm_scorer_free (EmoVlmScorer     *self);
/* @tokens [T, H]: merged visual tokens of @grid. @scores (out) [n_labels]: summed
 * log-probabilities. */
gboolean      emo_vlm_scorer_run  (EmoVlmScorer     *self,
                                   EmoTensor        *tokens,
                                   const int        *grid,
                                   double           *scores,
                                   GCancellable     *cancellable,
                                   GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoVlmScorer, emo_vlm_scorer_free)

G_END_DECLS
