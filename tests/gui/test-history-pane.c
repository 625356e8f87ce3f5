/* test-history-pane.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-history-list.h"
#include "emo-history-pane.h"
#include "emo-test-files.h"
#include "emo-test-history.h"
#include "emo-test-store.h"

typedef struct
{
  EmoTestHistory  history;
  EmoEngine      *engine;
  EmoSession     *session;
  GtkWidget      *window;
  EmoHistoryPane *pane;
  AdwToastOverlay *overlay;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  emo_test_history_open (&fixture->history);
  fixture->engine = emo_engine_new ();
  fixture->session = emo_session_new (fixture->engine);
  emo_session_set_store (fixture->session, fixture->history.store, EMO_RUN_SESSION);
  fixture->pane = EMO_HISTORY_PANE (emo_history_pane_new (fixture->session));
  fixture->overlay = ADW_TOAST_OVERLAY (adw_toast_overlay_new ());
  adw_toast_overlay_set_child (fixture->overlay, GTK_WIDGET (fixture->pane));
  fixture->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 300, 600);
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->overlay));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->pane), (gpointer *) &fixture->pane);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (fixture->pane);
  g_assert_finalize_object (fixture->session);
  emo_engine_shutdown (fixture->engine);
  g_object_unref (fixture->engine);
  emo_test_history_close (&fixture->history);
}

static gpointer
find_child (GtkWidget *widget,
            GType      type)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = g_type_is_a (G_OBJECT_TYPE (child), type) ? child : find_child (child, type);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static GtkSingleSelection *
get_selection (Fixture *fixture)
{
  GtkListView *view = find_child (GTK_WIDGET (fixture->pane), GTK_TYPE_LIST_VIEW);

  return GTK_SINGLE_SELECTION (gtk_list_view_get_model (view));
}

static const char *
get_page (Fixture *fixture)
{
  GtkStack *stack = find_child (GTK_WIDGET (fixture->pane), GTK_TYPE_STACK);

  return gtk_stack_get_visible_child_name (stack);
}

static void
iterate (void)
{
  if (!g_main_context_iteration (NULL, FALSE))
    g_usleep (1000);
}

static void
wait_lines (Fixture *fixture,
            guint    n)
{
  gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  GListModel *model = G_LIST_MODEL (get_selection (fixture));

  while (g_list_model_get_n_items (model) != n && g_get_monotonic_time () < end)
    iterate ();
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, n);
}

static EmoSample *
open_line (Fixture *fixture,
           guint    position)
{
  gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  EmoSample *before = emo_history_pane_get_sample (fixture->pane);

  gtk_single_selection_set_selected (get_selection (fixture), position);
  while (emo_history_pane_get_sample (fixture->pane) == before && g_get_monotonic_time () < end)
    iterate ();
  g_assert_true (emo_history_pane_get_sample (fixture->pane) != before);

  return emo_history_pane_get_sample (fixture->pane);
}

static void
put_three (Fixture *fixture)
{
  emo_test_history_put (&fixture->history, "a.png", 1, emo_test_history_noon (3, 1));
  emo_test_history_put_failed (&fixture->history, "b.png", emo_test_history_noon (3, 1) + 1);
  emo_test_history_put (&fixture->history, "c.png", 2, emo_test_history_noon (3, 1) + 2);
  gtk_window_present (GTK_WINDOW (fixture->window));
  wait_lines (fixture, 4);
}

static void
test_history_pane_opens_results_without_the_model (Fixture       *fixture,
                                                   gconstpointer  data)
{
  EmoSample *sample;
  const double *p;

  put_three (fixture);
  g_assert_cmpstr (get_page (fixture), ==, "some");
  g_assert_null (emo_history_pane_get_sample (fixture->pane));

  sample = open_line (fixture, 3);
  g_assert_cmpstr (emo_sample_get_file_name (sample), ==, "a.png");
  g_assert_cmpint (emo_sample_get_state (sample), ==, EMO_SAMPLE_DONE);
  p = emo_prediction_get_probabilities (emo_sample_get_prediction (sample), EMO_BRANCH_DISTILLED);
  g_assert_cmpfloat (p[2], ==, 0.6);
  g_assert_true (emo_sample_get_disagrees (sample));
  g_assert_cmpstr (emo_history_pane_get_entry (fixture->pane)->info->name, ==, "first");

  sample = open_line (fixture, 2);
  g_assert_cmpint (emo_sample_get_state (sample), ==, EMO_SAMPLE_FAILED);
  g_assert_cmpstr (emo_sample_get_error (sample)->message, ==, "is no picture");

  /* A head opens nothing. */
  gtk_single_selection_set_selected (get_selection (fixture), 0);
  g_assert_true (emo_history_pane_get_sample (fixture->pane) == sample);
  emo_history_pane_unselect (fixture->pane);
  g_assert_null (emo_history_pane_get_sample (fixture->pane));
  g_assert_null (emo_history_pane_get_entry (fixture->pane));
}

