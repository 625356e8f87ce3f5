/* emo-evidence-legend.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The colours of a heat map with their numbers: from what speaks against a label
 * to what speaks for it. */
#define EMO_TYPE_EVIDENCE_LEGEND (emo_evidence_legend_get_type ())
G_DECLARE_FINAL_TYPE (EmoEvidenceLegend, emo_evidence_legend, EMO, EVIDENCE_LEGEND, GtkWidget)

void emo_evidence_legend_set_scale (EmoEvidenceLegend *self,
                                    double             largest,
                                    double             opacity);

G_END_DECLS
