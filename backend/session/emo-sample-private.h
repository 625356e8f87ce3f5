/* emo-sample-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-image.h"
#include "emo-sample.h"

G_BEGIN_DECLS

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

G_END_DECLS
