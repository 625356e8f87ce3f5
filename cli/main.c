/* main.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "emo-cli.h"

static int (*const run[EMO_CLI_N_COMMANDS]) (EmoCliOptions *options) = {
  [EMO_CLI_PREDICT] = emo_cli_predict,
  [EMO_CLI_GENERATE] = emo_cli_generate,
  [EMO_CLI_TOKENIZE] = emo_cli_tokenize,
  [EMO_CLI_INFO] = emo_cli_info,
  [EMO_CLI_SYNTH] = emo_cli_synth,
  [EMO_CLI_TRAIN] = emo_cli_train,
};

static void
print_help (FILE *out)
{
  fprintf (out, "%s\n\n%s\n", _("Usage: emovlm COMMAND [OPTION...]"), _("Commands:"));
  for (guint i = 0; i < EMO_CLI_N_COMMANDS; i++)
    fprintf (out, "  %-10s %s\n", emo_cli_commands[i].name, _(emo_cli_commands[i].summary));
  fprintf (out, "\n%s\n%s\n",
           _("\"emovlm COMMAND --help\" lists the options of a command."),
           _("Exit status: 0 done, 1 failed, 2 wrong usage, 3 some inputs failed, 4 model missing\n"
             "or damaged, 5 memory or disk full, 6 network, 130 stopped."));
}

/* Of addresses, for the files and the threads of a command, and for one that draws.
 * With less, GLib and the C library end the process, and nobody can say why. What a
 * model takes is checked where it is loaded. */
#define START_ADDRESSES ((gint64) 256 << 20)
#define DRAWING_ADDRESSES ((gint64) 80 << 20)

static gboolean
has_room_to_begin (EmoCliCommandId      id,
                   const EmoCliOptions *options)
{
  gint64 addresses = emo_memory_get_addresses ();
  gint64 need = START_ADDRESSES;

  if (id == EMO_CLI_SYNTH)
    need += DRAWING_ADDRESSES * (options->threads > 0 ? options->threads : (int) g_get_num_processors ());
  if (addresses < 0 || addresses >= need)
    return TRUE;
  emo_cli_report (_("This process may take only %d MB of memory more (ulimit -v); it needs %d MB to begin"),
                  (int) (addresses / 1000000), (int) (need / 1000000));
  return FALSE;
}

static int
run_command (EmoCliCommandId   id,
             char            **argv)
{
  EmoCliOptions options;
  int status;

  if (!emo_cli_options_parse (&options, &emo_cli_commands[id], argv))
    status = EMO_EXIT_USAGE;
  else if (!has_room_to_begin (id, &options))
    status = EMO_EXIT_RESOURCES;
  else
    status = run[id] (&options);
  emo_cli_options_clear (&options);

  return status;
}

/* Where one of the standard descriptors is closed, the next file that is opened
 * gets its number, and rows or messages would go into that file. A stand-in that
 * is open the wrong way round keeps the number and makes every use an error. */
static void
keep_standard_descriptors (void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (fcntl (fd, F_GETFD) < 0 && errno == EBADF)
      open ("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int
main (int   argc,
      char *argv[])
{
  keep_standard_descriptors ();
  emo_locale_init ();
  /* A reader that closes its end is an error of write(), not the end. */
  signal (SIGPIPE, SIG_IGN);
  /* So is a file that has reached the largest size that is allowed. */
  signal (SIGXFSZ, SIG_IGN);

  if (argc < 2)
    {
      print_help (stderr);
      return EMO_EXIT_USAGE;
    }

  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0 || strcmp (argv[1], "help") == 0)
    {
      print_help (stdout);
      return EMO_EXIT_OK;
    }
  if (strcmp (argv[1], "--version") == 0)
    {
      printf ("emovlm %s\n", EMO_VERSION);
      return EMO_EXIT_OK;
    }

  for (guint i = 0; i < EMO_CLI_N_COMMANDS; i++)
    if (strcmp (argv[1], emo_cli_commands[i].name) == 0)
      return run_command (i, argv + 2);

  return emo_cli_usage (_("There is no command \"%s\"; see \"emovlm --help\""), argv[1]);
}
