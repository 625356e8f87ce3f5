/* emo-parameters.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-train-ops.h"

G_BEGIN_DECLS

/* The tensors of a model that training changes, by name. The model computes with
 * what its slot holds: a leaf in the type of computation. What is updated is the
 * float32 master, which is that leaf itself where float32 is computed. */
typedef struct
{
  char       *name;     /* canonical, as "layers.0.self_attn.q_proj.weight" */
  EmoTensor **slot;     /* in the model, which outlives this */
  EmoTensor  *master;   /* float32 */
  gboolean    decay;    /* whether weight decay applies: matrices */
  int         block;    /* which block it belongs to; see emo_vlm_list_parameters() */
} EmoParameter;

typedef struct _EmoParameters EmoParameters;

EmoParameters *emo_parameters_new       (void);
void           emo_parameters_free      (EmoParameters   *self);
/* Makes *@slot a leaf that computes in @dtype and lists it. */
gboolean       emo_parameters_add       (EmoParameters   *self,
                                         const char      *name,
                                         int              block,
                                         EmoTensor      **slot,
                                         EmoDtype         dtype,
                                         GError         **error);
guint          emo_parameters_get_n     (EmoParameters   *self);
EmoParameter  *emo_parameters_get       (EmoParameters   *self,
                                         guint            index);
gint64         emo_parameters_count     (EmoParameters   *self);   /* elements of all */
/* Copies the masters into what the model computes with, after an update. */
gboolean       emo_parameters_publish   (EmoParameters   *self,
                                         GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoParameters, emo_parameters_free)

G_END_DECLS
