/* emo-sample.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-prediction.h"
#include "emo-run-store.h"

G_BEGIN_DECLS

/* One picture of a session: where it comes from, how far it is, what was
 * answered, what a person says of it. Written on the main thread only.
 * Properties: "state", "prediction", "error-message", "disagrees" (VLM and
 * distilled name different labels), "display-name"; writable: "flagged",
 * "own-label", "note". Signal: "annotated" after a change of one of these. */
typedef enum
{
  EMO_SAMPLE_WAITING,
  EMO_SAMPLE_RUNNING,
  EMO_SAMPLE_DONE,
  EMO_SAMPLE_FAILED,
  EMO_SAMPLE_STOPPED,
} EmoSampleState;

#define EMO_TYPE_SAMPLE_STATE (emo_sample_state_get_type ())
GType emo_sample_state_get_type (void);

#define EMO_TYPE_SAMPLE (emo_sample_get_type ())
G_DECLARE_FINAL_TYPE (EmoSample, emo_sample, EMO, SAMPLE, GObject)

/* @root (nullable): the folder that was named or dropped; file_name in exports
 * is relative to it. */
EmoSample      *emo_sample_new_for_file      (GFile          *file,
                                              GFile          *root);
EmoSample      *emo_sample_new_for_bytes     (GBytes         *bytes,
                                              const char     *name);
/* The name as a person gave it ("photos/a.png"), bytes; JSON Lines' "image".
 * Without one that is the absolute path. Set it before the sample is listed. */
void            emo_sample_set_given_name    (EmoSample      *self,
                                              const char     *name);
GFile          *emo_sample_get_file          (EmoSample      *self);   /* (nullable) */
GBytes         *emo_sample_get_bytes         (EmoSample      *self);   /* (nullable) */
const char     *emo_sample_get_file_name     (EmoSample      *self);   /* relative, UTF-8, invalid bytes escaped */
char           *emo_sample_dup_display_name  (EmoSample      *self);   /* basename for the screen: control and bidi characters escaped */
char           *emo_sample_dup_image_name    (EmoSample      *self);   /* JSON Lines' "image": the given name, the URI where that is not UTF-8 */
char           *emo_sample_dup_uri           (EmoSample      *self);   /* (nullable) absolute */
EmoSampleState  emo_sample_get_state         (EmoSample      *self);
EmoPrediction  *emo_sample_get_prediction    (EmoSample      *self);   /* (nullable) */
const GError   *emo_sample_get_error         (EmoSample      *self);   /* (nullable) */
gboolean        emo_sample_get_disagrees     (EmoSample      *self);
gint64          emo_sample_get_time          (EmoSample      *self);   /* seconds since 1970 when it was done or failed; 0 before */
const char     *emo_sample_get_image_sha256  (EmoSample      *self);   /* (nullable) until read */
char          **emo_sample_get_marks         (EmoSample      *self);   /* (nullable) "animation: first frame", "cut short" */
gboolean        emo_sample_get_flagged       (EmoSample      *self);
const char     *emo_sample_get_own_label     (EmoSample      *self);   /* (nullable) the label a person thinks right, in the model's spelling */
const char     *emo_sample_get_note          (EmoSample      *self);   /* (nullable) */
void            emo_sample_set_flagged       (EmoSample      *self,
                                              gboolean        flagged);
void            emo_sample_set_own_label     (EmoSample      *self,
                                              const char     *label);
void            emo_sample_set_note          (EmoSample      *self,
                                              const char     *note);

/* What a store kept, again. */
EmoSample      *emo_sample_new_for_entry     (EmoRunEntry    *entry,
                                              GError        **error);
void            emo_sample_store_annotations (EmoSample      *self,
                                              EmoRunStore    *store);

G_END_DECLS
