/* emo-fit.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "emo-adam.h"
#include "emo-lr-schedule.h"
#include "emo-safetensors.h"

G_BEGIN_DECLS

/* The fitting of something small (a head, a gate) over rows in memory: epochs of
 * shuffled batches, Adam, and a state that can be saved after any step. One that
 * goes on from a saved state ends bit-equal to one that was never stopped, on
 * the same kind of processor. Made by emo_gate_fit_new() and emo_head_fit_new().
 * Not safe from several threads at once. */
typedef struct _EmoFit EmoFit;

typedef struct
{
  const char      *name;     /* begins its tensors' names in a checkpoint: "gate" */
  gsize            n_rows;
  guint            epochs;
  guint            batch;    /* rows a step; an epoch's last one may have fewer */
  guint64          seed;     /* of the shuffles */
  EmoAdamSettings  adam;
  EmoLrShape       shape;    /* of the rate over all steps, whose peak is adam's */
  double           warmup;   /* share of the steps */
} EmoFitSettings;

/* The mean loss over @rows, and its derivatives by all parameters. */
typedef double   (*EmoFitLossFunc)  (gpointer       model,
                                     const float   *parameters,
                                     const guint32 *rows,        /* [n_rows] */
                                     guint          n_rows,
                                     guint          epoch,
                                     float         *gradients);  /* as the parameters */
/* After an epoch, counted from 1, with its mean loss. FALSE ends the fit for
 * good. */
typedef gboolean (*EmoFitEpochFunc) (EmoFit   *fit,
                                     guint     epoch,
                                     double    loss,
                                     gpointer  user_data);


typedef struct
{
  guint  n_rows;
  double loss;
  double lr;
} EmoFitStep;

/* After a step, and after its epoch's end where it was the last: what the fit is
 * now can be saved. FALSE with an error ends the run; it can be run again. */
typedef gboolean (*EmoFitStepFunc)  (EmoFit            *fit,
                                     const EmoFitStep  *step,
                                     gpointer           user_data,
                                     GError           **error);

EmoFit      *emo_fit_new              (const EmoFitSettings  *settings,
                                       const float           *parameters,    /* where it begins */
                                       gsize                  n_parameters,
                                       EmoFitLossFunc         loss,
                                       gpointer               model,
                                       GDestroyNotify         model_free);
void         emo_fit_free             (EmoFit                *self);
/* FALSE once cancelled, and then it can be run again; or where the loss is no
 * number (MODEL), and then the state is the last good one. */
gboolean     emo_fit_run              (EmoFit                *self,
                                       EmoFitEpochFunc        func,          /* (nullable) */
                                       gpointer               user_data,
                                       GCancellable          *cancellable,
                                       GError               **error);
void         emo_fit_set_step_func    (EmoFit                *self,
                                       EmoFitStepFunc         func,          /* (nullable) */
                                       gpointer               user_data);
guint        emo_fit_get_epoch        (EmoFit                *self);         /* epochs done */
guint        emo_fit_get_step         (EmoFit                *self);         /* steps done in the next one */
guint64      emo_fit_get_n_steps      (EmoFit                *self);         /* of all epochs */
const float *emo_fit_get_parameters   (EmoFit                *self);
gpointer     emo_fit_get_model        (EmoFit                *self);
/* EmoStoredTensor of all that a checkpoint needs; they lend from @self and are
 * good until it runs. */
GArray      *emo_fit_list_state       (EmoFit                *self);
/* From @tensors, which may hold others; where it fails, nothing has changed.
 * Settings and rows have to be those of the fit that was saved. */
gboolean     emo_fit_restore          (EmoFit                *self,
                                       const EmoStoredTensor *tensors,
                                       guint                  n_tensors,
                                       GError               **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoFit, emo_fit_free)

G_END_DECLS
