/* test-history-list.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-history-list.h"
#include "emo-test-files.h"
#include "emo-test-history.h"

typedef struct
{
  EmoTestHistory  history;
  EmoHistoryList *list;
  guint           n_changes;
} Fixture;

static void
changed_cb (Fixture *fixture)
{
  fixture->n_changes++;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  emo_test_history_open (&fixture->history);
  fixture->list = emo_history_list_new (fixture->history.store);
  g_signal_connect_swapped (fixture->list, "items-changed", G_CALLBACK (changed_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->list);
  emo_test_history_close (&fixture->history);
}

/* "[first] b a": a head by its model, a result by its file. */
static char *
dup_lines (Fixture *fixture)
{
  GString *text = g_string_new (NULL);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (fixture->list));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (EmoHistoryItem) item = g_list_model_get_item (G_LIST_MODEL (fixture->list), i);
      EmoRunEntry *entry = emo_history_item_get_entry (item);

      if (emo_history_item_get_is_head (item))
        g_string_append_printf (text, "%s[%s]", i > 0 ? " " : "", entry->info->name);
      else
        g_string_append_printf (text, " %s", entry->file_name);
    }

  return g_string_free (text, FALSE);
}

static void
wait_lines (Fixture    *fixture,
            const char *expected)
{
  gint64 end = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  g_autofree char *lines = dup_lines (fixture);

  while (g_strcmp0 (lines, expected) != 0 && g_get_monotonic_time () < end)
    {
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);
      g_free (lines);
      lines = dup_lines (fixture);
    }
  g_assert_cmpstr (lines, ==, expected);
}

static void
put_two_days (Fixture *fixture)
{
  emo_test_history_put (&fixture->history, "a", 0, emo_test_history_noon (3, 1));
  emo_test_history_put (&fixture->history, "b", 1, emo_test_history_noon (3, 1) + 1);
  emo_test_history_put (&fixture->history, "c", 2, emo_test_history_noon (3, 2));
  emo_test_history_set_model (&fixture->history, "second");
  emo_test_history_put (&fixture->history, "d", 3, emo_test_history_noon (3, 2) + 1);
}

static void
test_history_list_has_a_head_for_each_day_and_model (Fixture       *fixture,
                                                     gconstpointer  data)
{
  put_two_days (fixture);
  g_assert_false (emo_history_list_get_loaded (fixture->list));
  emo_history_list_set_active (fixture->list, TRUE);
  wait_lines (fixture, "[second] d [first] c [first] b a");
  g_assert_true (emo_history_list_get_loaded (fixture->list));
  g_assert_null (emo_history_list_get_error_message (fixture->list));
  g_assert_cmpuint (fixture->n_changes, ==, 1);
}

static void
test_history_list_follows_the_store (Fixture       *fixture,
                                     gconstpointer  data)
{
  g_autoptr (EmoHistoryItem) c = NULL;
  g_autoptr (EmoHistoryItem) there = NULL;

  put_two_days (fixture);
  emo_history_list_set_active (fixture->list, TRUE);
  wait_lines (fixture, "[second] d [first] c [first] b a");
  c = g_list_model_get_item (G_LIST_MODEL (fixture->list), 3);

  emo_test_history_put (&fixture->history, "e", 4, emo_test_history_noon (3, 2) + 2);
  wait_lines (fixture, "[second] e d [first] c [first] b a");
  /* What was there is the same object, so that views keep it. */
  there = g_list_model_get_item (G_LIST_MODEL (fixture->list), 4);
  g_assert_true (there == c);

  /* Nobody looks: nothing is read until somebody does. */
  emo_history_list_set_active (fixture->list, FALSE);
  emo_test_history_put (&fixture->history, "f", 4, emo_test_history_noon (3, 3));
  for (int i = 0; i < 50; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (10000);
    }
  wait_lines (fixture, "[second] e d [first] c [first] b a");
  emo_history_list_set_active (fixture->list, TRUE);
  wait_lines (fixture, "[second] f [second] e d [first] c [first] b a");
}

static void
test_history_list_searches (Fixture       *fixture,
                            gconstpointer  data)
{
  put_two_days (fixture);
  emo_history_list_set_active (fixture->list, TRUE);
  wait_lines (fixture, "[second] d [first] c [first] b a");

  /* Mikels' eight are amusement, anger, awe, contentment, ... */
  emo_history_list_set_search (fixture->list, "CONTENT");
  wait_lines (fixture, "[second] d");
  emo_history_list_set_search (fixture->list, "an b");
  wait_lines (fixture, "[first] b");
  emo_history_list_set_search (fixture->list, "nothing of the kind");
  wait_lines (fixture, "");
  emo_history_list_set_search (fixture->list, "");
  g_assert_null (emo_history_list_get_search (fixture->list));
  wait_lines (fixture, "[second] d [first] c [first] b a");
}

