/* emo-engine.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <sys/resource.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "emo-engine.h"
#include "emo-error.h"

/* EmoEngine owns the one thread that may run torch. It is for work that needs
 * the model: a picture, an explanation, loading and unloading. Not for files or
 * the network, which would hold the pictures up.
 *
 * Not g_task_run_in_thread(): its pool is shared with all of GIO, and torch's
 * settings are per thread.
 *
 * Who may free what, where:
 * - The thread holds EngineState, never the EmoEngine. The last reference to
 *   the object may be dropped on the thread (a GTask holds one), and a thread
 *   cannot join itself: so finalize tells the thread to end and lets it go, and
 *   emo_engine_shutdown() joins.
 * - A Work moves whole from the caller to the queue, to the thread, and in an
 *   idle source back to the caller's context. The thread keeps no reference to
 *   its GTask, so callback, data and results end where they began. */

/* On top of the process's own. Torch's threads inherit it: the window stays
 * smooth while they work. */
#define ENGINE_NICENESS 5
#define N_PRIORITIES    2

#define WORKS_BETWEEN_TRIMS 256

typedef struct
{
  gatomicrefcount ref_count;
  GMutex          mutex;
  GCond           cond;
  GQueue          waiting[N_PRIORITIES]; /* of Work, by priority */
  GCancellable   *running;               /* of the work that runs now */
  GThread        *thread;                /* borrowed, set by the thread itself */
  gboolean        stopping;
} EngineState;

typedef struct
{
  GTask          *task;
  EngineState    *state;
  EmoEngineFunc   func;
  GDestroyNotify  result_free;
  GCancellable   *cancellable;   /* the caller's, or one of our own for shutdown */
  GSource        *cancel_source; /* (nullable) on the caller's context */
  gpointer        result;
  GError         *error;
} Work;

struct _EmoEngine
{
  GObject      parent_instance;
  EngineState *state;
  GThread     *thread; /* (nullable) started by the first work */
};

G_DEFINE_FINAL_TYPE (EmoEngine, emo_engine, G_TYPE_OBJECT)

static EngineState *
engine_state_ref (EngineState *state)
{
  g_atomic_ref_count_inc (&state->ref_count);

  return state;
}

static void
engine_state_unref (EngineState *state)
{
  if (!g_atomic_ref_count_dec (&state->ref_count))
    return;

  for (int i = 0; i < N_PRIORITIES; i++)
    g_assert (g_queue_is_empty (&state->waiting[i]));

  g_mutex_clear (&state->mutex);
  g_cond_clear (&state->cond);
  g_free (state);
}

static void
work_free (Work *work)
{
  if (work->cancel_source != NULL)
    {
      g_source_destroy (work->cancel_source);
      g_source_unref (work->cancel_source);
    }

  if (work->result != NULL && work->result_free != NULL)
    work->result_free (work->result);

  g_clear_error (&work->error);
  g_clear_object (&work->cancellable);
  g_clear_object (&work->task);
  engine_state_unref (work->state);
  g_free (work);
}

/* On the caller's context: the task ends here, and with the source the work. */
static gboolean
deliver_cb (gpointer user_data)
{
  Work *work = user_data;

  if (work->error != NULL)
    g_task_return_error (work->task, g_steal_pointer (&work->error));
  else
    g_task_return_pointer (work->task, g_steal_pointer (&work->result), work->result_free);

  return G_SOURCE_REMOVE;
}

/* Sends the work home; it is no longer the caller's to touch. */
static void
work_deliver (Work *work)
{
  g_autoptr (GMainContext) context = g_main_context_ref (g_task_get_context (work->task));
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, g_task_get_priority (work->task));
  g_source_set_static_name (source, "[emo] engine result");
  g_source_set_callback (source, deliver_cb, work, (GDestroyNotify) work_free);
  g_source_attach (source, context);
}

static void
work_set_cancelled (Work *work)
{
  g_set_error_literal (&work->error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                       "The work was stopped before it began");
}

/* On the caller's context: work that still waits need not wait for its turn to
 * hear that nobody wants it. What runs sees its cancellable by itself. */
static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  Work *work = user_data;
  EngineState *state = work->state;
  gboolean waited = FALSE;

  g_mutex_lock (&state->mutex);
  for (int i = 0; i < N_PRIORITIES && !waited; i++)
    waited = g_queue_remove (&state->waiting[i], work);
  g_mutex_unlock (&state->mutex);

  if (waited)
    {
      work_set_cancelled (work);
      work_deliver (work);
    }

  return G_SOURCE_REMOVE;
}

static void
work_run (Work *work)
{
  GTask *task = work->task;

  if (g_cancellable_is_cancelled (work->cancellable))
    {
      work_set_cancelled (work);
      return;
    }

  work->result = work->func (g_task_get_task_data (task), work->cancellable, &work->error);

  if (work->error != NULL && work->result != NULL)
    {
      g_critical ("An engine function returned both a result and an error");
      g_clear_error (&work->error);
    }
}

