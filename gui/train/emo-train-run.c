/* emo-train-run.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "emo-train-run.h"

/* A piece of what is read at once: so little is done with before the window gets
 * its turn. */
#define PIECE 4096
/* Longer lines are no events. */
#define LONGEST_LINE (1 << 16)
/* What the command line exits with after it was stopped. */
#define EXIT_STOPPED 130

/* Three things end in any order: what comes on stdout, what comes on stderr and
 * the process. */
enum
{
  OPEN_STDOUT = 1 << 0,
  OPEN_STDERR = 1 << 1,
  OPEN_PROCESS = 1 << 2,
};

struct _EmoTrainRun
{
  GObject           parent_instance;

  EmoTrainRunState  state;
  GSubprocess      *child;         /* (nullable) */
  GCancellable     *cancellable;   /* (nullable) of listening */
  EmoLineReader    *events;        /* (nullable) */
  EmoLineReader    *words;         /* (nullable) */
  guint             open;          /* bits of the above */
  guint             n_stops;
  gboolean          said_done;     /* the last of the events was an end */
  gboolean          said_stopped;
  char             *said_error;    /* (nullable) the event's text */
  char             *last_words;    /* (nullable) the last line on stderr */
  char             *message;       /* (nullable) */
};

enum
{
  PROP_0,
  PROP_STATE,
  N_PROPS
};

enum
{
  SIGNAL_EVENT,
  SIGNAL_SAID,
  SIGNAL_ENDED,
  N_SIGNALS
};

G_DEFINE_ENUM_TYPE (EmoTrainRunState, emo_train_run_state,
                    G_DEFINE_ENUM_VALUE (EMO_TRAIN_RUN_IDLE, "idle"),
                    G_DEFINE_ENUM_VALUE (EMO_TRAIN_RUN_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (EMO_TRAIN_RUN_STOPPING, "stopping"),
                    G_DEFINE_ENUM_VALUE (EMO_TRAIN_RUN_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (EMO_TRAIN_RUN_STOPPED, "stopped"),
                    G_DEFINE_ENUM_VALUE (EMO_TRAIN_RUN_FAILED, "failed"))

G_DEFINE_FINAL_TYPE (EmoTrainRun, emo_train_run, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
set_state (EmoTrainRun      *self,
           EmoTrainRunState  state)
{
  if (self->state == state)
    return;

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
forget (EmoTrainRun *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->child);
  g_clear_pointer (&self->events, emo_line_reader_free);
  g_clear_pointer (&self->words, emo_line_reader_free);
  g_clear_pointer (&self->said_error, g_free);
  g_clear_pointer (&self->last_words, g_free);
  self->said_done = self->said_stopped = FALSE;
  self->n_stops = 0;
  self->open = 0;
}

/* --- How it ended --- */

/* Our words, and those that it said itself. */
static char *
add_words (EmoTrainRun *self,
           char        *text)
{
  char *both;

  if (self->last_words == NULL)
    return text;

  both = g_strdup_printf ("%s\n%s", text, self->last_words);
  g_free (text);

  return both;
}

static char *
dup_failure (EmoTrainRun *self)
{
  if (self->said_error != NULL)
    return g_strdup (self->said_error);
  if (g_subprocess_get_if_signaled (self->child))
    {
      int number = g_subprocess_get_term_sig (self->child);

      if (number == SIGKILL)
        return add_words (self, g_strdup (_("Training was ended from outside, perhaps because the memory was full.")));
      /* Translators: %d is the number of a signal, %s its name */
      return add_words (self, g_strdup_printf (_("Training crashed (signal %d, %s)."), number, strsignal (number)));
    }
  if (g_subprocess_get_exit_status (self->child) != 0)
    return add_words (self, g_strdup_printf (_("Training failed (exit status %d)."), g_subprocess_get_exit_status (self->child)));

  return add_words (self, g_strdup (_("Training ended without a word of its result.")));
}

static gboolean
was_stopped (EmoTrainRun *self)
{
  /* Whoever asked twice did not wait for words. */
  return self->said_stopped || self->n_stops > 1 ||
         (self->n_stops > 0 && g_subprocess_get_if_signaled (self->child)) ||
         (g_subprocess_get_if_exited (self->child) && g_subprocess_get_exit_status (self->child) == EXIT_STOPPED);
}

static void
end (EmoTrainRun *self)
{
  gboolean succeeded = g_subprocess_get_successful (self->child);
  EmoTrainRunState state = EMO_TRAIN_RUN_DONE;

  if (self->said_error != NULL || !succeeded || !self->said_done)
    state = self->said_error == NULL && was_stopped (self) ? EMO_TRAIN_RUN_STOPPED : EMO_TRAIN_RUN_FAILED;
  if (state == EMO_TRAIN_RUN_FAILED)
    self->message = dup_failure (self);
  forget (self);
  set_state (self, state);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0);
}

static void
close_part (EmoTrainRun *self,
            guint        part)
{
  if ((self->open & part) == 0)
    return;

  self->open &= ~part;
  if (self->open == 0)
    end (self);
}

/* --- Listening --- */

static void
take_event (EmoTrainRun         *self,
            const EmoTrainEvent *event)
{
  /* A note after the end changes nothing; another stage that begins does. */
  if (event->kind == EMO_TRAIN_EVENT_DONE || event->kind == EMO_TRAIN_EVENT_SKIPPED)
    self->said_done = TRUE;
  else if (event->kind == EMO_TRAIN_EVENT_START)
    self->said_done = FALSE;
  if (event->kind == EMO_TRAIN_EVENT_STOPPED)
    self->said_stopped = TRUE;
  if (event->kind == EMO_TRAIN_EVENT_ERROR && self->said_error == NULL)
    self->said_error = g_strdup (event->text != NULL && event->text[0] != '\0' ? event->text : _("Training failed"));
  g_signal_emit (self, signals[SIGNAL_EVENT], 0, event);
}

static void
say (EmoTrainRun *self,
     const char  *text,
     gsize        length)
{
  g_autofree char *copy = g_utf8_make_valid (text, (gssize) length);

  g_signal_emit (self, signals[SIGNAL_SAID], 0, copy);
}

static void
event_cb (const char *line,
          gsize       length,
          gboolean    cut,
          gpointer    user_data)
{
  EmoTrainRun *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoTrainEvent) event = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *text = NULL;

  if (!cut)
    event = emo_train_event_parse (line, length, &error);
  if (event != NULL)
    {
      take_event (self, event);
      return;
    }

  shown = emo_file_escape_start (line, 200);
  /* Translators: a line that training wrote and that is none of its messages */
  text = g_strdup_printf (_("Not understood: %s"), shown);
  say (self, text, strlen (text));
}

static void
words_cb (const char *line,
          gsize       length,
          gboolean    cut,
          gpointer    user_data)
{
  EmoTrainRun *self = user_data;

  g_free (self->last_words);
  self->last_words = g_utf8_make_valid (line, (gssize) length);
  say (self, line, length);
}

/* What a callback needs to know; the run may be gone by then. */
typedef struct
{
  EmoTrainRun *run;
  guint        part;
} Listening;

static void listen (EmoTrainRun  *self,
                    GInputStream *stream,
                    guint         part);

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autofree Listening *listening = user_data;
  g_autoptr (EmoTrainRun) self = listening->run;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);
  EmoLineReader *reader;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  reader = listening->part == OPEN_STDOUT ? self->events : self->words;
  if (bytes != NULL && g_bytes_get_size (bytes) > 0)
    {
      emo_line_reader_feed (reader, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      /* Unless a listener has had enough. */
      if (self->open & listening->part)
        listen (self, G_INPUT_STREAM (object), listening->part);
      return;
    }

  emo_line_reader_finish (reader);
  close_part (self, listening->part);
}

