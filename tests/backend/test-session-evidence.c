/* test-session-evidence.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-scripted-classifier.h"
#include "emo-session.h"
#include "emo-test-files.h"

#define HEIGHT 60

typedef struct
{
  char                  *folder;
  EmoEngine             *engine;
  EmoScriptedClassifier *classifier;
  EmoSession            *session;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = emo_test_make_folder ();
  fixture->engine = emo_engine_new ();
  fixture->classifier = emo_scripted_classifier_new ("first");
  fixture->session = emo_session_new (fixture->engine);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
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
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(EmoSample) sample = emo_sample_new_for_file (file, NULL);

  return emo_session_add (fixture->session, sample);
}

static void
use_model (Fixture *fixture)
{
  emo_session_set_classifier (fixture->session, EMO_CLASSIFIER (fixture->classifier));
}

static void
wait_for_done (EmoSample *sample)
{
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (emo_sample_get_state (sample) != EMO_SAMPLE_DONE)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
    }
}

static EmoEvidence *
get_evidence (EmoSample *sample)
{
  return emo_prediction_get_evidence (emo_sample_get_prediction (sample));
}

static void
wait_for_map (EmoSample        *sample,
              EmoBranch         branch,
              int               label,
              EmoEvidenceState  state)
{
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (emo_evidence_get_state (get_evidence (sample), branch, label) != state)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
assert_log (Fixture    *fixture,
            const char *expected)
{
  g_autofree char *entries = emo_scripted_classifier_dup_log (fixture->classifier);

  g_assert_cmpstr (entries, ==, expected);
}

static void
test_session_finds_maps_of_both_branches (Fixture       *fixture,
                                          gconstpointer  data)
{
  EmoSample *sample = add_picture (fixture, 61);
  int width;

  use_model (fixture);
  wait_for_done (sample);
  emo_session_find_evidence (fixture->session, sample, EMO_BRANCH_DISTILLED, 5);
  g_assert_cmpint (emo_evidence_get_state (get_evidence (sample), EMO_BRANCH_DISTILLED, 0), ==, EMO_EVIDENCE_PENDING);
  emo_session_find_evidence (fixture->session, sample, EMO_BRANCH_DISTILLED, 3);
  emo_session_find_evidence (fixture->session, sample, EMO_BRANCH_VLM, 3);
  wait_for_map (sample, EMO_BRANCH_VLM, 3, EMO_EVIDENCE_READY);
  g_assert_cmpfloat (emo_evidence_get_map (get_evidence (sample), EMO_BRANCH_VLM, 3, &width, NULL)[5], ==, 305);
  g_assert_cmpint (width, ==, 3);
  g_assert_cmpfloat (emo_evidence_get_map (get_evidence (sample), EMO_BRANCH_DISTILLED, 7, NULL, NULL)[1], ==, 701);
  /* Asked for twice, found once; what is there is not found again. */
  emo_session_find_evidence (fixture->session, sample, EMO_BRANCH_VLM, 3);
  assert_log (fixture, "61 h v3");
  /* The answer is as it was. */
  g_assert_cmpint (emo_sample_get_state (sample), ==, EMO_SAMPLE_DONE);
  g_assert_cmpint (emo_prediction_get_stage (emo_sample_get_prediction (sample)), ==, EMO_STAGE_DONE);
}

