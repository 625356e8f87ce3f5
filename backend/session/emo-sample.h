/* emo-sample.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-prediction.h"

G_BEGIN_DECLS

/* One picture of a session: where it comes from, how far it is, what was
 * answered. Written on the main thread only. Properties: "state", "prediction",
 * "error-message", "flagged", "display-name". */
typedef enum
{
  EMO_SAMPLE_WAITING,
  EMO_SAMPLE_RUNNING,
  EMO_SAMPLE_DONE,
  EMO_SAMPLE_FAILED,
  EMO_SAMPLE_STOPPED,
} EmoSampleState;

#define EMO_TYPE_SAMPLE (emo_sample_get_type ())
G_DECLARE_FINAL_TYPE (EmoSample, emo_sample, EMO, SAMPLE, GObject)

/* @root (nullable): the folder that was named or dropped; file_name in exports
 * is relative to it. */
EmoSample      *emo_sample_new_for_file      (GFile          *file,
                                              GFile          *root);
EmoSample      *emo_sample_new_for_bytes     (GBytes         *bytes,
                                              const char     *name);
GFile          *emo_sample_get_file          (EmoSample      *self);   /* (nullable) */
GBytes         *emo_sample_get_bytes         (EmoSample      *self);   /* (nullable) */
const char     *emo_sample_get_file_name     (EmoSample      *self);   /* relative, UTF-8, invalid bytes escaped */
char           *emo_sample_dup_display_name  (EmoSample      *self);   /* basename for the screen: control and bidi characters escaped */
char           *emo_sample_dup_uri           (EmoSample      *self);   /* (nullable) absolute */
EmoSampleState  emo_sample_get_state         (EmoSample      *self);
EmoPrediction  *emo_sample_get_prediction    (EmoSample      *self);   /* (nullable) */
const GError   *emo_sample_get_error         (EmoSample      *self);   /* (nullable) */
const char     *emo_sample_get_image_sha256  (EmoSample      *self);   /* (nullable) until read */
char          **emo_sample_get_marks         (EmoSample      *self);   /* (nullable) "animation: first frame", "cut short" */

G_END_DECLS