/* Waits for work; NULL when the engine stops. */
static Work *
engine_state_pop (EngineState *state)
{
  Work *work = NULL;

  g_mutex_lock (&state->mutex);

  while (!state->stopping && work == NULL)
    {
      for (int i = 0; i < N_PRIORITIES && work == NULL; i++)
        work = g_queue_pop_head (&state->waiting[i]);

      if (work == NULL)
        g_cond_wait (&state->cond, &state->mutex);
    }

  if (work != NULL)
    state->running = g_object_ref (work->cancellable);

  g_mutex_unlock (&state->mutex);

  return work;
}

/* Answers outlive the tensors that they were made between, and keep the
 * allocator from joining the gaps: those grew by 60 MB in some thousand
 * pictures. Whole pages of them go back to the system, which takes 1 ms. */
static void
give_memory_back (void)
{
#ifdef __GLIBC__
  malloc_trim (0);
#endif
}

static gpointer
engine_worker (gpointer user_data)
{
  EngineState *state = user_data;
  guint n_works = 0;
  Work *work;

  g_mutex_lock (&state->mutex);
  state->thread = g_thread_self ();
  g_mutex_unlock (&state->mutex);

  /* On Linux 0 is the calling thread, not the process. A refusal costs only
   * smoothness. */
  if (setpriority (PRIO_PROCESS, 0, getpriority (PRIO_PROCESS, 0) + ENGINE_NICENESS) != 0)
    g_debug ("The engine thread keeps its priority");

  while ((work = engine_state_pop (state)) != NULL)
    {
      work_run (work);

      /* Before it is known to have ended: a shutdown must not cancel what a
       * caller may already use for its next work. */
      g_mutex_lock (&state->mutex);
      g_clear_object (&state->running);
      g_mutex_unlock (&state->mutex);

      work_deliver (work);
      if (++n_works % WORKS_BETWEEN_TRIMS == 0)
        give_memory_back ();
    }

  g_mutex_lock (&state->mutex);
  state->thread = NULL;
  g_mutex_unlock (&state->mutex);

  engine_state_unref (state);

  return NULL;
}

/* Tells the thread to end: what waits is sent home, what runs is cancelled. */
static void
engine_state_stop (EngineState *state)
{
  g_autoptr (GCancellable) running = NULL;
  GQueue waiting[N_PRIORITIES];

  g_mutex_lock (&state->mutex);
  state->stopping = TRUE;
  g_set_object (&running, state->running);
  for (int i = 0; i < N_PRIORITIES; i++)
    {
      waiting[i] = state->waiting[i];
      g_queue_init (&state->waiting[i]);
    }
  g_cond_broadcast (&state->cond);
  g_mutex_unlock (&state->mutex);

  /* Without the lock: handlers of the cancellable may come back to us. */
  if (running != NULL)
    g_cancellable_cancel (running);

  for (int i = 0; i < N_PRIORITIES; i++)
    {
      Work *work;

      while ((work = g_queue_pop_head (&waiting[i])) != NULL)
        {
          work_set_cancelled (work);
          work_deliver (work);
        }
    }
}

static void
emo_engine_finalize (GObject *object)
{
  EmoEngine *self = EMO_ENGINE (object);

  /* Every work holds the engine through its task, so none is left. */
  engine_state_stop (self->state);
  g_clear_pointer (&self->thread, g_thread_unref);
  engine_state_unref (self->state);

  G_OBJECT_CLASS (emo_engine_parent_class)->finalize (object);
}

static void
emo_engine_class_init (EmoEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = emo_engine_finalize;
}

static void
emo_engine_init (EmoEngine *self)
{
  self->state = g_new0 (EngineState, 1);
  g_atomic_ref_count_init (&self->state->ref_count);
  g_mutex_init (&self->state->mutex);
  g_cond_init (&self->state->cond);
  for (int i = 0; i < N_PRIORITIES; i++)
    g_queue_init (&self->state->waiting[i]);
}

/**
 * emo_engine_new:
 *
 * Makes an engine. Its thread starts with the first work.
 *
 * Returns: (transfer full): the engine
 */
EmoEngine *
emo_engine_new (void)
{
  return g_object_new (EMO_TYPE_ENGINE, NULL);
}

/* Called with the lock held. */
static gboolean
ensure_thread (EmoEngine *self,
               GError   **error)
{
  if (self->thread != NULL)
    return TRUE;

  self->thread = g_thread_try_new ("emo-engine", engine_worker, engine_state_ref (self->state), error);
  if (self->thread == NULL)
    engine_state_unref (self->state);

  return self->thread != NULL;
}

/* Queues the work, or says why it cannot be. */
static gboolean
enqueue (EmoEngine         *self,
         EmoEnginePriority  priority,
         Work              *work)
{
  EngineState *state = self->state;
  gboolean queued = FALSE;

  g_mutex_lock (&state->mutex);

  if (state->stopping)
    {
      work_set_cancelled (work);
    }
  else if (ensure_thread (self, &work->error))
    {
      g_queue_push_tail (&state->waiting[priority], work);
      g_cond_signal (&state->cond);
      queued = TRUE;
    }

  g_mutex_unlock (&state->mutex);

  return queued;
}

