/* emo-features.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-dataset.h"
#include "emo-feature-kinds.h"

G_BEGIN_DECLS

/* What a bundle's frozen parts, and a teacher, say of a dataset's pictures. Each
 * number is computed once and kept in FOLDER/{visual-means, visual-spreads,
 * label-scores, teacher-logits} by the picture's hash; what is there is not
 * computed again, and a picture is decoded once for all that the VLM is to say of
 * it.
 *
 * Pictures go through the VLM one by one, as in the application, so that the
 * numbers are its own to the last bit whatever else is in the list. (Batches of
 * equal grids were measured: 0.9 to 1.1 times as fast.) Threads decode ahead, and
 * a small model has an eye a thread. Engine thread only. */
typedef struct _EmoFeatures EmoFeatures;

typedef struct
{
  const char *folder;     /* of the caches */
  const char *teacher;    /* (nullable) a teacher's folder */
  const char *device;     /* as in EmoLoadOptions */
  const char *dtype;
  int         threads;
} EmoFeatureOptions;

typedef enum
{
  EMO_FEATURE_SET_MEANS = 1 << EMO_FEATURE_MEANS,
  EMO_FEATURE_SET_SPREADS = 1 << EMO_FEATURE_SPREADS,
  EMO_FEATURE_SET_SCORES = 1 << EMO_FEATURE_SCORES,
  EMO_FEATURE_SET_TEACHER = 1 << EMO_FEATURE_TEACHER,
  /* What the VLM says, in one look. */
  EMO_FEATURE_SET_SEEN = EMO_FEATURE_SET_MEANS | EMO_FEATURE_SET_SPREADS | EMO_FEATURE_SET_SCORES,
} EmoFeatureSet;

/* The pictures that could be read, in the order they were asked for. */
typedef struct
{
  guint    n;
  guint    width;                    /* H */
  guint    n_labels;
  guint32 *items;                    /* [n] their places in the dataset */
  guint32 *labels;                   /* [n] */
  float   *values[EMO_N_FEATURES];   /* (nullable) [n, emo_feature_get_width ()], where wanted */
} EmoFeatureRows;

typedef struct
{
  const char *what;              /* "looking at pictures" */
  guint       done;
  guint       n;
  double      pictures_per_s;    /* NaN: not known yet */
} EmoFeatureProgress;

/* At most four times a second, and at the end. */
typedef void (*EmoFeatureFunc) (const EmoFeatureProgress *progress,
                                gpointer                  user_data);

/* Reads weights for their hashes alone. @bundle outlives it. Errors: those of the
 * bundle's and the teacher's files (INVALID_FILE: one of other labels), UNSUPPORTED, IO (another training has the folder), CANCELLED. */
EmoFeatures    *emo_features_new        (EmoBundle                *bundle,
                                         const EmoFeatureOptions  *options,
                                         GCancellable             *cancellable,
                                         GError                  **error);
void            emo_features_free       (EmoFeatures              *self);
gboolean        emo_features_has_teacher (EmoFeatures             *self);
const char     *emo_features_get_dtype  (EmoFeatures              *self);   /* "nf4" */
guint           emo_features_get_width  (EmoFeatures              *self);   /* H */
/* Names all that the numbers of @set hang on besides the pictures. */
char           *emo_features_dup_inputs (EmoFeatures              *self,
                                         EmoFeatureSet             set);
/* @items [n] of @dataset, whose labels are the bundle's. Those that are broken are
 * left out and told in @problems (of text). What was computed stays whatever
 * happens. Errors: those of loading a model, NO_SPACE, IO, OUT_OF_MEMORY, TORCH,
 * CANCELLED. */
EmoFeatureRows *emo_features_collect    (EmoFeatures              *self,
                                         EmoDataset               *dataset,
                                         const guint32            *items,
                                         guint                     n,
                                         EmoFeatureSet             wanted,
                                         GPtrArray                *problems,
                                         EmoFeatureFunc            progress,     /* (nullable) */
                                         gpointer                  user_data,
                                         GCancellable             *cancellable,
                                         GError                  **error);
/* @scores (out) [n_labels] of an evenly gray picture: what the VLM believes
 * whatever it sees. Kept nowhere. */
gboolean        emo_features_look_at_blank (EmoFeatures           *self,
                                         float                    *scores,
                                         GCancellable             *cancellable,
                                         GError                  **error);
void            emo_feature_rows_free   (EmoFeatureRows           *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoFeatures, emo_features_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoFeatureRows, emo_feature_rows_free)

G_END_DECLS
