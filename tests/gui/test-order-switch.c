/* test-order-switch.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-order-switch.h"
#include "emo-test-predictions.h"
#include "emo-test-widgets.h"

static void
count_cb (guint *n_notified)
{
  ++*n_notified;
}

static void
test_order_switch_follows_its_buttons (void)
{
  EmoOrderSwitch *order = g_object_ref_sink (g_object_new (EMO_TYPE_ORDER_SWITCH, NULL));
  guint n_notified = 0;

  g_signal_connect_swapped (order, "notify::order", G_CALLBACK (count_cb), &n_notified);
  g_assert_cmpint (emo_order_switch_get_order (order), ==, EMO_LABEL_ORDER_PROBABILITY);

  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (emo_test_find_button (GTK_WIDGET (order), "Wheel")), TRUE);
  g_assert_cmpint (emo_order_switch_get_order (order), ==, EMO_LABEL_ORDER_WHEEL);
  g_assert_cmpuint (n_notified, ==, 1);

  emo_order_switch_set_order (order, EMO_LABEL_ORDER_PROBABILITY);
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (emo_test_find_button (GTK_WIDGET (order), "Likeliest"))));
  g_assert_cmpuint (n_notified, ==, 2);
  emo_order_switch_set_order (order, EMO_LABEL_ORDER_PROBABILITY);
  g_assert_cmpuint (n_notified, ==, 2);

  g_signal_handlers_disconnect_by_data (order, &n_notified);
  g_assert_finalize_object (order);
}

static void
test_order_switch_speaks_of_the_wheel_where_there_is_one (void)
{
  EmoOrderSwitch *order = g_object_ref_sink (g_object_new (EMO_TYPE_ORDER_SWITCH, NULL));
  g_autoptr (EmoModelInfo) eight = emo_test_info_new (8);
  g_autoptr (EmoModelInfo) three = emo_test_info_new (3);

  emo_order_switch_set_labels (order, three->labels);
  g_assert_null (emo_test_find_button (GTK_WIDGET (order), "Wheel"));
  g_assert_nonnull (emo_test_find_button (GTK_WIDGET (order), "Model"));
  emo_order_switch_set_labels (order, eight->labels);
  g_assert_nonnull (emo_test_find_button (GTK_WIDGET (order), "Wheel"));

  g_assert_finalize_object (order);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/Emo/OrderSwitch/follows-its-buttons", test_order_switch_follows_its_buttons);
  g_test_add_func ("/Emo/OrderSwitch/speaks-of-the-wheel-where-there-is-one", test_order_switch_speaks_of_the_wheel_where_there_is_one);

  return g_test_run ();
}