#define N_MANY 100

static void
test_history_list_reads_in_pages (Fixture       *fixture,
                                  gconstpointer  data)
{
  guint n, before = 0;

  for (int i = 0; i < N_MANY; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d", i);

      /* Several of the same second. */
      emo_test_history_put (&fixture->history, name, 0, emo_test_history_noon (3, 1) + i / 7);
    }
  emo_history_list_set_active (fixture->list, TRUE);
  while ((n = g_list_model_get_n_items (G_LIST_MODEL (fixture->list))) < N_MANY + 1)
    {
      if (n != before)
        {
          g_assert_cmpuint (n - before, <, N_MANY / 2);
          emo_history_list_load_more (fixture->list);
        }
      before = n;
      g_main_context_iteration (NULL, TRUE);
    }

  for (int i = 0; i < N_MANY; i++)
    {
      g_autoptr (EmoHistoryItem) item = g_list_model_get_item (G_LIST_MODEL (fixture->list), i + 1);

      g_assert_cmpint (g_ascii_strtoll (emo_history_item_get_entry (item)->file_name, NULL, 10), ==, N_MANY - 1 - i);
    }
  /* There is no more. */
  emo_history_list_load_more (fixture->list);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->list)), ==, N_MANY + 1);

  /* New ones come in front of all that was read. */
  emo_test_history_put (&fixture->history, "new", 0, emo_test_history_noon (3, 1) + N_MANY);
  while (g_list_model_get_n_items (G_LIST_MODEL (fixture->list)) != N_MANY + 2)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_history_list_takes_out_a_result_or_a_day (Fixture       *fixture,
                                               gconstpointer  data)
{
  g_autoptr (EmoHistoryItem) head = NULL;
  g_autoptr (EmoHistoryItem) result = NULL;

  put_two_days (fixture);
  emo_history_list_set_active (fixture->list, TRUE);
  wait_lines (fixture, "[second] d [first] c [first] b a");

  head = g_list_model_get_item (G_LIST_MODEL (fixture->list), 4);
  result = g_list_model_get_item (G_LIST_MODEL (fixture->list), 1);
  emo_history_list_remove (fixture->list, result);
  wait_lines (fixture, "[first] c [first] b a");
  emo_history_list_remove (fixture->list, head);
  wait_lines (fixture, "[first] c");
}

static void
set_true_cb (gboolean *told)
{
  *told = TRUE;
}

static void
test_history_list_says_what_changed (Fixture       *fixture,
                                     gconstpointer  data)
{
  gint64 number = emo_test_history_put (&fixture->history, "a", 0, emo_test_history_noon (3, 1));
  g_autoptr (EmoRunEntry) words = emo_run_entry_new ();
  g_autoptr (EmoHistoryItem) item = NULL;
  gboolean told = FALSE;

  emo_history_list_set_active (fixture->list, TRUE);
  wait_lines (fixture, "[first] a");
  item = g_list_model_get_item (G_LIST_MODEL (fixture->list), 1);
  g_signal_connect_swapped (item, "notify::entry", G_CALLBACK (set_true_cb), &told);

  words->run = fixture->history.run;
  words->number = number;
  words->flagged = TRUE;
  words->note = g_strdup ("a note");
  emo_run_store_annotate (fixture->history.store, words);
  emo_test_wait (&told, 30);
  g_assert_true (emo_history_item_get_entry (item)->flagged);
  g_assert_cmpstr (emo_history_item_get_entry (item)->note, ==, "a note");
  g_assert_cmpuint (fixture->n_changes, ==, 1);
}

#define ADD(name, test) g_test_add ("/Emo/HistoryList/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("has-a-head-for-each-day-and-model", test_history_list_has_a_head_for_each_day_and_model);
  ADD ("follows-the-store", test_history_list_follows_the_store);
  ADD ("searches", test_history_list_searches);
  ADD ("reads-in-pages", test_history_list_reads_in_pages);
  ADD ("takes-out-a-result-or-a-day", test_history_list_takes_out_a_result_or_a_day);
  ADD ("says-what-changed", test_history_list_says_what_changed);

  return g_test_run ();
}
