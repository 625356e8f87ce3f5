/* emo-vlm-step.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-parameters.h"
#include "emo-vlm-batch.h"
#include "emo-vlm.h"

G_BEGIN_DECLS

/* A second loss, for training from nothing: what the mean visual token should
 * tell of the picture, as words of its description. It reaches the tower at
 * once, where the answer's loss first has to find its way through the decoder. */
#define EMO_VLM_WORD_PREFIX "words."   /* of its parameters, which no model keeps */

typedef struct
{
  EmoTensor *weight;    /* [W, H] a leaf */
  EmoTensor *bias;      /* [W] a leaf */
  guint      n_words;   /* W */
  float     *targets;   /* [pictures, W] 1 where the description has the word */
  double     factor;    /* of this loss; 0: not computed */
} EmoWordLoss;

/* The loss of @batch and its gradient by every parameter. @pixels are those of
 * the batch's pictures [pictures * patches, 1176]. @gradients [n parameters], NULL
 * where there is none; unref each. With @checkpointing a block's activations
 * are computed again when its turn comes, so that one block's are held at a
 * time. Engine thread only. */
typedef struct
{
  EmoVlm            *vlm;
  EmoParameters     *parameters;
  const EmoVlmBatch *batch;
  const float       *pixels;
  const EmoWordLoss *words;          /* (nullable) */
  int                words_block;    /* the block that its leaves are listed under */
  gboolean           checkpointing;
} EmoVlmStep;

/* Blocks of emo_vlm_step's parameters: the tower's, then the decoder's. */
int      emo_vlm_get_decoder_block (EmoVlm            *vlm);
gboolean emo_vlm_step_run          (const EmoVlmStep  *self,
                                    EmoTensor        **gradients,
                                    double            *loss,
                                    GCancellable      *cancellable,
                                    GError           **error);

G_END_DECLS
