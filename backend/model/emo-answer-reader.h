/* emo-answer-reader.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* The explanation's end: feeds decoded text piece by piece, finds the first
 * unescaped @answer_end (which may end inside a token), gives the unescaped text
 * before it in pieces that are never taken back. Their concatenation, with
 * finish's, equals emo_answer_cut of the whole. */
typedef struct _EmoAnswerReader EmoAnswerReader;

EmoAnswerReader *emo_answer_reader_new       (const char      *answer_end);
/* What has become certain of the text, possibly "". */
char            *emo_answer_reader_push      (EmoAnswerReader *self,
                                              const char      *piece);
/* The rest, after the last piece, whether or not an answer_end was found. */
char            *emo_answer_reader_finish    (EmoAnswerReader *self);
gboolean         emo_answer_reader_get_ended (EmoAnswerReader *self);
void             emo_answer_reader_free      (EmoAnswerReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoAnswerReader, emo_answer_reader_free)

/* The whole at once: @text up to the first unescaped @answer_end, unescaped.
 * @complete (nullable): whether there was one. */
char            *emo_answer_cut              (const char      *text,
                                              const char      *answer_end,
                                              gboolean        *complete);

G_END_DECLS
