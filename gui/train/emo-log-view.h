/* emo-log-view.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Lines of text that grow, can be selected and copied; the oldest go. It stays at
 * the end while the end is what is looked at. */
#define EMO_TYPE_LOG_VIEW (emo_log_view_get_type ())
G_DECLARE_FINAL_TYPE (EmoLogView, emo_log_view, EMO, LOG_VIEW, AdwBin)

void  emo_log_view_append   (EmoLogView *self,
                             const char *line);
void  emo_log_view_clear    (EmoLogView *self);
char *emo_log_view_dup_text (EmoLogView *self);

G_END_DECLS
