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
#include "emo-test-widgets.h"

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
  emo_label_bars_show (fixture->bars, fixture->prediction, NULL);
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
  emo_label_bars_show (fixture->bars, fixture->prediction, NULL);

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
  emo_label_bars_show (fixture->bars, other, NULL);
  g_assert_cmpuint (count_rows (fixture), ==, 3);
  g_assert_cmpint (emo_label_bars_get_hovered_label (fixture->bars), ==, -1);
}

/* The labels of the rows from the top, by their places in the model. */
static void
assert_order (Fixture     *fixture,
              const guint *expected)
{
  GtkWidget *column = find_column (fixture);
  guint n = count_rows (fixture);

  gtk_window_set_focus (GTK_WINDOW (fixture->window), NULL);
  gtk_widget_grab_focus (gtk_widget_get_first_child (column));
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (emo_label_bars_get_hovered_label (fixture->bars), ==, expected[i]);
      g_assert_true (gtk_widget_child_focus (column, GTK_DIR_DOWN));
    }
}

/* Until the gate has spoken, rows stay where they are, whatever comes. */
static void
test_label_bars_moves_rows_once (Fixture       *fixture,
                                 gconstpointer  data)
{
  guint n = GPOINTER_TO_UINT (data);
  g_autofree guint *expected = g_new (guint, n);

  for (guint i = 0; i < n; i++)
    expected[i] = i;
  emo_test_answer_label (fixture->prediction, EMO_BRANCH_DISTILLED, n - 1);
  emo_test_answer_label (fixture->prediction, EMO_BRANCH_VLM, n - 1);
  emo_label_bars_show (fixture->bars, fixture->prediction, NULL);
  assert_order (fixture, expected);

  emo_test_answer_label (fixture->prediction, EMO_BRANCH_GATED, n - 1);
  emo_label_bars_show (fixture->bars, fixture->prediction, NULL);
  expected[0] = n - 1;
  for (guint i = 1; i < n; i++)
    expected[i] = i - 1;
  assert_order (fixture, expected);
}

static void
test_label_bars_orders_by_the_wheel (Fixture       *fixture,
                                     gconstpointer  data)
{
  g_autoptr (EmoLabelSet) labels = emo_label_set_ref (emo_prediction_get_labels (fixture->prediction));
  g_autofree guint *expected = emo_label_set_dup_wheel_order (labels, NULL);

  emo_test_answer_label (fixture->prediction, EMO_BRANCH_GATED, GPOINTER_TO_UINT (data) - 1);
  emo_label_bars_show (fixture->bars, fixture->prediction, NULL);
  emo_label_bars_set_order (fixture->bars, EMO_LABEL_ORDER_WHEEL);
  assert_order (fixture, expected);
}

static void
test_label_bars_mark_what_is_supposed (Fixture       *fixture,
                                       gconstpointer  data)
{
  GtkWidget *bars = GTK_WIDGET (fixture->bars);
  guint n = GPOINTER_TO_UINT (data);
  g_autofree double *hypothetical = g_new0 (double, n);

  hypothetical[0] = 0.125;
  hypothetical[1] = 0.875;
  emo_test_answer_label (fixture->prediction, EMO_BRANCH_GATED, 0);
  emo_label_bars_show (fixture->bars, fixture->prediction, NULL);
  emo_test_assert_says (bars, "Gated");
  emo_test_assert_never_says (bars, "Hypothetical");
  emo_test_assert_says (bars, "60.0 %");

  emo_label_bars_show (fixture->bars, fixture->prediction, hypothetical);
  emo_test_assert_says (bars, "Hypothetical");
  emo_test_assert_never_says (bars, "Gated");
  emo_test_assert_says (bars, "87.5 %");
  emo_test_assert_never_says (bars, "60.0 %");

  emo_label_bars_show (fixture->bars, fixture->prediction, NULL);
  emo_test_assert_never_says (bars, "Hypothetical");
  emo_test_assert_says (bars, "60.0 %");
}

static void
test_label_bars_make_nothing_up (Fixture       *fixture,
                                 gconstpointer  data)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (GPOINTER_TO_UINT (data));
  g_autoptr (EmoPrediction) alone = NULL;

  info->has_distilled = info->has_gate = FALSE;
  alone = emo_prediction_new (info);
  emo_test_answer_label (alone, EMO_BRANCH_VLM, 0);
  emo_label_bars_show (fixture->bars, alone, NULL);
  emo_test_assert_says (GTK_WIDGET (fixture->bars), "Distilled head and gate: not trained");
  emo_test_assert_never_says (GTK_WIDGET (fixture->bars), "…");
}

#define N_CASES 9

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
    { "moves-rows-once", test_label_bars_moves_rows_once },
    { "orders-by-the-wheel", test_label_bars_orders_by_the_wheel },
    { "mark-what-is-supposed", test_label_bars_mark_what_is_supposed },
    { "make-nothing-up", test_label_bars_make_nothing_up },
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
