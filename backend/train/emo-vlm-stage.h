/* emo-vlm-stage.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-train-stage.h"

G_BEGIN_DECLS

/* Stage "vlm": the bundle at the job's output learns what the dataset's pictures
 * evoke, and why: OUTPUT/adapter, or OUTPUT/vlm where every weight is trained.
 * What no longer fits the VLM leaves the manifest. Engine thread only. Errors:
 * those of the bundle and the pictures, MODEL (diverged), IO, NO_SPACE, CANCELLED
 * (with a checkpoint). */
gboolean emo_vlm_stage_run (const EmoTrainJob  *job,
                            GError            **error);

G_END_DECLS
