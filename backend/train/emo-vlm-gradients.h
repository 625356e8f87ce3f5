/* emo-vlm-gradients.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-vlm-pictures.h"
#include "emo-vlm-questions.h"
#include "emo-vlm-step.h"
#include "emo-word-list.h"

G_BEGIN_DECLS

/* Loss and gradients of a batch of pictures. A small model's batch is cut into a
 * part for each thread: the ops of one part are then a thread's own, where the
 * threads of one op would wait for each other after every op, and for any other
 * program that has a core. The sum is made in the order of the parts, so that a
 * count of threads gives the same bits again. A batch that does not fit in memory
 * is computed in two halves, and so are all that follow. One thread calls. */
typedef struct _EmoVlmGradients EmoVlmGradients;

typedef struct
{
  EmoVlm          *vlm;
  EmoParameters   *parameters;
  EmoVlmQuestions *questions;
  EmoLossOn        loss_on;
  gboolean         checkpointing;
  guint            n_parts;      /* 0, 1: the threads are those of the ops */
  EmoWordList     *words;        /* (nullable) */
  EmoTensor      **word_weight;  /* their layer's leaves */
  EmoTensor      **word_bias;
  int              words_block;
  double           dropout;      /* of the adapters' inputs */
  guint64          seed;         /* of what is dropped */
  GPtrArray       *notes;        /* (nullable) told that memory is short */
} EmoVlmGradientsSettings;

/* All that @settings point to outlives the result. */
EmoVlmGradients *emo_vlm_gradients_new  (const EmoVlmGradientsSettings *settings);
void             emo_vlm_gradients_free (EmoVlmGradients               *self);
/* @number: of the batch, for which its dropout is drawn. @gradients (out)
 * [n parameters], all NULL before; unref each. @loss (out): of the answers. The
 * errors of emo_vlm_step_run(). */
gboolean         emo_vlm_gradients_run  (EmoVlmGradients               *self,
                                         EmoVlmPictureBatch            *pictures,
                                         guint64                        number,
                                         double                         word_factor,
                                         EmoTensor                    **gradients,
                                         double                        *loss,
                                         GCancellable                  *cancellable,
                                         GError                       **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoVlmGradients, emo_vlm_gradients_free)

G_END_DECLS
