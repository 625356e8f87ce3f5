/* test-picture-selection.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-picture-selection.h"

#define N_PICTURES 10

typedef struct
{
  GListStore          *list;
  EmoPictureSelection *selection;
  EmoSample           *samples[N_PICTURES];
  guint                n_notified;
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
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);

  fixture->list = g_list_store_new (EMO_TYPE_SAMPLE);
  for (int i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d.png", i);

      fixture->samples[i] = emo_sample_new_for_bytes (bytes, name);
      g_list_store_append (fixture->list, fixture->samples[i]);
    }
  fixture->selection = emo_picture_selection_new (G_LIST_MODEL (fixture->list));
  g_signal_connect_swapped (fixture->selection, "notify::sample", G_CALLBACK (count_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->selection);
  g_assert_finalize_object (fixture->list);
  for (int i = 0; i < N_PICTURES; i++)
    g_assert_finalize_object (fixture->samples[i]);
}

static void
assert_looks_at (Fixture *fixture,
                 int      i,
                 guint    n_selected)
{
  g_assert_true (emo_picture_selection_get_sample (fixture->selection) == (i >= 0 ? fixture->samples[i] : NULL));
  g_assert_cmpuint (emo_picture_selection_get_n_selected (fixture->selection), ==, n_selected);
}

static void
test_picture_selection_begins_with_nothing (Fixture       *fixture,
                                            gconstpointer  data)
{
  assert_looks_at (fixture, -1, 0);
  g_assert_cmpuint (emo_picture_selection_get_position (fixture->selection), ==, GTK_INVALID_LIST_POSITION);
}

static void
test_picture_selection_keeps_the_picture_while_it_grows (Fixture       *fixture,
                                                         gconstpointer  data)
{
  GtkSelectionModel *model = emo_picture_selection_get_model (fixture->selection);
  g_autoptr (GPtrArray) selected = NULL;

  emo_picture_selection_select_position (fixture->selection, 5);
  assert_looks_at (fixture, 5, 1);
  gtk_selection_model_select_item (model, 7, FALSE);
  gtk_selection_model_select_item (model, 2, FALSE);
  assert_looks_at (fixture, 5, 3);
  g_assert_cmpuint (fixture->n_notified, ==, 1);

  selected = emo_picture_selection_dup_selected (fixture->selection);
  g_assert_cmpuint (selected->len, ==, 3);
  g_assert_true (g_ptr_array_index (selected, 0) == fixture->samples[2]);
  g_assert_true (g_ptr_array_index (selected, 2) == fixture->samples[7]);

  gtk_selection_model_unselect_item (model, 5);
  assert_looks_at (fixture, 7, 2);
}

static void
test_picture_selection_follows_a_picture_that_moves (Fixture       *fixture,
                                                     gconstpointer  data)
{
  gpointer reversed[N_PICTURES];

  emo_picture_selection_select_position (fixture->selection, 3);
  g_list_store_remove (fixture->list, 0);
  assert_looks_at (fixture, 3, 1);
  g_assert_cmpuint (emo_picture_selection_get_position (fixture->selection), ==, 2);

  for (int i = 0; i < N_PICTURES; i++)
    reversed[i] = fixture->samples[N_PICTURES - 1 - i];
  g_list_store_splice (fixture->list, 0, N_PICTURES - 1, reversed, N_PICTURES);
  assert_looks_at (fixture, 3, 1);
  g_assert_cmpuint (emo_picture_selection_get_position (fixture->selection), ==, N_PICTURES - 1 - 3);
  g_assert_cmpuint (fixture->n_notified, ==, 1);
}

static void
test_picture_selection_loses_what_leaves_the_list (Fixture       *fixture,
                                                   gconstpointer  data)
{
  GtkSelectionModel *model = emo_picture_selection_get_model (fixture->selection);

  emo_picture_selection_select_position (fixture->selection, 3);
  gtk_selection_model_select_item (model, 8, FALSE);
  g_list_store_remove (fixture->list, 3);
  assert_looks_at (fixture, 8, 1);
  g_list_store_remove_all (fixture->list);
  assert_looks_at (fixture, -1, 0);
}

static void
test_picture_selection_selects_samples_that_are_shown (Fixture       *fixture,
                                                       gconstpointer  data)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new ();
  g_autoptr (GPtrArray) gone = g_ptr_array_new ();

  g_list_store_remove (fixture->list, 9);
  g_ptr_array_add (wanted, fixture->samples[9]);
  g_ptr_array_add (wanted, fixture->samples[6]);
  g_ptr_array_add (wanted, fixture->samples[4]);
  g_assert_cmpuint (emo_picture_selection_select (fixture->selection, wanted), ==, 4);
  assert_looks_at (fixture, 4, 2);

  g_ptr_array_add (gone, fixture->samples[9]);
  g_assert_cmpuint (emo_picture_selection_select (fixture->selection, gone), ==, GTK_INVALID_LIST_POSITION);
  assert_looks_at (fixture, 4, 2);

  emo_picture_selection_clear (fixture->selection);
  assert_looks_at (fixture, -1, 0);
}

#define ADD(name, func) \
  g_test_add ("/Emo/PictureSelection/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);

  ADD ("begins-with-nothing", test_picture_selection_begins_with_nothing);
  ADD ("keeps-the-picture-while-it-grows", test_picture_selection_keeps_the_picture_while_it_grows);
  ADD ("follows-a-picture-that-moves", test_picture_selection_follows_a_picture_that_moves);
  ADD ("loses-what-leaves-the-list", test_picture_selection_loses_what_leaves_the_list);
  ADD ("selects-samples-that-are-shown", test_picture_selection_selects_samples_that_are_shown);

  return g_test_run ();
}
