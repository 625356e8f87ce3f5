/* emo-feature-index-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-feature-cache.h"

G_BEGIN_DECLS

/* The records of a feature cache in memory, as its file of keys has them, and
 * where each key is. Plain struct; not for several threads at once. */
typedef struct
{
  guint8  key[EMO_FEATURE_KEY_SIZE];
  guint64 row_check;   /* of the row's bytes */
  guint64 check;       /* of what precedes and of the record's number; 0 in memory: unusable */
} EmoFeatureRecord;

typedef struct
{
  EmoFeatureRecord *records;       /* [n_records]; a record's number is its row's */
  guint             n_records;
  guint             n_allocated;
  guint             n_usable;
  guint32          *slots;         /* [n_slots] number + 1, 0: empty; at most half of them full */
  guint             n_slots;       /* a power of two */
} EmoFeatureIndex;

guint64  _emo_feature_checksum       (const void       *data,
                                      gsize             length,
                                      guint64           start);
guint64  _emo_feature_record_check   (EmoFeatureRecord *record,
                                      guint             number);
/* Room for @n_records in all; FALSE where memory is short. */
gboolean _emo_feature_index_reserve  (EmoFeatureIndex  *self,
                                      guint             n_records);
/* The last record, which has room, is entered; an older one of its key is
 * unusable from then on. */
void     _emo_feature_index_enter    (EmoFeatureIndex  *self,
                                      guint             number);
gint64   _emo_feature_index_find     (EmoFeatureIndex  *self,
                                      const guint8     *key);   /* number, or -1 */
void     _emo_feature_index_drop     (EmoFeatureIndex  *self,
                                      guint             number);
void     _emo_feature_index_clear    (EmoFeatureIndex  *self);

G_END_DECLS
