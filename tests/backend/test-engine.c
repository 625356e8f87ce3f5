/* test-engine.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>
#include <sys/resource.h>

#include "emo-engine.h"

/* Holds the engine thread until it is opened, so that a test decides what
 * waits. */
typedef struct
{
  GMutex   mutex;
  GCond    cond;
  gboolean entered;
  gboolean open;
} Gate;

static void
gate_init (Gate *gate)
{
  memset (gate, 0, sizeof *gate);
  g_mutex_init (&gate->mutex);
  g_cond_init (&gate->cond);
}

static void
gate_clear (Gate *gate)
{
  g_mutex_clear (&gate->mutex);
  g_cond_clear (&gate->cond);
}

static void
gate_open (Gate *gate)
{
  g_mutex_lock (&gate->mutex);
  gate->open = TRUE;
  g_cond_broadcast (&gate->cond);
  g_mutex_unlock (&gate->mutex);
}

static void
gate_await_entered (Gate *gate)
{
  g_mutex_lock (&gate->mutex);
  while (!gate->entered)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
}

static gpointer
hold (gpointer       data,
      GCancellable  *cancellable,
      GError       **error)
{
  Gate *gate = data;

  g_mutex_lock (&gate->mutex);
  gate->entered = TRUE;
  g_cond_broadcast (&gate->cond);
  while (!gate->open)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);

  return g_strdup ("held");
}

/* Ends only when it is cancelled. */
static gpointer
until_cancelled (gpointer       data,
                 GCancellable  *cancellable,
                 GError       **error)
{
  Gate *gate = data;

  g_mutex_lock (&gate->mutex);
  gate->entered = TRUE;
  g_cond_broadcast (&gate->cond);
  g_mutex_unlock (&gate->mutex);

  while (!g_cancellable_set_error_if_cancelled (cancellable, error))
    g_usleep (1000);

  return NULL;
}

/* What the tests saw; counters are of the main thread only, but "ran". */
typedef struct
{
  EmoEngine *engine;
  GThread   *main_thread;
  GString   *order;
  int        ran;
  int        ended;
  int        cancelled;
  int        freed;
} Fixture;

typedef struct
{
  Fixture *fixture;
  char     letter;
} Step;

static void
setup (Fixture       *fixture,
       gconstpointer  data)
{
  fixture->engine = emo_engine_new ();
  fixture->main_thread = g_thread_self ();
  fixture->order = g_string_new (NULL);
}

static void
teardown (Fixture       *fixture,
          gconstpointer  data)
{
  if (fixture->engine != NULL)
    {
      emo_engine_shutdown (fixture->engine);
      g_assert_finalize_object (fixture->engine);
    }
  g_string_free (fixture->order, TRUE);
}

static gpointer
run_step (gpointer       data,
          GCancellable  *cancellable,
          GError       **error)
{
  Step *step = data;

  g_assert_true (g_thread_self () != step->fixture->main_thread);
  g_atomic_int_inc (&step->fixture->ran);
  g_string_append_c (step->fixture->order, step->letter);

  return g_strdup_printf ("%c", step->letter);
}

static void
free_step (gpointer data)
{
  Step *step = data;

  g_assert_true (g_thread_self () == step->fixture->main_thread);
  step->fixture->freed++;
  g_free (step);
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_true (g_thread_self () == fixture->main_thread);

  text = emo_engine_run_finish (EMO_ENGINE (source), result, &error);
  g_assert_true ((text == NULL) == (error != NULL));

  fixture->ended++;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fixture->cancelled++;
  else
    g_assert_no_error (error);
}

static void
queue_step (Fixture           *fixture,
            EmoEnginePriority  priority,
            char               letter,
            GCancellable      *cancellable)
{
  Step *step = g_new0 (Step, 1);

  step->fixture = fixture;
  step->letter = letter;
  emo_engine_run_async (fixture->engine, priority, run_step, step, free_step, g_free,
                        cancellable, ended_cb, fixture);
}

static void
queue_gate (Fixture       *fixture,
            EmoEngineFunc  func,
            Gate          *gate,
            GCancellable  *cancellable)
{
  emo_engine_run_async (fixture->engine, EMO_ENGINE_BATCH, func, gate, NULL, g_free,
                        cancellable, ended_cb, fixture);
}

