/* emo-answer-headline.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* The answer in words: label, probability, margin, whether the branches agree,
 * polarity; above it what keeps it from being relied on. Its lines keep their
 * places while the stages arrive. */
#define EMO_TYPE_ANSWER_HEADLINE (emo_answer_headline_get_type ())
G_DECLARE_FINAL_TYPE (EmoAnswerHeadline, emo_answer_headline, EMO, ANSWER_HEADLINE, AdwBin)

/* @hypothetical [n_labels] (nullable): told in the answer's place, under
 * @question (nullable), which says what is supposed. */
void emo_answer_headline_show (EmoAnswerHeadline *self,
                               EmoPrediction     *prediction,
                               const double      *hypothetical,
                               const char        *question);

G_END_DECLS
