/* emo-cli-interrupt.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <signal.h>
#include <unistd.h>

#include <glib-unix.h>

#include "emo-cli.h"

/* SIGINT and SIGTERM while a command runs. The first one asks it to stop, which
 * takes until a step, a token or a picture is done and what there is has been
 * written; whoever sends one more does not want to wait for that. They are heard
 * by the main context, so that the work belongs on another thread. */
struct _EmoCliInterrupt
{
  GCancellable *cancellable;
  gboolean      asked;
  guint         interrupt;
  guint         terminate;
};

static void
end_at_once (int number)
{
  _exit (EMO_EXIT_STOPPED);
}

static gboolean
interrupt_cb (gpointer user_data)
{
  EmoCliInterrupt *self = user_data;

  /* Not whether it is cancelled: it may be so for a reason of its own, and who
   * asks for the first time may expect that things are put away. */
  if (self->asked)
    _exit (EMO_EXIT_STOPPED);
  self->asked = TRUE;
  g_cancellable_cancel (self->cancellable);

  return G_SOURCE_CONTINUE;
}

/**
 * emo_cli_interrupt_new:
 * @cancellable: what the command listens to
 *
 * From here on the first signal cancels and the second one ends the program.
 *
 * Returns: (transfer full): free with emo_cli_interrupt_free()
 */
EmoCliInterrupt *
emo_cli_interrupt_new (GCancellable *cancellable)
{
  EmoCliInterrupt *self = g_new0 (EmoCliInterrupt, 1);

  self->cancellable = g_object_ref (cancellable);
  self->interrupt = g_unix_signal_add (SIGINT, interrupt_cb, self);
  self->terminate = g_unix_signal_add (SIGTERM, interrupt_cb, self);

  return self;
}

/**
 * emo_cli_interrupt_free:
 * @self: (transfer full): of a command that is done
 *
 * One more signal ends the program at once.
 */
void
emo_cli_interrupt_free (EmoCliInterrupt *self)
{
  g_source_remove (self->interrupt);
  g_source_remove (self->terminate);
  emo_cli_interrupt_end_at_next ();
  g_clear_object (&self->cancellable);
  g_free (self);
}

/**
 * emo_cli_interrupt_end_at_next:
 *
 * For the time in which things are put away and no main context is turned: one
 * more signal is the same answer to whoever asks for the exit status.
 */
void
emo_cli_interrupt_end_at_next (void)
{
  signal (SIGINT, end_at_once);
  signal (SIGTERM, end_at_once);
}
