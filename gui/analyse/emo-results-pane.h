/* emo-results-pane.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* Everything that is known of the selected picture: answer, margin, agreement,
 * bars, contributions, explanation; or why there is none. Below its bars a person
 * may ask "what if"; that is shown here and kept nowhere. Properties: "sample";
 * "hovered-label", the label whose bars the person points at, an index into the
 * model's labels or -1. Action: "results.why" (index of a label). */
#define EMO_TYPE_RESULTS_PANE (emo_results_pane_get_type ())
G_DECLARE_FINAL_TYPE (EmoResultsPane, emo_results_pane, EMO, RESULTS_PANE, AdwBin)

EmoSample *emo_results_pane_get_sample        (EmoResultsPane *self);   /* (nullable) */
int        emo_results_pane_get_hovered_label (EmoResultsPane *self);
void       emo_results_pane_set_sample        (EmoResultsPane *self,
                                               EmoSample      *sample);
void       emo_results_pane_set_session       (EmoResultsPane *self,
                                               EmoSession     *session);   /* (nullable) */

G_END_DECLS
