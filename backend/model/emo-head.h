/* emo-head.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* The distilled head: an MLP over the mean visual token; mlp.0, mlp.3, ... are
 * Linear, with exact GELU between (and dropout in training). Widths are read
 * from the tensors. Plain C, no torch. Safe from any thread. */
typedef struct _EmoHead EmoHead;

EmoHead *emo_head_load         (const char   *path,
                                int           hidden_size,   /* expected input width H */
                                guint         n_labels,      /* expected output width */
                                GError      **error);
void     emo_head_free         (EmoHead      *self);
guint    emo_head_get_depth    (EmoHead      *self);         /* hidden layers, 1 to 5 */
/* @visual_mean [H], @logits [n_labels]. */
void     emo_head_forward      (EmoHead      *self,
                                const float  *visual_mean,
                                double       *logits);
/* Exact evidence: for each label and token t, the label's logit over all tokens
 * less the one with t left out of the mean: positive where t speaks for it. All
 * 0 for a single token. @tokens [T, H], @maps [n_labels, T]. FALSE only if
 * cancelled. */
gboolean emo_head_evidence     (EmoHead              *self,
                                const float          *tokens,
                                guint                 n_tokens,
                                double               *maps,
                                EmoProgressFunc       progress,   /* (nullable) */
                                gpointer              user_data,
                                GCancellable         *cancellable,
                                GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoHead, emo_head_free)

G_END_DECLS
