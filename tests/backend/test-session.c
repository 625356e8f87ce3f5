/* test-session.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-error.h"
#include "session-fixture.h"

static void
test_session_classifies_in_order (Fixture       *fixture,
                                  gconstpointer  data)
{
  EmoSample *first = add_picture (fixture, 63);
  EmoPrediction *prediction;
  int width, height;

  add_picture (fixture, 61);
  add_picture (fixture, 62);
  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);

  g_assert_cmpstr (fixture->finished->str, ==, "63.png 61.png 62.png");
  assert_log (fixture->classifier, "63 61 62");
  assert_counts (fixture, 0, 3, 0);

  prediction = emo_sample_get_prediction (first);
  g_assert_cmpint (emo_prediction_get_winner (prediction, EMO_BRANCH_VLM), ==, 63 % 8);
  g_assert_cmpint (emo_prediction_get_winner (prediction, EMO_BRANCH_DISTILLED), ==, HEIGHT % 8);
  g_assert_cmpint (emo_prediction_get_winner (prediction, EMO_BRANCH_GATED), ==, 63 % 8);
  g_assert_true (emo_sample_get_disagrees (first));
  emo_prediction_get_size (prediction, &width, &height);
  g_assert_cmpint (width, ==, 63);
  g_assert_cmpint (height, ==, HEIGHT);
  g_assert_cmpint (emo_prediction_get_stage (prediction), ==, EMO_STAGE_DONE);
  /* The classifier says 7 ms; reading the picture is added. */
  g_assert_cmpfloat (emo_prediction_get_ms (prediction, EMO_STAGE_DONE), >, 7);
  g_assert_cmpfloat (emo_prediction_get_ms (prediction, EMO_STAGE_INPUT), >, 0);
  g_assert_cmpuint (strlen (emo_sample_get_image_sha256 (first)), ==, 64);
}

static void
test_session_waits_without_classifier (Fixture       *fixture,
                                       gconstpointer  data)
{
  EmoSample *sample = add_picture (fixture, 64);
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC / 20;
  gboolean running;

  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (emo_sample_get_state (sample), ==, EMO_SAMPLE_WAITING);
  g_object_get (fixture->session, "running", &running, NULL);
  g_assert_false (running);
  g_assert_false (fixture->drained);
  assert_counts (fixture, 1, 0, 0);

  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  g_assert_cmpint (emo_sample_get_state (sample), ==, EMO_SAMPLE_DONE);
}

static void
test_session_goes_on_after_bad_pictures (Fixture       *fixture,
                                         gconstpointer  data)
{
  g_autofree char *text = emo_test_write_text (fixture->folder, "text.png", "no picture");
  EmoSample *bad, *gone, *heavy;

  emo_scripted_classifier_fail_width (fixture->classifier, 66);
  add_picture (fixture, 65);
  bad = add_path (fixture, text);
  heavy = add_picture (fixture, 66);
  gone = add_path (fixture, "/nonexistent/gone.png");
  add_picture (fixture, 67);
  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);

  g_assert_cmpstr (fixture->finished->str, ==, "65.png text.png 66.png gone.png 67.png");
  assert_counts (fixture, 0, 2, 3);
  g_assert_error (emo_sample_get_error (bad), EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_assert_error (emo_sample_get_error (gone), EMO_ERROR, EMO_ERROR_IO);
  g_assert_error (emo_sample_get_error (heavy), EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY);
  g_assert_null (emo_sample_get_prediction (bad));
  g_assert_null (emo_sample_get_prediction (heavy));
}

/* All are found bad before there is a model: nothing is left to run, and yet
 * the session has to say that it is through. */
static void
test_session_ends_though_all_are_bad (Fixture       *fixture,
                                      gconstpointer  data)
{
  gint64 end = g_get_monotonic_time () + G_USEC_PER_SEC / 5;

  add_path (fixture, "/nonexistent/gone.png");
  add_path (fixture, "/nonexistent/gone-too.png");
  while (g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);

  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  assert_counts (fixture, 0, 0, 2);
}

