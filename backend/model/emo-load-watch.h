/* emo-load-watch.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "emo-types.h"

G_BEGIN_DECLS

/* Called on the loading thread; @fraction 0 to 1. */
typedef void (*EmoLoadProgress) (double   fraction,
                                 gpointer user_data);

/* Who watches a load, and who may end it: the part of the way from @from to @to
 * is what the callee reports as 0 to 1. Lives on the loader's stack. */
typedef struct
{
  GCancellable    *cancellable;   /* (nullable) */
  EmoLoadProgress  func;          /* (nullable) */
  gpointer         user_data;
  double           from;
  double           to;
} EmoLoadWatch;

static inline void
emo_load_watch_tell (const EmoLoadWatch *self,
                     double              fraction)
{
  if (self->func != NULL)
    self->func (self->from + (self->to - self->from) * CLAMP (fraction, 0.0, 1.0), self->user_data);
}

G_END_DECLS
