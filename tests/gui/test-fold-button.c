/* test-fold-button.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-fold-button.h"
#include "emo-test-widgets.h"

static void
count_cb (guint *n_notified)
{
  ++*n_notified;
}

static void
test_fold_button_is_called_by_its_title (void)
{
  EmoFoldButton *button = g_object_ref_sink (g_object_new (EMO_TYPE_FOLD_BUTTON, "title", "Details", NULL));
  guint n_notified = 0;

  g_signal_connect_swapped (button, "notify::title", G_CALLBACK (count_cb), &n_notified);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Details");
  emo_test_assert_says (GTK_WIDGET (button), "Details");
  emo_fold_button_set_title (button, "Details");
  g_assert_cmpuint (n_notified, ==, 0);
  emo_fold_button_set_title (button, "Wheel");
  g_assert_cmpuint (n_notified, ==, 1);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Wheel");

  g_signal_handlers_disconnect_by_data (button, &n_notified);
  g_assert_finalize_object (button);
}

static void
test_fold_button_tells_whether_it_is_unfolded (void)
{
  EmoFoldButton *button = g_object_ref_sink (g_object_new (EMO_TYPE_FOLD_BUTTON, NULL));

  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_STATE_EXPANDED, FALSE);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_STATE_EXPANDED, TRUE);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), FALSE);
  gtk_test_accessible_assert_state (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_STATE_EXPANDED, FALSE);

  g_assert_finalize_object (button);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/FoldButton/is-called-by-its-title", test_fold_button_is_called_by_its_title);
  g_test_add_func ("/Emo/FoldButton/tells-whether-it-is-unfolded", test_fold_button_tells_whether_it_is_unfolded);

  return g_test_run ();
}