/* Whatever fails, and wherever, its file is named. */
static void
test_session_names_the_file_in_every_error (Fixture       *fixture,
                                            gconstpointer  data)
{
  g_autofree char *text = emo_test_write_text (fixture->folder, "text.png", "no picture");
  g_autofree char *thin = emo_test_write_picture (fixture->folder, "thin.png", 1, 201);
  g_autofree char *nan = emo_test_write_picture (fixture->folder, "nan.png", 70, 60);
  EmoSample *samples[4];

  emo_scripted_classifier_fail_width (fixture->classifier, 66);
  emo_scripted_classifier_break_width (fixture->classifier, 70, EMO_STAGE_DISTILLED);
  samples[0] = add_path (fixture, text);
  samples[1] = add_path (fixture, thin);
  samples[2] = add_path (fixture, nan);
  samples[3] = add_picture (fixture, 66);
  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);

  assert_counts (fixture, 0, 0, 4);
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *prefix = g_strdup_printf ("%s: ", g_file_peek_path (emo_sample_get_file (samples[i])));
      const char *message = emo_sample_get_error (samples[i])->message;

      g_assert_cmpint (emo_sample_get_state (samples[i]), ==, EMO_SAMPLE_FAILED);
      if (!g_str_has_prefix (message, prefix) || strstr (message + strlen (prefix), prefix) != NULL)
        g_error ("\"%s\" does not name the file once", message);
    }
  g_assert_error (emo_sample_get_error (samples[1]), EMO_ERROR, EMO_ERROR_UNSUPPORTED);
  g_assert_error (emo_sample_get_error (samples[2]), EMO_ERROR, EMO_ERROR_MODEL);
  /* What answered stays with a picture of which a part is missing. */
  g_assert_true (emo_prediction_has_branch (emo_sample_get_prediction (samples[2]), EMO_BRANCH_VLM));
  g_assert_false (emo_prediction_has_branch (emo_sample_get_prediction (samples[2]), EMO_BRANCH_DISTILLED));
}

static void
test_session_refuses_addresses_without_network (Fixture       *fixture,
                                                gconstpointer  data)
{
  g_autoptr(GFile) file = g_file_new_for_uri ("http://127.0.0.1:1/x.png");
  g_autoptr(EmoSample) sample = emo_sample_new_for_file (file, NULL);

  emo_session_add (fixture->session, sample);
  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  g_assert_error (emo_sample_get_error (sample), EMO_ERROR, EMO_ERROR_UNSUPPORTED);
}

static void
test_session_lists_a_picture_once (Fixture       *fixture,
                                   gconstpointer  data)
{
  EmoSample *first = add_picture (fixture, 68);
  g_autoptr(GFile) file = g_object_ref (emo_sample_get_file (first));
  g_autoptr(EmoSample) twin = emo_sample_new_for_file (file, NULL);

  g_assert_true (emo_session_add (fixture->session, twin) == first);
  g_assert_cmpuint (g_list_model_get_n_items (emo_session_get_samples (fixture->session)), ==, 1);

  /* Once it was taken off, the file may come back. */
  emo_session_remove (fixture->session, first);
  g_assert_cmpuint (g_list_model_get_n_items (emo_session_get_samples (fixture->session)), ==, 0);
  assert_counts (fixture, 0, 0, 0);
  g_assert_true (emo_session_add (fixture->session, twin) == twin);
}

static void
test_session_counts_what_comes_back (Fixture       *fixture,
                                     gconstpointer  data)
{
  g_autoptr(EmoSample) first = g_object_ref (add_picture (fixture, 68));

  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  assert_counts (fixture, 0, 1, 0);
  emo_session_remove (fixture->session, first);
  assert_counts (fixture, 0, 0, 0);

  emo_session_stop (fixture->session);
  emo_session_add (fixture->session, first);
  assert_counts (fixture, 1, 0, 0);
  g_assert_cmpuint (get_n_held (fixture), ==, 1);
  emo_session_remove (fixture->session, first);
  assert_counts (fixture, 0, 0, 0);
  g_assert_cmpuint (get_n_held (fixture), ==, 0);
}

