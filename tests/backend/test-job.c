/* test-job.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-job.h"

typedef struct
{
  GThread *thread;
  int      progress;
  int      message;
  int      state;
} Seen;

static void
notify_cb (EmoJob     *job,
           GParamSpec *pspec,
           gpointer    user_data)
{
  Seen *seen = user_data;

  g_assert_true (g_thread_self () == seen->thread);

  if (g_str_equal (pspec->name, "progress"))
    seen->progress++;
  else if (g_str_equal (pspec->name, "message"))
    seen->message++;
  else if (g_str_equal (pspec->name, "state"))
    seen->state++;
}

static void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
assert_message (EmoJob     *job,
                const char *expected)
{
  g_autofree char *message = emo_job_dup_message (job);

  g_assert_cmpstr (message, ==, expected);
}

static void
test_job_begins_waiting (void)
{
  EmoJob *job = emo_job_new ("Analyse");
  g_autofree char *title = emo_job_dup_title (job);

  g_assert_cmpstr (title, ==, "Analyse");
  assert_message (job, NULL);
  g_assert_cmpfloat (emo_job_get_progress (job), ==, -1);
  g_assert_cmpfloat (emo_job_get_seconds_left (job), ==, -1);
  g_assert_cmpint (emo_job_get_state (job), ==, EMO_JOB_WAITING);
  g_assert_false (g_cancellable_is_cancelled (emo_job_get_cancellable (job)));
  g_assert_finalize_object (job);
}

static gpointer
steps_worker (gpointer data)
{
  EmoJob *job = data;

  emo_job_set_state (job, EMO_JOB_RUNNING);
  for (guint64 i = 0; i <= 10000; i++)
    emo_job_set_count (job, i, 10000);
  emo_job_set_state (job, EMO_JOB_DONE);

  return NULL;
}

static void
test_job_tells_of_ten_thousand_steps_once (void)
{
  EmoJob *job = emo_job_new ("Analyse");
  Seen seen = { g_thread_self (), 0, 0, 0 };

  g_signal_connect (job, "notify", G_CALLBACK (notify_cb), &seen);
  g_thread_join (g_thread_new ("steps", steps_worker, job));
  g_assert_cmpint (seen.progress, ==, 0);
  iterate ();

  g_assert_cmpint (seen.progress, ==, 1);
  g_assert_cmpint (seen.message, ==, 1);
  g_assert_cmpint (seen.state, ==, 1);
  g_assert_cmpfloat (emo_job_get_progress (job), ==, 1);
  g_assert_cmpint (emo_job_get_state (job), ==, EMO_JOB_DONE);
  assert_message (job, "10000 of 10000");
  g_assert_finalize_object (job);
}

static void
test_job_tells_again_of_what_changes_later (void)
{
  EmoJob *job = emo_job_new ("Analyse");
  Seen seen = { g_thread_self (), 0, 0, 0 };

  g_signal_connect (job, "notify", G_CALLBACK (notify_cb), &seen);

  emo_job_set_progress (job, 0.5);
  iterate ();
  emo_job_set_progress (job, 0.5);
  iterate ();
  g_assert_cmpint (seen.progress, ==, 1);

  emo_job_set_progress (job, 0.75);
  iterate ();
  g_assert_cmpint (seen.progress, ==, 2);
  g_assert_cmpint (seen.message, ==, 0);
  g_assert_finalize_object (job);
}

static void
test_job_notifies_on_the_context_it_was_made_in (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Seen seen = { g_thread_self (), 0, 0, 0 };
  EmoJob *job;

  g_main_context_push_thread_default (context);
  job = emo_job_new (NULL);
  g_main_context_pop_thread_default (context);

  g_signal_connect (job, "notify", G_CALLBACK (notify_cb), &seen);
  emo_job_set_progress (job, 0.5);
  iterate ();
  g_assert_cmpint (seen.progress, ==, 0);

  while (g_main_context_iteration (context, FALSE))
    continue;
  g_assert_cmpint (seen.progress, ==, 1);
  g_assert_finalize_object (job);
}

static void
test_job_shows_message_and_count (void)
{
  EmoJob *job = emo_job_new (NULL);

  emo_job_set_message (job, "Reading pictures");
  assert_message (job, "Reading pictures");
  emo_job_set_count (job, 13, 19);
  assert_message (job, "Reading pictures (13 of 19)");
  g_assert_cmpfloat_with_epsilon (emo_job_get_progress (job), 13.0 / 19, 1e-12);
  emo_job_set_message (job, NULL);
  assert_message (job, "13 of 19");
  emo_job_set_count (job, 13, 0);
  assert_message (job, NULL);
  g_assert_cmpfloat (emo_job_get_progress (job), ==, -1);

  iterate ();
  g_assert_finalize_object (job);
}

static void
test_job_bounds_its_progress (void)
{
  static const struct
  {
    double set;
    double get;
  } cases[] = { { 0, 0 }, { 1, 1 }, { 1.5, 1 }, { -0.5, -1 }, { NAN, -1 }, { INFINITY, 1 }, { -INFINITY, -1 } };
  EmoJob *job = emo_job_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      emo_job_set_progress (job, cases[i].set);
      g_assert_cmpfloat (emo_job_get_progress (job), ==, cases[i].get);
    }

  iterate ();
  g_assert_finalize_object (job);
}

static void
test_job_tells_the_time_left (void)
{
  EmoJob *job = emo_job_new (NULL);
  double left;

  /* Resumed at half: that half took no time of this run. */
  emo_job_set_state (job, EMO_JOB_RUNNING);
  emo_job_set_progress (job, 0.5);
  g_assert_cmpfloat (emo_job_get_seconds_left (job), ==, -1);

  /* A tenth in at least 0.2 s: four more take at least 0.8 s. */
  g_usleep (200000);
  emo_job_set_progress (job, 0.6);
  left = emo_job_get_seconds_left (job);
  g_assert_cmpfloat (left, >, 0.6);
  g_assert_cmpfloat (left, <, 60);

  /* It counts down while nothing happens, and never below zero. */
  g_usleep (100000);
  g_assert_cmpfloat (emo_job_get_seconds_left (job), <=, left - 0.09);

  emo_job_set_progress (job, 1);
  g_assert_cmpfloat (emo_job_get_seconds_left (job), ==, 0);
  emo_job_set_state (job, EMO_JOB_DONE);
  g_assert_cmpfloat (emo_job_get_seconds_left (job), ==, -1);

  iterate ();
  g_assert_finalize_object (job);
}

