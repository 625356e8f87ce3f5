/* emo-vlm-scorer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-vlm-scorer.h"

struct _EmoVlmScorer
{
  EmoVlm        *vlm;
  EmoChatPrompt *prompt;
  EmoTokenTree  *tree;
};

EmoVlmScorer *
emo_vlm_scorer_new (EmoVlm          *vlm,
                    const EmoBundle *bundle)
{
  EmoVlmScorer *self = g_new0 (EmoVlmScorer, 1);

  self->vlm = vlm;
  self->prompt = emo_chat_prompt_new (vlm->tokenizer, bundle->system, bundle->classify, TRUE);
  self->tree = emo_token_tree_new (vlm->tokenizer, bundle->answer, bundle->labels);

  return self;
}

/**
 * emo_vlm_scorer_free:
 * @self: (transfer full) (nullable): a scorer
 */
void
emo_vlm_scorer_free (EmoVlmScorer *self)
{
  if (self == NULL)
    return;
  emo_chat_prompt_free (self->prompt);
  emo_token_tree_free (self->tree);
  g_free (self);
}

gboolean
emo_vlm_scorer_run (EmoVlmScorer  *self,
                    EmoTensor     *tokens,
                    const int     *grid,
                    double        *scores,
                    GCancellable  *cancellable,
                    GError       **error)
{
  EmoVlmState state = { 0 };
  gboolean ok = emo_vlm_prefill (self->vlm, self->prompt, tokens, grid, 0, self->tree->n_nodes, &state, cancellable, error) &&
                emo_vlm_score (self->vlm, &state, self->tree, 0, scores, cancellable, error);

  emo_vlm_state_clear (&state);

  return ok;
}
