/* emo-paths.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-types.h"

G_BEGIN_DECLS

/* Where things are: found from the executable's place (an installed prefix),
 * then the build folder's source data. */
char *emo_paths_dup_data          (const char *name);   /* (nullable) absolute path of "models/emoscenes", "samples", ... */
char *emo_paths_dup_locale        (void);               /* for bindtextdomain() */
char *emo_paths_dup_program       (const char *name);   /* (nullable) absolute path of "emovlm", the command line */
char *emo_paths_dup_default_model (void);               /* EMOVLM_MODEL, else data's models/emoscenes */
char *emo_paths_dup_cache         (const char *name);   /* $XDG_CACHE_HOME/emovlm/NAME, folder made */
char *emo_paths_dup_user_data     (const char *name);   /* $XDG_DATA_HOME/emovlm/NAME, folder made; NULL: emovlm itself */

G_END_DECLS
