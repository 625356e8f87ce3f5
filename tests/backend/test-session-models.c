/* test-session-models.c: a session whose model changes
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "session-fixture.h"

/* Each answer says where it was computed. */
static void
test_session_models_tells_where_the_model_went (Fixture       *fixture,
                                                gconstpointer  data)
{
  EmoSample *before = add_picture (fixture, 84);
  EmoSample *during = add_picture (fixture, 85);
  EmoSample *after = add_picture (fixture, 86);

  emo_scripted_classifier_move_at_width (fixture->classifier, 85);
  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);

  assert_log (fixture->classifier, "84 85 86");
  g_assert_cmpstr (emo_prediction_get_info (emo_sample_get_prediction (before))->device, ==, "cpu");
  g_assert_cmpstr (emo_prediction_get_info (emo_sample_get_prediction (during))->device, ==, "elsewhere");
  g_assert_cmpstr (emo_prediction_get_info (emo_sample_get_prediction (after))->device, ==, "elsewhere");
}

static void
test_session_models_keeps_results_of_replaced_model (Fixture       *fixture,
                                                     gconstpointer  data)
{
  g_autoptr(EmoScriptedClassifier) second = emo_scripted_classifier_new ("second");
  EmoSample *old = add_picture (fixture, 84);
  EmoSample *changed = add_picture (fixture, 85);
  EmoSample *new = add_picture (fixture, 86);

  emo_scripted_classifier_set_delay (fixture->classifier, 10);
  set_classifier (fixture, fixture->classifier);
  wait_for_state (changed, EMO_SAMPLE_RUNNING);
  set_classifier (fixture, second);
  wait_drained (fixture);

  assert_log (fixture->classifier, "84 85");
  assert_log (second, "86");
  g_assert_cmpstr (emo_prediction_get_info (emo_sample_get_prediction (old))->name, ==, "first");
  g_assert_cmpstr (emo_prediction_get_info (emo_sample_get_prediction (changed))->name, ==, "first");
  g_assert_cmpstr (emo_prediction_get_info (emo_sample_get_prediction (new))->name, ==, "second");

  /* The second model explains only what it has classified itself. */
  emo_session_explain (fixture->session, old, -1);
  wait_drained (fixture);
  assert_log (second, "86 84e4");
}

static void
test_session_models_runs_again_what_another_model_answered (Fixture       *fixture,
                                                            gconstpointer  data)
{
  g_autoptr(EmoScriptedClassifier) second = emo_scripted_classifier_new ("second");
  EmoSample *old = add_picture (fixture, 84);

  add_picture (fixture, 85);
  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  g_assert_cmpuint (emo_session_count_outdated (fixture->session), ==, 0);

  set_classifier (fixture, NULL);
  g_assert_cmpuint (emo_session_count_outdated (fixture->session), ==, 0);
  set_classifier (fixture, second);
  add_picture (fixture, 86);
  wait_drained (fixture);
  g_assert_cmpuint (emo_session_count_outdated (fixture->session), ==, 2);
  assert_counts (fixture, 0, 3, 0);

  emo_session_run_again (fixture->session);
  g_assert_nonnull (emo_sample_get_prediction (old));
  wait_drained (fixture);
  assert_log (second, "86 84 85");
  g_assert_cmpuint (emo_session_count_outdated (fixture->session), ==, 0);
  assert_counts (fixture, 0, 3, 0);
}

/* No answer is lost to another that never came: a stop, or a removal, leaves the
 * one there was, and it can be asked again. */
static void
test_session_models_keeps_answers_that_were_to_be_replaced (Fixture       *fixture,
                                                            gconstpointer  data)
{
  g_autoptr(EmoScriptedClassifier) second = emo_scripted_classifier_new ("second");
  EmoSample *running = add_picture (fixture, 84);
  EmoSample *waiting = add_picture (fixture, 85);
  g_autoptr(EmoSample) removed = g_object_ref (add_picture (fixture, 86));
  g_autoptr(EmoPrediction) old = NULL;

  set_classifier (fixture, fixture->classifier);
  wait_drained (fixture);
  old = g_object_ref (emo_sample_get_prediction (running));

  emo_scripted_classifier_set_delay (second, 60000);
  set_classifier (fixture, second);
  emo_session_run_again (fixture->session);
  wait_for_state (running, EMO_SAMPLE_RUNNING);
  g_assert_true (emo_sample_get_prediction (running) != old);
  emo_session_remove (fixture->session, removed);
  g_assert_cmpint (emo_sample_get_state (removed), ==, EMO_SAMPLE_DONE);
  emo_session_stop (fixture->session);
  wait_drained (fixture);
  g_assert_true (emo_sample_get_prediction (running) == old);
  g_assert_cmpint (emo_sample_get_state (running), ==, EMO_SAMPLE_DONE);
  g_assert_cmpint (emo_sample_get_state (waiting), ==, EMO_SAMPLE_DONE);
  assert_counts (fixture, 0, 2, 0);
  g_assert_cmpuint (get_n_held (fixture), ==, 0);
  g_assert_cmpuint (emo_session_count_outdated (fixture->session), ==, 2);

  emo_scripted_classifier_set_delay (second, 0);
  emo_session_run_again (fixture->session);
  wait_drained (fixture);
  g_assert_cmpuint (emo_session_count_outdated (fixture->session), ==, 0);
  g_assert_true (emo_sample_get_prediction (running) != old);
}

/* What is read ahead was prepared for a model; nothing may keep one that a
 * person has unloaded. */
static void
test_session_models_lets_an_unloaded_model_go (Fixture       *fixture,
                                               gconstpointer  data)
{
  EmoScriptedClassifier *model = emo_scripted_classifier_new ("short-lived");
  gint64 end = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;
  GWeakRef ref;

  g_weak_ref_init (&ref, model);
  add_picture (fixture, 84);
  set_classifier (fixture, model);
  wait_drained (fixture);
  emo_session_stop (fixture->session);
  add_picture (fixture, 85);
  add_picture (fixture, 86);
  for (int i = 0; i < 200; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }

  g_object_unref (model);
  set_classifier (fixture, NULL);
  while (TRUE)
    {
      g_autoptr(GObject) still = g_weak_ref_get (&ref);

      if (still == NULL)
        break;
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
    }
  g_weak_ref_clear (&ref);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add ("/Emo/SessionModels/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("tells-where-the-model-went", test_session_models_tells_where_the_model_went);
  ADD ("keeps-results-of-replaced-model", test_session_models_keeps_results_of_replaced_model);
  ADD ("runs-again-what-another-model-answered", test_session_models_runs_again_what_another_model_answered);
  ADD ("keeps-answers-that-were-to-be-replaced", test_session_models_keeps_answers_that_were_to_be_replaced);
  ADD ("lets-an-unloaded-model-go", test_session_models_lets_an_unloaded_model_go);
#undef ADD

  return g_test_run ();
}
