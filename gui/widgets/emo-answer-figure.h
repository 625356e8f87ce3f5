/* emo-answer-figure.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* From what the window knows to what a figure shows: a prediction as it stands,
 * in the person's words, and how the window looks. On the main thread; what comes
 * out may be drawn on any. */

/* @picture_name (nullable). @by_wheel: labels in the order of the wheel, not the
 * likeliest first. */
EmoFigureAnswer *emo_answer_figure_new          (EmoPrediction *prediction,
                                                 const char    *picture_name,
                                                 gboolean       by_wheel);
/* Names and numbers of all labels alone, in the model's order, without the rest:
 * what a widget draws while answers come in. @hypothetical (nullable) [n_labels]:
 * in the place of the deciding branch's, see emo-what-if.h. */
EmoFigureAnswer *emo_answer_figure_new_numbers  (EmoPrediction *prediction,
                                                 const double  *hypothetical);
EmoFigureScheme  emo_answer_figure_get_scheme   (void);

G_END_DECLS
