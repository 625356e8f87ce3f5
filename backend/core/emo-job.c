/* emo-job.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-job.h"

/* EmoJob is how long work shows itself: a worker calls the setters, a row of
 * the window binds to the properties. The setters lock and remember what has
 * changed; one idle of low priority notifies on the context that the job was
 * made in, so ten thousand steps cost the window a handful of updates.
 *
 * Readers may be anywhere too, and get the newest values, which may be ahead of
 * the last notification. */

struct _EmoJob
{
  GObject       parent_instance;

  GMainContext *context;
  GCancellable *cancellable;

  GMutex        mutex;
  /* Under the mutex from here on. */
  char         *title;
  char         *message;
  char         *count;        /* "13 of 19" */
  guint64       n_done;
  guint64       n_total;      /* 0: not counted */
  double        progress;     /* -1: unknown */
  EmoJobState   state;
  gint64        base_time;    /* of the first progress since it runs, 0: none; microseconds */
  double        base_progress;
  gint64        last_time;    /* of the newest progress */
  guint         changed;      /* bits of properties that nobody was told of */
  gboolean      notify_queued;
};

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_MESSAGE,
  PROP_PROGRESS,
  PROP_STATE,
  PROP_SECONDS_LEFT,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoJob, emo_job, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static gboolean
notify_cb (gpointer user_data)
{
  EmoJob *self = user_data;
  guint changed;

  g_mutex_lock (&self->mutex);
  changed = self->changed;
  self->changed = 0;
  self->notify_queued = FALSE;
  g_mutex_unlock (&self->mutex);

  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < N_PROPS; i++)
    {
      if ((changed & (1u << i)) != 0)
        g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
    }
  g_object_thaw_notify (G_OBJECT (self));

  return G_SOURCE_REMOVE;
}

/* Called with the lock held. The source keeps the job until it has notified. */
static void
queue_notify (EmoJob *self,
              guint   property)
{
  g_autoptr (GSource) source = NULL;

  self->changed |= 1u << property;
  if (self->notify_queued)
    return;

  self->notify_queued = TRUE;

  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_LOW);
  g_source_set_static_name (source, "[emo] job notify");
  g_source_set_callback (source, notify_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->context);
}

static void
emo_job_finalize (GObject *object)
{
  EmoJob *self = EMO_JOB (object);

  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->title);
  g_free (self->message);
  g_free (self->count);
  g_mutex_clear (&self->mutex);

  G_OBJECT_CLASS (emo_job_parent_class)->finalize (object);
}

