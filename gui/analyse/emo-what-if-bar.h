/* emo-what-if-bar.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* Asks what the answer would have been: mutes a branch, takes another gate or
 * rule, and goes back with one press. It only asks; nothing is written anywhere.
 * Signal: "changed" after another question. */
#define EMO_TYPE_WHAT_IF_BAR (emo_what_if_bar_get_type ())
G_DECLARE_FINAL_TYPE (EmoWhatIfBar, emo_what_if_bar, EMO, WHAT_IF_BAR, AdwBin)

/* @prediction (nullable): whom to ask about; another one begins with the actual
 * answer again. Call again when it has grown. */
void    emo_what_if_bar_set_prediction (EmoWhatIfBar  *self,
                                        EmoPrediction *prediction);
void    emo_what_if_bar_reset          (EmoWhatIfBar  *self);
/* (nullable) [n_labels] probabilities; NULL where the actual answer is meant. */
double *emo_what_if_bar_dup_answer     (EmoWhatIfBar  *self);
/* (nullable) what is supposed: "without the VLM". */
char   *emo_what_if_bar_dup_question   (EmoWhatIfBar  *self);

G_END_DECLS
