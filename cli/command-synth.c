/* command-synth.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib-unix.h>
#include <signal.h>

#include <glib/gi18n.h>

#include "emo-cli.h"

/* How long a redrawn line stays, at least. */
#define REDRAW_US (G_USEC_PER_SEC / 4)

typedef struct
{
  GCancellable *cancellable;
  gint64        started;
  gint64        drawn;
  guint         n_done;
} EmoSynthRun;

static gboolean
interrupt_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);

  return G_SOURCE_CONTINUE;
}

/* Signals arrive on the main context, which nothing else turns meanwhile. */
static void
progress_cb (guint    n_done,
             guint    n,
             gpointer user_data)
{
  EmoSynthRun *self = user_data;
  gint64 now = g_get_monotonic_time ();
  double seconds = (now - self->started) / (double) G_USEC_PER_SEC;
  g_autofree char *text = NULL;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  self->n_done = n_done;
  if (now - self->drawn < REDRAW_US)
    return;
  self->drawn = now;
  /* Translators: done, all, a second */
  text = g_strdup_printf (_("%1$u of %2$u pictures, %3$.0f a second"), n_done, n, n_done / MAX (seconds, 0.001));
  emo_cli_progress_show (text);
}

static int
report (EmoSynthRun  *self,
        const char   *path,
        const GError *error)
{
  g_autofree char *shown = emo_file_escape_name (path);

  emo_cli_progress_clear ();
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    emo_cli_report (_("Stopped: %1$u pictures are in %2$s; the same command with --resume goes on"), self->n_done, shown);
  else if (error != NULL)
    emo_cli_report ("%s", error->message);

  return emo_error_get_exit_status (error);
}

static int
write_scenes (EmoCliOptions   *options,
              EmoSynthOptions *synth)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  EmoSynthRun self = { .cancellable = cancellable, .started = g_get_monotonic_time () };
  guint interrupt = g_unix_signal_add (SIGINT, interrupt_cb, cancellable);
  guint terminate = g_unix_signal_add (SIGTERM, interrupt_cb, cancellable);
  int status;

  emo_cli_progress_init (options->quiet);
  emo_synth_write (synth, progress_cb, &self, cancellable, &error);
  status = report (&self, synth->path, error);
  if (error == NULL && !options->quiet)
    {
      g_autofree char *shown = emo_file_escape_name (synth->path);

      emo_cli_report (_("%1$u pictures are in %2$s"), self.n_done, shown);
    }
  g_source_remove (interrupt);
  g_source_remove (terminate);

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
