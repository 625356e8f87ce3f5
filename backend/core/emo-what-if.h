/* emo-what-if.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-prediction.h"

G_BEGIN_DECLS

/* What the fused answer would have been had a branch said nothing, or had
 * another rule fused the two. It is computed beside a prediction and never
 * written into one, so that no export can take it for an answer.
 *
 * A muted branch is what the contributions' Shapley value takes for silence:
 * v0 is uniform, d0 is zero. */
typedef enum
{
  EMO_WHAT_IF_GATE,      /* a trained gate */
  EMO_WHAT_IF_MEAN,      /* the mean of the two branches' probabilities */
  EMO_WHAT_IF_PRODUCT,   /* their product, normalised */
} EmoWhatIfRule;

typedef struct
{
  EmoWhatIfRule rule;
  guint         gate;             /* GATE: which of the model's, 0 is the one that answered */
  gboolean      mute_vlm;
  gboolean      mute_distilled;
} EmoWhatIf;
#define EMO_WHAT_IF_INIT { .rule = EMO_WHAT_IF_GATE }

/* Nothing is asked: the answer as it is. */
gboolean emo_what_if_is_actual   (const EmoWhatIf *self);
/* FALSE: @prediction lacks a branch, or its gate cannot be asked any more. */
gboolean emo_what_if_is_possible (const EmoWhatIf *self,
                                  EmoPrediction   *prediction);
/* @p [n_labels]; FALSE and untouched where it is not possible. */
gboolean emo_what_if_apply       (const EmoWhatIf *self,
                                  EmoPrediction   *prediction,
                                  double          *p);

G_END_DECLS
