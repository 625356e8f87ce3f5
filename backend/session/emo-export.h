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

/* The groups in which columns of CSV are chosen, in their order; file_name is
 * always there. */
typedef enum
{
  EMO_EXPORT_DATASET       = 1 << 0,   /* nick "dataset": split, label */
  EMO_EXPORT_ANSWERS       = 1 << 1,   /* "answers": a label a branch, agree, margin */
  EMO_EXPORT_PROBABILITIES = 1 << 2,   /* "probabilities": a column a label and branch */
  EMO_EXPORT_FUSION        = 1 << 3,   /* "fusion": how the gate weighed the branches */
  EMO_EXPORT_EXPLANATION   = 1 << 4,   /* "explanation" */
  EMO_EXPORT_STATUS        = 1 << 5,   /* "status": in_domain, status, error */
  EMO_EXPORT_PICTURE       = 1 << 6,   /* "picture": time, size, URI, hash */
  EMO_EXPORT_MODEL         = 1 << 7,   /* "model": names, hashes, seed, when */
  EMO_EXPORT_ANNOTATIONS   = 1 << 8,   /* "annotations": flagged, own_label, note */
} EmoExportColumns;
#define EMO_EXPORT_ALL_COLUMNS     (EMO_EXPORT_ANNOTATIONS * 2 - 1)
#define EMO_EXPORT_DEFAULT_COLUMNS (EMO_EXPORT_ALL_COLUMNS & ~EMO_EXPORT_ANNOTATIONS)

#define EMO_TYPE_EXPORT_COLUMNS (emo_export_columns_get_type ())
GType emo_export_columns_get_type (void);

typedef struct
{
  EmoExportFormat  format;
  EmoExportColumns columns;         /* CSV */
  gboolean         bom;             /* CSV */
  gboolean         formula_guard;   /* CSV; on by default */
  guint            name_width;      /* table: columns for file names; 0: 28 */
} EmoExportOptions;
#define EMO_EXPORT_OPTIONS_INIT \
  { .format = EMO_EXPORT_CSV, .columns = EMO_EXPORT_DEFAULT_COLUMNS, .formula_guard = TRUE }

/* Bytes to write before, for, and after rows. Columns: design.md section 4. */
char *emo_export_header (const EmoExportOptions *options, EmoModelInfo *info);
char *emo_export_row    (const EmoExportOptions *options, EmoModelInfo *info, EmoSample *sample);
/* The words for a failure in exports, "TRUNC: ..."; NULL for NULL. */
char *emo_export_dup_error (const GError *error);
/* Which pictures have a row, and which of them something to put into the columns
 * of EMO_EXPORT_ANNOTATIONS. */
gboolean emo_export_is_written   (EmoSample *sample);
gboolean emo_export_is_annotated (EmoSample *sample);
/* Names of groups, NULL-terminated; the first that is none is INVALID_FILE. No
 * names at all mean the default. */
gboolean emo_export_columns_parse (const char *const *names,
                                   EmoExportColumns  *columns,
                                   GError           **error);
/* "pred_gated, pred_vlm, ...": what a group's columns are called. */
char *emo_export_columns_dup_names (EmoExportColumns group);
/* Writes atomically (temporary file, fsync, rename). */
gboolean emo_export_save (const EmoExportOptions *options,
                          EmoModelInfo           *info,
                          GListModel             *samples,   /* those done or failed are written */
                          GFile                  *file,
                          GCancellable           *cancellable,
                          GError                **error);

G_END_DECLS
