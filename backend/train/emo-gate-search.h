/* emo-gate-search.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-gate-fit.h"
#include "emo-metrics.h"

G_BEGIN_DECLS

/* Gates of several kinds, fitted one after the other on the same rows; of each the
 * epoch with the least loss on val is kept, or the last one where there is no val.
 * Stops and goes on as a fit does. */
typedef struct _EmoGateSearch EmoGateSearch;

/* After an epoch of a part, which is a kind's place; @val (nullable). FALSE ends
 * that part. */
typedef gboolean (*EmoGateSearchFunc) (EmoGateSearch    *self,
                                       guint             part,
                                       guint             epoch,
                                       double            loss,
                                       const EmoMetrics *val,
                                       gpointer          user_data);

/* What @rows and @val point to outlives it; @val may have no rows. */
EmoGateSearch *emo_gate_search_new           (const EmoGateKind        *kinds,
                                              guint                     n_kinds,
                                              guint                     n_labels,
                                              const EmoGateRows        *rows,
                                              const EmoGateRows        *val,
                                              const EmoGateFitOptions  *options);
void           emo_gate_search_free          (EmoGateSearch            *self);
void           emo_gate_search_set_step_func (EmoGateSearch            *self,
                                              EmoFitStepFunc            func,        /* (nullable) */
                                              gpointer                  user_data);
gboolean       emo_gate_search_run           (EmoGateSearch            *self,
                                              EmoGateSearchFunc         func,        /* (nullable) */
                                              gpointer                  user_data,
                                              GCancellable             *cancellable,
                                              GError                  **error);
guint          emo_gate_search_get_part      (EmoGateSearch            *self);       /* the one at work */
guint          emo_gate_search_get_epoch     (EmoGateSearch            *self);       /* epochs done of it */
/* Steps of all parts, and how many lie behind. */
guint64        emo_gate_search_get_n_steps   (EmoGateSearch            *self);
guint64        emo_gate_search_get_step      (EmoGateSearch            *self);
/* The best so far of a part. */
EmoGate       *emo_gate_search_dup_gate      (EmoGateSearch            *self,
                                              guint                     part);
/* As emo_fit_list_state() and emo_fit_restore(). */
GArray        *emo_gate_search_list_state    (EmoGateSearch            *self);
gboolean       emo_gate_search_restore       (EmoGateSearch            *self,
                                              const EmoStoredTensor    *tensors,
                                              guint                     n_tensors,
                                              GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoGateSearch, emo_gate_search_free)

G_END_DECLS
