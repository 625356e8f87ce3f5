/* emo-cli-report.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "emo-cli.h"

/* Whether a progress line may be drawn, and whether one stands there now. */
static gboolean progress_wanted;
static gboolean progress_shown;

static void
report_valist (const char *format,
               va_list     args)
{
  g_autofree char *message = g_strdup_vprintf (format, args);
  g_autofree char *line = g_strconcat ("emovlm: ", message, "\n", NULL);

  emo_cli_progress_clear ();
  fputs (line, stderr);
  fflush (stderr);
}

/**
 * emo_cli_report:
 * @format: printf format
 * @...: arguments
 *
 * Writes a line to stderr.
 */
void
emo_cli_report (const char *format,
                ...)
{
  va_list args;

  va_start (args, format);
  report_valist (format, args);
  va_end (args);
}

/**
 * emo_cli_usage:
 * @format: printf format
 * @...: arguments
 *
 * Reports a usage error.
 *
 * Returns: %EMO_EXIT_USAGE
 */
int
emo_cli_usage (const char *format,
               ...)
{
  va_list args;

  va_start (args, format);
  report_valist (format, args);
  va_end (args);

  return EMO_EXIT_USAGE;
}

static gboolean
is_terminal (int fd)
{
  return isatty (fd) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

/**
 * emo_cli_has_colour:
 * @fd: a descriptor
 *
 * Returns: whether escape sequences are welcome there (no-color.org: a NO_COLOR
 *   that is set and not empty forbids them)
 */
gboolean
emo_cli_has_colour (int fd)
{
  const char *no_color = g_getenv ("NO_COLOR");

  return is_terminal (fd) && (no_color == NULL || *no_color == '\0');
}

/**
 * emo_cli_progress_init:
 * @quiet: --quiet
 *
 * Decides once whether progress is drawn.
 */
void
emo_cli_progress_init (gboolean quiet)
{
  progress_wanted = !quiet && is_terminal (STDERR_FILENO);
}

/**
 * emo_cli_progress_show:
 * @text: one short line
 *
 * Draws it over the one before.
 */
void
emo_cli_progress_show (const char *text)
{
  if (!progress_wanted)
    return;

  fprintf (stderr, "\r%s\033[K", text);
  fflush (stderr);
  progress_shown = TRUE;
}

/**
 * emo_cli_progress_clear:
 *
 * Wipes the line, before anything else is written to the terminal.
 */
void
emo_cli_progress_clear (void)
{
  if (!progress_shown)
    return;

  fputs ("\r\033[K", stderr);
  fflush (stderr);
  progress_shown = FALSE;
}
