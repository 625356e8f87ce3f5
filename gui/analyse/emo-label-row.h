/* emo-label-row.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* One label's three bars on the shared 0 to 100 % axis, with their values as
 * text. A branch without an answer has no bar. With an index it has a button
 * that asks why that label or why not, and so does Enter where the row has the
 * focus: the action "results.why" with the index. */
#define EMO_TYPE_LABEL_ROW (emo_label_row_get_type ())
G_DECLARE_FINAL_TYPE (EmoLabelRow, emo_label_row, EMO, LABEL_ROW, AdwBin)

GtkWidget *emo_label_row_new              (const char   *label);
GtkWidget *emo_label_row_get_name         (EmoLabelRow  *self);   /* (transfer none) for a size group */
GtkWidget *emo_label_row_get_why          (EmoLabelRow  *self);   /* (transfer none) for a size group */
void       emo_label_row_set_index        (EmoLabelRow  *self,
                                           int           index);
void       emo_label_row_set_trained      (EmoLabelRow  *self,
                                           EmoBranch     branch,
                                           gboolean      trained);
void       emo_label_row_set_value        (EmoLabelRow  *self,
                                           EmoBranch     branch,
                                           double        probability);   /* NaN: no answer yet */
void       emo_label_row_set_winner       (EmoLabelRow  *self,
                                           gboolean      winner);
void       emo_label_row_set_hypothetical (EmoLabelRow  *self,
                                           gboolean      hypothetical);

G_END_DECLS