static Work *
work_new (EmoEngine     *self,
          GTask         *task,
          EmoEngineFunc  func,
          GDestroyNotify result_free)
{
  Work *work = g_new0 (Work, 1);
  GCancellable *cancellable = g_task_get_cancellable (task);

  work->task = task;
  work->state = engine_state_ref (self->state);
  work->func = func;
  work->result_free = result_free;
  work->cancellable = cancellable != NULL ? g_object_ref (cancellable) : g_cancellable_new ();

  if (cancellable != NULL)
    {
      work->cancel_source = g_cancellable_source_new (cancellable);
      g_source_set_callback (work->cancel_source, G_SOURCE_FUNC (cancelled_cb), work, NULL);
    }

  return work;
}

/**
 * emo_engine_run_async:
 * @self: an engine
 * @priority: before or with the batch
 * @func: what to run on the engine thread
 * @data: for @func
 * @data_free: (nullable): frees @data, on the caller's context
 * @result_free: (nullable): frees a result that nobody takes
 * @cancellable: (nullable): given to @func; emo_engine_shutdown() cancels it if
 *   it runs then
 * @callback: (nullable): called on the thread-default context of now
 * @user_data: for @callback
 *
 * Queues work. Cancelled while it waits, it ends at once with
 * %G_IO_ERROR_CANCELLED and @func never runs; once it runs, what @func returns
 * is the answer, whether cancelled meanwhile or not.
 */
void
emo_engine_run_async (EmoEngine           *self,
                      EmoEnginePriority    priority,
                      EmoEngineFunc        func,
                      gpointer             data,
                      GDestroyNotify       data_free,
                      GDestroyNotify       result_free,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  GTask *task;
  Work *work;

  g_return_if_fail (EMO_IS_ENGINE (self));
  g_return_if_fail (priority == EMO_ENGINE_URGENT || priority == EMO_ENGINE_BATCH);
  g_return_if_fail (func != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, emo_engine_run_async);
  g_task_set_name (task, "[emo] engine work");
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, data, data_free);

  work = work_new (self, task, func, result_free);

  /* Before it is queued: from then on the work is the thread's. */
  if (work->cancel_source != NULL)
    g_source_attach (work->cancel_source, g_task_get_context (task));

  if (!enqueue (self, priority, work))
    work_deliver (work);
}

/**
 * emo_engine_run_finish:
 * @self: an engine
 * @result: what the callback was given
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the function's result, or %NULL with its
 *   error, or with %G_IO_ERROR_CANCELLED where it never ran
 */
gpointer
emo_engine_run_finish (EmoEngine    *self,
                       GAsyncResult *result,
                       GError      **error)
{
  g_return_val_if_fail (EMO_IS_ENGINE (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
release_worker (gpointer       data,
                GCancellable  *cancellable,
                GError       **error)
{
  g_clear_object ((GObject **) data);

  return data;
}

/* Where the engine has stopped, whoever asked lets the object go. */
static void
release_free (gpointer data)
{
  g_clear_object ((GObject **) data);
  g_free (data);
}

/**
 * emo_engine_release:
 * @self: an engine
 * @object: (transfer full): a #GObject
 *
 * Gives a reference up on the engine thread, before the batch goes on: the last
 * reference to a model frees what belongs to that thread, and may take a while.
 */
void
emo_engine_release (EmoEngine *self,
                    gpointer   object)
{
  GObject **held;

  g_return_if_fail (EMO_IS_ENGINE (self));
  g_return_if_fail (G_IS_OBJECT (object));

  held = g_new (GObject *, 1);
  *held = object;
  emo_engine_run_async (self, EMO_ENGINE_URGENT, release_worker, held, release_free, NULL, NULL, NULL, NULL);
}

/**
 * emo_engine_is_current:
 * @self: an engine
 *
 * Returns: whether the caller is on the engine thread
 */
gboolean
emo_engine_is_current (EmoEngine *self)
{
  gboolean current;

  g_return_val_if_fail (EMO_IS_ENGINE (self), FALSE);

  g_mutex_lock (&self->state->mutex);
  current = self->state->thread == g_thread_self ();
  g_mutex_unlock (&self->state->mutex);

  return current;
}

/**
 * emo_engine_shutdown:
 * @self: an engine
 *
 * Cancels what runs, ends what waits with %G_IO_ERROR_CANCELLED (the callbacks
 * come on their contexts, as always), and waits for the thread to end. Work
 * queued later ends the same way. Never on the engine thread. A second call
 * does nothing.
 */
void
emo_engine_shutdown (EmoEngine *self)
{
  GThread *thread;

  g_return_if_fail (EMO_IS_ENGINE (self));
  g_return_if_fail (!emo_engine_is_current (self));

  engine_state_stop (self->state);

  g_mutex_lock (&self->state->mutex);
  thread = g_steal_pointer (&self->thread);
  g_mutex_unlock (&self->state->mutex);

  if (thread != NULL)
    g_thread_join (thread);
}
