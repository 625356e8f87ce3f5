/* emo-tab-stop.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Makes a GtkGridView or GtkListView one stop of the Tab key, besides what can
 * have the focus inside of the row that has it. GTK 4.8 goes through every row,
 * and what comes after a list of thousands is then out of reach; the arrow keys
 * are for the rows. */
void emo_tab_stop_add (GtkWidget *list);

G_END_DECLS
