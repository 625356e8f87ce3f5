/* emo-window.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-application.h"

G_BEGIN_DECLS

/* The main window: header bar, one stack of pages, actions that open and
 * export. */
#define EMO_TYPE_WINDOW (emo_window_get_type ())
G_DECLARE_FINAL_TYPE (EmoWindow, emo_window, EMO, WINDOW, AdwApplicationWindow)

EmoWindow *emo_window_new        (EmoApplication  *application);
void       emo_window_welcome    (EmoWindow       *self);
/* FALSE: the person is asked first. */
gboolean   emo_window_may_quit   (EmoWindow       *self);
void       emo_window_open_files (EmoWindow       *self,
                                  GFile          **files,
                                  int              n_files);

G_END_DECLS
