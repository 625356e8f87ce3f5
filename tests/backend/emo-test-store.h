/* emo-test-store.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-run-store.h"

G_BEGIN_DECLS

/* A run store asked and waited for, on the default main context. */
GPtrArray   *emo_test_store_list       (EmoRunStore *store,
                                        const char  *text);      /* (nullable) */
GPtrArray   *emo_test_store_unfinished (EmoRunStore *store);
EmoRunEntry *emo_test_store_load       (EmoRunStore *store,
                                        gint64       id);        /* (nullable) */
/* Whether all is on the disk. */
gboolean     emo_test_store_flush      (EmoRunStore *store);
/* The file names, with spaces between. */
char        *emo_test_store_names      (GPtrArray   *entries);   /* (transfer full), @entries too */

G_END_DECLS
