/* emo-token-tree.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-label-set.h"
#include "emo-tokenizer.h"

G_BEGIN_DECLS

/* The candidates [n_labels] of prompt.answer, tokenised whole, as a token tree:
 * nodes in depth-first order, parents before children. Candidates that are
 * prefixes of one another share nodes too. */
typedef struct
{
  guint    n_nodes;
  guint32 *ids;        /* [n_nodes] token of the node */
  int     *parents;    /* [n_nodes] -1: the prompt's end */
  int     *depths;     /* [n_nodes] 0: first token after the prompt */
  guint    n_labels;
  int     *leaves;     /* [n_labels] node of each candidate's last token */
} EmoTokenTree;

EmoTokenTree  *emo_token_tree_new        (EmoTokenizer         *tokenizer,
                                          const char           *answer,
                                          EmoLabelSet          *labels);
EmoTokenTree  *emo_token_tree_new_for_ids (GArray *const       *candidates,   /* [n] of guint32, none empty */
                                          guint                 n);
void           emo_token_tree_free       (EmoTokenTree         *self);

/* @template with its "%s" replaced by @label; nothing else is read in it. */
char          *emo_template_fill         (const char           *template,
                                          const char           *label);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTokenTree, emo_token_tree_free)

G_END_DECLS
