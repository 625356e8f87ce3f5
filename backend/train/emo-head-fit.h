/* emo-head-fit.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-fit.h"
#include "emo-head.h"

G_BEGIN_DECLS

/* The fitting of the distilled head over mean visual tokens in memory: a
 * teacher's logits at a temperature, and labels. */
typedef struct
{
  gsize          n;
  guint          width;     /* H of a mean visual token */
  const float   *means;     /* [rows, H] */
  const float   *teacher;   /* [rows, labels] logits (nullable) */
  const guint32 *labels;    /* [rows] */
  const guint32 *subset;    /* [n] the rows that count (nullable: the first n) */
} EmoHeadRows;

typedef struct
{
  guint            depth;         /* hidden layers, 1 to 5 */
  const guint     *widths;        /* [depth] theirs (nullable: emo_head_widths) */
  double           alpha;         /* of the teacher's part; the labels have the rest */
  double           temperature;
  double           dropout;
  gboolean         standardise;   /* fit on standardised inputs; the head takes them as they are */
  guint            epochs;
  guint            batch;
  guint64          seed;          /* of the first parameters, the shuffles and dropout */
  EmoAdamSettings  adam;
  EmoLrShape       shape;         /* of the rate over all steps */
  double           warmup;        /* share of the steps */
} EmoHeadFitOptions;

/* The published ones. */
#define EMO_HEAD_FIT_DEFAULTS \
  { \
    .depth = 1, .alpha = 0.5, .temperature = 2, .dropout = 0.1, .epochs = 5, .batch = 64, \
    .adam = { .lr = 1e-5, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8, .weight_decay = 1e-4 } \
  }

/* What @rows and @options point to outlives the fit. Without a teacher the
 * labels are all of the loss. */
EmoFit  *emo_head_fit_new      (const EmoHeadRows       *rows,
                                guint                    n_labels,
                                const EmoHeadFitOptions *options);
/* Going on from a head that is there; depth and widths are its own. */
EmoFit  *emo_head_fit_new_from (EmoHead                 *begin,     /* copied */
                                const EmoHeadRows       *rows,
                                const EmoHeadFitOptions *options);
/* The head as it is now, also between epochs. */
EmoHead *emo_head_fit_dup_head (EmoFit                  *fit);

G_END_DECLS
