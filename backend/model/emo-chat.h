/* emo-chat.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-bundle.h"
#include "emo-tokenizer.h"

G_BEGIN_DECLS

/* Qwen2-VL's ChatML, question before picture, as ids. The prompt is split where
 * the picture's tokens go, so that the first part is the cached prefix:
 *   prefix: <|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{text}<|vision_start|>
 *   (T times <|image_pad|>)
 *   suffix: <|vision_end|><|im_end|>\n<|im_start|>assistant\n
 * Text from files is never evaluated as a template. Without a picture
 * (@with_image FALSE) the whole is in prefix and suffix is empty. */
typedef struct
{
  GArray *prefix;   /* guint32 */
  GArray *suffix;   /* guint32 */
} EmoChatPrompt;

EmoChatPrompt *emo_chat_prompt_new  (EmoTokenizer   *tokenizer,
                                     const char     *system,
                                     const char     *text,
                                     gboolean        with_image);
void           emo_chat_prompt_free (EmoChatPrompt  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoChatPrompt, emo_chat_prompt_free)

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

EmoTokenTree  *emo_token_tree_new   (EmoTokenizer   *tokenizer,
                                     const char     *answer,
                                     EmoLabelSet    *labels);
void           emo_token_tree_free  (EmoTokenTree   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoTokenTree, emo_token_tree_free)

/* The explanation's end: feeds decoded text piece by piece, finds the first
 * unescaped @answer_end (which may end inside a token), gives the unescaped text
 * before it in pieces that are never taken back. */
typedef struct _EmoAnswerReader EmoAnswerReader;

EmoAnswerReader *emo_answer_reader_new       (const char      *answer_end);
/* What has become certain of the text, possibly "". */
char            *emo_answer_reader_push      (EmoAnswerReader *self,
                                              const char      *piece);
/* The rest when generation ended without an answer_end. */
char            *emo_answer_reader_finish    (EmoAnswerReader *self);
gboolean         emo_answer_reader_get_ended (EmoAnswerReader *self);
void             emo_answer_reader_free      (EmoAnswerReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoAnswerReader, emo_answer_reader_free)

G_END_DECLS
