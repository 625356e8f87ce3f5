/* test-explanation-view.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <adwaita.h>

#include "emo-explanation-view.h"
#include "emo-test-predictions.h"

typedef struct
{
  GtkWidget          *window;
  EmoExplanationView *view;
  EmoPrediction      *prediction;
  char               *copied;    /* (nullable) what the window was asked to copy */
} Fixture;

static void
copy_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  Fixture *fixture = user_data;

  g_free (fixture->copied);
  fixture->copied = g_variant_dup_string (parameter, NULL);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  static const GActionEntry entries[] = { { .name = "copy", .activate = copy_cb, .parameter_type = "s" } };
  g_autoptr (EmoModelInfo) info = emo_test_info_new (8);
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();

  fixture->copied = NULL;
  fixture->prediction = emo_prediction_new (info);
  emo_test_explain (fixture->prediction, 2, "because of the rainbow", TRUE);
  fixture->view = g_object_new (EMO_TYPE_EXPLANATION_VIEW, NULL);
  fixture->window = gtk_window_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (actions), entries, G_N_ELEMENTS (entries), fixture);
  gtk_widget_insert_action_group (fixture->window, "win", G_ACTION_GROUP (actions));
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->view));
  emo_explanation_view_set_prediction (fixture->view, fixture->prediction);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_assert_finalize_object (fixture->prediction);
  g_free (fixture->copied);
}

static void
test_explanation_view_shows_the_text (Fixture       *fixture,
                                      gconstpointer  data)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (fixture->view));
  g_autofree char *text = NULL;

  g_object_get (buffer, "text", &text, NULL);
  g_assert_cmpstr (text, ==, "because of the rainbow");
}

static void
test_explanation_view_copies_the_result_where_nothing_is_selected (Fixture       *fixture,
                                                                   gconstpointer  data)
{
  g_signal_emit_by_name (fixture->view, "copy-clipboard");
  g_assert_cmpstr (fixture->copied, ==, "text");
}

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  char **text = user_data;

  *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (object), result, NULL);
}

static void
test_explanation_view_copies_what_is_selected (Fixture       *fixture,
                                               gconstpointer  data)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (fixture->view));
  g_autofree char *text = NULL;
  GtkTextIter start, end;

  gtk_text_buffer_get_iter_at_offset (buffer, &start, 15);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_select_range (buffer, &start, &end);
  g_signal_emit_by_name (fixture->view, "copy-clipboard");
  g_assert_null (fixture->copied);

  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (fixture->view)), NULL, read_cb, &text);
  while (text == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (text, ==, "rainbow");
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

#define ADD(path, func) g_test_add ("/Emo/ExplanationView/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("shows-the-text", test_explanation_view_shows_the_text);
  ADD ("copies-the-result-where-nothing-is-selected", test_explanation_view_copies_the_result_where_nothing_is_selected);
  ADD ("copies-what-is-selected", test_explanation_view_copies_what_is_selected);
#undef ADD

  return g_test_run ();
}
