/* emo-vlm-batch.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-chat-prompt.h"
#include "emo-types.h"

G_BEGIN_DECLS

/* Sequences of one training step, B of them, whose pictures have equal grids.
 * What all prompts begin with (system text, question) is run once: a sequence is
 * the shared prefix and S positions of its own, padded on the right, where no
 * earlier position sees them. Rows count the prefix first, then the sequences:
 * row = P + b * S + s. Plain C. */
typedef struct
{
  guint    n;            /* B */
  guint    n_pictures;   /* of which several may be asked about one */
  guint   *pictures;     /* [B] each sequence's */
  int      grid[3];      /* t, h, w in patches, of every picture */
  guint    n_prefix;     /* P */
  guint32 *prefix;       /* [P] token ids */
  guint    length;       /* S */
  gint32  *sources;      /* [B, S] a token id, or -1 - t for the picture's visual token t */
  int     *positions;    /* [P + B * S, 3] t, h, w */
  guint    n_targets;
  int     *rows;         /* [n_targets] the row that predicts */
  guint32 *targets;      /* [n_targets] the token it should predict */
  float   *weights;      /* [n_targets] of the loss; they sum to 1 */
  double   weight;       /* what they summed to before, where an ordinary one is 1 */
} EmoVlmBatch;

/* One sequence: prompt, picture, answer. */
typedef struct
{
  EmoChatPrompt *prompt;
  GArray        *answer;  /* guint32, with its end token */
  guint          picture; /* which of the batch's pictures it is about */
  guint          first;   /* of the answer's tokens that weigh more than the others */
  guint          n;       /* of them; 0: none do */
  double         weight;  /* of each, where an ordinary one weighs 1 */
} EmoVlmExample;

typedef enum
{
  EMO_LOSS_ON_ANSWER,     /* the answer's tokens */
  EMO_LOSS_ON_ALL,        /* every token but the padding and the picture's */
} EmoLossOn;

EmoVlmBatch *emo_vlm_batch_new  (const EmoVlmExample *examples,
                                 guint                n,
                                 const int            grid[3],
                                 int                  merge_size,
                                 EmoLossOn            loss_on);
void         emo_vlm_batch_free (EmoVlmBatch         *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoVlmBatch, emo_vlm_batch_free)

G_END_DECLS