static char *
list_names (Fixture *fixture)
{
  GListModel *samples = emo_session_get_samples (fixture->session);
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (samples); i++)
    {
      g_autoptr(EmoSample) sample = g_list_model_get_item (samples, i);

      g_string_append_printf (names, "%s%s", i > 0 ? " " : "", emo_sample_get_file_name (sample));
    }

  return g_string_free (names, FALSE);
}

static void
assert_names (Fixture    *fixture,
              const char *expected)
{
  g_autofree char *names = list_names (fixture);

  g_assert_cmpstr (names, ==, expected);
}

static void
test_session_restores_places_and_answers (Fixture       *fixture,
                                          gconstpointer  data)
{
  g_autoptr(GPtrArray) removed = g_ptr_array_new_with_free_func (g_object_unref);
  EmoPrediction *prediction;
  EmoSample *samples[6];

  for (int i = 0; i < 6; i++)
    samples[i] = add_picture (fixture, 70 + i);
  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  prediction = emo_sample_get_prediction (samples[0]);

  /* In no order, with one that is named twice. */
  g_ptr_array_add (removed, g_object_ref (samples[4]));
  g_ptr_array_add (removed, g_object_ref (samples[0]));
  g_ptr_array_add (removed, g_object_ref (samples[1]));
  g_ptr_array_add (removed, g_object_ref (samples[4]));
  emo_session_remove_many (fixture->session, removed);
  assert_names (fixture, "72.png 73.png 75.png");
  assert_counts (fixture, 0, 3, 0);

  add_picture (fixture, 76);
  wait_drained (fixture);
  emo_session_restore (fixture->session, removed);
  assert_names (fixture, "70.png 71.png 72.png 73.png 74.png 75.png 76.png");
  assert_counts (fixture, 0, 7, 0);
  g_assert_cmpint (emo_sample_get_state (samples[0]), ==, EMO_SAMPLE_DONE);
  g_assert_true (emo_sample_get_prediction (samples[0]) == prediction);

  /* Once more, which changes nothing. */
  emo_session_restore (fixture->session, removed);
  assert_counts (fixture, 0, 7, 0);
}

static void
test_session_restores_what_waited (Fixture       *fixture,
                                   gconstpointer  data)
{
  g_autoptr(GPtrArray) removed = g_ptr_array_new_with_free_func (g_object_unref);
  EmoSample *first = add_picture (fixture, 70);
  EmoSample *second;

  add_picture (fixture, 71);
  g_ptr_array_add (removed, g_object_ref (first));
  emo_session_remove_many (fixture->session, removed);
  assert_counts (fixture, 1, 0, 0);
  emo_session_restore (fixture->session, removed);
  assert_counts (fixture, 2, 0, 0);
  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  g_assert_cmpstr (fixture->finished->str, ==, "70.png 71.png");

  /* A Stop holds back what comes back. */
  emo_session_stop (fixture->session);
  second = add_picture (fixture, 72);
  g_ptr_array_set_size (removed, 0);
  g_ptr_array_add (removed, g_object_ref (second));
  emo_session_remove_many (fixture->session, removed);
  g_assert_cmpuint (get_n_held (fixture), ==, 0);
  emo_session_restore (fixture->session, removed);
  g_assert_cmpint (emo_sample_get_state (second), ==, EMO_SAMPLE_STOPPED);
  g_assert_cmpuint (get_n_held (fixture), ==, 1);
  emo_session_start (fixture->session);
  wait_drained (fixture);
  assert_counts (fixture, 0, 3, 0);
}

