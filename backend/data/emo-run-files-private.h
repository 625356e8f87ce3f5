/* emo-run-files-private.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-run-store.h"

G_BEGIN_DECLS

/* What lies beside the file of the store: which runs are alive, kept copies of
 * pasted pictures, broken files. For one thread. */
typedef struct _EmoRunFiles EmoRunFiles;

EmoRunFiles *emo_run_files_new        (const char   *folder);
void         emo_run_files_free       (EmoRunFiles  *self);
const char  *emo_run_files_get_path   (EmoRunFiles  *self);   /* of the store's file */
/* A run is alive while its process is, on whichever machine or in whichever
 * sandbox that runs. */
void         emo_run_files_hold       (EmoRunFiles  *self,
                                       gint64        run);
gboolean     emo_run_files_is_alive   (EmoRunFiles  *self,
                                       gint64        run);
/* One process at a time mends the store. */
void         emo_run_files_lock       (EmoRunFiles  *self);
void         emo_run_files_unlock     (EmoRunFiles  *self);
char        *emo_run_files_set_aside  (EmoRunFiles  *self,
                                       GError      **error);
char        *emo_run_files_dup_uri    (EmoRunFiles  *self,
                                       const char   *pasted);
gboolean     emo_run_files_keep       (EmoRunFiles  *self,
                                       GBytes       *bytes,
                                       const char   *name,
                                       GError      **error);
/* Kept copies of which @needed says no. */
typedef gboolean (*EmoRunNeededFunc) (const char *name,
                                      gpointer    user_data);
void         emo_run_files_sweep      (EmoRunFiles      *self,
                                       EmoRunNeededFunc  needed,
                                       gpointer          user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmoRunFiles, emo_run_files_free)

G_END_DECLS
