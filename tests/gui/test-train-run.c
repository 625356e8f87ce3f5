/* test-train-run.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <gtk/gtk.h>
#include <string.h>

#include "emo-train-run.h"

#define DONE "echo '{\"event\":\"done\",\"stage\":\"gate\"}'; "

typedef struct
{
  EmoTrainRun *run;
  GString     *said;
  guint        n_events;
  guint        n_ended;
} Fixture;

static void
event_cb (Fixture             *fixture,
          const EmoTrainEvent *event)
{
  g_assert_cmpstr (event->stage, ==, "gate");
  fixture->n_events++;
}

static void
said_cb (Fixture    *fixture,
         const char *text)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_string_append_printf (fixture->said, "%s\n", text);
}

static void
ended_cb (Fixture *fixture)
{
  g_assert_false (emo_train_run_is_active (fixture->run));
  fixture->n_ended++;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->run = emo_train_run_new ();
  fixture->said = g_string_new (NULL);
  g_signal_connect_swapped (fixture->run, "event", G_CALLBACK (event_cb), fixture);
  g_signal_connect_swapped (fixture->run, "said", G_CALLBACK (said_cb), fixture);
  g_signal_connect_swapped (fixture->run, "ended", G_CALLBACK (ended_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->run);
  g_string_free (fixture->said, TRUE);
}

static void
start (Fixture    *fixture,
       const char *script)
{
  const char * const argv[] = { "/bin/sh", "-c", script, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (emo_train_run_start (fixture->run, argv, &error));
  g_assert_no_error (error);
  g_assert_cmpint (emo_train_run_get_state (fixture->run), ==, EMO_TRAIN_RUN_RUNNING);
}

static void
wait_for_end (Fixture *fixture)
{
  guint n_ended = fixture->n_ended;

  while (fixture->n_ended == n_ended)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_state (Fixture          *fixture,
              EmoTrainRunState  state,
              const char       *message)
{
  g_assert_cmpint (emo_train_run_get_state (fixture->run), ==, state);
  if (message == NULL)
    g_assert_null (emo_train_run_get_message (fixture->run));
  else if (strstr (emo_train_run_get_message (fixture->run), message) == NULL)
    g_error ("“%s” is not in “%s”", message, emo_train_run_get_message (fixture->run));
}

static void
test_run_is_done_where_it_says_so (Fixture       *fixture,
                                   gconstpointer  data)
{
  start (fixture, "echo '{\"event\":\"start\",\"stage\":\"gate\"}'; " DONE);
  wait_for_end (fixture);
  assert_state (fixture, EMO_TRAIN_RUN_DONE, NULL);
  g_assert_cmpuint (fixture->n_events, ==, 2);
  g_assert_cmpuint (fixture->n_ended, ==, 1);
}

static void
test_run_tells_every_way_to_fail (Fixture       *fixture,
                                  gconstpointer  data)
{
  static const struct
  {
    const char *script;
    const char *message;
  } cases[] = {
    { "exit 0", "without a word of its result" },
    { "echo '{\"event\":\"start\",\"stage\":\"gate\"}'", "without a word of its result" },
    { DONE "echo '{\"event\":\"start\",\"stage\":\"gate\"}'", "without a word of its result" },
    { "exit 3", "exit status 3" },
    { DONE "exit 3", "exit status 3" },
    { "echo a reason >&2; exit 3", "a reason" },
    { "kill -SEGV $$", "signal 11" },
    { "kill -KILL $$", "memory was full" },
    { "echo '{\"event\":\"error\",\"stage\":\"gate\",\"text\":\"no room\"}'; exit 5", "no room" },
    { "echo '{\"event\":\"error\",\"stage\":\"gate\"}'; exit 0", "Training failed" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      start (fixture, cases[i].script);
      wait_for_end (fixture);
      assert_state (fixture, EMO_TRAIN_RUN_FAILED, cases[i].message);
    }
}

static void
test_run_stops_in_order (Fixture       *fixture,
                         gconstpointer  data)
{
  start (fixture, "trap 'echo \"{\\\"event\\\":\\\"stopped\\\",\\\"stage\\\":\\\"gate\\\"}\"; exit 130' TERM; "
                  "echo ready; while :; do sleep 0.01; done");
  while (fixture->said->len == 0)
    g_main_context_iteration (NULL, TRUE);
  emo_train_run_stop (fixture->run);
  g_assert_cmpint (emo_train_run_get_state (fixture->run), ==, EMO_TRAIN_RUN_STOPPING);
  wait_for_end (fixture);
  assert_state (fixture, EMO_TRAIN_RUN_STOPPED, NULL);
  g_assert_cmpuint (fixture->n_events, ==, 1);
}

static void
test_run_ends_what_does_not_hear (Fixture       *fixture,
                                  gconstpointer  data)
{
  start (fixture, "trap '' TERM; echo ready; while :; do sleep 0.01; done");
  while (fixture->said->len == 0)
    g_main_context_iteration (NULL, TRUE);
  for (int i = 0; i < 3; i++)
    emo_train_run_stop (fixture->run);
  wait_for_end (fixture);
  assert_state (fixture, EMO_TRAIN_RUN_STOPPED, NULL);
}

static void
test_run_passes_on_what_is_no_event (Fixture       *fixture,
                                     gconstpointer  data)
{
  start (fixture, "echo Killed; printf 'caf\\351\\n' >&2; head -c 1000000 /dev/zero | tr '\\0' x; echo; " DONE);
  wait_for_end (fixture);
  assert_state (fixture, EMO_TRAIN_RUN_DONE, NULL);
  g_assert_nonnull (strstr (fixture->said->str, "Not understood: Killed\n"));
  g_assert_nonnull (strstr (fixture->said->str, "caf\xef\xbf\xbd\n"));
  g_assert_cmpuint (fixture->said->len, <, 1000);
}

static void
test_run_tells_a_program_that_is_not_there (Fixture       *fixture,
                                            gconstpointer  data)
{
  const char * const argv[] = { "/no/such/program", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (emo_train_run_start (fixture->run, argv, &error));
  g_assert_nonnull (strstr (error->message, "/no/such/program"));
  g_assert_cmpint (emo_train_run_get_state (fixture->run), ==, EMO_TRAIN_RUN_IDLE);
}

static void
test_run_leaves_no_process (Fixture       *fixture,
                            gconstpointer  data)
{
  int pid;

  start (fixture, "echo $$; exec sleep 60");
  while (fixture->said->len == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (sscanf (fixture->said->str, "Not understood: %d", &pid), ==, 1);
  emo_train_run_leave (fixture->run);
  while (kill (pid, 0) == 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpuint (fixture->n_ended, ==, 0);
  /* Reads that were given up hold it until they are told. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);

#define ADD(path, test) g_test_add ("/Emo/TrainRun/" path, Fixture, NULL, set_up, test, tear_down)
  ADD ("is-done-where-it-says-so", test_run_is_done_where_it_says_so);
  ADD ("tells-every-way-to-fail", test_run_tells_every_way_to_fail);
  ADD ("stops-in-order", test_run_stops_in_order);
  ADD ("ends-what-does-not-hear", test_run_ends_what_does_not_hear);
  ADD ("passes-on-what-is-no-event", test_run_passes_on_what_is_no_event);
  ADD ("tells-a-program-that-is-not-there", test_run_tells_a_program_that_is_not_there);
  ADD ("leaves-no-process", test_run_leaves_no_process);
#undef ADD

  return g_test_run ();
}
