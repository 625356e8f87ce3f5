/* emo-fusion.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-gate-kind.h"

G_BEGIN_DECLS

/* The gates of a model as plain functions, so that a view can ask "what if"
 * about a picture that was answered long ago, whatever model is loaded now
 * (emo-what-if.h). Immutable once shared, boxed, atomically ref-counted; a gate
 * is a few kilobytes and takes microseconds, so the main thread may call it. */
#define EMO_TYPE_FUSION (emo_fusion_get_type ())

/* @logits [n_labels] of distilled logits @d and the VLM's input @v. */
typedef void (*EmoFusionFunc) (gpointer      gate,
                               const double *d,
                               const double *v,
                               double       *logits);

GType        emo_fusion_get_type      (void);
EmoFusion   *emo_fusion_new           (guint           n_labels);
EmoFusion   *emo_fusion_ref           (EmoFusion      *self);
void         emo_fusion_unref         (EmoFusion      *self);
/* Only before others see @self. The first gate is the one that answers. */
void         emo_fusion_take_gate     (EmoFusion      *self,
                                       EmoGateKind     kind,
                                       EmoVlmInput     vlm_input,
                                       EmoFusionFunc   func,
                                       gpointer        gate,
                                       GDestroyNotify  gate_free);

guint        emo_fusion_get_n_labels  (EmoFusion      *self);
guint        emo_fusion_get_n_gates   (EmoFusion      *self);
EmoGateKind  emo_fusion_get_kind      (EmoFusion      *self,
                                       guint           gate);
EmoVlmInput  emo_fusion_get_vlm_input (EmoFusion      *self,
                                       guint           gate);
void         emo_fusion_forward       (EmoFusion      *self,
                                       guint           gate,
                                       const double   *d,
                                       const double   *v,
                                       double         *logits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoFusion, emo_fusion_unref)

G_END_DECLS
