/* emo-compare-view.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

#define EMO_COMPARE_MIN 2
#define EMO_COMPARE_MAX 4

/* Two to four pictures side by side on the same axes: a column a picture, a row
 * a label, aligned across the columns. */
#define EMO_TYPE_COMPARE_VIEW (emo_compare_view_get_type ())
G_DECLARE_FINAL_TYPE (EmoCompareView, emo_compare_view, EMO, COMPARE_VIEW, AdwBin)

void emo_compare_view_set_session (EmoCompareView *self,
                                   EmoSession     *session);
void emo_compare_view_set_samples (EmoCompareView *self,
                                   GPtrArray      *samples);   /* (nullable) of EmoSample, at most EMO_COMPARE_MAX */

G_END_DECLS
