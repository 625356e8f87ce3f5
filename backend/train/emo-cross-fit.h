/* emo-cross-fit.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-head-fit.h"

G_BEGIN_DECLS

/* The head fitted once a fold, on all other folds, and then once on all rows.
 * What a fold's head says of its own fold comes from a head that has not seen
 * the rows: the gate learns from that, or it would trust the head too much.
 * Folds have the same share of every label. Stops and goes on as a fit does. */
typedef struct _EmoCrossFit EmoCrossFit;

#define EMO_CROSS_FIT_FOLDS 5

/* After an epoch of a part: 0 to folds - 1, then the one on all rows. FALSE ends
 * that part. */
typedef gboolean (*EmoCrossFitFunc) (EmoCrossFit *self,
                                     guint        part,
                                     guint        epoch,
                                     double       loss,
                                     gpointer     user_data);

/* What @rows and @options point to outlives it. @n_folds 0: the one on all rows
 * alone. */
EmoCrossFit *emo_cross_fit_new        (const EmoHeadRows        *rows,
                                       guint                     n_labels,
                                       guint                     n_folds,
                                       const EmoHeadFitOptions  *options);
void         emo_cross_fit_free       (EmoCrossFit              *self);
gboolean     emo_cross_fit_run        (EmoCrossFit              *self,
                                       EmoCrossFitFunc           func,          /* (nullable) */
                                       gpointer                  user_data,
                                       GCancellable             *cancellable,
                                       GError                  **error);
/* Told after the steps of every part. */
void         emo_cross_fit_set_step_func (EmoCrossFit           *self,
                                       EmoFitStepFunc            func,          /* (nullable) */
                                       gpointer                  user_data);
guint        emo_cross_fit_get_part   (EmoCrossFit              *self);         /* the one at work */
/* Steps of all parts, and how many of them lie behind, where a part that was ended
 * counts as done. */
guint64      emo_cross_fit_get_n_steps (EmoCrossFit             *self);
guint64      emo_cross_fit_get_step   (EmoCrossFit              *self);
guint        emo_cross_fit_get_epoch  (EmoCrossFit              *self);         /* epochs done of the part at work */
const guint *emo_cross_fit_get_folds  (EmoCrossFit              *self);         /* [n] a row's */
/* [n, labels] of rows whose fold is done; 0 of the others. */
const float *emo_cross_fit_get_logits (EmoCrossFit              *self);
EmoHead     *emo_cross_fit_dup_head   (EmoCrossFit              *self);         /* the part's, as it is now */
/* As emo_fit_list_state() and emo_fit_restore(). */
GArray      *emo_cross_fit_list_state (EmoCrossFit              *self);
gboolean     emo_cross_fit_restore    (EmoCrossFit              *self,
                                       const EmoStoredTensor    *tensors,
                                       guint                     n_tensors,
                                       GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoCrossFit, emo_cross_fit_free)

G_END_DECLS
