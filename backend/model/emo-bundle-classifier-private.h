/* emo-bundle-classifier-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-bundle-classifier.h"
#include "emo-bundle.h"
#include "emo-compute.h"
#include "emo-domain.h"
#include "emo-gate.h"
#include "emo-head.h"
#include "emo-provenance.h"
#include "emo-vlm.h"

G_BEGIN_DECLS

/* The picture in work: what later requests about it can reuse. */
typedef struct
{
  EmoPatches    *patches;
  EmoTensor     *tokens;         /* [T, H] */
  float         *values;         /* [T, H] the same as float32 */
  float         *mean;           /* [H] */
  EmoVlmState    state;          /* behind the prompt */
  double        *scores;         /* [n_labels] summed log-probabilities */
  double        *probabilities;  /* [n_labels] the VLM's, calibrated */
  double        *logits;         /* [n_labels] the distilled head's */
  gboolean       scored;
} EmoSeen;

struct _EmoBundleClassifier
{
  GObject           parent_instance;

  EmoBundle        *bundle;
  EmoVlmConfig      config;      /* with the image settings in force */
  EmoCompute        compute;
  EmoAdapter       *adapter;     /* (nullable) */
  EmoVlm           *vlm;
  EmoHead          *head;        /* (nullable) */
  EmoGate          *gate;        /* (unowned) (nullable) the one of @fusion that answers */
  EmoFusion        *fusion;      /* (nullable) all gates, shared with @info */
  EmoDomain        *domain;      /* (nullable) */
  EmoChatPrompt    *prompt;      /* the classify question */
  EmoTokenTree     *tree;        /* the candidates */
  guint             n_labels;
  EmoModelInfo     *info;        /* set atomically: any thread asks for it */
  EmoModelInfo     *info_before; /* (nullable) while the model was on a GPU; somebody may still read it */
  EmoProvenance    *provenance;  /* (nullable) until its hashes are in @info */
  EmoSeen           seen;
};

/* --- emo-bundle-classifier-load.c --- */

/* Loads the VLM again, away from a GPU that has failed; the info says so, too. */
gboolean _emo_bundle_classifier_move_to_cpu (EmoBundleClassifier  *self,
                                             const char           *reason,
                                             GCancellable         *cancellable,
                                             GError              **error);

/* --- emo-bundle-classifier-answer.c --- */

/* One request from its first stage to DONE. */
gboolean _emo_bundle_classifier_answer   (EmoBundleClassifier  *self,
                                          EmoPatches           *patches,
                                          const EmoRequest     *request,
                                          EmoUpdateFunc         func,
                                          gpointer              user_data,
                                          GCancellable         *cancellable,
                                          GError              **error);
/* FALSE where the VLM has not answered, or gave NaN. */
gboolean _emo_bundle_classifier_has_vlm_answer (EmoBundleClassifier *self);
/* Cache rows behind the prompt that a candidate and its explanation take. */
guint    _emo_bundle_classifier_get_room (EmoBundleClassifier  *self,
                                          guint                 explain_tokens);
void     _emo_seen_clear                 (EmoSeen              *seen);
int      _emo_index_of_largest           (const double         *values,
                                          guint                 n);

/* --- emo-bundle-classifier-evidence.c --- */

/* Of the picture that was seen (and scored, for the VLM's). */
gboolean _emo_bundle_classifier_find_evidence (EmoBundleClassifier  *self,
                                               const EmoRequest     *request,
                                               EmoUpdateFunc         func,
                                               gpointer              user_data,
                                               GCancellable         *cancellable,
                                               GError              **error);

/* --- emo-explanation.c --- */

/* Streams TEXT updates and ends with EXPLAINED. */
gboolean _emo_bundle_classifier_explain  (EmoBundleClassifier  *self,
                                          const EmoRequest     *request,
                                          guint                 label,
                                          EmoUpdateFunc         func,
                                          gpointer              user_data,
                                          GCancellable         *cancellable,
                                          GError              **error);

static inline double
_emo_ms_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1000.0;
}

G_END_DECLS
