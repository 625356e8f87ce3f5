/* emo-domain-fit.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "emo-types.h"
#include "emo-visual-spread.h"

G_BEGIN_DECLS

/* What the pictures that a bundle learned from look like to its tower, for
 * EmoDomain: mean and inverse covariance of their mean visual tokens and spreads,
 * and the distance that 39 of 40 pictures stay within which these do not count. */
#define EMO_DOMAIN_SHARE 0.975

typedef struct
{
  const float   *means;        /* [rows, hidden_size] mean visual tokens */
  const float   *spreads;      /* [rows, EMO_VISUAL_SPREAD_SIZE] of the same tokens */
  guint          hidden_size;  /* H */
  const guint32 *seen;         /* [n_seen] rows that the statistics are made of, at least 2 */
  guint          n_seen;
  const guint32 *unseen;       /* [n_unseen] rows that the threshold is read off, at least 1 */
  guint          n_unseen;
} EmoDomainRows;

/* Errors: CANCELLED, IO, NO_SPACE, OUT_OF_MEMORY. */
gboolean emo_domain_fit_save (const EmoDomainRows  *rows,
                              const char           *path,
                              GCancellable         *cancellable,   /* (nullable) */
                              GError              **error);

G_END_DECLS
