/* emo-export.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-sample.h"

G_BEGIN_DECLS

/* CSV, JSON Lines and the terminal's table of predictions: pure functions of
 * samples, used by the command line and the application. */
typedef enum
{
  EMO_EXPORT_TABLE,
  EMO_EXPORT_CSV,
  EMO_EXPORT_JSONL,
} EmoExportFormat;

typedef struct
{
  EmoExportFormat format;
  gboolean        bom;             /* CSV */
  gboolean        formula_guard;   /* CSV; on by default */
  guint           name_width;      /* table: columns for file names; 0: 28 */
} EmoExportOptions;
#define EMO_EXPORT_OPTIONS_INIT { .format = EMO_EXPORT_CSV, .formula_guard = TRUE }

/* Bytes to write before, for, and after rows. Columns: design.md section 4. */
char *emo_export_header (const EmoExportOptions *options, EmoModelInfo *info);
char *emo_export_row    (const EmoExportOptions *options, EmoModelInfo *info, EmoSample *sample);
/* The words for a failure in exports, "TRUNC: ..."; NULL for NULL. */
char *emo_export_dup_error (const GError *error);
/* Writes atomically (temporary file, fsync, rename). */
gboolean emo_export_save (const EmoExportOptions *options,
                          EmoModelInfo           *info,
                          GListModel             *samples,   /* those done or failed are written */
                          GFile                  *file,
                          GCancellable           *cancellable,
                          GError                **error);

G_END_DECLS
