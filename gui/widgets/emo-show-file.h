/* emo-show-file.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Shows a file in its folder: the desktop's file manager points at it; where none
 * answers, whatever opens folders opens its folder. */
void     emo_show_file_async  (GtkWidget            *widget,
                               GFile                *file,
                               GAsyncReadyCallback   callback,
                               gpointer              user_data);
gboolean emo_show_file_finish (GAsyncResult         *result,
                               GError              **error);

G_END_DECLS
