/* emo-metrics.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* How good predictions are over rows with known labels. The winner of a row is
 * its first highest probability. Plain data; the arrays are its own. */
#define EMO_METRICS_ECE_BINS 15

typedef struct
{
  gsize    n;               /* rows */
  guint    n_labels;
  gsize    n_right;
  double   accuracy;
  double   accuracy_low;    /* Wilson's interval, 95 % */
  double   accuracy_high;
  double   macro_f1;        /* over labels that occur or are predicted */
  double   nll;             /* mean negative log of the label's probability */
  double   ece;             /* expected calibration error, equally wide bins */
  gsize   *confusion;       /* [n_labels, n_labels]: the label's row, the winner's column */
  double  *precision;       /* [n_labels]; 0 where nothing is predicted */
  double  *recall;          /* [n_labels]; 0 where nothing occurs */
  double  *f1;              /* [n_labels] */
  double   bin_confidence[EMO_METRICS_ECE_BINS];   /* mean; 0 in an empty bin */
  double   bin_accuracy[EMO_METRICS_ECE_BINS];
  gsize    bin_n[EMO_METRICS_ECE_BINS];
} EmoMetrics;

EmoMetrics *emo_metrics_new     (const float   *probabilities,   /* [n, n_labels] */
                                 const guint32 *labels,          /* [n] */
                                 gsize          n,
                                 guint          n_labels);
void        emo_metrics_free    (EmoMetrics    *self);
/* Wilson's 95 % interval of a part of @n; 0 to 1 where there is nothing. */
void        emo_metrics_wilson  (gsize          n_right,
                                 gsize          n,
                                 double        *low,
                                 double        *high);
/* McNemar's test of two models on the same rows: the probability of so uneven a
 * split of those that one alone got right, if neither were better. Exact below
 * 25 of them, else by chi squared with the correction of continuity. */
double      emo_metrics_mcnemar (gsize          only_first,
                                 gsize          only_second);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoMetrics, emo_metrics_free)

G_END_DECLS
