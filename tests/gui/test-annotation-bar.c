/* test-annotation-bar.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <adwaita.h>

#include "emo-annotation-bar.h"
#include "emo-test-predictions.h"

typedef struct
{
  GtkWidget        *window;
  EmoAnnotationBar *bar;
  EmoModelInfo     *info;
  EmoSample        *first;
  EmoSample        *second;
  guint            n_annotated;
} Fixture;

static void
count_cb (Fixture *fixture)
{
  fixture->n_annotated++;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);

  fixture->info = emo_test_info_new (8);
  fixture->first = emo_sample_new_for_bytes (bytes, "first.png");
  fixture->second = emo_sample_new_for_bytes (bytes, "second.png");
  fixture->bar = g_object_new (EMO_TYPE_ANNOTATION_BAR, NULL);
  fixture->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->bar));
  emo_annotation_bar_set_labels (fixture->bar, fixture->info->labels);
  emo_annotation_bar_set_sample (fixture->bar, fixture->first);
  g_signal_connect_swapped (fixture->bar, "annotated", G_CALLBACK (count_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_signal_handlers_disconnect_by_data (fixture->bar, fixture);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_assert_finalize_object (fixture->first);
  g_assert_finalize_object (fixture->second);
  emo_model_info_unref (fixture->info);
}

static GtkWidget *
find (Fixture *fixture,
      GType    type)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (fixture->bar));

  while (child != NULL && !g_type_is_a (G_OBJECT_TYPE (child), type))
    child = gtk_widget_get_next_sibling (child);
  g_assert_nonnull (child);

  return child;
}

static void
type_note (Fixture    *fixture,
           const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (find (fixture, GTK_TYPE_ENTRY)), text);
}

static void
test_annotation_bar_flags (Fixture       *fixture,
                           gconstpointer  data)
{
  GtkToggleButton *flag = GTK_TOGGLE_BUTTON (find (fixture, GTK_TYPE_TOGGLE_BUTTON));

  gtk_toggle_button_set_active (flag, TRUE);
  g_assert_true (emo_sample_get_flagged (fixture->first));
  g_assert_cmpuint (fixture->n_annotated, ==, 1);

  /* What others change is shown and is no change of the person's. */
  emo_sample_set_flagged (fixture->first, FALSE);
  g_assert_false (gtk_toggle_button_get_active (flag));
  g_assert_cmpuint (fixture->n_annotated, ==, 1);
}

static void
test_annotation_bar_keeps_the_label_in_the_models_words (Fixture       *fixture,
                                                         gconstpointer  data)
{
  GtkDropDown *own_label = GTK_DROP_DOWN (find (fixture, GTK_TYPE_DROP_DOWN));

  g_assert_cmpuint (g_list_model_get_n_items (gtk_drop_down_get_model (own_label)), ==, 9);
  gtk_drop_down_set_selected (own_label, 2);
  g_assert_cmpstr (emo_sample_get_own_label (fixture->first), ==, emo_label_set_get_label (fixture->info->labels, 1));
  gtk_drop_down_set_selected (own_label, 0);
  g_assert_null (emo_sample_get_own_label (fixture->first));
  g_assert_cmpuint (fixture->n_annotated, ==, 2);
}

static void
test_annotation_bar_shows_a_label_of_another_model (Fixture       *fixture,
                                                    gconstpointer  data)
{
  GtkDropDown *own_label = GTK_DROP_DOWN (find (fixture, GTK_TYPE_DROP_DOWN));

  emo_sample_set_own_label (fixture->first, "nostalgia");
  g_assert_cmpuint (gtk_drop_down_get_selected (own_label), ==, 9);
  g_assert_cmpstr (gtk_string_object_get_string (gtk_drop_down_get_selected_item (own_label)), ==, "nostalgia");
  g_assert_cmpstr (emo_sample_get_own_label (fixture->first), ==, "nostalgia");

  emo_annotation_bar_set_sample (fixture->bar, fixture->second);
  g_assert_cmpuint (gtk_drop_down_get_selected (own_label), ==, 0);
  g_assert_cmpstr (emo_sample_get_own_label (fixture->first), ==, "nostalgia");
  g_assert_null (emo_sample_get_own_label (fixture->second));
}

