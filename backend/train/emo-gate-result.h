/* emo-gate-result.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-gate-search.h"
#include "emo-gate-sets.h"

G_BEGIN_DECLS

/* Gates of every kind that were fitted on the same rows; the one that answers
 * comes first. */
typedef struct
{
  const EmoTrainJob *job;                        /* borrowed */
  const EmoGateSets *sets;                       /* borrowed */
  EmoGate           *gates[EMO_N_GATE_KINDS];
} EmoGateResult;

/* Takes the gates of a search that ran to its end, and fits their temperature on
 * val: which label wins stays, how sure it sounds becomes how often it is right.
 * To be cleared. */
void     emo_gate_result_init          (EmoGateResult      *self,
                                        const EmoTrainJob  *job,
                                        const EmoGateSets  *sets,
                                        EmoGateSearch      *search);
void     emo_gate_result_clear         (EmoGateResult      *self);
/* (transfer full): {"val": {...}, "test": {...}} of emo_branches_to_json() with
 * the gate that answers; splits that have pictures. */
char    *emo_gate_result_measure       (EmoGateResult      *self);
/* (transfer full): {"bilinear": {...}, ...}: every kind on val. */
char    *emo_gate_result_measure_kinds (EmoGateResult      *self);
/* The gates' files and what the manifest says of them. @accuracy: of
 * emo_gate_result_measure(). Errors: IO, NO_SPACE. */
gboolean emo_gate_result_save          (EmoGateResult      *self,
                                        const char         *accuracy,
                                        GError            **error);
/* Pictures of test, or of val, or none, with the bundle's numbers. Errors: IO,
 * NO_SPACE and those of a prediction. */
gboolean emo_gate_result_save_checks   (EmoGateResult      *self,
                                        GError            **error);

G_END_DECLS
