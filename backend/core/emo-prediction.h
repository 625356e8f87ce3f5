/* emo-prediction.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-evidence.h"
#include "emo-model-info.h"
#include "emo-update.h"

G_BEGIN_DECLS

/* The three answers for one picture as they stand: a GObject that widgets bind
 * to, written on the main thread only, by applying the engine's updates in
 * order. Notifies "stage" after each, and "explanation" when text grows. */
#define EMO_TYPE_PREDICTION (emo_prediction_get_type ())
G_DECLARE_FINAL_TYPE (EmoPrediction, emo_prediction, EMO, PREDICTION, GObject)

EmoPrediction   *emo_prediction_new                (EmoModelInfo  *info);
void             emo_prediction_apply              (EmoPrediction *self,
                                                    EmoUpdate     *update);

EmoModelInfo    *emo_prediction_get_info           (EmoPrediction *self);
/* Of the same model, where it had to leave a GPU in the middle of the answer. */
void             emo_prediction_set_info           (EmoPrediction *self,
                                                    EmoModelInfo  *info);
EmoLabelSet     *emo_prediction_get_labels         (EmoPrediction *self);
EmoStage         emo_prediction_get_stage          (EmoPrediction *self);
gboolean         emo_prediction_has_branch         (EmoPrediction *self,
                                                    EmoBranch      branch);
/* (nullable): which branches gave NaN in the place of an answer, in words. */
char            *emo_prediction_dup_broken         (EmoPrediction *self);
/* [n_labels], NULL while the branch has no answer. */
const double    *emo_prediction_get_probabilities  (EmoPrediction *self,
                                                    EmoBranch      branch);
const double    *emo_prediction_get_scores         (EmoPrediction *self,
                                                    EmoBranch      branch);
int              emo_prediction_get_winner         (EmoPrediction *self,
                                                    EmoBranch      branch);   /* -1: none */
int              emo_prediction_get_runner_up      (EmoPrediction *self,
                                                    EmoBranch      branch);   /* -1: none */
/* The branch that speaks for the picture: gated, else VLM. */
EmoBranch        emo_prediction_get_final_branch   (EmoPrediction *self);
double           emo_prediction_get_margin         (EmoPrediction *self);     /* winner minus runner-up probability of the final branch */
gboolean         emo_prediction_get_agree          (EmoPrediction *self);     /* VLM and distilled name the same label; TRUE where one is missing */
double           emo_prediction_get_disagreement   (EmoPrediction *self);     /* Jensen-Shannon divergence of VLM and distilled, 0 to 1; NaN where one is missing */
gboolean         emo_prediction_knows_agree        (EmoPrediction *self);     /* both have answered that the model has */
double           emo_prediction_get_mass           (EmoPrediction *self);
EmoDomainVerdict emo_prediction_get_in_domain      (EmoPrediction *self);
double           emo_prediction_get_domain_distance (EmoPrediction *self);

/* Contributions [n_labels], uncentred; NULL without a gate. */
const double    *emo_prediction_get_contribution_vlm       (EmoPrediction *self);
const double    *emo_prediction_get_contribution_distilled (EmoPrediction *self);
const double    *emo_prediction_get_contribution_rest      (EmoPrediction *self);
const double    *emo_prediction_get_weights                (EmoPrediction *self,
                                                            guint         *n_weights,
                                                            const char   **title);   /* dynamic, moe */
/* Signed parts of the gated margin, winner minus runner-up, in logits. */
gboolean         emo_prediction_get_margin_parts           (EmoPrediction *self,
                                                            double        *vlm,
                                                            double        *distilled,
                                                            double        *rest);
/* |part| over the two branches' sum; FALSE where both are zero or no gate. */
gboolean         emo_prediction_get_share                  (EmoPrediction *self,
                                                            double        *vlm,
                                                            double        *distilled);

const char      *emo_prediction_get_explanation            (EmoPrediction *self);    /* (nullable) grows while it streams; for people */
const char      *emo_prediction_get_explanation_exact      (EmoPrediction *self);    /* (nullable) as generated, see emo-text.h; for JSON */
int              emo_prediction_get_explanation_label      (EmoPrediction *self);    /* -1: none */
gboolean         emo_prediction_get_explanation_complete   (EmoPrediction *self);

void             emo_prediction_get_size                   (EmoPrediction *self,
                                                            int           *width,
                                                            int           *height);
const int       *emo_prediction_get_grid                   (EmoPrediction *self);    /* [3] t, h, w */
int              emo_prediction_get_image_tokens           (EmoPrediction *self);
/* The heat maps, none until they are asked for; never NULL. */
EmoEvidence     *emo_prediction_get_evidence               (EmoPrediction *self);
/* Milliseconds: INPUT decode, VISION, PREFILL, VLM score, EXPLAINED, DONE total; NaN if not run. */
double           emo_prediction_get_ms                     (EmoPrediction *self,
                                                            EmoStage       stage);

/* One object without a newline, keys as design.md section 4 fixes them.
 * @error_text: the "error" key, NULL is null. */
char            *emo_prediction_to_json                    (EmoPrediction *self,
                                                            const char    *image,
                                                            const char    *error_text);
/* The way back, exact; @info NULL: what the object itself says of the model. */
EmoPrediction   *emo_prediction_new_from_json              (const char    *text,
                                                            gsize          length,
                                                            const char    *name,
                                                            EmoModelInfo  *info,
                                                            GError       **error);

G_END_DECLS
