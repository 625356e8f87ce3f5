/* emo-drop-down.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void emo_drop_down_set_name (GtkDropDown *drop_down,
                             const char  *name);
/* Done by the former, too. */
void emo_drop_down_name_choices (GtkWidget *widget);

G_END_DECLS
