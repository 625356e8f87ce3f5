/* emo-synth.h: a folder of drawn scenes
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-label-set.h"

G_BEGIN_DECLS

/* EmoScenes: pictures of emoji on colored backgrounds, whose label follows from
 * what is in them by a documented rule (README.md), with an observation and a
 * reason in words. A folder of them is a training folder (emo-dataset.h):
 *
 *   train|val|test/<label>/<index>.png
 *   emoscenes_annotations_train.json     what an annotating model would say
 *   scenes.jsonl                         what is really in every picture
 *   synth.json                           what it was made with
 */
typedef struct
{
  const char  *path;            /* new or empty, unless @resume */
  EmoLabelSet *labels;          /* any that emo-synth-rule.h knows */
  guint64      seed;
  guint        n_train;
  guint        n_val;
  guint        n_test;
  guint        n_threads;       /* 0: as many as there are cores */
  gboolean     resume;          /* keep the pictures that are there */
} EmoSynthOptions;

#define EMO_SYNTH_MAX_PICTURES 10000000

/* On the calling thread, a few times a second; @n_done of @n pictures are there. */
typedef void (*EmoSynthProgress) (guint    n_done,
                                  guint    n,
                                  gpointer user_data);

/* Draws what is missing, then writes the lists of what is there; so it does where
 * it is cancelled, too. The same options give the same bytes whatever the number
 * of threads. Errors: IO, NO_SPACE; UNSUPPORTED: labels, the font; INVALID_FILE:
 * a folder that is not empty, or to be resumed and made otherwise; CANCELLED. */
gboolean emo_synth_write (const EmoSynthOptions  *options,
                          EmoSynthProgress        progress,
                          gpointer                user_data,
                          GCancellable           *cancellable,
                          GError                **error);

G_END_DECLS
