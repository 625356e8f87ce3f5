/* emo-feature-eye.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-bundle.h"
#include "emo-compute.h"
#include "emo-vlm.h"

G_BEGIN_DECLS

/* A bundle's VLM that looks at one picture after the other, and says of each what
 * EmoBundleClassifier would: by the same functions, in the same order. One thread
 * at a time. */
typedef struct _EmoFeatureEye EmoFeatureEye;

/* @config: with the image settings in force. @bundle outlives it. */
EmoFeatureEye *emo_feature_eye_new  (EmoBundle           *bundle,
                                     const EmoVlmConfig  *config,
                                     const EmoCompute    *compute,
                                     GCancellable        *cancellable,
                                     GError             **error);
void           emo_feature_eye_free (EmoFeatureEye       *self);
/* @mean (out) (nullable) [H], @spread (out) (nullable) [EMO_VISUAL_SPREAD_SIZE],
 * @scores (out) (nullable) [labels]. Errors: LIMIT (too many tokens), MODEL
 * (numbers that are none), TORCH, OUT_OF_MEMORY, CANCELLED. */
gboolean       emo_feature_eye_look (EmoFeatureEye       *self,
                                     EmoPatches          *patches,
                                     float               *mean,
                                     float               *spread,
                                     float               *scores,
                                     GCancellable        *cancellable,
                                     GError             **error);
/* INVALID_FILE where the weights' file changed since it was opened. */
gboolean       emo_feature_eye_check (EmoFeatureEye      *self,
                                      GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoFeatureEye, emo_feature_eye_free)

G_END_DECLS
