/* emo-early-stopping.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <math.h>

#include "emo-types.h"

G_BEGIN_DECLS

/* Ends a training that no longer gets better, and remembers where it was best.
 * A plain struct: the first four are settings, the rest the state that a
 * checkpoint keeps. */
typedef struct
{
  gboolean higher;       /* whether more is better: accuracy; FALSE for a loss */
  guint    patience;     /* epochs in a row that may be no better; 0: never ends */
  double   min_change;   /* less is no improvement */
  guint    min_epochs;   /* never ends before these are done */

  double   best;         /* NaN: nothing counted yet */
  guint    best_epoch;
  gint64   best_step;    /* -1: none */
  guint    waited;       /* epochs since the best that were no better */
} EmoEarlyStopping;

#define EMO_EARLY_STOPPING_INIT(higher_, patience_) \
  { .higher = (higher_), .patience = (patience_), .best = NAN, .best_step = -1 }

/* Takes an epoch's value; TRUE: the best so far. What is no finite number does not
 * count, neither as the best nor as one that is no better. */
gboolean  emo_early_stopping_add         (EmoEarlyStopping        *self,
                                          guint                    epoch,
                                          gint64                   step,
                                          double                   value);
gboolean  emo_early_stopping_should_stop (const EmoEarlyStopping  *self,
                                          guint                    epoch);    /* epochs done */
/* The state and not the settings, exact to the last bit. */
char     *emo_early_stopping_to_string   (const EmoEarlyStopping  *self);
/* INVALID_FILE, and then nothing has changed. */
gboolean  emo_early_stopping_restore     (EmoEarlyStopping        *self,
                                          const char              *text,
                                          GError                 **error);

G_END_DECLS
