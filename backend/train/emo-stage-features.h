/* emo-stage-features.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-features.h"
#include "emo-train-stage.h"

G_BEGIN_DECLS

/* The bundle that a stage works on, with what its frozen parts say of the job's
 * pictures; what is computed is told while it takes time. */
typedef struct
{
  const EmoTrainJob *job;
  const char        *stage;      /* "distilled" */
  EmoBundle         *bundle;
  EmoFeatures       *features;
  GPtrArray         *notes;      /* of text, for the stage's log */
  gint64             said;       /* monotonic */
} EmoStageFeatures;

/* Which pictures of a split. */
typedef enum
{
  EMO_PICTURES_ALL,
  EMO_PICTURES_HELD_OUT,
} EmoPictures;

/* Errors: those of the bundle and of emo_features_new(); INVALID_FILE where the
 * labels of dataset and bundle differ. To be cleared whatever it returns. */
gboolean        emo_stage_features_open    (EmoStageFeatures   *self,
                                            const EmoTrainJob  *job,
                                            EmoTrainStageId     stage,
                                            GError            **error);
void            emo_stage_features_clear   (EmoStageFeatures   *self);
EmoFeatureRows *emo_stage_features_collect (EmoStageFeatures   *self,
                                            EmoSplit            split,
                                            EmoPictures         pictures,
                                            EmoFeatureSet       wanted,
                                            GError            **error);
/* Labels that no row has are noted. */
void            emo_stage_features_note_labels (EmoStageFeatures     *self,
                                            const EmoFeatureRows *rows,
                                            const char           *what);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EmoStageFeatures, emo_stage_features_clear)

G_END_DECLS