static void
test_session_says_why_there_is_no_map (Fixture       *fixture,
                                       gconstpointer  data)
{
  g_autoptr(EmoScriptedClassifier) other = emo_scripted_classifier_new ("other");
  EmoSample *sample = add_picture (fixture, 61);
  g_autoptr(EmoSample) removed = NULL;

  g_assert_cmpint (emo_session_get_evidence_hurdle (fixture->session, sample, EMO_BRANCH_VLM), ==, EMO_EVIDENCE_HURDLE_NO_MODEL);
  use_model (fixture);
  g_assert_cmpint (emo_session_get_evidence_hurdle (fixture->session, sample, EMO_BRANCH_VLM), ==, EMO_EVIDENCE_HURDLE_NO_ANSWER);
  wait_for_done (sample);
  g_assert_cmpint (emo_session_get_evidence_hurdle (fixture->session, sample, EMO_BRANCH_VLM), ==, EMO_EVIDENCE_HURDLE_NONE);
  g_assert_cmpint (emo_session_get_evidence_hurdle (fixture->session, sample, EMO_BRANCH_GATED), ==, EMO_EVIDENCE_HURDLE_NO_BRANCH);

  emo_scripted_classifier_set_vlm_alone (other);
  emo_session_set_classifier (fixture->session, EMO_CLASSIFIER (other));
  g_assert_cmpint (emo_session_get_evidence_hurdle (fixture->session, sample, EMO_BRANCH_VLM), ==, EMO_EVIDENCE_HURDLE_OTHER_MODEL);
  emo_session_retry (fixture->session, sample);
  wait_for_done (sample);
  g_assert_cmpint (emo_session_get_evidence_hurdle (fixture->session, sample, EMO_BRANCH_DISTILLED), ==, EMO_EVIDENCE_HURDLE_NO_BRANCH);
  emo_session_find_evidence (fixture->session, sample, EMO_BRANCH_DISTILLED, 0);
  g_assert_cmpint (emo_evidence_get_state (get_evidence (sample), EMO_BRANCH_DISTILLED, 0), ==, EMO_EVIDENCE_NONE);

  removed = g_object_ref (sample);
  emo_session_remove (fixture->session, sample);
  g_assert_cmpint (emo_session_get_evidence_hurdle (fixture->session, removed, EMO_BRANCH_VLM), ==, EMO_EVIDENCE_HURDLE_NOT_LISTED);
}

static void
test_session_stops_finding_a_map (Fixture       *fixture,
                                  gconstpointer  data)
{
  EmoSample *sample = add_picture (fixture, 62);
  EmoSample *next;

  use_model (fixture);
  wait_for_done (sample);
  emo_scripted_classifier_set_delay (fixture->classifier, 10000);
  emo_session_find_evidence (fixture->session, sample, EMO_BRANCH_VLM, 0);
  emo_session_find_evidence (fixture->session, sample, EMO_BRANCH_VLM, 1);
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  emo_session_cancel_evidence (fixture->session, sample);
  g_assert_cmpint (emo_evidence_get_state (get_evidence (sample), EMO_BRANCH_VLM, 0), ==, EMO_EVIDENCE_NONE);
  g_assert_cmpint (emo_evidence_get_state (get_evidence (sample), EMO_BRANCH_VLM, 1), ==, EMO_EVIDENCE_NONE);
  g_assert_cmpint (emo_sample_get_state (sample), ==, EMO_SAMPLE_DONE);
  g_assert_no_error (emo_sample_get_error (sample));

  emo_scripted_classifier_set_delay (fixture->classifier, 0);
  next = add_picture (fixture, 63);
  wait_for_done (next);
  emo_session_find_evidence (fixture->session, sample, EMO_BRANCH_VLM, 1);
  wait_for_map (sample, EMO_BRANCH_VLM, 1, EMO_EVIDENCE_READY);
}

/* Looking at a map in passing must not make a batch seem to begin or end. */
static void
test_session_evidence_is_no_batch (Fixture       *fixture,
                                   gconstpointer  data)
{
  EmoSample *sample = add_picture (fixture, 64);
  gboolean running;
  g_autoptr(EmoJob) job = NULL;

  use_model (fixture);
  wait_for_done (sample);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  emo_scripted_classifier_set_delay (fixture->classifier, 20);
  emo_session_stop (fixture->session);
  emo_session_find_evidence (fixture->session, sample, EMO_BRANCH_DISTILLED, 0);
  g_object_get (fixture->session, "running", &running, "job", &job, NULL);
  g_assert_false (running);
  g_assert_null (job);
  wait_for_map (sample, EMO_BRANCH_DISTILLED, 0, EMO_EVIDENCE_READY);
}

