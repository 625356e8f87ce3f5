/* emo-language-model.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-kv-cache.h"
#include "emo-vlm-config.h"
#include "emo-vlm-weights.h"

G_BEGIN_DECLS

/* Qwen2's decoder with M-RoPE, grouped-query attention and a KV cache. */
typedef struct _EmoLanguageModel EmoLanguageModel;

/* Failures are latched in @weights. */
EmoLanguageModel *emo_language_model_new     (const EmoVlmConfig *config,
                                 EmoVlmWeights         *weights);
void        emo_language_model_free    (EmoLanguageModel         *self);
EmoKvCache *emo_language_model_new_cache (EmoLanguageModel       *self,
                                 EmoDtype            dtype,
                                 EmoDevice           device);
/* Token embeddings [n_ids, H]. */
EmoTensor  *emo_language_model_embed   (EmoLanguageModel         *self,
                                 EmoScope           *scope,
                                 const guint32      *ids,
                                 guint               n_ids,
                                 EmoDtype            dtype);
/* Runs x [S, H] behind the first @start rows of @cache, whose rows
 * [start, start + S) it writes. @positions [S, 3]. @mask [S, start + S]
 * additive (nullable: every row sees all). @rows (nullable): the @n_rows
 * indices whose result is wanted, all without it.
 * Gives normalised hidden states [S or n_rows, H]. */
EmoTensor  *emo_language_model_forward (EmoLanguageModel         *self,
                                 EmoScope           *scope,
                                 EmoTensor          *x,
                                 const int          *positions,
                                 EmoKvCache         *cache,
                                 gint64              start,
                                 EmoTensor          *mask,
                                 const int          *rows,
                                 guint               n_rows);
/* The gradient of a score with respect to @x [S, H], as emo_language_model_forward()
 * takes it: the sum over @rows of the log-probability of @ids [n_rows] there.
 * @scope must record; the cache is left as it is. One layer's activations are
 * held at a time. */
EmoTensor  *emo_language_model_gradient (EmoLanguageModel        *self,
                                 EmoScope           *scope,
                                 EmoTensor          *x,
                                 const int          *positions,
                                 EmoKvCache         *cache,
                                 gint64              start,
                                 EmoTensor          *mask,
                                 const int          *rows,
                                 const guint32      *ids,
                                 guint               n_rows,
                                 EmoProgressFunc     progress,   /* (nullable) */
                                 gpointer            user_data);
/* [R, H] -> logits [R, V]. */
EmoTensor  *emo_language_model_logits  (EmoLanguageModel         *self,
                                 EmoScope           *scope,
                                 EmoTensor          *hidden);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoLanguageModel, emo_language_model_free)

G_END_DECLS
