/* emo-emotion.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-label-set.h"

G_BEGIN_DECLS

/* What is known of the labels of the public emotion sets beside their names: the
 * place on the wheel of Mikels' eight and whether an emotion is a pleasant one.
 * Names are compared as the models spell them, case-sensitive; any other label
 * has neither, and is never guessed at. */
typedef enum
{
  EMO_POLARITY_UNKNOWN,    /* a label that is not listed */
  EMO_POLARITY_POSITIVE,
  EMO_POLARITY_NEGATIVE,
  EMO_POLARITY_NEITHER,    /* "neutral"; "surprise", which may be either */
} EmoPolarity;

/* The wheel has eight places of 45°, counterclockwise from the right: the middle
 * of place i is at (2 i + 1) * 22.5°. The places 0, 1, 6 and 7, those of the
 * positive emotions, are its right half. */
#define EMO_N_WHEEL_PLACES 8

EmoPolarity  emo_emotion_get_polarity        (const char   *label);
int          emo_emotion_get_wheel_place     (const char   *label);     /* -1: not one of the eight */
/* The set's indices in the order of the wheel, [size]. FALSE in @on_wheel
 * (optional): not all of them have a place, and the order is the model's own. */
guint       *emo_label_set_dup_wheel_order   (EmoLabelSet  *self,
                                              gboolean     *on_wheel);
/* Sums of @p [size] by polarity; FALSE and untouched where a label's is unknown. */
gboolean     emo_label_set_sum_polarity      (EmoLabelSet  *self,
                                              const double *p,
                                              double       *positive,
                                              double       *negative,
                                              double       *neither);

G_END_DECLS
