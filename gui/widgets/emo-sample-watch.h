/* emo-sample-watch.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-backend.h"

G_BEGIN_DECLS

/* Follows one picture and whatever prediction it has at the moment, for a widget
 * that shows both: one callback instead of two signal groups a widget. Owned by
 * the widget and freed in its dispose; after that nothing is called. */
typedef struct _EmoSampleWatch EmoSampleWatch;

typedef enum
{
  EMO_SAMPLE_CHANGE_SAMPLE,   /* another picture, or none */
  EMO_SAMPLE_CHANGE_STATE,    /* its state, its error, or a new prediction */
  EMO_SAMPLE_CHANGE_STAGE,    /* the prediction has grown by a stage */
  EMO_SAMPLE_CHANGE_MARKS,    /* its flag, its own label or its note */
  EMO_SAMPLE_CHANGE_TEXT,     /* a piece of streamed text alone, many times a second */
} EmoSampleChange;

typedef void (*EmoSampleWatchFunc) (EmoSampleChange change,
                                    gpointer        user_data);

EmoSampleWatch *emo_sample_watch_new            (EmoSampleWatchFunc  func,
                                                 gpointer            user_data);
void            emo_sample_watch_free           (EmoSampleWatch     *self);
EmoSample      *emo_sample_watch_get_sample     (EmoSampleWatch     *self);   /* (nullable) */
EmoPrediction  *emo_sample_watch_get_prediction (EmoSampleWatch     *self);   /* (nullable) */
/* FALSE and no call where it is the same picture. */
gboolean        emo_sample_watch_set_sample     (EmoSampleWatch     *self,
                                                 EmoSample          *sample);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoSampleWatch, emo_sample_watch_free)

G_END_DECLS