static void
listen (EmoTrainRun  *self,
        GInputStream *stream,
        guint         part)
{
  Listening *listening = g_new0 (Listening, 1);

  listening->run = g_object_ref (self);
  listening->part = part;
  g_input_stream_read_bytes_async (stream, PIECE, G_PRIORITY_DEFAULT, self->cancellable, read_cb, listening);
}

static void
wait_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (EmoTrainRun) self = user_data;

  if (g_subprocess_wait_finish (G_SUBPROCESS (object), result, NULL) && G_SUBPROCESS (object) == self->child)
    close_part (self, OPEN_PROCESS);
}

/* --- The object --- */

static void
emo_train_run_dispose (GObject *object)
{
  EmoTrainRun *self = EMO_TRAIN_RUN (object);

  emo_train_run_leave (self);
  g_clear_pointer (&self->message, g_free);

  G_OBJECT_CLASS (emo_train_run_parent_class)->dispose (object);
}

static void
emo_train_run_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  EmoTrainRun *self = EMO_TRAIN_RUN (object);

  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_train_run_class_init (EmoTrainRunClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = emo_train_run_dispose;
  object_class->get_property = emo_train_run_get_property;

  properties[PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL,
                       EMO_TYPE_TRAIN_RUN_STATE, EMO_TRAIN_RUN_IDLE,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoTrainRun::event:
   * @self: the run
   * @event: (type gpointer): an EmoTrainEvent, for the time of the call
   */
  signals[SIGNAL_EVENT] =
    g_signal_new ("event", EMO_TYPE_TRAIN_RUN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  /**
   * EmoTrainRun::said:
   * @self: the run
   * @text: a line that is no event, from stdout or stderr
   */
  signals[SIGNAL_SAID] =
    g_signal_new ("said", EMO_TYPE_TRAIN_RUN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * EmoTrainRun::ended:
   * @self: the run
   */
  signals[SIGNAL_ENDED] =
    g_signal_new ("ended", EMO_TYPE_TRAIN_RUN, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
emo_train_run_init (EmoTrainRun *self)
{
}

/**
 * emo_train_run_new:
 *
 * Returns: (transfer full): a run that has not begun
 */
EmoTrainRun *
emo_train_run_new (void)
{
  return g_object_new (EMO_TYPE_TRAIN_RUN, NULL);
}

/* In the child, before the program: a window that crashes tells nobody to stop,
 * and then nobody reads, which must not keep a checkpoint from being written. The
 * kernel signals once for each thread of the window that was the child's parent,
 * so it is no SIGTERM, whose second one ends a training at once. */
static void
child_setup_cb (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGHUP);
  signal (SIGPIPE, SIG_IGN);
}

/**
 * emo_train_run_start:
 * @self: a run that is not active
 * @argv: (array zero-terminated=1): a program and its arguments
 * @error: return location
 *
 * Begins a training; what was told of one before is forgotten.
 *
 * Returns: whether the program was begun
 */
gboolean
emo_train_run_start (EmoTrainRun         *self,
                     const char * const  *argv,
                     GError             **error)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;

  g_return_val_if_fail (EMO_IS_TRAIN_RUN (self), FALSE);
  g_return_val_if_fail (argv != NULL && argv[0] != NULL, FALSE);
  g_return_val_if_fail (!emo_train_run_is_active (self), FALSE);

  forget (self);
  g_clear_pointer (&self->message, g_free);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, NULL, NULL);
  self->child = g_subprocess_launcher_spawnv (launcher, argv, error);
  if (self->child == NULL)
    return FALSE;

  self->cancellable = g_cancellable_new ();
  self->events = emo_line_reader_new (LONGEST_LINE, event_cb, self);
  self->words = emo_line_reader_new (LONGEST_LINE, words_cb, self);
  self->open = OPEN_STDOUT | OPEN_STDERR | OPEN_PROCESS;
  set_state (self, EMO_TRAIN_RUN_RUNNING);
  listen (self, g_subprocess_get_stdout_pipe (self->child), OPEN_STDOUT);
  listen (self, g_subprocess_get_stderr_pipe (self->child), OPEN_STDERR);
  g_subprocess_wait_async (self->child, self->cancellable, wait_cb, g_object_ref (self));

  return TRUE;
}

/**
 * emo_train_run_stop:
 * @self: a run
 *
 * Asks the training to stop; "ended" comes once it has.
 */
void
emo_train_run_stop (EmoTrainRun *self)
{
  g_return_if_fail (EMO_IS_TRAIN_RUN (self));

  if (self->child == NULL)
    return;

  /* One that does not hear the second time is in a loop of its own. */
  if (++self->n_stops > 2)
    g_subprocess_force_exit (self->child);
  else
    g_subprocess_send_signal (self->child, SIGTERM);
  set_state (self, EMO_TRAIN_RUN_STOPPING);
}

/**
 * emo_train_run_leave:
 * @self: a run
 *
 * Asks the training to stop and listens no more: for whoever goes away.
 */
void
emo_train_run_leave (EmoTrainRun *self)
{
  g_return_if_fail (EMO_IS_TRAIN_RUN (self));

  if (self->child == NULL)
    return;

  g_subprocess_send_signal (self->child, SIGTERM);
  forget (self);
  self->state = EMO_TRAIN_RUN_IDLE;
}

/**
 * emo_train_run_get_state:
 * @self: a run
 *
 * Returns: how it stands
 */
EmoTrainRunState
emo_train_run_get_state (EmoTrainRun *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_RUN (self), EMO_TRAIN_RUN_IDLE);

  return self->state;
}

/**
 * emo_train_run_is_active:
 * @self: a run
 *
 * Returns: whether there is a process
 */
gboolean
emo_train_run_is_active (EmoTrainRun *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_RUN (self), FALSE);

  return self->state == EMO_TRAIN_RUN_RUNNING || self->state == EMO_TRAIN_RUN_STOPPING;
}

/**
 * emo_train_run_get_message:
 * @self: a run
 *
 * Returns: (transfer none) (nullable): why the last one failed
 */
const char *
emo_train_run_get_message (EmoTrainRun *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_RUN (self), NULL);

  return self->message;
}