static void
await_ended (Fixture *fixture,
             int      n)
{
  while (fixture->ended < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_engine_runs_off_the_main_thread_and_comes_back (Fixture       *fixture,
                                                     gconstpointer  data)
{
  queue_step (fixture, EMO_ENGINE_BATCH, 'a', NULL);
  g_assert_cmpint (fixture->ended, ==, 0);
  await_ended (fixture, 1);

  g_assert_cmpint (fixture->ran, ==, 1);
  g_assert_cmpint (fixture->freed, ==, 1);
  g_assert_cmpint (fixture->cancelled, ==, 0);
  g_assert_false (emo_engine_is_current (fixture->engine));
}

static void
test_engine_runs_urgent_work_first (Fixture       *fixture,
                                    gconstpointer  data)
{
  Gate gate;

  gate_init (&gate);
  queue_gate (fixture, hold, &gate, NULL);
  gate_await_entered (&gate);

  queue_step (fixture, EMO_ENGINE_BATCH, 'c', NULL);
  queue_step (fixture, EMO_ENGINE_BATCH, 'd', NULL);
  queue_step (fixture, EMO_ENGINE_URGENT, 'a', NULL);
  queue_step (fixture, EMO_ENGINE_URGENT, 'b', NULL);
  queue_step (fixture, EMO_ENGINE_BATCH, 'e', NULL);
  gate_open (&gate);
  await_ended (fixture, 6);

  g_assert_cmpstr (fixture->order->str, ==, "abcde");
  g_assert_cmpint (fixture->freed, ==, 5);
  gate_clear (&gate);
}

static void
test_engine_ends_waiting_work_when_cancelled (Fixture       *fixture,
                                              gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Gate gate;

  gate_init (&gate);
  queue_gate (fixture, hold, &gate, NULL);
  gate_await_entered (&gate);

  queue_step (fixture, EMO_ENGINE_BATCH, 'a', cancellable);
  queue_step (fixture, EMO_ENGINE_URGENT, 'b', cancellable);
  queue_step (fixture, EMO_ENGINE_BATCH, 'c', NULL);
  g_cancellable_cancel (cancellable);

  /* At once: the engine is still held. */
  await_ended (fixture, 2);
  g_assert_cmpint (fixture->cancelled, ==, 2);
  g_assert_cmpint (fixture->ran, ==, 0);
  g_assert_cmpint (fixture->freed, ==, 2);

  gate_open (&gate);
  await_ended (fixture, 4);
  g_assert_cmpstr (fixture->order->str, ==, "c");
  g_assert_cmpint (fixture->cancelled, ==, 2);
  gate_clear (&gate);
}

static void
test_engine_refuses_work_cancelled_before (Fixture       *fixture,
                                           gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  g_cancellable_cancel (cancellable);
  queue_step (fixture, EMO_ENGINE_BATCH, 'a', cancellable);
  await_ended (fixture, 1);

  g_assert_cmpint (fixture->cancelled, ==, 1);
  g_assert_cmpint (fixture->ran, ==, 0);
}

static void
test_engine_stops_running_work_when_cancelled (Fixture       *fixture,
                                               gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Gate gate;

  gate_init (&gate);
  queue_gate (fixture, until_cancelled, &gate, cancellable);
  gate_await_entered (&gate);
  g_cancellable_cancel (cancellable);
  await_ended (fixture, 1);

  g_assert_cmpint (fixture->cancelled, ==, 1);

  /* The thread lives on. */
  queue_step (fixture, EMO_ENGINE_BATCH, 'a', NULL);
  await_ended (fixture, 2);
  g_assert_cmpstr (fixture->order->str, ==, "a");
  gate_clear (&gate);
}

static void
test_engine_keeps_a_result_cancelled_late (Fixture       *fixture,
                                           gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Gate gate;

  gate_init (&gate);
  queue_gate (fixture, hold, &gate, cancellable);
  gate_await_entered (&gate);
  g_cancellable_cancel (cancellable);
  gate_open (&gate);
  await_ended (fixture, 1);

  /* "hold" looks at no cancellable, and what it returned is not lost. */
  g_assert_cmpint (fixture->cancelled, ==, 0);
  gate_clear (&gate);
}

static void
test_engine_shutdown_ends_what_waits_and_runs (Fixture       *fixture,
                                               gconstpointer  data)
{
  Gate gate;

  gate_init (&gate);
  queue_gate (fixture, until_cancelled, &gate, NULL);
  gate_await_entered (&gate);
  for (int i = 0; i < 10; i++)
    queue_step (fixture, i % 2 == 0 ? EMO_ENGINE_BATCH : EMO_ENGINE_URGENT, 'a', NULL);

  emo_engine_shutdown (fixture->engine);
  g_assert_cmpint (fixture->ended, ==, 0);
  await_ended (fixture, 11);

  g_assert_cmpint (fixture->cancelled, ==, 11);
  g_assert_cmpint (fixture->ran, ==, 0);
  g_assert_cmpint (fixture->freed, ==, 10);

  /* After it: refused, not lost, and a second one does nothing. */
  queue_step (fixture, EMO_ENGINE_URGENT, 'b', NULL);
  await_ended (fixture, 12);
  g_assert_cmpint (fixture->cancelled, ==, 12);
  emo_engine_shutdown (fixture->engine);
  gate_clear (&gate);
}

static void
test_engine_shutdown_spares_finished_work (Fixture       *fixture,
                                           gconstpointer  data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  queue_step (fixture, EMO_ENGINE_BATCH, 'a', cancellable);
  await_ended (fixture, 1);
  emo_engine_shutdown (fixture->engine);

  g_assert_false (g_cancellable_is_cancelled (cancellable));
}

static void
test_engine_shutdown_without_work (Fixture       *fixture,
                                   gconstpointer  data)
{
  emo_engine_shutdown (fixture->engine);
  queue_step (fixture, EMO_ENGINE_BATCH, 'a', NULL);
  await_ended (fixture, 1);

  g_assert_cmpint (fixture->cancelled, ==, 1);
  g_assert_cmpint (fixture->ran, ==, 0);
}

static gpointer
unref_worker (gpointer data)
{
  g_object_unref (data);

  return NULL;
}

/* Without a shutdown, and on a foreign thread: nothing joins, nothing hangs. */
static void
test_engine_finalizes_on_any_thread (Fixture       *fixture,
                                     gconstpointer  data)
{
  gpointer engine = fixture->engine;

  g_object_add_weak_pointer (G_OBJECT (engine), &engine);
  queue_step (fixture, EMO_ENGINE_BATCH, 'a', NULL);
  await_ended (fixture, 1);

  g_thread_join (g_thread_new ("unref", unref_worker, g_steal_pointer (&fixture->engine)));
  g_assert_null (engine);
}

static gpointer
drop_engine (gpointer       data,
             GCancellable  *cancellable,
             GError       **error)
{
  EmoEngine **engine = data;

  g_assert_true (emo_engine_is_current (*engine));
  g_clear_object (engine);

  return g_strdup ("dropped");
}

static void
test_engine_lets_its_worker_drop_it (Fixture       *fixture,
                                     gconstpointer  data)
{
  gpointer engine = fixture->engine;

  g_object_add_weak_pointer (G_OBJECT (engine), &engine);
  emo_engine_run_async (fixture->engine, EMO_ENGINE_BATCH, drop_engine, &fixture->engine, NULL, g_free,
                        NULL, ended_cb, fixture);
  await_ended (fixture, 1);

  while (engine != NULL)
    g_main_context_iteration (NULL, FALSE);
  g_assert_null (fixture->engine);
}

static gpointer
fail (gpointer       data,
      GCancellable  *cancellable,
      GError       **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no picture");

  return NULL;
}

static void
failed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_null (emo_engine_run_finish (EMO_ENGINE (source), result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  fixture->ended++;
}

static void
test_engine_brings_errors_back (Fixture       *fixture,
                                gconstpointer  data)
{
  emo_engine_run_async (fixture->engine, EMO_ENGINE_BATCH, fail, NULL, NULL, NULL, NULL, failed_cb, fixture);
  await_ended (fixture, 1);
}

/* A result that nobody takes is freed: leaks are for the sanitizer to see. */
static void
test_engine_frees_what_nobody_takes (Fixture       *fixture,
                                     gconstpointer  data)
{
  Step *step = g_new0 (Step, 1);

  step->fixture = fixture;
  step->letter = 'a';
  emo_engine_run_async (fixture->engine, EMO_ENGINE_BATCH, run_step, step, free_step, g_free,
                        NULL, NULL, NULL);
  queue_step (fixture, EMO_ENGINE_BATCH, 'b', NULL);
  await_ended (fixture, 1);

  while (fixture->freed < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (fixture->order->str, ==, "ab");
}

typedef struct
{
  Fixture *fixture;
  GThread *thread;
  gboolean done;
} Caller;

static void
caller_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Caller *caller = user_data;
  g_autofree char *text = emo_engine_run_finish (EMO_ENGINE (source), result, NULL);

  g_assert_cmpstr (text, ==, "held");
  g_assert_true (g_thread_self () == caller->thread);
  caller->done = TRUE;
}

static gpointer
caller_worker (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  Caller caller = { data, g_thread_self (), FALSE };
  Gate gate;

  gate_init (&gate);
  gate.open = TRUE;
  g_main_context_push_thread_default (context);
  emo_engine_run_async (caller.fixture->engine, EMO_ENGINE_BATCH, hold, &gate, NULL, g_free,
                        NULL, caller_cb, &caller);
  while (!caller.done)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  gate_clear (&gate);

  return NULL;
}

static void
test_engine_comes_back_to_the_callers_context (Fixture       *fixture,
                                               gconstpointer  data)
{
  GThread *threads[4];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", caller_worker, fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  /* Their tasks hold the engine until their contexts are gone. */
  g_assert_false (g_main_context_pending (NULL));
}

static gpointer
get_niceness (gpointer       data,
              GCancellable  *cancellable,
              GError       **error)
{
  *(int *) data = getpriority (PRIO_PROCESS, 0);

  return g_strdup ("");
}

static void
test_engine_thread_is_nice (Fixture       *fixture,
                            gconstpointer  data)
{
  int niceness = -100;

  emo_engine_run_async (fixture->engine, EMO_ENGINE_BATCH, get_niceness, &niceness, NULL, g_free,
                        NULL, ended_cb, fixture);
  await_ended (fixture, 1);

  g_assert_cmpint (niceness, ==, MIN (getpriority (PRIO_PROCESS, 0) + 5, 19));
}

/* Cancellations at any moment: each work ends once, one way or the other. */
static void
test_engine_survives_cancellation_at_any_time (Fixture       *fixture,
                                               gconstpointer  data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  int n = 2000;

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();

      queue_step (fixture, (EmoEnginePriority) g_rand_int_range (rand, 0, 2), 'a', cancellable);
      if (g_rand_boolean (rand))
        g_main_context_iteration (NULL, FALSE);
      if (g_rand_int_range (rand, 0, 3) > 0)
        g_cancellable_cancel (cancellable);
    }
  await_ended (fixture, n);

  g_assert_cmpint (fixture->ended, ==, n);
  g_assert_cmpint (fixture->freed, ==, n);
  g_assert_cmpint (fixture->ran + fixture->cancelled, ==, n);
}

#define ADD(path, func) \
  g_test_add ("/Emo/Engine/" path, Fixture, NULL, setup, func, teardown)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("runs-off-the-main-thread-and-comes-back", test_engine_runs_off_the_main_thread_and_comes_back);
  ADD ("runs-urgent-work-first", test_engine_runs_urgent_work_first);
  ADD ("ends-waiting-work-when-cancelled", test_engine_ends_waiting_work_when_cancelled);
  ADD ("refuses-work-cancelled-before", test_engine_refuses_work_cancelled_before);
  ADD ("stops-running-work-when-cancelled", test_engine_stops_running_work_when_cancelled);
  ADD ("keeps-a-result-cancelled-late", test_engine_keeps_a_result_cancelled_late);
  ADD ("shutdown-ends-what-waits-and-runs", test_engine_shutdown_ends_what_waits_and_runs);
  ADD ("shutdown-spares-finished-work", test_engine_shutdown_spares_finished_work);
  ADD ("shutdown-without-work", test_engine_shutdown_without_work);
  ADD ("finalizes-on-any-thread", test_engine_finalizes_on_any_thread);
  ADD ("lets-its-worker-drop-it", test_engine_lets_its_worker_drop_it);
  ADD ("brings-errors-back", test_engine_brings_errors_back);
  ADD ("frees-what-nobody-takes", test_engine_frees_what_nobody_takes);
  ADD ("comes-back-to-the-callers-context", test_engine_comes_back_to_the_callers_context);
  ADD ("thread-is-nice", test_engine_thread_is_nice);
  ADD ("survives-cancellation-at-any-time", test_engine_survives_cancellation_at_any_time);

  return g_test_run ();
}
