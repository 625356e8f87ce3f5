/* emo-test-widgets.h
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What a person finds in a widget: only what is visible in it counts, whether
 * its window is shown or not. */

/* Every label's text, a line each. */
char      *emo_test_collect_text (GtkWidget  *root);
void       emo_test_assert_says  (GtkWidget  *root,
                                  const char *text);
void       emo_test_assert_never_says (GtkWidget  *root,
                                       const char *text);
/* (transfer none) the button of this label, (nullable). */
GtkWidget *emo_test_find_button  (GtkWidget  *root,
                                  const char *label);
/* (transfer none) the first widget of this type, (nullable). */
GtkWidget *emo_test_find_type    (GtkWidget  *root,
                                  GType       type);

G_END_DECLS
