/* emo-feature-collection.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-feature-cache.h"
#include "emo-features.h"
#include "emo-pace.h"

G_BEGIN_DECLS

/* One call of emo_features_collect(): the rows that were asked for, what of them
 * the caches had, and what is still to be computed. Its caller looks at the
 * pictures that it lists, one after the other or several at once; rows of their
 * own may be filled at once, all else is for one thread at a time. */
typedef struct
{
  EmoFeatureCache **caches;      /* [EMO_N_FEATURES] borrowed (nullable) */
  EmoDataset       *dataset;
  EmoFeatureRows   *rows;        /* of all that were asked for, until the broken go */
  guint8           *keys;        /* [n, EMO_FEATURE_KEY_SIZE] */
  guint8           *missing;     /* [n] of EmoFeatureSet */
  gboolean         *broken;      /* [n] */
  GPtrArray        *problems;
  GArray           *list;        /* of guint32: the rows that are looked at */
  EmoPace           pace;
  guint             done;        /* pictures of the list, as of the last call of tell() */
  gint64            last;        /* monotonic, of that call */
  gint64            told;        /* monotonic */
  EmoFeatureFunc    progress;
  gpointer          user_data;
  GCancellable     *cancellable;
} EmoFeatureCollection;

/* Rows of @items [n], @width floats of means and @n_labels of scores and logits,
 * for all that is @wanted. OUT_OF_MEMORY. */
gboolean              emo_feature_collection_begin         (EmoFeatureCollection  *self,
                                                            const guint32         *items,
                                                            guint                  n,
                                                            guint                  width,
                                                            guint                  n_labels,
                                                            EmoFeatureSet          wanted,
                                                            GError               **error);
void                  emo_feature_collection_clear         (EmoFeatureCollection  *self);
/* Fills what the caches have; pictures that cannot be read are left out. */
gboolean              emo_feature_collection_look_up_all   (EmoFeatureCollection  *self,
                                                            EmoFeatureSet          wanted,
                                                            GError               **error);
/* The same of one row. */
void                  emo_feature_collection_look_up       (EmoFeatureCollection  *self,
                                                            guint                  row);
/* Sets @list to the rows that lack any of @set. */
void                  emo_feature_collection_list_missing  (EmoFeatureCollection  *self,
                                                            EmoFeatureSet          set);
/* (transfer container): the files of @list, borrowed. */
GPtrArray            *emo_feature_collection_list_paths    (EmoFeatureCollection  *self);
const EmoDatasetItem *emo_feature_collection_get_item      (EmoFeatureCollection  *self,
                                                            guint                  row);
float                *emo_feature_collection_get_values    (EmoFeatureCollection  *self,
                                                            EmoFeature             feature,
                                                            guint                  row);
/* The file may be another one than was hashed: @sha256 (nullable) is of what was
 * decoded. FALSE where it is none. */
gboolean              emo_feature_collection_take_key      (EmoFeatureCollection  *self,
                                                            guint                  row,
                                                            const char            *sha256);
void                  emo_feature_collection_leave_out     (EmoFeatureCollection  *self,
                                                            guint                  row,
                                                            const char            *why);
/* The row's values go to the cache. NO_SPACE, IO. */
gboolean              emo_feature_collection_keep          (EmoFeatureCollection  *self,
                                                            EmoFeature             feature,
                                                            guint                  row,
                                                            GError               **error);
/* @done pictures of the list are looked at. */
void                  emo_feature_collection_tell          (EmoFeatureCollection  *self,
                                                            const char            *what,
                                                            guint                  done);
/* What was computed is on the disk, also of a run that was stopped (@ok FALSE).
 * Returns: (transfer full): the rows of all pictures that could be read. */
EmoFeatureRows       *emo_feature_collection_finish        (EmoFeatureCollection  *self,
                                                            gboolean               ok,
                                                            GError               **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (EmoFeatureCollection, emo_feature_collection_clear)

G_END_DECLS
