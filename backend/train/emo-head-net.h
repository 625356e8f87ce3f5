/* emo-head-net.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-head.h"

G_BEGIN_DECLS

/* A head's layers over a batch in float32, forward and backward, with all that
 * lies between kept. Parameters are one array, as emo_head_get_parameters()
 * gives them. */
typedef struct
{
  guint  n_layers;
  guint  widths[EMO_HEAD_MAX_DEPTH + 2];    /* inputs, hidden layers, labels */
  float *inputs;                            /* [batch, widths[0]] for the caller to fill */
  float *keep[EMO_HEAD_MAX_DEPTH];          /* [batch, widths[l + 1]] what a hidden layer's outputs
                                             * are multiplied by, for the caller to fill */
  float *outputs[EMO_HEAD_MAX_DEPTH + 1];   /* [batch, widths[l + 1]]; the last are logits */
  float *slopes[EMO_HEAD_MAX_DEPTH];        /* [batch, widths[l + 1]] of outputs by their sums */
  float *by_sums[EMO_HEAD_MAX_DEPTH + 1];   /* [batch, widths[l + 1]] the loss by a layer's sums;
                                             * the last for the caller to fill */
} EmoHeadNet;

/* Of @head's widths; every output is kept. */
void emo_head_net_init     (EmoHeadNet  *self,
                            EmoHead     *head,
                            guint        batch);
void emo_head_net_clear    (EmoHeadNet  *self);
void emo_head_net_forward  (EmoHeadNet  *self,
                            const float *parameters,
                            guint        n_rows);
/* @gradients (out): the loss by the parameters */
void emo_head_net_backward (EmoHeadNet  *self,
                            const float *parameters,
                            guint        n_rows,
                            float       *gradients);

G_END_DECLS
