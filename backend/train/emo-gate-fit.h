/* emo-gate-fit.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-fit.h"
#include "emo-gate.h"

G_BEGIN_DECLS

/* The fitting of a gate by cross-entropy, over what the two branches said of
 * pictures that neither was fitted on. */
typedef struct
{
  gsize          n;
  const float   *distilled;   /* [n, labels] logits */
  const float   *vlm;         /* [n, labels] probabilities */
  const guint32 *labels;      /* [n] */
} EmoGateRows;

typedef struct
{
  EmoVlmInput      vlm_input;
  guint            epochs;
  guint            batch;
  guint64          seed;      /* of the first parameters and the shuffles */
  EmoAdamSettings  adam;
  EmoLrShape       shape;     /* of the rate over all steps */
  double           warmup;    /* share of the steps */
} EmoGateFitOptions;

/* The published ones. */
#define EMO_GATE_FIT_DEFAULTS \
  { \
    .vlm_input = EMO_VLM_INPUT_PROBABILITIES, .epochs = 10, .batch = 64, \
    .adam = { .lr = 1e-4, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 1e-4 } \
  }

/* @rows outlive the fit. */
EmoFit  *emo_gate_fit_new      (EmoGateKind              kind,
                                guint                    n_labels,
                                const EmoGateRows       *rows,
                                const EmoGateFitOptions *options);
/* Going on from a gate that is there. */
EmoFit  *emo_gate_fit_new_from (EmoGate                 *begin,     /* copied */
                                const EmoGateRows       *rows,
                                const EmoGateFitOptions *options);
/* (transfer full): logits [n, labels] of what @gate says of @rows. */
float   *emo_gate_fit_ask      (EmoGate                 *gate,
                                const EmoGateRows       *rows,
                                EmoVlmInput              vlm_input);
/* The gate as it is now, also between epochs. */
EmoGate *emo_gate_fit_dup_gate (EmoFit                  *fit);

G_END_DECLS
