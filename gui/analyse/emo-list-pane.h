/* emo-list-pane.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-model-loader.h"

G_BEGIN_DECLS

/* The left pane of the Analyse view: the list of pictures, a second tab for the
 * history where there is one, and a bar below with counts, progress and the
 * place of the job button.
 * Properties: "sample" (the picture to show), "n-selected", "history" and "job-button" (the
 * widgets for those two places, set once).
 * Signal: "activated" (EmoSample) on Enter or a click. */
#define EMO_TYPE_LIST_PANE (emo_list_pane_get_type ())
G_DECLARE_FINAL_TYPE (EmoListPane, emo_list_pane, EMO, LIST_PANE, AdwBin)

void        emo_list_pane_set_session    (EmoListPane    *self,
                                          EmoSession     *session,
                                          EmoModelLoader *loader);
EmoSample  *emo_list_pane_get_sample     (EmoListPane    *self);   /* (nullable) */
void        emo_list_pane_set_sample     (EmoListPane    *self,
                                          EmoSample      *sample);
guint       emo_list_pane_get_n_selected (EmoListPane    *self);
GPtrArray  *emo_list_pane_dup_selected   (EmoListPane    *self);   /* of EmoSample, owned */
void        emo_list_pane_select         (EmoListPane    *self,
                                          GPtrArray      *samples);
guint       emo_list_pane_get_position   (EmoListPane    *self);
void        emo_list_pane_set_position   (EmoListPane    *self,
                                          guint           position);   /* at most the last one */
GtkWidget  *emo_list_pane_get_history    (EmoListPane    *self);   /* (nullable) */
void        emo_list_pane_set_history    (EmoListPane    *self,
                                          GtkWidget      *history);
GtkWidget  *emo_list_pane_get_job_button (EmoListPane    *self);   /* (nullable) */
void        emo_list_pane_set_job_button (EmoListPane    *self,
                                          GtkWidget      *job_button);
void        emo_list_pane_focus_list     (EmoListPane    *self);
/* For sets of more than EMO_LARGE_SET_MIN. */
void        emo_list_pane_measure        (EmoListPane    *self,
                                          GPtrArray      *samples);
/* A picture's flag may have changed, which filters look at. */
void        emo_list_pane_touch          (EmoListPane    *self);
GListModel *emo_list_pane_get_shown      (EmoListPane    *self);   /* of EmoSample */

G_END_DECLS