static void
test_session_passes_over_what_was_added_again (Fixture       *fixture,
                                               gconstpointer  data)
{
  g_autoptr(GPtrArray) removed = g_ptr_array_new_with_free_func (g_object_unref);
  EmoSample *first = add_picture (fixture, 70);

  add_picture (fixture, 71);
  g_ptr_array_add (removed, g_object_ref (first));
  emo_session_remove_many (fixture->session, removed);
  add_picture (fixture, 70);
  assert_names (fixture, "71.png 70.png");
  emo_session_restore (fixture->session, removed);
  assert_names (fixture, "71.png 70.png");
  assert_counts (fixture, 2, 0, 0);
}

static void
count_changes_cb (GListModel *model,
                  guint       position,
                  guint       removed,
                  guint       added,
                  guint      *n_changes)
{
  (*n_changes)++;
}

/* Every other one of thousands, which no view could follow change by change. */
static void
test_session_removes_and_restores_thousands_at_once (Fixture       *fixture,
                                                     gconstpointer  data)
{
  g_autoptr(GPtrArray) samples = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GPtrArray) removed = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *list = emo_session_get_samples (fixture->session);
  g_autofree char *names = NULL;
  guint n_changes = 0;

  for (int i = 0; i < 5000; i++)
    {
      g_autofree char *path = g_strdup_printf ("/nonexistent/%d.png", i);
      g_autoptr(GFile) file = g_file_new_for_path (path);

      g_ptr_array_add (samples, emo_sample_new_for_file (file, NULL));
      if (i % 2 == 0)
        g_ptr_array_add (removed, g_object_ref (g_ptr_array_index (samples, i)));
    }
  emo_session_add_many (fixture->session, samples);
  names = list_names (fixture);
  g_signal_connect (list, "items-changed", G_CALLBACK (count_changes_cb), &n_changes);

  emo_session_remove_many (fixture->session, removed);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 2500);
  g_assert_cmpuint (n_changes, ==, 1);
  emo_session_restore (fixture->session, removed);
  g_assert_cmpuint (n_changes, ==, 2);
  assert_names (fixture, names);
  assert_counts (fixture, 5000, 0, 0);

  emo_session_remove_many (fixture->session, samples);
  g_assert_cmpuint (n_changes, ==, 3);
  assert_counts (fixture, 0, 0, 0);
  emo_session_restore (fixture->session, samples);
  assert_names (fixture, names);
  g_signal_handlers_disconnect_by_data (list, &n_changes);
}

static void
test_session_takes_pasted_bytes (Fixture       *fixture,
                                 gconstpointer  data)
{
  g_autofree char *path = emo_test_write_picture (fixture->folder, "95.png", 95, HEIGHT);
  g_autoptr(EmoSample) pasted = NULL;
  g_autoptr(EmoSample) again = NULL;
  g_autoptr(GBytes) bytes = NULL;
  char *contents;
  gsize length;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  bytes = g_bytes_new_take (contents, length);
  pasted = emo_sample_new_for_bytes (bytes, "Pasted picture");
  again = emo_sample_new_for_bytes (bytes, "Pasted picture 2");
  g_assert_true (emo_session_add (fixture->session, pasted) == pasted);
  g_assert_true (emo_session_add (fixture->session, again) == pasted);
  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  g_assert_cmpint (emo_sample_get_state (pasted), ==, EMO_SAMPLE_DONE);
  g_assert_cmpint (emo_prediction_get_winner (emo_sample_get_prediction (pasted), EMO_BRANCH_VLM), ==, 95 % 8);
}

/* A front end may do anything from a signal handler. */
static void
remove_cb (EmoSession *session,
           EmoSample  *sample,
           gpointer    user_data)
{
  emo_session_remove (session, sample);
}

