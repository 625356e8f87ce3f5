/* emo-answer-words.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* What an answer says in sentences, the same in the window, in a picture of it
 * and on paper. NULL where there is nothing to say yet. */
const char *emo_answer_label_name         (EmoPrediction *prediction,
                                           int            label);
char       *emo_answer_dup_margin         (EmoPrediction *prediction);
char       *emo_answer_dup_agreement      (EmoPrediction *prediction);
char       *emo_answer_dup_contributions  (EmoPrediction *prediction);
/* Where the picture is unlike what the model knows: a title and why. */
char       *emo_answer_dup_domain_notice  (EmoPrediction *prediction);
char       *emo_answer_dup_domain_reason  (EmoPrediction *prediction);
char       *emo_answer_dup_explanation_source (EmoPrediction *prediction);

G_END_DECLS
