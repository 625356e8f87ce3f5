/* emo-explanation-view.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* The explanation as it streams: selectable, read-only text that grows at most
 * 30 times a second. */
#define EMO_TYPE_EXPLANATION_VIEW (emo_explanation_view_get_type ())
G_DECLARE_FINAL_TYPE (EmoExplanationView, emo_explanation_view, EMO, EXPLANATION_VIEW, GtkTextView)

void emo_explanation_view_set_prediction (EmoExplanationView *self,
                                          EmoPrediction      *prediction);   /* (nullable) */

G_END_DECLS
