/* emo-curve-view.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-train-record.h"

G_BEGIN_DECLS

/* The curves of a stage: the loss by step, or the scores on the validation
 * pictures by epoch. The same numbers are its accessible description.
 * Property: "kind". */
typedef enum
{
  EMO_CURVE_LOSSES,
  EMO_CURVE_SCORES,
} EmoCurveKind;

#define EMO_TYPE_CURVE_KIND (emo_curve_kind_get_type ())
GType emo_curve_kind_get_type (void);

#define EMO_TYPE_CURVE_VIEW (emo_curve_view_get_type ())
G_DECLARE_FINAL_TYPE (EmoCurveView, emo_curve_view, EMO, CURVE_VIEW, GtkWidget)

/* Shows the record as it stands now. */
void emo_curve_view_show (EmoCurveView   *self,
                          EmoTrainRecord *record);   /* (nullable) */

G_END_DECLS
