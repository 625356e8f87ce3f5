/* emo-list-anchor.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void emo_list_anchor_add (GtkWidget *list);

G_END_DECLS
