/* emo-late-resize.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void emo_late_resize_queue (GtkWidget *widget);

G_END_DECLS
