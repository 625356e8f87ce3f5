/* emo-sample-row.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* A cell of the picture list: name, answer or state, Retry where it failed.
 * Property: "sample". */
#define EMO_TYPE_SAMPLE_ROW (emo_sample_row_get_type ())
G_DECLARE_FINAL_TYPE (EmoSampleRow, emo_sample_row, EMO, SAMPLE_ROW, AdwBin)

EmoSample *emo_sample_row_get_sample (EmoSampleRow *self);   /* (nullable) */
void       emo_sample_row_set_sample (EmoSampleRow *self,
                                      EmoSample    *sample);

/* "Awe 93.4 %", "Waiting", the reason of a failure. */
char      *emo_sample_dup_summary    (EmoSample    *sample);

G_END_DECLS
