/* emo-cli-documents.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <stdio.h>

#include "emo-cli.h"

/* A program of the build: it prints the manual page or the completions of a
 * shell from the table of commands and options, so that none of them can say
 * something else than the parser does. */

#define NAMES_DIRECTORY(option) (g_strcmp0 ((option)->argument, "DIR") == 0)
#define NAMES_FILE(option)      (g_strcmp0 ((option)->argument, "FILE") == 0)

static gboolean
is_of (const EmoCliOption *option,
       guint               command)
{
  return (option->commands & (1u << command)) != 0;
}

/* roff reads "-" as a hyphen and a leading "." or "'" as a request. */
static char *
escape_roff (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '-' || *p == '\\')
        g_string_append_c (out, '\\');
      else if (p == text && (*p == '.' || *p == '\''))
        g_string_append (out, "\\&");
      g_string_append_c (out, *p);
    }

  return g_string_free (out, FALSE);
}

static void
print_roff (const char *format,
            const char *text)
{
  g_autofree char *escaped = escape_roff (text);

  printf (format, escaped);
}

static void
print_man_option (const EmoCliOption *option)
{
  g_autoptr(GString) commands = g_string_new (NULL);

  printf (".TP\n");
  if (option->letter != 0)
    printf ("\\fB\\-%c\\fR, ", option->letter);
  print_roff ("\\fB\\-\\-%s\\fR", option->name);
  if (option->argument != NULL)
    print_roff ("=\\fI%s\\fR", option->argument);
  print_roff ("\n%s.\n", option->text);

  for (guint i = 0; i < EMO_CLI_N_COMMANDS; i++)
    if (is_of (option, i))
      g_string_append_printf (commands, "%s%s", commands->len > 0 ? ", " : "", emo_cli_commands[i].name);
  printf ("Of %s.\n", commands->str);
}

static void
print_man_commands (void)
{
  printf (".SH COMMANDS\n");
  for (guint i = 0; i < EMO_CLI_N_COMMANDS; i++)
    {
      printf (".TP\n");
      print_roff ("\\fB%s\\fR", emo_cli_commands[i].name);
      print_roff (" %s\n", emo_cli_commands[i].arguments);
      print_roff ("%s.\n", emo_cli_commands[i].summary);
      print_roff ("%s\n", emo_cli_commands[i].description);
    }
}

static void
print_man (void)
{
  printf (".TH EMOVLM 1 \"\" \"emovlm %s\" \"User Commands\"\n", EMO_VERSION);
  printf (".SH NAME\nemovlm \\- say which emotion a picture evokes\n"
          ".SH SYNOPSIS\n.B emovlm\n.I COMMAND\n.RI [ OPTION ...]\n"
          ".SH DESCRIPTION\n"
          "A vision\\-language model, a small distilled head and a gate that weighs the two\n"
          "say which emotion a picture evokes in those who look at it.\n"
          "It does not say what a person in the picture feels.\n"
          "Pictures stay on this computer.\n"
          ".PP\n"
          "Results go to standard output, progress and notes to standard error.\n"
          "Ctrl+C ends after the picture in work and leaves valid output; a second one ends at once.\n");
  print_man_commands ();
  printf (".SH OPTIONS\n");
  for (guint i = 0; i < emo_cli_n_options; i++)
    if (emo_cli_options[i].commands != 0)
      print_man_option (&emo_cli_options[i]);
  printf (".SH EXIT STATUS\n"
          "0 done, 1 failed, 2 wrong usage, 3 some inputs failed, 4 model missing or damaged,\n"
          "5 memory or disk full, 6 network, 130 stopped.\n"
          ".SH ENVIRONMENT\n"
          ".TP\n.B EMOVLM_MODEL\nThe model's folder where \\fB\\-\\-model\\fR does not name one.\n"
          ".TP\n.B NO_COLOR\nNo colours on a terminal.\n"
          ".SH EXAMPLES\n"
          ".EX\nemovlm predict Pictures\n"
          "emovlm predict \\-\\-format csv \\-\\-output results.csv Pictures\n"
          "find Pictures \\-name '*.jpg' | emovlm predict \\-\n"
          "emovlm generate photo.jpg \\-\\-prompt 'What does it show?'\n.EE\n"
          ".SH SEE ALSO\n.BR emovlm\\-desktop (1)\n");
}

static void
print_bash_values (void)
{
  printf ("  case $prev in\n");
  for (guint i = 0; i < emo_cli_n_options; i++)
    {
      const EmoCliOption *option = &emo_cli_options[i];

      if (option->argument == NULL)
        continue;
      printf ("    --%s", option->name);
      if (option->letter != 0)
        printf (" | -%c", option->letter);
      if (option->values != NULL)
        printf (") COMPREPLY=($(compgen -W '%s' -- \"$cur\")) ;;\n", option->values);
      else if (NAMES_DIRECTORY (option))
        printf (") compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$cur\") ;;\n");
      else if (NAMES_FILE (option))
        printf (") compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n");
      else
        printf (") ;;\n");
    }
  printf ("    *) return 1 ;;\n  esac\n");
}

