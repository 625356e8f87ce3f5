/* emo-explanation-box.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* The explanation as it is written: for the answer, or for the label that was
 * asked about ("Why not fear?"), with a way back. It hides itself where there is
 * nothing to tell. Property: "can-ask", whether any label's can be had. */
#define EMO_TYPE_EXPLANATION_BOX (emo_explanation_box_get_type ())
G_DECLARE_FINAL_TYPE (EmoExplanationBox, emo_explanation_box, EMO, EXPLANATION_BOX, AdwBin)

void     emo_explanation_box_set_session (EmoExplanationBox *self,
                                          EmoSession        *session);   /* (nullable) */
void     emo_explanation_box_set_sample  (EmoExplanationBox *self,
                                          EmoSample         *sample);    /* (nullable) */
gboolean emo_explanation_box_get_can_ask (EmoExplanationBox *self);
/* Asks for the text that argues for @label. */
void     emo_explanation_box_ask         (EmoExplanationBox *self,
                                          int                label);

G_END_DECLS
