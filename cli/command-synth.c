/* command-synth.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-cli.h"

/* How long a redrawn line stays, at least. */
#define REDRAW_US (G_USEC_PER_SEC / 4)

typedef struct
{
  EmoSynthOptions *synth;
  GCancellable    *cancellable;
  gint64           started;
  gint64           drawn;
  guint            n_done;
  gboolean         finished;
  GError          *error;
} EmoSynthRun;

/* On the thread that draws. */
static void
progress_cb (guint    n_done,
             guint    n,
             gpointer user_data)
{
  EmoSynthRun *self = user_data;
  gint64 now = g_get_monotonic_time ();
  double seconds = (now - self->started) / (double) G_USEC_PER_SEC;
  g_autofree char *text = NULL;

  self->n_done = n_done;
  if (now - self->drawn < REDRAW_US)
    return;
  self->drawn = now;
  /* Translators: done, all, a second */
  text = g_strdup_printf (_("%1$u of %2$u pictures, %3$.0f a second"), n_done, n, n_done / MAX (seconds, 0.001));
  emo_cli_progress_show (text);
}

static void
finished_cb (gpointer user_data)
{
  EmoSynthRun *self = user_data;

  self->finished = TRUE;
}

static gpointer
synth_worker (gpointer data)
{
  EmoSynthRun *self = data;

  emo_synth_write (self->synth, progress_cb, self, self->cancellable, &self->error);
  g_idle_add_once (finished_cb, self);

  return NULL;
}

/* The main thread hears signals meanwhile: the lists of many pictures take a
 * while, too. */
static void
run_on_thread (EmoSynthRun *self)
{
  EmoCliInterrupt *interrupt = emo_cli_interrupt_new (self->cancellable);
  GThread *thread = g_thread_new ("synth", synth_worker, self);

  while (!self->finished)
    g_main_context_iteration (NULL, TRUE);
  g_thread_join (thread);
  emo_cli_interrupt_free (interrupt);
}

static void
report (EmoSynthRun *self,
        gboolean     quiet)
{
  g_autofree char *shown = emo_file_escape_name (self->synth->path);

  emo_cli_progress_clear ();
  if (g_error_matches (self->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    emo_cli_report (_("Stopped: %1$u pictures are in %2$s; the same command with --resume goes on"), self->n_done, shown);
  else if (self->error != NULL)
    emo_cli_report ("%s", self->error->message);
  else if (!quiet)
    emo_cli_report (_("%1$u pictures are in %2$s"), self->n_done, shown);
}

static int
write_scenes (EmoCliOptions   *options,
              EmoSynthOptions *synth)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  EmoSynthRun self = { .synth = synth, .cancellable = cancellable, .started = g_get_monotonic_time () };
  int status;

  emo_cli_progress_init (options->quiet);
  run_on_thread (&self);
  report (&self, options->quiet);
  status = emo_error_get_exit_status (self.error);
  g_clear_error (&self.error);

  return status;
}

/**
 * emo_cli_synth:
 * @options: the command line
 *
 * emovlm synth DIR
 *
 * Returns: the exit status
 */
int
emo_cli_synth (EmoCliOptions *options)
{
  g_autoptr(EmoLabelSet) labels = NULL;
  EmoSynthOptions synth;

  if (options->arguments == NULL || g_strv_length (options->arguments) != 1)
    return emo_cli_usage (_("synth needs one folder"));
  if (options->train + options->val + options->test == 0)
    return emo_cli_usage (_("synth has nothing to draw: --train, --val and --test are all 0"));

  labels = options->label_list == NULL ? emo_label_set_new_mikels ()
                                       : emo_label_set_new ((const char * const *) options->label_list, NULL);
  synth = (EmoSynthOptions) {
    .path = options->arguments[0],
    .labels = labels,
    .seed = options->seed,
    .n_train = options->train,
    .n_val = options->val,
    .n_test = options->test,
    .n_threads = options->threads,
    .resume = options->resume,
  };

  return write_scenes (options, &synth);
}
