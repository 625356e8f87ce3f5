/* emo-cli-options.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-cli.h"

static void
set_defaults (EmoCliOptions *options)
{
  memset (options, 0, sizeof *options);
  options->explain_tokens = 64;
  options->limit = -1;
}

/* Text comes as bytes (FILENAME): GLib would otherwise convert it from the
 * locale's character set, and refuse UTF-8 in the C locale. */
static GOptionGroup *
make_options (EmoCliOptions *o)
{
  const GOptionEntry entries[] = {
    { "model", 0, 0, G_OPTION_ARG_FILENAME, &o->model, "Model folder (default: the one that came along)", "DIR" },
    { "base", 0, 0, G_OPTION_ARG_FILENAME, &o->base, "Base model of an adapter folder", "DIR" },
    { "device", 0, 0, G_OPTION_ARG_FILENAME, &o->device, "auto, cpu, cuda or cuda:N", "NAME" },
    { "dtype", 0, 0, G_OPTION_ARG_FILENAME, &o->dtype, "auto, float32, bfloat16 or int8", "NAME" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &o->threads, "At most N threads (default: all cores; a small model takes one)", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &o->seed, "Seed of random draws (default 0)", "N" },
    { "max-pixels", 0, 0, G_OPTION_ARG_INT64, &o->max_pixels, "Largest picture fed to the model, in pixels", "N" },
    { "labels", 0, 0, G_OPTION_ARG_FILENAME, &o->labels, "Labels of a model folder that has none", "A,B,..." },
    { "no-explain", 0, 0, G_OPTION_ARG_NONE, &o->no_explain, "Write no explanations", NULL },
    { "explain-tokens", 0, 0, G_OPTION_ARG_INT, &o->explain_tokens, "Longest explanation, in tokens (default 64)", "N" },
    { "force-tokens", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &o->force_tokens, "Benchmarks: write explanations up to the cap", NULL },
    { "max-new-tokens", 0, 0, G_OPTION_ARG_INT, &o->max_new_tokens, "Longest text, in tokens (default 64)", "N" },
    { "format", 0, 0, G_OPTION_ARG_FILENAME, &o->format_name, "table, csv or jsonl (default: by the name of --output, else table)", "NAME" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output, "Write results to this file", "FILE" },
    { "limit", 0, 0, G_OPTION_ARG_INT, &o->limit, "At most so many pictures", "N" },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &o->resume, "Keep the rows in --output and skip their pictures", NULL },
    { "recursive", 'r', 0, G_OPTION_ARG_NONE, &o->recursive, "Read folders inside folders", NULL },
    { "null", '0', 0, G_OPTION_ARG_NONE, &o->null_names, "Names on standard input end with NUL, not with a line feed", NULL },
    { "offline", 0, 0, G_OPTION_ARG_NONE, &o->offline, "Use no network (these commands never do)", NULL },
    { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "Neither progress nor notes", NULL },
    { "check", 0, 0, G_OPTION_ARG_NONE, &o->check, "info: compare the model's numbers with those it came with", NULL },
    { "prompt", 'p', 0, G_OPTION_ARG_FILENAME, &o->prompt, "generate: the question", "TEXT" },
    { "system", 0, 0, G_OPTION_ARG_FILENAME, &o->system, "generate: the system text (default: the model's)", "TEXT" },
    { "temperature", 0, 0, G_OPTION_ARG_DOUBLE, &o->temperature, "generate: 0 takes the likeliest token (default)", "T" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->arguments, NULL, NULL },
    { NULL }
  };
  GOptionGroup *group = g_option_group_new ("emovlm", "", "", NULL, NULL);

  g_option_group_add_entries (group, entries);

  return group;
}

static gboolean
refuse (const char *option,
        const char *value,
        const char *expected)
{
  g_autofree char *shown = emo_file_escape_name (value);

  emo_cli_report ("--%s takes %s, not \"%s\"", option, expected, shown);

  return FALSE;
}