static void
test_session_survives_changes_from_handlers (Fixture       *fixture,
                                             gconstpointer  data)
{
  g_autofree char *text = emo_test_write_text (fixture->folder, "text.png", "no picture");
  gulong handler;

  handler = g_signal_connect (fixture->session, "finished", G_CALLBACK (remove_cb), NULL);
  add_picture (fixture, 96);
  add_path (fixture, text);
  add_picture (fixture, 97);
  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  g_assert_cmpstr (fixture->finished->str, ==, "96.png text.png 97.png");
  g_assert_cmpuint (g_list_model_get_n_items (emo_session_get_samples (fixture->session)), ==, 0);
  assert_counts (fixture, 0, 0, 0);
  g_signal_handler_disconnect (fixture->session, handler);
}

static void
test_session_adds_ten_thousand_in_one_splice (Fixture       *fixture,
                                              gconstpointer  data)
{
  g_autoptr(GPtrArray) samples = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *model = emo_session_get_samples (fixture->session);
  guint n_changes = 0;
  gint64 begin;

  for (guint i = 0; i < 10001; i++)
    {
      g_autofree char *path = g_strdup_printf ("/nonexistent/%u.png", i % 10000);
      g_autoptr(GFile) file = g_file_new_for_path (path);

      g_ptr_array_add (samples, emo_sample_new_for_file (file, NULL));
    }

  g_signal_connect (model, "items-changed", G_CALLBACK (count_changes_cb), &n_changes);
  begin = g_get_monotonic_time ();
  emo_session_add_many (fixture->session, samples);
  /* Quadratic work would take seconds; sanitizers are slow, hence not tighter. */
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_USEC_PER_SEC);
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 10000);
  assert_counts (fixture, 10000, 0, 0);

  emo_session_add_many (fixture->session, samples);
  g_assert_cmpuint (n_changes, ==, 1);

  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  assert_counts (fixture, 0, 0, 10000);
}

static void
test_session_stops_within_200_ms (Fixture       *fixture,
                                  gconstpointer  data)
{
  EmoSample *done = add_picture (fixture, 69);
  EmoSample *running = add_picture (fixture, 70);
  EmoSample *waiting = add_picture (fixture, 71);
  gint64 begin;

  set_classifier (fixture, fixture->classifier);
  wait_for_state (done, EMO_SAMPLE_DONE);
  emo_scripted_classifier_set_delay (fixture->classifier, 60000);
  wait_for_state (running, EMO_SAMPLE_RUNNING);

  begin = g_get_monotonic_time ();
  emo_session_stop (fixture->session);
  g_assert_cmpint (emo_sample_get_state (running), ==, EMO_SAMPLE_STOPPED);
  wait_drained (fixture);
  g_assert_cmpint (g_get_monotonic_time () - begin, <, 200 * 1000);
  g_assert_cmpint (emo_sample_get_state (done), ==, EMO_SAMPLE_DONE);
  g_assert_nonnull (emo_sample_get_prediction (done));
  g_assert_cmpint (emo_sample_get_state (waiting), ==, EMO_SAMPLE_WAITING);
  g_assert_cmpuint (get_n_held (fixture), ==, 2);

  emo_scripted_classifier_set_delay (fixture->classifier, 0);
  emo_session_start (fixture->session);
  g_assert_cmpuint (get_n_held (fixture), ==, 0);
  wait_drained (fixture);
  assert_counts (fixture, 0, 3, 0);
  g_assert_cmpstr (fixture->finished->str, ==, "69.png 70.png 71.png");
}

static void
test_session_stops_gently_after_the_picture (Fixture       *fixture,
                                             gconstpointer  data)
{
  EmoSample *running = add_picture (fixture, 72);
  EmoSample *waiting = add_picture (fixture, 73);

  emo_scripted_classifier_set_delay (fixture->classifier, 10);
  set_classifier (fixture, fixture->classifier);
  wait_for_state (running, EMO_SAMPLE_RUNNING);
  emo_session_stop_gently (fixture->session);
  wait_drained (fixture);
  g_assert_cmpint (emo_sample_get_state (running), ==, EMO_SAMPLE_DONE);
  g_assert_cmpint (emo_sample_get_state (waiting), ==, EMO_SAMPLE_WAITING);
  assert_log (fixture->classifier, "72");
}

