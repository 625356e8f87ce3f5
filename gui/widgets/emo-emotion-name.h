/* emo-emotion-name.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* How labels and branches are called on the screen. Files always have them in
 * English, as the model has them. */
const char *emo_emotion_name       (const char *label);
const char *emo_branch_name        (EmoBranch   branch);
/* A number alone keeps its signs where they are, in lines from right to left, too. */
char       *emo_number_take        (char       *text);
/* "93.4 %" in the person's locale. */
char       *emo_percent_to_string  (double      fraction);
/* "50 %" */
char       *emo_tick_to_string     (double      fraction);
/* "+2.1", "−0.4" in the person's locale. */
char       *emo_signed_to_string   (double      value);

G_END_DECLS