static void
test_annotation_bar_keeps_a_note_when_the_typing_pauses (Fixture       *fixture,
                                                         gconstpointer  data)
{
  type_note (fixture, "not awe");
  g_assert_null (emo_sample_get_note (fixture->first));
  while (emo_sample_get_note (fixture->first) == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (emo_sample_get_note (fixture->first), ==, "not awe");
  g_assert_cmpuint (fixture->n_annotated, ==, 1);
}

static void
test_annotation_bar_keeps_a_note_when_told (Fixture       *fixture,
                                            gconstpointer  data)
{
  emo_annotation_bar_commit (fixture->bar);
  g_assert_cmpuint (fixture->n_annotated, ==, 0);
  type_note (fixture, "not awe");
  emo_annotation_bar_commit (fixture->bar);
  g_assert_cmpstr (emo_sample_get_note (fixture->first), ==, "not awe");
  g_assert_cmpuint (fixture->n_annotated, ==, 1);
}

static void
test_annotation_bar_keeps_a_note_with_its_picture (Fixture       *fixture,
                                                   gconstpointer  data)
{
  type_note (fixture, "of the first");
  emo_annotation_bar_set_sample (fixture->bar, fixture->second);
  g_assert_cmpstr (emo_sample_get_note (fixture->first), ==, "of the first");
  g_assert_null (emo_sample_get_note (fixture->second));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (find (fixture, GTK_TYPE_ENTRY))), ==, "");

  emo_annotation_bar_set_sample (fixture->bar, fixture->first);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (find (fixture, GTK_TYPE_ENTRY))), ==, "of the first");
  type_note (fixture, "");
  emo_annotation_bar_set_sample (fixture->bar, NULL);
  g_assert_null (emo_sample_get_note (fixture->first));
  g_assert_false (gtk_widget_get_sensitive (find (fixture, GTK_TYPE_ENTRY)));
}

#define ADD(name, func) \
  g_test_add ("/Emo/AnnotationBar/" name, Fixture, NULL, set_up, func, tear_down)

static void
assert_disabled (Fixture  *fixture,
                 gboolean  disabled)
{
  GtkWidget *button = gtk_widget_get_first_child (find (fixture, GTK_TYPE_DROP_DOWN));
  GtkEditable *text = gtk_editable_get_delegate (GTK_EDITABLE (find (fixture, GTK_TYPE_ENTRY)));

  gtk_test_accessible_assert_state (find (fixture, GTK_TYPE_TOGGLE_BUTTON), GTK_ACCESSIBLE_STATE_DISABLED, disabled);
  gtk_test_accessible_assert_state (button, GTK_ACCESSIBLE_STATE_DISABLED, disabled);
  gtk_test_accessible_assert_state (text, GTK_ACCESSIBLE_STATE_DISABLED, disabled);
}

static void
test_annotation_bar_tells_of_each_part_that_it_is_insensitive (Fixture       *fixture,
                                                               gconstpointer  data)
{
  assert_disabled (fixture, FALSE);
  emo_annotation_bar_set_sample (fixture->bar, NULL);
  assert_disabled (fixture, TRUE);
  emo_annotation_bar_set_sample (fixture->bar, fixture->second);
  assert_disabled (fixture, FALSE);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  ADD ("flags", test_annotation_bar_flags);
  ADD ("keeps-the-label-in-the-models-words", test_annotation_bar_keeps_the_label_in_the_models_words);
  ADD ("shows-a-label-of-another-model", test_annotation_bar_shows_a_label_of_another_model);
  ADD ("keeps-a-note-when-the-typing-pauses", test_annotation_bar_keeps_a_note_when_the_typing_pauses);
  ADD ("keeps-a-note-when-told", test_annotation_bar_keeps_a_note_when_told);
  ADD ("keeps-a-note-with-its-picture", test_annotation_bar_keeps_a_note_with_its_picture);
  ADD ("tells-of-each-part-that-it-is-insensitive", test_annotation_bar_tells_of_each_part_that_it_is_insensitive);

  return g_test_run ();
}
