/* emo-result-details.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* What a result rests on, folded away: the picture as it was fed, the time of
 * each stage, the model with its hashes. One stop of the Tab key; Up and Down go
 * from line to line, each is text to select and copy. */
#define EMO_TYPE_RESULT_DETAILS (emo_result_details_get_type ())
G_DECLARE_FINAL_TYPE (EmoResultDetails, emo_result_details, EMO, RESULT_DETAILS, AdwBin)

/* What is known now; call again when it has grown. */
void emo_result_details_show (EmoResultDetails *self,
                              EmoSample        *sample,
                              EmoPrediction    *prediction);

G_END_DECLS
