/* emo-skipped-window.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Which files of a folder were passed over. */
#define EMO_TYPE_SKIPPED_WINDOW (emo_skipped_window_get_type ())
G_DECLARE_FINAL_TYPE (EmoSkippedWindow, emo_skipped_window, EMO, SKIPPED_WINDOW, AdwWindow)

/* @paths: bytes; @n_skipped: how many there are of them in all. */
GtkWindow *emo_skipped_window_new (GtkWindow *parent,
                                   GPtrArray *paths,
                                   guint      n_skipped);

G_END_DECLS
