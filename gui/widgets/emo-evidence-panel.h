/* emo-evidence-panel.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"
#include "emo-heat-map.h"

G_BEGIN_DECLS

/* Says which heat map lies over the picture: branch, label, legend and opacity,
 * or why there is none and what to do about it. The head's maps come by
 * themselves while the panel is active, the VLM's on request.
 *
 * Signal: "changed" when another map or opacity is to be drawn. */
#define EMO_TYPE_EVIDENCE_PANEL (emo_evidence_panel_get_type ())
G_DECLARE_FINAL_TYPE (EmoEvidencePanel, emo_evidence_panel, EMO, EVIDENCE_PANEL, AdwBin)

void        emo_evidence_panel_set_session       (EmoEvidencePanel *self,
                                                  EmoSession       *session);   /* (nullable) */
void        emo_evidence_panel_set_sample        (EmoEvidencePanel *self,
                                                  EmoSample        *sample);    /* (nullable) */
/* The label that is pointed at elsewhere is shown while it is; -1: none. */
void        emo_evidence_panel_set_hovered_label (EmoEvidencePanel *self,
                                                  int               label);
void        emo_evidence_panel_set_active        (EmoEvidencePanel *self,
                                                  gboolean          active);
EmoHeatMap *emo_evidence_panel_get_heat_map      (EmoEvidencePanel *self);      /* (transfer none) (nullable) */
double      emo_evidence_panel_get_opacity       (EmoEvidencePanel *self);
/* (transfer full) (nullable): the map in words. */
char       *emo_evidence_panel_dup_description   (EmoEvidencePanel *self);
/* Tells of one token of the map instead of all of it; -1: of all. */
void        emo_evidence_panel_show_token        (EmoEvidencePanel *self,
                                                  int               column,
                                                  int               row);

G_END_DECLS
