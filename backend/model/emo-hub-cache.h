/* emo-hub-cache.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-error.h"

G_BEGIN_DECLS

/* Reads the Hugging Face cache that other programs fill; never writes it.
 * Layout: models--org--name/{refs/<revision>,snapshots/<commit>}. */
gboolean  emo_hub_cache_is_repo  (const char  *name);
char     *emo_hub_cache_dup_path (void);
char     *emo_hub_cache_find     (const char  *repo,
                                  const char  *revision,   /* (nullable) main */
                                  GError     **error);

G_END_DECLS
