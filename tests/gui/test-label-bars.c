/* test-label-bars.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-label-bars.h"
#include "emo-label-row.h"
#include "emo-roving-box.h"
#include "emo-test-predictions.h"

typedef struct
{
  GtkWidget     *window;
  EmoLabelBars  *bars;
  EmoPrediction *prediction;
  guint          n_notified;
} Fixture;

static void
count_cb (Fixture *fixture)
{
  fixture->n_notified++;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (GPOINTER_TO_UINT (data));

  fixture->prediction = emo_prediction_new (info);
  fixture->bars = g_object_new (EMO_TYPE_LABEL_BARS, NULL);
  fixture->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->bars));
  emo_label_bars_show (fixture->bars, fixture->prediction);
  g_signal_connect_swapped (fixture->bars, "notify::hovered-label", G_CALLBACK (count_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_signal_handlers_disconnect_by_data (fixture->bars, fixture);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_assert_finalize_object (fixture->prediction);
}

static GtkWidget *
find_column (Fixture *fixture)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (fixture->bars));

  while (child != NULL && !EMO_IS_ROVING_BOX (child))
    child = gtk_widget_get_next_sibling (child);
  g_assert_nonnull (child);

  return child;
}

static guint
count_rows (Fixture *fixture)
{
  guint n = 0;

  for (GtkWidget *row = gtk_widget_get_first_child (find_column (fixture)); row != NULL; row = gtk_widget_get_next_sibling (row))
    n++;

  return n;
}

static void
test_label_bars_has_a_row_for_each_label (Fixture       *fixture,
                                          gconstpointer  data)
{
  g_assert_cmpuint (count_rows (fixture), ==, GPOINTER_TO_UINT (data));
}

static void
test_label_bars_follows_the_focused_row (Fixture       *fixture,
                                         gconstpointer  data)
{
  GtkWidget *column = find_column (fixture);
  guint n = GPOINTER_TO_UINT (data);

  g_assert_cmpint (emo_label_bars_get_hovered_label (fixture->bars), ==, -1);

  g_assert_true (gtk_widget_child_focus (column, GTK_DIR_TAB_FORWARD));
  g_assert_cmpint (emo_label_bars_get_hovered_label (fixture->bars), ==, 0);
  g_assert_cmpuint (fixture->n_notified, ==, 1);

  for (guint i = 1; i < n; i++)
    {
      g_assert_true (gtk_widget_child_focus (column, GTK_DIR_DOWN));
      g_assert_cmpint (emo_label_bars_get_hovered_label (fixture->bars), ==, i);
    }
  /* The last row keeps the focus. */
  g_assert_true (gtk_widget_child_focus (column, GTK_DIR_DOWN));
  g_assert_cmpint (emo_label_bars_get_hovered_label (fixture->bars), ==, n - 1);
}

static void
test_label_bars_is_one_stop_of_tab (Fixture       *fixture,
                                    gconstpointer  data)
{
  GtkWidget *column = find_column (fixture);

  g_assert_true (gtk_widget_child_focus (column, GTK_DIR_TAB_FORWARD));
  g_assert_true (gtk_widget_child_focus (column, GTK_DIR_DOWN));
  g_assert_false (gtk_widget_child_focus (column, GTK_DIR_TAB_FORWARD));

  gtk_window_set_focus (GTK_WINDOW (fixture->window), NULL);
  g_assert_cmpint (emo_label_bars_get_hovered_label (fixture->bars), ==, -1);
  g_assert_true (gtk_widget_child_focus (column, GTK_DIR_TAB_BACKWARD));
  g_assert_cmpint (emo_label_bars_get_hovered_label (fixture->bars), ==, 1);
}

static void
test_label_bars_names_the_label_of_a_moved_row (Fixture       *fixture,
                                                gconstpointer  data)
{
  GtkWidget *column = find_column (fixture);
  guint last = GPOINTER_TO_UINT (data) - 1;

  emo_test_answer_label (fixture->prediction, EMO_BRANCH_GATED, last);
  emo_label_bars_show (fixture->bars, fixture->prediction);

  g_assert_true (gtk_widget_child_focus (column, GTK_DIR_TAB_FORWARD));
  g_assert_cmpint (emo_label_bars_get_hovered_label (fixture->bars), ==, last);
}

static void
test_label_bars_forgets_rows_of_another_model (Fixture       *fixture,
                                               gconstpointer  data)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (3);
  g_autoptr (EmoPrediction) other = emo_prediction_new (info);
  GtkWidget *column = find_column (fixture);

  g_assert_true (gtk_widget_child_focus (column, GTK_DIR_TAB_FORWARD));
  emo_label_bars_show (fixture->bars, other);
  g_assert_cmpuint (count_rows (fixture), ==, 3);
  g_assert_cmpint (emo_label_bars_get_hovered_label (fixture->bars), ==, -1);
}

#define N_CASES 5

int
main (int   argc,
      char *argv[])
{
  static const guint sizes[] = { 2, 8, 30 };
  static const struct
  {
    const char *name;
    void        (*func) (Fixture *, gconstpointer);
  } cases[N_CASES] = {
    { "has-a-row-for-each-label", test_label_bars_has_a_row_for_each_label },
    { "follows-the-focused-row", test_label_bars_follows_the_focused_row },
    { "is-one-stop-of-tab", test_label_bars_is_one_stop_of_tab },
    { "names-the-label-of-a-moved-row", test_label_bars_names_the_label_of_a_moved_row },
    { "forgets-rows-of-another-model", test_label_bars_forgets_rows_of_another_model },
  };

  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (gsize j = 0; j < N_CASES; j++)
      {
        g_autofree char *path = g_strdup_printf ("/Emo/LabelBars/%u-labels/%s", sizes[i], cases[j].name);

        g_test_add (path, Fixture, GUINT_TO_POINTER (sizes[i]), set_up, cases[j].func, tear_down);
      }

  return g_test_run ();
}
