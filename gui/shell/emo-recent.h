/* emo-recent.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Pictures and folders that were opened with this application, in the list that
 * the desktop keeps for all of them. */
void emo_recent_add  (GFile      *file,
                      const char *mime_type);
/* The latest first, as items of the action "win.open-recent" with their URI. */
void emo_recent_fill (GMenu      *menu);

G_END_DECLS
