/* emo-vlm-questions.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-bundle.h"
#include "emo-dataset.h"
#include "emo-vlm-batch.h"

G_BEGIN_DECLS

/* What a picture is asked in training, and what should be answered, as ids: to
 * observe (what its annotation says it shows), to reason (why it evokes its
 * label) and to classify. Only what the bundle has a prompt for and the picture
 * an annotation is asked. Plain C. */
#define EMO_VLM_MAX_QUESTIONS 3

typedef struct _EmoVlmQuestions EmoVlmQuestions;

EmoVlmQuestions *emo_vlm_questions_new    (EmoTokenizer          *tokenizer,
                                           const EmoBundle       *bundle,     /* outlives this */
                                           EmoLabelSet           *labels);    /* of the dataset's items */
void             emo_vlm_questions_free   (EmoVlmQuestions       *self);
/* How much the tokens that tell the labels' answers apart weigh in the loss;
 * other tokens weigh 1. */
void             emo_vlm_questions_set_label_weight (EmoVlmQuestions *self,
                                           double                 weight);
/* Appends to @examples what @item is asked as the batch's picture @picture; the
 * prompts are borrowed, the answers are the example's to unref. */
void             emo_vlm_questions_ask    (EmoVlmQuestions       *self,
                                           const EmoDatasetItem  *item,
                                           guint                  picture,
                                           GArray                *examples);  /* of EmoVlmExample */
/* The prompt that the classifier uses. */
EmoChatPrompt   *emo_vlm_questions_get_classify (EmoVlmQuestions *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoVlmQuestions, emo_vlm_questions_free)

G_END_DECLS