static void
test_session_drops_answer_of_removed_picture (Fixture       *fixture,
                                              gconstpointer  data)
{
  g_autoptr(EmoSample) removed = g_object_ref (add_picture (fixture, 74));
  EmoSample *other = add_picture (fixture, 75);

  emo_scripted_classifier_set_delay (fixture->classifier, 20);
  set_classifier (fixture, fixture->classifier);
  wait_for_state (removed, EMO_SAMPLE_RUNNING);
  emo_session_remove (fixture->session, removed);
  wait_drained (fixture);
  g_assert_cmpint (emo_sample_get_state (removed), ==, EMO_SAMPLE_STOPPED);
  g_assert_cmpint (emo_sample_get_state (other), ==, EMO_SAMPLE_DONE);
  g_assert_cmpstr (fixture->finished->str, ==, "75.png");
  assert_counts (fixture, 0, 1, 0);
}

static void
test_session_takes_selected_picture_first (Fixture       *fixture,
                                           gconstpointer  data)
{
  EmoSample *first = add_picture (fixture, 76);
  EmoSample *selected;

  add_picture (fixture, 77);
  selected = add_picture (fixture, 78);
  emo_session_prefer (fixture->session, selected);
  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  assert_log (fixture->classifier, "78e6 76 77");
  g_assert_cmpstr (emo_prediction_get_explanation (emo_sample_get_prediction (selected)), ==,
                   "Stars for fear");
  g_assert_null (emo_prediction_get_explanation (emo_sample_get_prediction (first)));

  /* One that is done gets what is missing, once. */
  emo_session_prefer (fixture->session, first);
  wait_drained (fixture);
  assert_log (fixture->classifier, "78e6 76 77 e4");
  emo_session_prefer (fixture->session, NULL);
  emo_session_prefer (fixture->session, selected);
  g_assert_cmpint (emo_sample_get_state (first), ==, EMO_SAMPLE_DONE);
  assert_log (fixture->classifier, "78e6 76 77 e4");
}

static void
test_session_explanation_yields_to_next_selection (Fixture       *fixture,
                                                   gconstpointer  data)
{
  EmoSample *left = add_picture (fixture, 92);
  EmoSample *selected = add_picture (fixture, 93);
  EmoPrediction *prediction;
  gint64 begin;

  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  prediction = emo_sample_get_prediction (left);

  emo_scripted_classifier_set_delay (fixture->classifier, 20);
  emo_session_prefer (fixture->session, left);
  while (emo_prediction_get_explanation (prediction) == NULL)
    g_main_context_iteration (NULL, TRUE);
  emo_scripted_classifier_set_explanation (fixture->classifier, "Other");
  emo_session_prefer (fixture->session, selected);
  g_assert_cmpint (emo_prediction_get_explanation_label (prediction), ==, -1);
  wait_drained (fixture);
  g_assert_cmpint (emo_sample_get_state (left), ==, EMO_SAMPLE_DONE);
  g_assert_cmpstr (emo_prediction_get_explanation (emo_sample_get_prediction (selected)), ==, "Other for excitement");

  begin = g_get_monotonic_time ();
  emo_session_prefer (fixture->session, left);
  wait_drained (fixture);
  g_assert_cmpint (g_get_monotonic_time () - begin, >, 20 * 1000);
  g_assert_cmpstr (emo_prediction_get_explanation (prediction), ==, "Other for disgust");
  g_assert_cmpint (emo_prediction_get_explanation_label (prediction), ==, 92 % 8);
}

