/* emo-gate-stage.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-train-stage.h"

G_BEGIN_DECLS

/* Stage "gate": the gate of the bundle at the job's output learns which branch to
 * believe, from pictures that neither branch was fitted on: those of train that
 * are held out from the VLM, with what heads say of them that had not seen them.
 * (Without folds, as published: all of train, with what the head itself says.) The
 * kind that is asked for answers; the others are fitted as well, to compare. Of
 * each the epoch with the least loss on val counts, and its temperature is that of
 * val. Where it makes the VLM's loss on val smaller, what the VLM says of a blank
 * picture is divided out, and the manifest keeps it. Writes OUTPUT/gate.safetensors and OUTPUT/gates, measures all branches on
 * val and test, adds where the bundle comes from, and two pictures with their
 * numbers. Engine thread only. Errors: those of the distilled stage; INVALID_FILE
 * where the bundle has no head or its logits are missing. */
gboolean emo_gate_stage_run (const EmoTrainJob  *job,
                             GError            **error);

G_END_DECLS