static void
print_bash (void)
{
  printf ("# bash completion of emovlm\n\n"
          "# What follows an option that takes a value.\n"
          "_emovlm_value ()\n{\n  local cur=$1 prev=$2\n");
  print_bash_values ();
  printf ("}\n\n_emovlm ()\n{\n"
          "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
          "  COMPREPLY=()\n"
          "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "    COMPREPLY=($(compgen -W '");
  for (guint i = 0; i < EMO_CLI_N_COMMANDS; i++)
    printf ("%s ", emo_cli_commands[i].name);
  printf ("--help --version' -- \"$cur\"))\n    return\n  fi\n"
          "  _emovlm_value \"$cur\" \"$prev\" && return\n"
          "  case ${COMP_WORDS[1]},$cur in\n");
  for (guint i = 0; i < EMO_CLI_N_COMMANDS; i++)
    {
      printf ("    %s,-*) COMPREPLY=($(compgen -W '", emo_cli_commands[i].name);
      for (guint j = 0; j < emo_cli_n_options; j++)
        if (is_of (&emo_cli_options[j], i))
          printf ("--%s ", emo_cli_options[j].name);
      printf ("--help' -- \"$cur\")) ;;\n");
      if (emo_cli_commands[i].takes_files)
        printf ("    %s,*) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n",
                emo_cli_commands[i].name);
    }
  printf ("  esac\n}\n\ncomplete -F _emovlm emovlm\n");
}

/* Within single quotes; brackets and colons mean something to _arguments. */
static char *
escape_zsh (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      if (*p == '\'')
        g_string_append (out, "'\\'");
      else if (*p == '[' || *p == ']' || *p == ':')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *p);
    }

  return g_string_free (out, FALSE);
}

static void
print_zsh_option (const EmoCliOption *option)
{
  g_autofree char *text = escape_zsh (option->text);

  if (option->letter != 0)
    printf ("        '(-%c --%s)'{-%c,--%s%s}'[%s]", option->letter, option->name, option->letter, option->name,
            option->argument != NULL ? "=" : "", text);
  else
    printf ("        '--%s%s[%s]", option->name, option->argument != NULL ? "=" : "", text);
  if (option->values != NULL)
    printf (":%s:(%s)", option->argument, option->values);
  else if (NAMES_DIRECTORY (option))
    printf (":folder:_files -/");
  else if (NAMES_FILE (option))
    printf (":file:_files");
  else if (option->argument != NULL)
    printf (":%s:", option->argument);
  printf ("' \\\n");
}

static void
print_zsh (void)
{
  printf ("#compdef emovlm\n\n_emovlm ()\n{\n"
          "  local -a commands\n  commands=(\n");
  for (guint i = 0; i < EMO_CLI_N_COMMANDS; i++)
    {
      g_autofree char *summary = escape_zsh (emo_cli_commands[i].summary);

      printf ("    '%s:%s'\n", emo_cli_commands[i].name, summary);
    }
  printf ("  )\n"
          "  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
          "  local command=$words[2]\n"
          "  shift words\n  (( CURRENT-- ))\n"
          "  case $command in\n");
  for (guint i = 0; i < EMO_CLI_N_COMMANDS; i++)
    {
      printf ("    %s)\n      _arguments \\\n", emo_cli_commands[i].name);
      for (guint j = 0; j < emo_cli_n_options; j++)
        if (is_of (&emo_cli_options[j], i))
          print_zsh_option (&emo_cli_options[j]);
      printf ("        '--help[Show the options]'%s\n      ;;\n",
              emo_cli_commands[i].takes_files ? " \\\n        '*:picture or folder:_files'" : "");
    }
  printf ("  esac\n}\n\n_emovlm \"$@\"\n");
}

static char *
escape_fish (const char *text)
{
  g_auto(GStrv) parts = g_strsplit (text, "'", -1);

  return g_strjoinv ("\\'", parts);
}

static void
print_fish (void)
{
  printf ("# fish completion of emovlm\n\ncomplete -c emovlm -f\n");
  for (guint i = 0; i < EMO_CLI_N_COMMANDS; i++)
    {
      g_autofree char *summary = escape_fish (emo_cli_commands[i].summary);

      printf ("complete -c emovlm -n __fish_use_subcommand -a %s -d '%s'\n", emo_cli_commands[i].name, summary);
      if (emo_cli_commands[i].takes_files)
        printf ("complete -c emovlm -n '__fish_seen_subcommand_from %s' -F\n", emo_cli_commands[i].name);
    }
  for (guint i = 0; i < emo_cli_n_options; i++)
    {
      const EmoCliOption *option = &emo_cli_options[i];
      g_autofree char *text = escape_fish (option->text);

      if (option->commands == 0)
        continue;
      printf ("complete -c emovlm -n '__fish_seen_subcommand_from");
      for (guint j = 0; j < EMO_CLI_N_COMMANDS; j++)
        if (is_of (option, j))
          printf (" %s", emo_cli_commands[j].name);
      printf ("' -l %s", option->name);
      if (option->letter != 0)
        printf (" -s %c", option->letter);
      if (option->values != NULL)
        printf (" -x -a '%s'", option->values);
      else if (NAMES_DIRECTORY (option))
        printf (" -x -a '(__fish_complete_directories)'");
      else if (NAMES_FILE (option))
        printf (" -r -F");
      else if (option->argument != NULL)
        printf (" -x");
      printf (" -d '%s'\n", text);
    }
}

int
main (int   argc,
      char *argv[])
{
  static const struct
  {
    const char *name;
    void      (*print) (void);
  } documents[] = {
    { "man", print_man },
    { "bash", print_bash },
    { "zsh", print_zsh },
    { "fish", print_fish },
  };

  for (guint i = 0; argc == 2 && i < G_N_ELEMENTS (documents); i++)
    if (g_str_equal (argv[1], documents[i].name))
      {
        documents[i].print ();
        return 0;
      }

  fprintf (stderr, "usage: emo-cli-documents man|bash|zsh|fish\n");
  return EMO_EXIT_USAGE;
}
