/* test-evidence-panel.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-evidence-panel.h"
#include "emo-scripted-classifier.h"
#include "emo-test-files.h"

/* The scripted model's maps are 3 x 2 tokens: 100 for each label, 1 for each
 * token. Its VLM names label width % 8, its head label height % 8. */
#define HEIGHT 60

typedef struct
{
  char                  *folder;
  EmoEngine             *engine;
  EmoScriptedClassifier *classifier;
  EmoSession            *session;
  EmoEvidencePanel      *panel;
  GtkWidget             *window;
  guint                  n_changes;
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
  fixture->folder = emo_test_make_folder ();
  fixture->engine = emo_engine_new ();
  fixture->classifier = emo_scripted_classifier_new ("first");
  fixture->session = emo_session_new (fixture->engine);
  fixture->panel = g_object_new (EMO_TYPE_EVIDENCE_PANEL, NULL);
  fixture->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->panel));
  emo_evidence_panel_set_session (fixture->panel, fixture->session);
  g_signal_connect_swapped (fixture->panel, "changed", G_CALLBACK (changed_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_object_ref (fixture->panel);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_assert_finalize_object (fixture->panel);
  emo_session_set_classifier (fixture->session, NULL);
  emo_session_stop (fixture->session);
  emo_engine_shutdown (fixture->engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->session);
  g_object_unref (fixture->classifier);
  g_object_unref (fixture->engine);
  emo_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static EmoSample *
add_picture (Fixture *fixture,
             int      width)
{
  g_autofree char *name = g_strdup_printf ("%d.png", width);
  g_autofree char *path = emo_test_write_picture (fixture->folder, name, width, HEIGHT);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (EmoSample) sample = emo_sample_new_for_file (file, NULL);

  return emo_session_add (fixture->session, sample);
}

static EmoSample *
add_answered (Fixture *fixture,
              int      width)
{
  EmoSample *sample = add_picture (fixture, width);

  emo_session_set_classifier (fixture->session, EMO_CLASSIFIER (fixture->classifier));
  while (emo_sample_get_state (sample) != EMO_SAMPLE_DONE)
    g_main_context_iteration (NULL, TRUE);

  return sample;
}

static void
wait_for_map (Fixture *fixture)
{
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (emo_evidence_panel_get_heat_map (fixture->panel) == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
    }
}

/* A label or a button somewhere below that shows a text. */
static GtkWidget *
find_text (GtkWidget  *widget,
           const char *part)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found;

      if (!gtk_widget_get_child_visible (child) || !gtk_widget_get_visible (child))
        continue;
      if (GTK_IS_BUTTON (child) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (child)), part) == 0)
        return child;
      if (GTK_IS_LABEL (child) && strstr (gtk_label_get_text (GTK_LABEL (child)), part) != NULL)
        return child;
      found = find_text (child, part);
      if (found != NULL)
        return found;
    }

  return NULL;
}

static GtkWidget *
get_text (Fixture    *fixture,
          const char *part)
{
  GtkWidget *found = find_text (GTK_WIDGET (fixture->panel), part);

  if (found == NULL)
    g_error ("nothing says “%s”", part);

  return found;
}

static void
press (Fixture    *fixture,
       const char *label)
{
  GtkWidget *button = get_text (fixture, label);

  if (GTK_IS_TOGGLE_BUTTON (button))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
  else
    g_signal_emit_by_name (button, "clicked");
}

static double
first_value (Fixture *fixture)
{
  return emo_heat_map_get_value (emo_evidence_panel_get_heat_map (fixture->panel), 0, 0);
}

static void
test_panel_shows_the_head_s_map_by_itself (Fixture       *fixture,
                                           gconstpointer  data)
{
  EmoSample *sample = add_answered (fixture, 61);
  g_autofree char *words = NULL;

  emo_evidence_panel_set_sample (fixture->panel, sample);
  g_assert_null (emo_evidence_panel_get_heat_map (fixture->panel));
  emo_evidence_panel_set_active (fixture->panel, TRUE);
  wait_for_map (fixture);
  /* The head named label 60 % 8 = 4. */
  g_assert_cmpfloat (first_value (fixture), ==, 400);
  g_assert_cmpfloat (emo_heat_map_get_largest (emo_evidence_panel_get_heat_map (fixture->panel)), ==, 705);
  words = emo_evidence_panel_dup_description (fixture->panel);
  g_assert_nonnull (strstr (words, "lower right (+405)"));
  get_text (fixture, "logits");

  emo_evidence_panel_set_active (fixture->panel, FALSE);
  g_assert_null (emo_evidence_panel_get_heat_map (fixture->panel));
}

static void
test_panel_shows_the_label_that_is_pointed_at_at_once (Fixture       *fixture,
                                                       gconstpointer  data)
{
  EmoSample *sample = add_answered (fixture, 61);
  guint before;

  emo_evidence_panel_set_sample (fixture->panel, sample);
  emo_evidence_panel_set_active (fixture->panel, TRUE);
  wait_for_map (fixture);
  for (int label = 0; label < 8; label++)
    {
      before = fixture->n_changes;
      emo_evidence_panel_set_hovered_label (fixture->panel, label);
      /* No turn of the main loop lies between. */
      g_assert_cmpfloat (first_value (fixture), ==, 100 * label);
      g_assert_cmpuint (fixture->n_changes, ==, before + 1);
    }
  emo_evidence_panel_set_hovered_label (fixture->panel, -1);
  g_assert_cmpfloat (first_value (fixture), ==, 400);
}

