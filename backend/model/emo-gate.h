/* emo-gate.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-gate-kind.h"

G_BEGIN_DECLS

/* The gate: fuses distilled logits d [n] and the VLM's input v [n] into gated
 * logits [n] (design.md section 2). Five kinds, one constant vtable per file in
 * one table keyed by EmoGateKind (emo-gate-private.h): state-dict names and
 * shapes, forward, gradient, weights. Plain C in double. Safe from any thread,
 * but for what changes a gate. */
typedef struct _EmoGate EmoGate;

EmoGate    *emo_gate_load          (const char   *path,
                                    EmoGateKind   kind,
                                    guint         n_labels,
                                    GError      **error);
/* As torch's Linear and Bilinear begin, drawn from @seed. */
EmoGate    *emo_gate_new           (EmoGateKind   kind,
                                    guint         n_labels,
                                    guint64       seed);
EmoGate    *emo_gate_dup           (EmoGate      *self);
/* The published code's state dict in float32. */
gboolean    emo_gate_save          (EmoGate      *self,
                                    const char   *path,
                                    const char * const *metadata,   /* (nullable) key, value, ..., NULL */
                                    GError      **error);
void        emo_gate_free          (EmoGate      *self);
EmoGateKind emo_gate_get_kind      (EmoGate      *self);
void        emo_gate_forward       (EmoGate      *self,
                                    const double *d,         /* [n] distilled logits */
                                    const double *v,         /* [n] VLM input */
                                    double       *logits);   /* [n] */
/* Two-player Shapley values against v0 = uniform and d0 = 0; their sum is the
 * gated logits. Each [n]. */
void        emo_gate_contributions (EmoGate      *self,
                                    const double *d,
                                    const double *v,
                                    double       *vlm,
                                    double       *distilled,
                                    double       *rest);
/* Branch weights (dynamic) or expert weights (moe): the count, 0 for the other
 * kinds; @weights holds at least 8; @title is borrowed. Branch weights are the
 * distilled head's, then the VLM's. */
guint       emo_gate_weights       (EmoGate      *self,
                                    const double *d,
                                    const double *v,
                                    double       *weights,
                                    const char  **title);

/* For fitting. All parameters one after the other, in the order of the state
 * dict. */
guint       emo_gate_get_n_labels     (EmoGate      *self);
gsize       emo_gate_get_n_parameters (EmoGate      *self);
void        emo_gate_get_parameters   (EmoGate      *self,
                                       float        *parameters);
void        emo_gate_set_parameters   (EmoGate      *self,
                                       const float  *parameters);
/* Adds to @sums [parameters] the loss's derivatives by the parameters, given
 * those by the logits. */
void        emo_gate_gradient         (EmoGate      *self,
                                       const double *d,
                                       const double *v,
                                       const double *by_logit,   /* [n] */
                                       double       *sums);
/* Multiplies the logits by @factor for good, exactly but for rounding: every
 * kind ends in a linear layer. */
void        emo_gate_scale            (EmoGate      *self,
                                       double        factor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoGate, emo_gate_free)

G_END_DECLS
