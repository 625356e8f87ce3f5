/* emo-gate-weights.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* The weights that some gates mix by, in words: (nullable) "Branch weights: ...";
 * NULL where the gate has none. They are no contributions: a branch with a large
 * weight may have said nothing. */
char *emo_gate_weights_describe (EmoPrediction *prediction);

G_END_DECLS