static void
test_history_pane_keeps_what_a_person_says (Fixture       *fixture,
                                            gconstpointer  data)
{
  EmoSample *sample;
  g_autoptr (GPtrArray) entries = NULL;
  EmoRunEntry *entry;

  put_three (fixture);
  sample = open_line (fixture, 3);
  emo_sample_set_own_label (sample, "fear");
  emo_sample_set_note (sample, "too bright");
  gtk_widget_activate_action (GTK_WIDGET (fixture->pane), "history.flag", NULL);
  g_assert_true (emo_sample_get_flagged (sample));

  entries = emo_test_store_list (fixture->history.store, "bright");
  g_assert_cmpuint (entries->len, ==, 1);
  entry = g_ptr_array_index (entries, 0);
  g_assert_cmpstr (entry->file_name, ==, "a.png");
  g_assert_cmpstr (entry->own_label, ==, "fear");
  g_assert_true (entry->flagged);
}

static void
test_history_pane_deletes_and_undoes (Fixture       *fixture,
                                      gconstpointer  data)
{
  GListModel *model = G_LIST_MODEL (get_selection (fixture));
  g_autoptr (EmoHistoryItem) head = NULL;

  put_three (fixture);
  open_line (fixture, 2);
  gtk_widget_activate_action (GTK_WIDGET (fixture->pane), "history.delete", NULL);
  wait_lines (fixture, 3);
  /* The next one is chosen, so that Delete goes on. */
  g_assert_cmpuint (gtk_single_selection_get_selected (get_selection (fixture)), ==, 2);
  gtk_widget_activate_action (GTK_WIDGET (fixture->pane), "history.delete", NULL);
  wait_lines (fixture, 2);
  g_assert_cmpuint (gtk_single_selection_get_selected (get_selection (fixture)), ==, 1);

  head = g_list_model_get_item (model, 0);
  g_assert_true (emo_history_item_get_is_head (head));
  emo_history_pane_delete (fixture->pane, head);
  wait_lines (fixture, 0);
  g_assert_cmpstr (get_page (fixture), ==, "empty");
  g_assert_null (emo_history_pane_get_sample (fixture->pane));

  /* All three at once. */
  gtk_widget_activate_action (GTK_WIDGET (fixture->pane), "history.undo", NULL);
  wait_lines (fixture, 4);
  g_assert_cmpstr (get_page (fixture), ==, "some");
}

static void
search_for (Fixture    *fixture,
            const char *text,
            guint       n_lines)
{
  gtk_editable_set_text (find_child (GTK_WIDGET (fixture->pane), GTK_TYPE_SEARCH_ENTRY), text);
  wait_lines (fixture, n_lines);
}

static void
delete_line (Fixture *fixture,
             guint    position)
{
  g_autoptr (EmoHistoryItem) item = g_list_model_get_item (G_LIST_MODEL (get_selection (fixture)), position);

  emo_history_pane_delete (fixture->pane, item);
}

/* A head stands for what is listed below it, and nothing that is hidden goes. */
static void
test_history_pane_deletes_of_a_day_what_a_search_found (Fixture       *fixture,
                                                        gconstpointer  data)
{
  g_autofree char *names = NULL;

  put_three (fixture);
  open_line (fixture, 3);
  search_for (fixture, "c.png", 2);
  delete_line (fixture, 0);
  wait_lines (fixture, 0);
  names = emo_test_store_names (emo_test_store_list (fixture->history.store, NULL));
  g_assert_cmpstr (names, ==, "b.png a.png");

  search_for (fixture, "", 3);
  gtk_widget_activate_action (GTK_WIDGET (fixture->pane), "history.undo", NULL);
  wait_lines (fixture, 4);
}

