/* emo-gate-sets.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-gate-fit.h"
#include "emo-stage-features.h"

G_BEGIN_DECLS

/* What both branches say of pictures. */
typedef struct
{
  EmoFeatureRows *features;
  float          *distilled;   /* [n, n_labels] logits */
  float          *vlm;         /* [n, n_labels] probabilities */
} EmoGateSet;

/* What a gate learns from and what it is judged on. */
typedef struct
{
  EmoGateSet  train;
  EmoGateSet  splits[EMO_N_SPLITS];   /* val and test */
  double     *prior;                  /* (nullable) [n_labels] log-prior that is divided out of the VLM's scores */
  guint       n_labels;
} EmoGateSets;

/* As published: the gate learns from the pictures of the head itself. */
gboolean    emo_gate_sets_are_published (const EmoTrainJob  *job);
/* The bundle of @source has a head. What is to be known goes to its notes. Errors:
 * those of emo_stage_features_collect() and of the head's and its logits' files;
 * INVALID_FILE where no picture can be read. To be cleared whatever it returns. */
gboolean    emo_gate_sets_load          (EmoGateSets        *self,
                                         EmoStageFeatures   *source,
                                         GError            **error);
void        emo_gate_sets_clear         (EmoGateSets        *self);
/* Borrowed. */
EmoGateRows emo_gate_set_get_rows       (const EmoGateSet   *self);

G_END_DECLS
