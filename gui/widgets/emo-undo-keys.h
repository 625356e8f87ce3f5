/* emo-undo-keys.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void emo_undo_keys_add (GtkWidgetClass *widget_class,
                        const char     *undo,
                        const char     *redo);

G_END_DECLS