static void
test_history_pane_closes_what_is_deleted (Fixture       *fixture,
                                          gconstpointer  data)
{
  put_three (fixture);
  open_line (fixture, 3);
  /* No line is selected any more, and what is open stays so until it goes. */
  search_for (fixture, "c.png", 2);
  search_for (fixture, "", 4);
  delete_line (fixture, 1);
  wait_lines (fixture, 3);
  g_assert_cmpstr (emo_sample_get_file_name (emo_history_pane_get_sample (fixture->pane)), ==, "a.png");
  delete_line (fixture, 0);
  wait_lines (fixture, 0);
  g_assert_null (emo_history_pane_get_sample (fixture->pane));

  gtk_widget_activate_action (GTK_WIDGET (fixture->pane), "history.undo", NULL);
  wait_lines (fixture, 4);
  g_assert_null (emo_history_pane_get_sample (fixture->pane));
}

/* The preferences clear all of it, and know nothing of this window. */
static void
test_history_pane_closes_what_is_deleted_elsewhere (Fixture       *fixture,
                                                    gconstpointer  data)
{
  EmoRunDay all = { .from = 0, .to = G_MAXINT64, .every_model = TRUE };
  gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  gint64 token;

  put_three (fixture);
  open_line (fixture, 3);
  token = emo_run_store_delete_day (fixture->history.store, &all);
  while (emo_history_pane_get_sample (fixture->pane) != NULL && g_get_monotonic_time () < end)
    iterate ();
  g_assert_null (emo_history_pane_get_sample (fixture->pane));
  g_assert_null (emo_history_pane_get_entry (fixture->pane));

  emo_run_store_undelete (fixture->history.store, token);
  wait_lines (fixture, 4);
  g_assert_cmpstr (emo_sample_get_file_name (open_line (fixture, 3)), ==, "a.png");
}

static void
test_history_pane_forgets_with_the_toast (Fixture       *fixture,
                                          gconstpointer  data)
{
  g_autofree char *names = NULL;

  put_three (fixture);
  open_line (fixture, 1);
  gtk_widget_activate_action (GTK_WIDGET (fixture->pane), "history.delete", NULL);
  wait_lines (fixture, 3);
  adw_toast_overlay_set_child (fixture->overlay, NULL);
  gtk_window_set_child (GTK_WINDOW (fixture->window), NULL);
  fixture->pane = NULL;
  names = emo_test_store_names (emo_test_store_list (fixture->history.store, NULL));
  g_assert_cmpstr (names, ==, "b.png a.png");

  fixture->pane = EMO_HISTORY_PANE (emo_history_pane_new (fixture->session));
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->pane));
  wait_lines (fixture, 3);
}

static void
test_history_pane_says_why_it_is_empty (Fixture       *fixture,
                                        gconstpointer  data)
{
  GtkSearchEntry *search = find_child (GTK_WIDGET (fixture->pane), GTK_TYPE_SEARCH_ENTRY);
  gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  gtk_window_present (GTK_WINDOW (fixture->window));
  while (!g_str_equal (get_page (fixture), "empty") && g_get_monotonic_time () < end)
    iterate ();
  g_assert_cmpstr (get_page (fixture), ==, "empty");

  put_three (fixture);
  g_assert_cmpstr (get_page (fixture), ==, "some");
  open_line (fixture, 3);
  gtk_editable_set_text (GTK_EDITABLE (search), "no such thing");
  wait_lines (fixture, 0);
  g_assert_cmpstr (get_page (fixture), ==, "none");
  /* What is open stays open. */
  g_assert_cmpstr (emo_sample_get_file_name (emo_history_pane_get_sample (fixture->pane)), ==, "a.png");
  gtk_editable_set_text (GTK_EDITABLE (search), "");
  wait_lines (fixture, 4);
}

#define ADD(name, test) g_test_add ("/Emo/HistoryPane/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  ADD ("opens-results-without-the-model", test_history_pane_opens_results_without_the_model);
  ADD ("keeps-what-a-person-says", test_history_pane_keeps_what_a_person_says);
  ADD ("deletes-and-undoes", test_history_pane_deletes_and_undoes);
  ADD ("deletes-of-a-day-what-a-search-found", test_history_pane_deletes_of_a_day_what_a_search_found);
  ADD ("closes-what-is-deleted", test_history_pane_closes_what_is_deleted);
  ADD ("closes-what-is-deleted-elsewhere", test_history_pane_closes_what_is_deleted_elsewhere);
  ADD ("forgets-with-the-toast", test_history_pane_forgets_with_the_toast);
  ADD ("says-why-it-is-empty", test_history_pane_says_why_it_is_empty);

  return g_test_run ();
}