static void
test_session_explains_any_label (Fixture       *fixture,
                                 gconstpointer  data)
{
  EmoSample *sample = add_picture (fixture, 80);
  EmoPrediction *prediction;

  add_picture (fixture, 81);
  g_object_set (fixture->session, "explain", TRUE, NULL);
  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);

  prediction = emo_sample_get_prediction (sample);
  g_assert_cmpint (emo_prediction_get_explanation_label (prediction), ==, 0);
  emo_session_explain (fixture->session, sample, 2);
  wait_drained (fixture);
  assert_log (fixture->classifier, "80e0 81e1 e2");
  g_assert_true (emo_sample_get_prediction (sample) == prediction);
  g_assert_cmpint (emo_prediction_get_explanation_label (prediction), ==, 2);
  g_assert_cmpstr (emo_prediction_get_explanation (prediction), ==, "Stars for awe");
  g_assert_cmpint (emo_prediction_get_winner (prediction, EMO_BRANCH_VLM), ==, 0);
  g_assert_cmpuint (fixture->n_finished, ==, 2);
}

/* Texts that were asked for and given up are neither written nor waited for. */
static void
test_session_explains_what_was_asked_last (Fixture       *fixture,
                                           gconstpointer  data)
{
  EmoSample *sample = add_picture (fixture, 80);
  EmoPrediction *prediction;

  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  prediction = emo_sample_get_prediction (sample);

  emo_scripted_classifier_set_delay (fixture->classifier, 20);
  emo_session_explain (fixture->session, sample, 1);
  while (emo_prediction_get_explanation_label (prediction) != 1)
    g_main_context_iteration (NULL, TRUE);
  emo_session_explain (fixture->session, sample, 1);
  emo_session_explain (fixture->session, sample, 2);
  emo_session_explain (fixture->session, sample, 3);
  wait_drained (fixture);
  assert_log (fixture->classifier, "80 e1 e3");
  g_assert_cmpint (emo_prediction_get_explanation_label (prediction), ==, 3);
  g_assert_cmpstr (emo_prediction_get_explanation (prediction), ==, "Stars for contentment");
}

static void
test_session_explains_though_stopped (Fixture       *fixture,
                                      gconstpointer  data)
{
  EmoSample *waiting = add_picture (fixture, 82);

  add_picture (fixture, 83);
  emo_session_stop (fixture->session);
  set_classifier (fixture, fixture->classifier);
  emo_session_explain (fixture->session, waiting, -1);
  wait_drained (fixture);
  assert_log (fixture->classifier, "82e2");
  g_assert_cmpint (emo_sample_get_state (waiting), ==, EMO_SAMPLE_DONE);
  assert_counts (fixture, 1, 1, 0);
}

static void
test_session_explains_the_selected_only_when_told (Fixture       *fixture,
                                                   gconstpointer  data)
{
  EmoSample *selected = add_picture (fixture, 84);

  g_object_set (fixture->session, "explain-selected", FALSE, NULL);
  emo_session_prefer (fixture->session, selected);
  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  assert_log (fixture->classifier, "84");

  g_object_set (fixture->session, "explain-selected", TRUE, NULL);
  wait_drained (fixture);
  assert_log (fixture->classifier, "84 e4");
}

static void
test_session_retries_a_mended_file (Fixture       *fixture,
                                    gconstpointer  data)
{
  g_autofree char *path = emo_test_write_text (fixture->folder, "87.png", "not yet");
  EmoSample *sample = add_path (fixture, path);

  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  g_assert_cmpint (emo_sample_get_state (sample), ==, EMO_SAMPLE_FAILED);

  g_free (emo_test_write_picture (fixture->folder, "87.png", 87, HEIGHT));
  emo_session_stop (fixture->session);
  emo_session_retry (fixture->session, sample);
  wait_drained (fixture);
  g_assert_cmpint (emo_sample_get_state (sample), ==, EMO_SAMPLE_DONE);
  g_assert_null (emo_sample_get_error (sample));
  assert_counts (fixture, 0, 1, 0);
}

