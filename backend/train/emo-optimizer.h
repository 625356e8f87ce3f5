/* emo-optimizer.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-parameters.h"

G_BEGIN_DECLS

/* Adam or AdamW over a model's parameters: float32 moments beside float32 masters.
 * Engine thread only. */
typedef struct _EmoOptimizer EmoOptimizer;

typedef struct
{
  EmoAdamwSettings adamw;
  double           weight_decay;   /* of matrices; coupled: of all, as torch.optim.Adam's */
  double           clip;           /* largest norm of all gradients; 0: none */
} EmoOptimizerSettings;

EmoOptimizer *emo_optimizer_new        (EmoParameters              *parameters,   /* outlives this */
                                        const EmoOptimizerSettings *settings,
                                        GError                    **error);
void          emo_optimizer_free       (EmoOptimizer               *self);
/* One update by @gradients [n] (NULL: none) times @scale; their norm before
 * clipping goes to @norm (nullable). MODEL where it is not finite, and then
 * nothing is changed. */
gboolean      emo_optimizer_step       (EmoOptimizer               *self,
                                        EmoTensor * const          *gradients,
                                        double                      scale,
                                        double                      lr,
                                        double                     *norm,
                                        GError                    **error);
gint64        emo_optimizer_get_step   (EmoOptimizer               *self);
/* Masters and moments by name, for a checkpoint: "parameter/NAME", "m/NAME",
 * "v/NAME"; called for each with its float32 tensor, which a loader overwrites
 * (see emo_optimizer_set_step()). FALSE from @func ends it. */
typedef gboolean (*EmoStateFunc)       (const char                 *name,
                                        EmoTensor                  *tensor,
                                        gpointer                    user_data,
                                        GError                    **error);
gboolean      emo_optimizer_foreach    (EmoOptimizer               *self,
                                        EmoStateFunc                func,
                                        gpointer                    user_data,
                                        GError                    **error);
/* After the tensors were overwritten. */
gboolean      emo_optimizer_set_step   (EmoOptimizer               *self,
                                        gint64                      step,
                                        GError                    **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoOptimizer, emo_optimizer_free)

G_END_DECLS
