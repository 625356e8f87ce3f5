/* emo-feature-kinds.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "emo-bundle.h"
#include "emo-vlm-config.h"

G_BEGIN_DECLS

/* What is computed once a picture, and the texts that name all that each hangs on
 * besides the picture: where one differs, the numbers would. */
typedef enum
{
  EMO_FEATURE_MEANS,    /* mean merged visual tokens [H] of the tower */
  EMO_FEATURE_SPREADS,  /* how far the same lie apart [EMO_VISUAL_SPREAD_SIZE] */
  EMO_FEATURE_SCORES,   /* summed log-probabilities of the labels [labels] */
  EMO_FEATURE_TEACHER,  /* the teacher's logits [labels] */
  EMO_N_FEATURES
} EmoFeature;

/* The name of its folder: "visual-means". */
const char *emo_feature_get_name   (EmoFeature            feature);
/* Numbers a picture. */
guint       emo_feature_get_width  (EmoFeature            feature,
                                    guint                 hidden_size,
                                    guint                 n_labels);
/* The tower's tensors, however they are spread over files, and @image. @computed:
 * device and type. A new adapter, which is on the decoder, leaves it as it is. */
char       *emo_feature_kind_means (const EmoBundle      *bundle,
                                    const EmoVlmConfig   *config,
                                    const char           *computed,
                                    GCancellable         *cancellable,
                                    GError              **error);
/* All that @means hangs on. */
char       *emo_feature_kind_spreads (const char         *means);
/* @means with every file of the VLM and its adapter, prompts and labels. */
char       *emo_feature_kind_scores (const EmoBundle     *bundle,
                                     const char          *means,
                                     GCancellable        *cancellable,
                                     GError             **error);
/* @folder: the teacher's; its config.json, where it has one, says how it takes
 * pictures. @labels: the order of the logits. */
char       *emo_feature_kind_teacher (const char         *folder,
                                      EmoLabelSet        *labels,
                                      GCancellable       *cancellable,
                                      GError            **error);

G_END_DECLS
