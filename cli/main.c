/* main.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "emo-cli.h"

static const EmoCliCommand commands[] = {
  { "predict", "PATH...", "Say which emotion pictures evoke", emo_cli_predict },
  { "generate", "IMAGE --prompt TEXT", "Answer a question about a picture", emo_cli_generate },
  { "tokenize", "--model DIR", "Turn JSON strings, one a line, into token ids", emo_cli_tokenize },
  { "info", "", "Say what this program and a model are", emo_cli_info },
};

static void
print_help (FILE *out)
{
  fprintf (out, "Usage: emovlm COMMAND [OPTION...]\n\nCommands:\n");
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    fprintf (out, "  %-10s %s\n", commands[i].name, commands[i].summary);
  fprintf (out, "\n\"emovlm COMMAND --help\" lists the options of a command.\n"
                "Exit status: 0 done, 1 failed, 2 wrong usage, 3 some inputs failed, 4 model missing\n"
                "or damaged, 5 memory or disk full, 6 network, 130 stopped.\n");
}

static int
run_command (const EmoCliCommand *command,
             char               **argv)
{
  EmoCliOptions options;
  int status;

  if (!emo_cli_options_parse (&options, command, argv))
    status = EMO_EXIT_USAGE;
  else
    status = command->run (&options);
  emo_cli_options_clear (&options);

  return status;
}

int
main (int   argc,
      char *argv[])
{
  setlocale (LC_ALL, "");
  /* A reader that closes its end is an error of write(), not the end. */
  signal (SIGPIPE, SIG_IGN);

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

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[1], commands[i].name) == 0)
      return run_command (&commands[i], argv + 2);

  return emo_cli_usage ("There is no command \"%s\"; see \"emovlm --help\"", argv[1]);
}