static gboolean
check_range (const char *option,
             gint64      value,
             gint64      low,
             gint64      high)
{
  g_autofree char *shown = g_strdup_printf ("%" G_GINT64_FORMAT, value);
  g_autofree char *expected = g_strdup_printf ("a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, low, high);

  return (value >= low && value <= high) || refuse (option, shown, expected);
}

static gboolean
check_text (const char *option,
            const char *text)
{
  return text == NULL || g_utf8_validate (text, -1, NULL) || refuse (option, text, "UTF-8");
}

static gboolean
check_device (const char *device)
{
  const char *number;
  guint64 index;

  if (g_str_equal (device, "auto") || g_str_equal (device, "cpu") || g_str_equal (device, "cuda"))
    return TRUE;
  number = g_str_has_prefix (device, "cuda:") ? device + strlen ("cuda:") : "";

  return g_ascii_string_to_unsigned (number, 10, 0, 127, &index, NULL) ||
         refuse ("device", device, "auto, cpu, cuda or cuda:N");
}

static gboolean
check_dtype (const char *dtype)
{
  static const char *const dtypes[] = { "auto", "float32", "bfloat16", "int8", NULL };

  return g_strv_contains (dtypes, dtype) || refuse ("dtype", dtype, "auto, float32, bfloat16 or int8");
}

static gboolean
parse_format (EmoCliOptions *options)
{
  const char *name = options->format_name;

  if (name == NULL && options->output != NULL)
    {
      if (g_str_has_suffix (options->output, ".csv"))
        name = "csv";
      else if (g_str_has_suffix (options->output, ".jsonl"))
        name = "jsonl";
    }

  if (name == NULL || g_str_equal (name, "table"))
    options->format = EMO_EXPORT_TABLE;
  else if (g_str_equal (name, "csv"))
    options->format = EMO_EXPORT_CSV;
  else if (g_str_equal (name, "jsonl"))
    options->format = EMO_EXPORT_JSONL;
  else
    return refuse ("format", name, "table, csv or jsonl");

  return TRUE;
}

static gboolean
parse_labels (EmoCliOptions *options)
{
  g_autoptr(EmoLabelSet) labels = NULL;
  g_autoptr(GError) error = NULL;

  if (options->labels == NULL)
    return TRUE;
  if (!check_text ("labels", options->labels))
    return FALSE;

  options->label_list = g_strsplit (options->labels, ",", -1);
  for (guint i = 0; options->label_list[i] != NULL; i++)
    g_strstrip (options->label_list[i]);
  labels = emo_label_set_new ((const char *const *) options->label_list, &error);
  if (labels == NULL)
    emo_cli_report ("--labels: %s", error->message);

  return labels != NULL;
}

static gboolean
check_options (EmoCliOptions *options,
               gboolean       has_limit)
{
  /* NaN fails both comparisons. */
  if (!(options->temperature >= 0 && options->temperature <= 100))
    {
      emo_cli_report ("--temperature takes a number from 0 to 100");
      return FALSE;
    }

  return check_device (options->device) &&
         check_dtype (options->dtype) &&
         check_range ("threads", options->threads, 0, 4096) &&
         check_range ("seed", options->seed, 0, G_MAXINT64) &&
         check_range ("max-pixels", options->max_pixels, 0, EMO_IMAGE_MAX_PIXELS) &&
         check_range ("explain-tokens", options->explain_tokens, 1, 32768) &&
         check_range ("max-new-tokens", options->max_new_tokens, 0, 32768) &&
         (!has_limit || check_range ("limit", options->limit, 1, G_MAXINT)) &&
         check_text ("prompt", options->prompt) &&
         check_text ("system", options->system) &&
         parse_labels (options) &&
         parse_format (options);
}

/**
 * emo_cli_options_parse:
 * @options: (out caller-allocates): filled; clear it in any case
 * @command: whose options
 * @argv: arguments after the command's name
 *
 * Parses and checks; a wrong one is reported in one line. --help prints the
 * options and ends the program.
 *
 * Returns: whether all is well
 */
gboolean
emo_cli_options_parse (EmoCliOptions       *options,
                       const EmoCliCommand *command,
                       char               **argv)
{
  g_autofree char *usage = g_strconcat (command->name, *command->arguments != '\0' ? " " : "",
                                        command->arguments, NULL);
  g_autoptr(GOptionContext) context = g_option_context_new (usage);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) arguments = NULL;
  g_autoptr(GError) error = NULL;
  gboolean has_limit;

  set_defaults (options);
  g_option_context_set_summary (context, command->summary);
  g_option_context_set_main_group (context, make_options (options));
  g_strv_builder_add (builder, "emovlm");
  for (guint i = 0; argv[i] != NULL; i++)
    g_strv_builder_add (builder, argv[i]);
  arguments = g_strv_builder_end (builder);

  if (!g_option_context_parse_strv (context, &arguments, &error))
    {
      emo_cli_report ("%s; see \"emovlm %s --help\"", error->message, command->name);
      return FALSE;
    }

  if (options->device == NULL)
    options->device = g_strdup ("auto");
  if (options->dtype == NULL)
    options->dtype = g_strdup ("auto");
  has_limit = options->limit != -1;
  if (!has_limit)
    options->limit = 0;

  return check_options (options, has_limit);
}

/**
 * emo_cli_options_clear:
 * @options: options
 *
 * Frees what they hold.
 */
void
emo_cli_options_clear (EmoCliOptions *options)
{
  g_clear_pointer (&options->model, g_free);
  g_clear_pointer (&options->base, g_free);
  g_clear_pointer (&options->device, g_free);
  g_clear_pointer (&options->dtype, g_free);
  g_clear_pointer (&options->labels, g_free);
  g_clear_pointer (&options->label_list, g_strfreev);
  g_clear_pointer (&options->format_name, g_free);
  g_clear_pointer (&options->output, g_free);
  g_clear_pointer (&options->prompt, g_free);
  g_clear_pointer (&options->system, g_free);
  g_clear_pointer (&options->arguments, g_strfreev);
}
