/* emo-sample-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-image.h"
#include "emo-sample.h"

G_BEGIN_DECLS

/* The sample's row in the run store. */
typedef struct
{
  gint64   run;
  gint64   number;    /* 0: none */
  gboolean waiting;   /* the row has no result yet */
  gint64   run_before;    /* that of the result which the row's is to replace */
  gint64   number_before; /* 0: none */
} EmoSampleRecord;

/* What only the session that lists the sample may do. */
const char    *_emo_sample_get_key         (EmoSample      *self);   /* equal for the same picture */
guint64        _emo_sample_get_serial      (EmoSample      *self);   /* 0: not listed; grows along the list */
void           _emo_sample_set_serial      (EmoSample      *self,
                                            guint64         serial);
guint64        _emo_sample_get_last_serial (EmoSample      *self);   /* the last that was not 0 */
GSequenceIter *_emo_sample_get_place       (EmoSample      *self);   /* (nullable) among those that wait */
void           _emo_sample_set_place       (EmoSample      *self,
                                            GSequenceIter  *place);
void           _emo_sample_set_state       (EmoSample      *self,
                                            EmoSampleState  state);
void           _emo_sample_set_prediction  (EmoSample      *self,
                                            EmoPrediction  *prediction);
void           _emo_sample_take_error      (EmoSample      *self,
                                            GError         *error);
void           _emo_sample_set_image_facts (EmoSample      *self,
                                            const char     *sha256,
                                            EmoImageMarks   marks);
EmoImageMarks  _emo_sample_get_mark_flags  (EmoSample      *self);
void           _emo_sample_set_time        (EmoSample      *self,
                                            gint64          time);
EmoSampleRecord *_emo_sample_get_record    (EmoSample      *self);
/* (nullable) the hash that names pasted bytes, or the copy that was kept of them */
const char    *_emo_sample_get_kept_sha256 (EmoSample      *self);
/* @kept_sha256: (nullable): @file is a kept copy of pasted bytes of that hash */
EmoSample     *_emo_sample_new_stored      (GFile          *file,
                                            const char     *file_name,
                                            const char     *kept_sha256);
EmoRunEntry   *_emo_sample_make_entry      (EmoSample      *self,
                                            EmoModelInfo   *info);

G_END_DECLS
