/* emo-evidence-words.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-heat-map.h"

G_BEGIN_DECLS

/* A heat map in words, for whoever cannot or would rather not read colours. */

/* A number of a map with its sign, as exact as the map's scale makes sense. */
char *emo_evidence_number_to_string (double      value,
                                     double      largest);
/* Where the map speaks most for a label and most against it, with the numbers;
 * @label as the person reads it. */
char *emo_evidence_describe         (EmoHeatMap *map,
                                     const char *label);
/* One token: its place and its number. */
char *emo_evidence_describe_token   (EmoHeatMap *map,
                                     int         column,
                                     int         row);

G_END_DECLS
