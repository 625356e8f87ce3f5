/* test-compare-view.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-compare-column.h"
#include "emo-compare-view.h"
#include "emo-label-row.h"
#include "emo-sample-private.h"
#include "emo-test-predictions.h"

typedef struct
{
  GtkWidget      *window;
  EmoCompareView *view;
  GPtrArray      *samples;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->samples = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->view = g_object_new (EMO_TYPE_COMPARE_VIEW, NULL);
  fixture->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->view));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->view), (gpointer *) &fixture->view);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_assert_null (fixture->view);
  while (fixture->samples->len > 0)
    {
      EmoSample *sample = g_ptr_array_steal_index (fixture->samples, 0);

      g_assert_finalize_object (sample);
    }
  g_ptr_array_unref (fixture->samples);
}

/* A finished picture that is @label; a negative one has no answer yet. */
static EmoSample *
add_sample (Fixture      *fixture,
            EmoModelInfo *info,
            int           label)
{
  g_autofree char *name = g_strdup_printf ("%u.png", fixture->samples->len);
  g_autoptr (GBytes) bytes = g_bytes_new (name, 1);
  EmoSample *sample = emo_sample_new_for_bytes (bytes, name);
  g_autoptr (EmoPrediction) prediction = emo_prediction_new (info);

  if (label >= 0)
    {
      for (int b = 0; b < EMO_N_BRANCHES; b++)
        emo_test_answer_label (prediction, b, label);
      emo_test_done (prediction);
      _emo_sample_set_prediction (sample, prediction);
      _emo_sample_set_state (sample, EMO_SAMPLE_DONE);
    }
  g_ptr_array_add (fixture->samples, sample);

  return sample;
}

/* The widgets of a type below another, in the order of the screen. */
static void
collect (GtkWidget *widget,
         GType      type,
         GPtrArray *found)
{
  if (g_type_is_a (G_OBJECT_TYPE (widget), type))
    g_ptr_array_add (found, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    collect (child, type, found);
}

static GPtrArray *
list (gpointer widget,
      GType    type)
{
  GPtrArray *found = g_ptr_array_new ();

  collect (widget, type, found);

  return found;
}

static void
test_compare_view_has_a_column_a_picture (Fixture       *fixture,
                                          gconstpointer  data)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (8);
  g_autoptr (GPtrArray) columns = NULL;
  g_autoptr (GPtrArray) rows = NULL;

  for (int i = 0; i < EMO_COMPARE_MAX; i++)
    add_sample (fixture, info, i);
  emo_compare_view_set_samples (fixture->view, fixture->samples);

  columns = list (fixture->view, EMO_TYPE_COMPARE_COLUMN);
  g_assert_cmpuint (columns->len, ==, EMO_COMPARE_MAX);
  for (int i = 0; i < EMO_COMPARE_MAX; i++)
    {
      g_autoptr (GPtrArray) bars = list (g_ptr_array_index (columns, i), GTK_TYPE_LEVEL_BAR);

      g_assert_true (emo_compare_column_get_sample (g_ptr_array_index (columns, i)) == g_ptr_array_index (fixture->samples, i));
      g_assert_cmpuint (bars->len, ==, 8 * EMO_N_BRANCHES);
      for (int j = 0; j < EMO_COMPARE_MAX; j++)
        g_assert_cmpfloat_with_epsilon (gtk_level_bar_get_value (g_ptr_array_index (bars, j * EMO_N_BRANCHES)),
                                        j == i ? 0.6 : 0.4 / 7, 1e-6);
    }

  emo_compare_view_set_samples (fixture->view, NULL);
  rows = list (fixture->view, EMO_TYPE_LABEL_ROW);
  g_assert_cmpuint (rows->len, ==, 0);
}

static void
test_compare_view_aligns_the_labels_of_two_models (Fixture       *fixture,
                                                   gconstpointer  data)
{
  g_autoptr (EmoModelInfo) eight = emo_test_info_new (8);
  g_autoptr (EmoModelInfo) three = emo_test_info_new (3);
  g_autoptr (GPtrArray) columns = NULL;

  add_sample (fixture, three, 1);
  add_sample (fixture, eight, 1);
  emo_compare_view_set_samples (fixture->view, fixture->samples);

  columns = list (fixture->view, EMO_TYPE_COMPARE_COLUMN);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GPtrArray) rows = list (g_ptr_array_index (columns, i), EMO_TYPE_LABEL_ROW);
      guint n_shown = 0;

      g_assert_cmpuint (rows->len, ==, 3 + 8);
      for (guint j = 0; j < rows->len; j++)
        {
          g_autoptr (GPtrArray) bars = list (g_ptr_array_index (rows, j), GTK_TYPE_LEVEL_BAR);

          n_shown += gtk_widget_get_visible (g_ptr_array_index (bars, 0));
        }
      g_assert_cmpuint (n_shown, ==, i == 0 ? 3 : 8);
    }
}

static void
test_compare_view_follows_answers_that_come (Fixture       *fixture,
                                             gconstpointer  data)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (8);
  EmoSample *first = add_sample (fixture, info, -1);
  g_autoptr (EmoPrediction) prediction = emo_prediction_new (info);
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;

  add_sample (fixture, info, -1);
  emo_compare_view_set_samples (fixture->view, fixture->samples);
  before = list (fixture->view, EMO_TYPE_LABEL_ROW);
  g_assert_cmpuint (before->len, ==, 0);

  _emo_sample_set_prediction (first, prediction);
  after = list (fixture->view, EMO_TYPE_LABEL_ROW);
  g_assert_cmpuint (after->len, ==, 2 * 8);
}

#define ADD(name, func) \
  g_test_add ("/Emo/CompareView/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  ADD ("has-a-column-a-picture", test_compare_view_has_a_column_a_picture);
  ADD ("aligns-the-labels-of-two-models", test_compare_view_aligns_the_labels_of_two_models);
  ADD ("follows-answers-that-come", test_compare_view_follows_answers_that_come);

  return g_test_run ();
}
