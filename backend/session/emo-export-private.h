/* emo-export-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-export.h"

G_BEGIN_DECLS

/* emo-export.c */
extern const EmoBranch _emo_export_branches[EMO_N_BRANCHES];

const char *_emo_export_get_winner (EmoPrediction          *prediction,   /* (nullable) */
                                    EmoBranch               branch);      /* (nullable) */

/* emo-export-csv.c: columns and cells */
char       *_emo_export_csv_header (const EmoExportOptions *options,
                                    EmoModelInfo           *info);
char       *_emo_export_csv_row    (const EmoExportOptions *options,
                                    EmoModelInfo           *info,
                                    EmoSample              *sample);

G_END_DECLS