static void
test_session_job_counts_and_stops (Fixture       *fixture,
                                   gconstpointer  data)
{
  EmoSample *first = add_picture (fixture, 88);
  g_autoptr(EmoJob) job = NULL;
  g_autoptr(EmoJob) after = NULL;

  add_picture (fixture, 89);
  emo_scripted_classifier_set_delay (fixture->classifier, 30);
  set_classifier (fixture, fixture->classifier);
  wait_for_state (first, EMO_SAMPLE_DONE);
  g_object_get (fixture->session, "job", &job, NULL);
  g_assert_nonnull (job);
  g_assert_cmpfloat_with_epsilon (emo_job_get_progress (job), 0.5, 1e-9);

  emo_job_stop (job);
  wait_drained (fixture);
  g_assert_cmpint (emo_job_get_state (job), ==, EMO_JOB_STOPPED);
  g_object_get (fixture->session, "job", &after, NULL);
  g_assert_null (after);
  assert_counts (fixture, 0, 1, 0);
}

static void
test_session_is_freed_in_the_middle (Fixture       *fixture,
                                     gconstpointer  data)
{
  EmoSession *session = emo_session_new (fixture->engine);
  g_autofree char *path = emo_test_write_picture (fixture->folder, "90.png", 90, HEIGHT);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(EmoSample) sample = emo_sample_new_for_file (file, NULL);

  emo_scripted_classifier_set_delay (fixture->classifier, 20);
  emo_session_add (session, sample);
  emo_session_set_classifier (session, EMO_CLASSIFIER (fixture->classifier));
  wait_for_state (sample, EMO_SAMPLE_RUNNING);
  g_assert_finalize_object (session);
  /* What the engine still sends finds nobody and does no harm. */
  for (guint i = 0; i < 50; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add ("/Emo/Session/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("classifies-in-order", test_session_classifies_in_order);
  ADD ("waits-without-classifier", test_session_waits_without_classifier);
  ADD ("goes-on-after-bad-pictures", test_session_goes_on_after_bad_pictures);
  ADD ("ends-though-all-are-bad", test_session_ends_though_all_are_bad);
  ADD ("names-the-file-in-every-error", test_session_names_the_file_in_every_error);
  ADD ("refuses-addresses-without-network", test_session_refuses_addresses_without_network);
  ADD ("lists-a-picture-once", test_session_lists_a_picture_once);
  ADD ("counts-what-comes-back", test_session_counts_what_comes_back);
  ADD ("restores-places-and-answers", test_session_restores_places_and_answers);
  ADD ("restores-what-waited", test_session_restores_what_waited);
  ADD ("passes-over-what-was-added-again", test_session_passes_over_what_was_added_again);
  ADD ("removes-and-restores-thousands-at-once", test_session_removes_and_restores_thousands_at_once);
  ADD ("takes-pasted-bytes", test_session_takes_pasted_bytes);
  ADD ("survives-changes-from-handlers", test_session_survives_changes_from_handlers);
  ADD ("adds-ten-thousand-in-one-splice", test_session_adds_ten_thousand_in_one_splice);
  ADD ("stops-within-200-ms", test_session_stops_within_200_ms);
  ADD ("stops-gently-after-the-picture", test_session_stops_gently_after_the_picture);
  ADD ("drops-answer-of-removed-picture", test_session_drops_answer_of_removed_picture);
  ADD ("takes-selected-picture-first", test_session_takes_selected_picture_first);
  ADD ("explanation-yields-to-next-selection", test_session_explanation_yields_to_next_selection);
  ADD ("explains-any-label", test_session_explains_any_label);
  ADD ("explains-what-was-asked-last", test_session_explains_what_was_asked_last);
  ADD ("explains-though-stopped", test_session_explains_though_stopped);
  ADD ("explains-the-selected-only-when-told", test_session_explains_the_selected_only_when_told);
  ADD ("retries-a-mended-file", test_session_retries_a_mended_file);
  ADD ("job-counts-and-stops", test_session_job_counts_and_stops);
  ADD ("is-freed-in-the-middle", test_session_is_freed_in_the_middle);
#undef ADD

  return g_test_run ();
}
