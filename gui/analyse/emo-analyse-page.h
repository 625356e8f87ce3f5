/* emo-analyse-page.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-list-pane.h"

G_BEGIN_DECLS

/* The Analyse view: pictures come in by drop, paste and Open, and are shown as a
 * list, with the selected picture and its results. Owns the session.
 * Properties: "loader" (construct only), "can-go-back" (narrow, and not at
 * the list). */
#define EMO_TYPE_ANALYSE_PAGE (emo_analyse_page_get_type ())
G_DECLARE_FINAL_TYPE (EmoAnalysePage, emo_analyse_page, EMO, ANALYSE_PAGE, AdwBin)

EmoListPane *emo_analyse_page_get_list_pane (EmoAnalysePage  *self);
EmoSession  *emo_analyse_page_get_session   (EmoAnalysePage  *self);
/* Before the first picture: results are kept there, and the history shows it. */
void         emo_analyse_page_set_store     (EmoAnalysePage  *self,
                                             EmoRunStore     *store);
void         emo_analyse_page_show_history  (EmoAnalysePage  *self);
void         emo_analyse_page_add_files     (EmoAnalysePage  *self,
                                             GFile          **files,
                                             int              n_files);
/* What leaves the page, to be actions of the window: "export", "export-to" (s: a
 * path), "copy" (s: "text", "markdown", "latex", "command" or "methods"). */
void         emo_analyse_page_add_actions   (EmoAnalysePage  *self,
                                             GActionMap      *map);
void         emo_analyse_page_retry         (EmoAnalysePage  *self,
                                             EmoSample       *sample);

G_END_DECLS