static void
emo_job_get_property (GObject    *object,
                      guint       prop_id,
                      GValue     *value,
                      GParamSpec *pspec)
{
  EmoJob *self = EMO_JOB (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_take_string (value, emo_job_dup_title (self));
      break;

    case PROP_MESSAGE:
      g_value_take_string (value, emo_job_dup_message (self));
      break;

    case PROP_PROGRESS:
      g_value_set_double (value, emo_job_get_progress (self));
      break;

    case PROP_STATE:
      g_value_set_int (value, (int) emo_job_get_state (self));
      break;

    case PROP_SECONDS_LEFT:
      g_value_set_double (value, emo_job_get_seconds_left (self));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_job_class_init (EmoJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = emo_job_finalize;
  object_class->get_property = emo_job_get_property;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, -1, 1, -1, flags);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL,
                                             EMO_JOB_WAITING, EMO_JOB_STOPPED, EMO_JOB_WAITING, flags);
  properties[PROP_SECONDS_LEFT] = g_param_spec_double ("seconds-left", NULL, NULL,
                                                       -1, G_MAXDOUBLE, -1, flags);

  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_job_init (EmoJob *self)
{
  g_mutex_init (&self->mutex);
  self->context = g_main_context_ref_thread_default ();
  self->cancellable = g_cancellable_new ();
  self->progress = -1;
}

/**
 * emo_job_new:
 * @title: (nullable): what the work is, in a few words
 *
 * Makes a job that waits. Its notifications come on the thread-default context
 * of now.
 *
 * Returns: (transfer full): the job
 */
EmoJob *
emo_job_new (const char *title)
{
  EmoJob *self = g_object_new (EMO_TYPE_JOB, NULL);

  self->title = g_strdup (title);

  return self;
}

/**
 * emo_job_get_cancellable:
 * @self: a job
 *
 * Returns: (transfer none): what emo_job_stop() cancels, for the work to test
 */
GCancellable *
emo_job_get_cancellable (EmoJob *self)
{
  g_return_val_if_fail (EMO_IS_JOB (self), NULL);

  return self->cancellable;
}

/**
 * emo_job_dup_title:
 * @self: a job
 *
 * Returns: (transfer full) (nullable): what the work is
 */
char *
emo_job_dup_title (EmoJob *self)
{
  char *title;

  g_return_val_if_fail (EMO_IS_JOB (self), NULL);

  g_mutex_lock (&self->mutex);
  title = g_strdup (self->title);
  g_mutex_unlock (&self->mutex);

  return title;
}

/**
 * emo_job_dup_message:
 * @self: a job
 *
 * Returns: (transfer full) (nullable): how it stands: the message, the count,
 *   or "Reading pictures (13 of 19)" where it has both
 */
char *
emo_job_dup_message (EmoJob *self)
{
  char *message;

  g_return_val_if_fail (EMO_IS_JOB (self), NULL);

  g_mutex_lock (&self->mutex);
  if (self->message != NULL && self->count != NULL)
    message = g_strdup_printf ("%s (%s)", self->message, self->count);
  else
    message = g_strdup (self->message != NULL ? self->message : self->count);
  g_mutex_unlock (&self->mutex);

  return message;
}

/**
 * emo_job_get_count:
 * @self: a job
 * @done: (out): how many are done
 * @total: (out): of how many
 *
 * Returns: whether this job counts; the numbers are the same that the message
 *   carries in English
 */
gboolean
emo_job_get_count (EmoJob  *self,
                   guint64 *done,
                   guint64 *total)
{
  g_return_val_if_fail (EMO_IS_JOB (self), FALSE);

  g_mutex_lock (&self->mutex);
  *done = self->n_done;
  *total = self->n_total;
  g_mutex_unlock (&self->mutex);

  return *total > 0;
}

/**
 * emo_job_get_progress:
 * @self: a job
 *
 * Returns: how much is done, 0 to 1, or -1 where nobody knows
 */
double
emo_job_get_progress (EmoJob *self)
{
  double progress;

  g_return_val_if_fail (EMO_IS_JOB (self), -1);

  g_mutex_lock (&self->mutex);
  progress = self->progress;
  g_mutex_unlock (&self->mutex);

  return progress;
}

/**
 * emo_job_get_state:
 * @self: a job
 *
 * Returns: how the work stands
 */
EmoJobState
emo_job_get_state (EmoJob *self)
{
  EmoJobState state;

  g_return_val_if_fail (EMO_IS_JOB (self), EMO_JOB_FAILED);

  g_mutex_lock (&self->mutex);
  state = self->state;
  g_mutex_unlock (&self->mutex);

  return state;
}

/* Called with the lock held. The rate is that since the first progress told
 * while running, which is no work of this run: a resumed job begins at half. */
static double
estimate_seconds_left (EmoJob *self,
                       gint64  now)
{
  double gained = self->progress - self->base_progress;
  double spent = (double) (self->last_time - self->base_time);
  double left;

  if (self->state != EMO_JOB_RUNNING || self->progress < 0 ||
      self->base_time == 0 || gained <= 0 || spent <= 0)
    return -1;

  left = spent / gained * (1 - self->progress) - (double) (now - self->last_time);

  return MAX (left, 0) / G_USEC_PER_SEC;
}

/**
 * emo_job_get_seconds_left:
 * @self: a job
 *
 * Returns: the time left at the rate so far, counting down between steps, or -1
 *   while it is unknown
 */
double
emo_job_get_seconds_left (EmoJob *self)
{
  double seconds;

  g_return_val_if_fail (EMO_IS_JOB (self), -1);

  g_mutex_lock (&self->mutex);
  seconds = estimate_seconds_left (self, g_get_monotonic_time ());
  g_mutex_unlock (&self->mutex);

  return seconds;
}

/* Called with the lock held. */
static void
set_string (EmoJob     *self,
            char      **member,
            const char *value,
            guint       property)
{
  if (g_strcmp0 (*member, value) == 0)
    return;

  g_free (*member);
  *member = g_strdup (value);
  queue_notify (self, property);
}

/**
 * emo_job_set_title:
 * @self: a job
 * @title: (nullable): what the work is
 *
 * Any thread may, as with all setters.
 */
void
emo_job_set_title (EmoJob     *self,
                   const char *title)
{
  g_return_if_fail (EMO_IS_JOB (self));

  g_mutex_lock (&self->mutex);
  set_string (self, &self->title, title, PROP_TITLE);
  g_mutex_unlock (&self->mutex);
}

/**
 * emo_job_set_message:
 * @self: a job
 * @message: (nullable): how it stands
 */
void
emo_job_set_message (EmoJob     *self,
                     const char *message)
{
  g_return_if_fail (EMO_IS_JOB (self));

  g_mutex_lock (&self->mutex);
  set_string (self, &self->message, message, PROP_MESSAGE);
  g_mutex_unlock (&self->mutex);
}

/* Called with the lock held. */
static void
set_progress (EmoJob *self,
              double  progress)
{
  /* Not a comparison that NaN passes. */
  progress = progress >= 0 ? MIN (progress, 1) : -1;

  if (self->state == EMO_JOB_RUNNING && progress >= 0)
    {
      self->last_time = g_get_monotonic_time ();
      if (self->base_time == 0 || progress < self->base_progress)
        {
          self->base_time = self->last_time;
          self->base_progress = progress;
        }
    }

  if (self->progress == progress)
    return;

  self->progress = progress;
  queue_notify (self, PROP_PROGRESS);
  queue_notify (self, PROP_SECONDS_LEFT);
}

/**
 * emo_job_set_progress:
 * @self: a job
 * @progress: 0 to 1, what is less than 0 or NaN: unknown
 */
void
emo_job_set_progress (EmoJob *self,
                      double  progress)
{
  g_return_if_fail (EMO_IS_JOB (self));

  g_mutex_lock (&self->mutex);
  set_progress (self, progress);
  g_mutex_unlock (&self->mutex);
}

/**
 * emo_job_set_count:
 * @self: a job
 * @done: how many are done
 * @total: of how many, 0 where that is unknown
 *
 * Sets the progress, and the count that the message carries.
 */
void
emo_job_set_count (EmoJob  *self,
                   guint64  done,
                   guint64  total)
{
  g_autofree char *count = NULL;

  g_return_if_fail (EMO_IS_JOB (self));

  if (total > 0)
    count = g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT, done, total);

  g_mutex_lock (&self->mutex);
  set_string (self, &self->count, count, PROP_MESSAGE);
  self->n_done = done;
  self->n_total = total;
  set_progress (self, total > 0 ? (double) done / (double) total : -1);
  g_mutex_unlock (&self->mutex);
}

/**
 * emo_job_set_state:
 * @self: a job
 * @state: how the work stands
 */
void
emo_job_set_state (EmoJob      *self,
                   EmoJobState  state)
{
  g_return_if_fail (EMO_IS_JOB (self));
  g_return_if_fail (state >= EMO_JOB_WAITING && state <= EMO_JOB_STOPPED);

  g_mutex_lock (&self->mutex);
  if (self->state != state)
    {
      /* Time before it runs, or stood still, says nothing about its rate. */
      self->base_time = 0;
      self->state = state;
      queue_notify (self, PROP_STATE);
      queue_notify (self, PROP_SECONDS_LEFT);
    }
  g_mutex_unlock (&self->mutex);
}

/**
 * emo_job_stop:
 * @self: a job
 *
 * Asks the work to end. The state changes when it has.
 */
void
emo_job_stop (EmoJob *self)
{
  g_return_if_fail (EMO_IS_JOB (self));

  g_cancellable_cancel (self->cancellable);
}
