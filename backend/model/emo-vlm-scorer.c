/* emo-vlm-scorer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-vlm-scorer.h"

/* The rows that the application keeps free for an explanation. */
#define EXPLAIN_TOKENS 64

struct _EmoVlmScorer
{
  EmoVlm        *vlm;
  EmoChatPrompt *prompt;
  EmoTokenTree  *tree;
  guint          room;     /* rows between prompt and candidates, as the application has them */
};

EmoVlmScorer *
emo_vlm_scorer_new (EmoVlm          *vlm,
                    const EmoBundle *bundle)
{
  EmoVlmScorer *self = g_new0 (EmoVlmScorer, 1);

  self->vlm = vlm;
  self->prompt = emo_chat_prompt_new (vlm->tokenizer, bundle->system, bundle->classify, TRUE);
  self->tree = emo_token_tree_new (vlm->tokenizer, bundle->answer, bundle->labels);
  for (guint i = 0; i < self->tree->n_nodes; i++)
    self->room = MAX (self->room, (guint) self->tree->depths[i] + 1);
  self->room += emo_bundle_has_reason ((EmoBundle *) bundle) ? EXPLAIN_TOKENS : 0;

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
  g_auto(EmoVlmState) state = { 0 };

  return emo_vlm_prefill (self->vlm, self->prompt, tokens, grid, self->room, self->tree->n_nodes, &state, cancellable, error) &&
         emo_vlm_score (self->vlm, &state, self->tree, self->room, scores, cancellable, error);
}