static void
test_job_stop_cancels_and_leaves_the_state (void)
{
  EmoJob *job = emo_job_new (NULL);

  emo_job_set_state (job, EMO_JOB_RUNNING);
  emo_job_stop (job);
  g_assert_true (g_cancellable_is_cancelled (emo_job_get_cancellable (job)));
  g_assert_cmpint (emo_job_get_state (job), ==, EMO_JOB_RUNNING);

  iterate ();
  g_assert_finalize_object (job);
}

static void
test_job_lives_until_it_has_notified (void)
{
  gpointer job = emo_job_new (NULL);

  g_object_add_weak_pointer (job, &job);
  emo_job_set_title (job, "Load");
  g_object_unref (job);
  g_assert_nonnull (job);
  iterate ();
  g_assert_null (job);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Job/begins-waiting", test_job_begins_waiting);
  g_test_add_func ("/Emo/Job/tells-of-ten-thousand-steps-once", test_job_tells_of_ten_thousand_steps_once);
  g_test_add_func ("/Emo/Job/tells-again-of-what-changes-later", test_job_tells_again_of_what_changes_later);
  g_test_add_func ("/Emo/Job/notifies-on-the-context-it-was-made-in", test_job_notifies_on_the_context_it_was_made_in);
  g_test_add_func ("/Emo/Job/shows-message-and-count", test_job_shows_message_and_count);
  g_test_add_func ("/Emo/Job/bounds-its-progress", test_job_bounds_its_progress);
  g_test_add_func ("/Emo/Job/tells-the-time-left", test_job_tells_the_time_left);
  g_test_add_func ("/Emo/Job/stop-cancels-and-leaves-the-state", test_job_stop_cancels_and_leaves_the_state);
  g_test_add_func ("/Emo/Job/lives-until-it-has-notified", test_job_lives_until_it_has_notified);

  return g_test_run ();
}
