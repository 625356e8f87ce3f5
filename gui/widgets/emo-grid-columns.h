/* emo-grid-columns.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Keeps the most columns that a grid may have at what there is room for. A grid of
 * GTK holds thirty rows of cells as wide as it might ever become, and when it jumps,
 * all of them are laid out in one go. */
void emo_grid_columns_add (GtkGridView *grid,
                           int          column_width,
                           guint        most);

G_END_DECLS
