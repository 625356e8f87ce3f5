/* emo-picture-loader.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "emo-backend.h"

G_BEGIN_DECLS

/* Pictures for the screen, decoded by the same loader as the model's, on
 * threads of its own, never wider or higher than asked for. */
#define EMO_PICTURE_MAX_SIDE 4096

void        emo_picture_load_async  (EmoSample            *sample,
                                     int                   max_side,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
GdkTexture *emo_picture_load_finish (GAsyncResult         *result,
                                     GError              **error);

G_END_DECLS