static void
test_panel_tells_of_one_token (Fixture       *fixture,
                               gconstpointer  data)
{
  emo_evidence_panel_set_sample (fixture->panel, add_answered (fixture, 61));
  emo_evidence_panel_set_active (fixture->panel, TRUE);
  wait_for_map (fixture);
  emo_evidence_panel_show_token (fixture->panel, 2, 1);
  get_text (fixture, "Row 2 of 2, column 3 of 3: +405");
  emo_evidence_panel_show_token (fixture->panel, -1, -1);
  get_text (fixture, "Most for");
}

static void
test_panel_finds_the_vlm_s_map_on_request (Fixture       *fixture,
                                           gconstpointer  data)
{
  EmoSample *sample = add_answered (fixture, 61);
  EmoEvidence *evidence = emo_prediction_get_evidence (emo_sample_get_prediction (sample));

  emo_evidence_panel_set_sample (fixture->panel, sample);
  emo_evidence_panel_set_active (fixture->panel, TRUE);
  wait_for_map (fixture);
  press (fixture, "VLM");
  g_assert_null (emo_evidence_panel_get_heat_map (fixture->panel));
  g_assert_cmpint (emo_evidence_get_state (evidence, EMO_BRANCH_VLM, 61 % 8), ==, EMO_EVIDENCE_NONE);

  emo_scripted_classifier_set_delay (fixture->classifier, 10000);
  press (fixture, "Find Evidence");
  g_assert_cmpint (emo_evidence_get_state (evidence, EMO_BRANCH_VLM, 61 % 8), ==, EMO_EVIDENCE_PENDING);
  press (fixture, "Stop");
  g_assert_cmpint (emo_evidence_get_state (evidence, EMO_BRANCH_VLM, 61 % 8), ==, EMO_EVIDENCE_NONE);

  emo_scripted_classifier_set_delay (fixture->classifier, 0);
  press (fixture, "Find Evidence");
  wait_for_map (fixture);
  g_assert_cmpfloat (first_value (fixture), ==, 100 * (61 % 8));
  press (fixture, "Distilled");
  g_assert_cmpfloat (first_value (fixture), ==, 400);
}

static void
test_panel_says_that_evidence_needs_the_model (Fixture       *fixture,
                                               gconstpointer  data)
{
  EmoSample *sample = add_answered (fixture, 61);

  emo_session_set_classifier (fixture->session, NULL);
  emo_evidence_panel_set_sample (fixture->panel, sample);
  emo_evidence_panel_set_active (fixture->panel, TRUE);
  get_text (fixture, "Evidence needs the model");

  /* It comes when the model does. */
  emo_session_set_classifier (fixture->session, EMO_CLASSIFIER (fixture->classifier));
  wait_for_map (fixture);
}

/* What history opens is no picture of the session. */
static void
test_panel_says_that_a_result_is_of_the_past (Fixture       *fixture,
                                              gconstpointer  data)
{
  g_autoptr (EmoSample) sample = g_object_ref (add_answered (fixture, 61));

  emo_session_remove (fixture->session, sample);
  emo_evidence_panel_set_sample (fixture->panel, sample);
  emo_evidence_panel_set_active (fixture->panel, TRUE);
  get_text (fixture, "This is a result of the past");

  emo_evidence_panel_set_session (fixture->panel, NULL);
  get_text (fixture, "Evidence needs the model");
}

static void
test_panel_says_what_failed (Fixture       *fixture,
                             gconstpointer  data)
{
  EmoSample *sample = add_answered (fixture, 61);
  EmoSample *next = add_picture (fixture, 62);

  while (emo_sample_get_state (next) != EMO_SAMPLE_DONE)
    g_main_context_iteration (NULL, TRUE);
  g_free (emo_test_write_picture (fixture->folder, "61.png", 70, HEIGHT));
  emo_evidence_panel_set_sample (fixture->panel, sample);
  emo_evidence_panel_set_active (fixture->panel, TRUE);
  while (find_text (GTK_WIDGET (fixture->panel), "has changed since") == NULL)
    g_main_context_iteration (NULL, TRUE);
  get_text (fixture, "Retry");
}

static void
test_panel_follows_to_the_next_picture (Fixture       *fixture,
                                        gconstpointer  data)
{
  EmoSample *first = add_answered (fixture, 61);
  EmoSample *second = add_answered (fixture, 63);

  emo_evidence_panel_set_active (fixture->panel, TRUE);
  emo_evidence_panel_set_sample (fixture->panel, first);
  wait_for_map (fixture);
  emo_evidence_panel_set_sample (fixture->panel, second);
  g_assert_null (emo_evidence_panel_get_heat_map (fixture->panel));
  wait_for_map (fixture);
  emo_evidence_panel_set_sample (fixture->panel, first);
  g_assert_nonnull (emo_evidence_panel_get_heat_map (fixture->panel));
  emo_evidence_panel_set_sample (fixture->panel, NULL);
  g_assert_null (emo_evidence_panel_get_heat_map (fixture->panel));
}

#define ADD(path, func) g_test_add ("/Emo/EvidencePanel/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  ADD ("shows-the-head-s-map-by-itself", test_panel_shows_the_head_s_map_by_itself);
  ADD ("shows-the-label-that-is-pointed-at-at-once", test_panel_shows_the_label_that_is_pointed_at_at_once);
  ADD ("tells-of-one-token", test_panel_tells_of_one_token);
  ADD ("finds-the-vlm-s-map-on-request", test_panel_finds_the_vlm_s_map_on_request);
  ADD ("says-that-evidence-needs-the-model", test_panel_says_that_evidence_needs_the_model);
  ADD ("says-that-a-result-is-of-the-past", test_panel_says_that_a_result_is_of_the_past);
  ADD ("says-what-failed", test_panel_says_what_failed);
  ADD ("follows-to-the-next-picture", test_panel_follows_to_the_next_picture);

  return g_test_run ();
}
