/* session-fixture.h: a session with a classifier whose answers are known
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "emo-scripted-classifier.h"
#include "emo-session.h"
#include "emo-test-files.h"

/* Pictures are told apart by their width: the scripted classifier names label
 * width % 8. They are 60 high, so the distilled head names label 4. */
#define HEIGHT 60

typedef struct
{
  char                  *folder;
  EmoEngine             *engine;
  EmoScriptedClassifier *classifier;
  EmoSession            *session;
  GString               *finished;   /* names in the order they finished */
  guint                  n_finished;
  gboolean               drained;
} Fixture;

static inline void
finished_cb (EmoSession *session,
             EmoSample  *sample,
             Fixture    *fixture)
{
  g_string_append_printf (fixture->finished, "%s%s", fixture->n_finished > 0 ? " " : "",
                          emo_sample_get_file_name (sample));
  fixture->n_finished++;
}

static inline void
drained_cb (EmoSession *session,
            Fixture    *fixture)
{
  fixture->drained = TRUE;
}

static inline void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = emo_test_make_folder ();
  fixture->engine = emo_engine_new ();
  fixture->classifier = emo_scripted_classifier_new ("first");
  fixture->session = emo_session_new (fixture->engine);
  fixture->finished = g_string_new (NULL);
  g_signal_connect (fixture->session, "finished", G_CALLBACK (finished_cb), fixture);
  g_signal_connect (fixture->session, "drained", G_CALLBACK (drained_cb), fixture);
}

static inline void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  emo_session_set_classifier (fixture->session, NULL);
  emo_session_stop (fixture->session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  emo_engine_shutdown (fixture->engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->session);
  g_object_unref (fixture->classifier);
  g_object_unref (fixture->engine);
  g_string_free (fixture->finished, TRUE);
  emo_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static inline EmoSample *
add_path (Fixture    *fixture,
          const char *path)
{
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(EmoSample) sample = emo_sample_new_for_file (file, NULL);

  return emo_session_add (fixture->session, sample);
}

static inline EmoSample *
add_picture (Fixture *fixture,
             int      width)
{
  g_autofree char *name = g_strdup_printf ("%d.png", width);
  g_autofree char *path = emo_test_write_picture (fixture->folder, name, width, HEIGHT);

  return add_path (fixture, path);
}

static inline void
set_classifier (Fixture               *fixture,
                EmoScriptedClassifier *classifier)
{
  fixture->drained = FALSE;
  emo_session_set_classifier (fixture->session, EMO_CLASSIFIER (classifier));
}

static inline void
wait_drained (Fixture *fixture)
{
  emo_test_wait (&fixture->drained, 20);
  fixture->drained = FALSE;
}

static inline void
wait_for_state (EmoSample      *sample,
                EmoSampleState  state)
{
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (emo_sample_get_state (sample) != state)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
    }
}

static inline void
assert_counts (Fixture *fixture,
               guint    n_waiting,
               guint    n_done,
               guint    n_failed)
{
  guint waiting, done, failed;

  g_object_get (fixture->session, "n-waiting", &waiting, "n-done", &done, "n-failed", &failed, NULL);
  g_assert_cmpuint (waiting, ==, n_waiting);
  g_assert_cmpuint (done, ==, n_done);
  g_assert_cmpuint (failed, ==, n_failed);
}

static inline guint
get_n_held (Fixture *fixture)
{
  guint n_held;

  g_object_get (fixture->session, "n-held", &n_held, NULL);

  return n_held;
}

static inline void
assert_log (EmoScriptedClassifier *classifier,
            const char            *expected)
{
  g_autofree char *entries = emo_scripted_classifier_dup_log (classifier);

  g_assert_cmpstr (entries, ==, expected);
}
