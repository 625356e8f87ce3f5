/* emo-check-pictures.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "emo-types.h"

G_BEGIN_DECLS

/* Pictures with the numbers that a bundle gives for them, by which whoever loads it
 * sees that it computes as it did here. */
typedef struct
{
  const char *bundle;    /* folder */
  const char *device;    /* as in EmoLoadOptions */
  const char *dtype;
  int         threads;
} EmoCheckOptions;

/* Copies @paths to BUNDLE/checks and asks the bundle, as the application does.
 * Engine thread only. Returns: (transfer full) (nullable): the manifest's "checks".
 * Errors: those of loading a model and of pictures, IO, NO_SPACE, CANCELLED. */
char *emo_check_pictures_make (const EmoCheckOptions  *options,
                               const char * const     *paths,         /* [n] */
                               const char * const     *labels,        /* [n] theirs, for the copies' names */
                               guint                   n,
                               GCancellable           *cancellable,   /* (nullable) */
                               GError                **error);

G_END_DECLS
