/* emo-emotion-wheel.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* The deciding branch's probabilities on Mikels' wheel, or as a list where the
 * labels are not those eight. A drawing: the same numbers stand in the bars. */
#define EMO_TYPE_EMOTION_WHEEL (emo_emotion_wheel_get_type ())
G_DECLARE_FINAL_TYPE (EmoEmotionWheel, emo_emotion_wheel, EMO, EMOTION_WHEEL, GtkWidget)

/* @prediction (nullable): nothing is drawn. @hypothetical (nullable) [n_labels]:
 * shown in the place of the answer, see emo-what-if.h. */
void emo_emotion_wheel_show (EmoEmotionWheel *self,
                             EmoPrediction   *prediction,
                             const double    *hypothetical);

G_END_DECLS
