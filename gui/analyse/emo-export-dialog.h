/* emo-export-dialog.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Which pictures' results to write. */
typedef enum
{
  EMO_EXPORT_ROWS_ALL,        /* nick "all" */
  EMO_EXPORT_ROWS_SHOWN,      /* nick "shown": those that filter and search leave */
  EMO_EXPORT_ROWS_SELECTED,   /* nick "selected" */
} EmoExportRows;
#define EMO_N_EXPORT_ROWS 3

#define EMO_TYPE_EXPORT_ROWS (emo_export_rows_get_type ())
GType emo_export_rows_get_type (void);

/* Asks what to write before it is asked where to; what is chosen is kept in the
 * settings (emo_settings_get_export()).
 * Property: "rows". Signal: "accepted", after which it closes itself. */
#define EMO_TYPE_EXPORT_DIALOG (emo_export_dialog_get_type ())
G_DECLARE_FINAL_TYPE (EmoExportDialog, emo_export_dialog, EMO, EXPORT_DIALOG, AdwWindow)

EmoExportDialog *emo_export_dialog_new        (GtkWindow       *parent);
EmoExportRows    emo_export_dialog_get_rows   (EmoExportDialog *self);
/* How many finished pictures each choice has. */
void             emo_export_dialog_set_counts (EmoExportDialog *self,
                                               const guint     *counts);   /* [EMO_N_EXPORT_ROWS] */

G_END_DECLS
