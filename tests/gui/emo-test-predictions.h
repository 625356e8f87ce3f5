/* emo-test-predictions.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* Predictions as a model would send them, stage by stage, for tests of views. */

/* Mikels' eight for @n_labels 8, else "label 1", "label 2", ... */
EmoModelInfo  *emo_test_info_new        (guint          n_labels);
/* Applies an answer: @p [n_labels] are probabilities, their logarithms the
 * scores; the VLM's mass is 1. */
void           emo_test_answer          (EmoPrediction *prediction,
                                         EmoBranch      branch,
                                         const double  *p);
/* The same for a branch that is 0.6 sure of @label and even on the others. */
void           emo_test_answer_label    (EmoPrediction *prediction,
                                         EmoBranch      branch,
                                         guint          label);
void           emo_test_vision          (EmoPrediction    *prediction,
                                         EmoDomainVerdict  in_domain);
void           emo_test_explain         (EmoPrediction *prediction,
                                         int            label,
                                         const char    *text,
                                         gboolean       complete);
void           emo_test_done            (EmoPrediction *prediction);

G_END_DECLS
