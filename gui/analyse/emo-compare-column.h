/* emo-compare-column.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* One picture of a comparison, from its thumbnail down to its explanation.
 * Property: "sample". Signals: "answered" when it may have other labels than
 * before, "explain" when the person asks for its explanation. */
#define EMO_TYPE_COMPARE_COLUMN (emo_compare_column_get_type ())
G_DECLARE_FINAL_TYPE (EmoCompareColumn, emo_compare_column, EMO, COMPARE_COLUMN, GtkBox)

GtkWidget   *emo_compare_column_new        (EmoSample        *sample);
EmoSample   *emo_compare_column_get_sample (EmoCompareColumn *self);   /* (nullable) */
/* (nullable): those of its answer. */
EmoLabelSet *emo_compare_column_get_labels (EmoCompareColumn *self);
/* To be as high as those of other columns. */
GtkWidget   *emo_compare_column_get_header (EmoCompareColumn *self);
GtkWidget   *emo_compare_column_get_axis   (EmoCompareColumn *self);
/* A row a label, each as high as those of other columns in its group. */
void         emo_compare_column_set_rows   (EmoCompareColumn *self,
                                            GPtrArray        *labels,    /* of char * */
                                            GPtrArray        *groups);   /* of GtkSizeGroup */

G_END_DECLS
