/* emo-decoder.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-classifier.h"
#include "emo-image.h"
#include "emo-patches.h"
#include "emo-sample.h"

G_BEGIN_DECLS

/* Decode-ahead: one thread that reads pictures and makes what the model is fed,
 * so that decoding overlaps inference. Made, fed and freed on one thread, whose
 * main context the results come back on. */
typedef struct _EmoDecoder EmoDecoder;

typedef struct
{
  EmoClassifier *classifier;   /* (nullable) whose prepare made @patches or the error */
  EmoImage      *image;        /* (nullable) kept only while there are no patches */
  EmoPatches    *patches;      /* (nullable) until a classifier prepared them */
  char          *sha256;       /* (nullable) of the encoded picture */
  EmoImageMarks  marks;
  double         ms;           /* read + decode + resize + patches */
  GError        *error;        /* (nullable) */
  gboolean       unreadable;   /* the error is the file's, whatever the model */
} EmoDecoded;

/* @decoded: (transfer full) */
typedef void (*EmoDecodedFunc) (guint64     task,
                                EmoDecoded *decoded,
                                gpointer    user_data);

EmoDecoder *emo_decoder_new    (EmoDecodedFunc  func,
                                gpointer        user_data);
void        emo_decoder_free   (EmoDecoder     *self);
/* @so_far (nullable, transfer full): a decoded picture that only needs preparing.
 * @classifier NULL: decode only. Returns the task's number, never 0. */
guint64     emo_decoder_push   (EmoDecoder     *self,
                                EmoSample      *sample,
                                EmoDecoded     *so_far,
                                EmoClassifier  *classifier,
                                gboolean        first);
/* What has not begun never begins; the result of what has is dropped. */
void        emo_decoder_cancel (EmoDecoder     *self,
                                guint64         task);

void        emo_decoded_free   (EmoDecoded     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoDecoded, emo_decoded_free)

G_END_DECLS
