/* emo-vlm-validation.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-metrics.h"
#include "emo-vlm-pictures.h"
#include "emo-vlm-scorer.h"

G_BEGIN_DECLS

/* How well the VLM, as it is now, classifies @pictures: the labels' scores, as
 * the application takes them. Engine thread only. Returns: (transfer full)
 * (nullable): its nll is the loss. Errors: IO, TORCH, OUT_OF_MEMORY, CANCELLED. */
EmoMetrics *emo_vlm_validate (EmoVlm          *vlm,
                              EmoVlmScorer    *scorer,
                              EmoVlmPictures  *pictures,
                              guint            n_labels,
                              GCancellable    *cancellable,
                              GError         **error);

G_END_DECLS