static void
test_session_answer_brings_preferred_maps (Fixture       *fixture,
                                           gconstpointer  data)
{
  EmoSample *first = add_picture (fixture, 65);
  EmoSample *second = add_picture (fixture, 66);

  emo_session_set_evidence_preferred (fixture->session, TRUE);
  emo_session_prefer (fixture->session, second);
  use_model (fixture);
  wait_for_done (second);
  g_assert_cmpint (emo_evidence_get_state (get_evidence (second), EMO_BRANCH_DISTILLED, 2), ==, EMO_EVIDENCE_READY);
  wait_for_done (first);
  g_assert_cmpint (emo_evidence_get_state (get_evidence (first), EMO_BRANCH_DISTILLED, 2), ==, EMO_EVIDENCE_NONE);
  assert_log (fixture, "66he2 65");
}

static void
test_session_finds_no_map_of_a_changed_file (Fixture       *fixture,
                                             gconstpointer  data)
{
  EmoSample *sample = add_picture (fixture, 67);
  EmoSample *next = add_picture (fixture, 68);
  g_autofree char *before = NULL;

  use_model (fixture);
  wait_for_done (sample);
  wait_for_done (next);
  before = g_strdup (emo_sample_get_image_sha256 (sample));
  g_free (emo_test_write_picture (fixture->folder, "67.png", 70, HEIGHT));
  /* The next one's patches are the ones that are kept, so it is read anew. */
  emo_session_find_evidence (fixture->session, sample, EMO_BRANCH_DISTILLED, 0);
  wait_for_map (sample, EMO_BRANCH_DISTILLED, 0, EMO_EVIDENCE_FAILED);
  g_assert_nonnull (strstr (emo_evidence_get_problem (get_evidence (sample), EMO_BRANCH_DISTILLED, 0), "has changed"));
  g_assert_cmpstr (emo_sample_get_image_sha256 (sample), ==, before);
  g_assert_cmpint (emo_sample_get_state (sample), ==, EMO_SAMPLE_DONE);
  assert_log (fixture, "67 68");
}

static void
test_session_drops_a_request_with_its_model (Fixture       *fixture,
                                             gconstpointer  data)
{
  EmoSample *sample = add_picture (fixture, 69);
  EmoSample *busy;

  use_model (fixture);
  wait_for_done (sample);
  emo_scripted_classifier_set_delay (fixture->classifier, 200);
  busy = add_picture (fixture, 70);
  while (emo_sample_get_state (busy) != EMO_SAMPLE_RUNNING)
    g_main_context_iteration (NULL, TRUE);
  emo_session_find_evidence (fixture->session, sample, EMO_BRANCH_VLM, 0);
  g_assert_cmpint (emo_evidence_get_state (get_evidence (sample), EMO_BRANCH_VLM, 0), ==, EMO_EVIDENCE_PENDING);
  emo_session_set_classifier (fixture->session, NULL);
  g_assert_cmpint (emo_evidence_get_state (get_evidence (sample), EMO_BRANCH_VLM, 0), ==, EMO_EVIDENCE_NONE);
}

#define ADD(path, func) g_test_add ("/Emo/Session/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("finds-maps-of-both-branches", test_session_finds_maps_of_both_branches);
  ADD ("says-why-there-is-no-map", test_session_says_why_there_is_no_map);
  ADD ("stops-finding-a-map", test_session_stops_finding_a_map);
  ADD ("evidence-is-no-batch", test_session_evidence_is_no_batch);
  ADD ("answer-brings-preferred-maps", test_session_answer_brings_preferred_maps);
  ADD ("finds-no-map-of-a-changed-file", test_session_finds_no_map_of_a_changed_file);
  ADD ("drops-a-request-with-its-model", test_session_drops_a_request_with_its_model);

  return g_test_run ();
}
