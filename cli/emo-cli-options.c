/* emo-cli-options.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "emo-cli.h"

/* What no command line asks for, so that 0 can be told from nothing. */
#define NO_SEED G_MININT64

static void
set_defaults (EmoCliOptions *options)
{
  memset (options, 0, sizeof *options);
  options->explain_tokens = 64;
  options->limit = -1;
  options->seed = NO_SEED;
  options->train = 10000;
  options->val = 1000;
  options->test = 1000;
}

/* The table's options, those of other commands out of sight: a name means the
 * same everywhere. */
static GOptionGroup *
make_options (EmoCliOptions       *options,
              const EmoCliCommand *command)
{
  GOptionGroup *group = g_option_group_new ("emovlm", "", "", NULL, NULL);
  g_autofree GOptionEntry *entries = g_new0 (GOptionEntry, emo_cli_n_options + 2);
  guint bit = 1u << (command - emo_cli_commands);

  for (guint i = 0; i < emo_cli_n_options; i++)
    {
      const EmoCliOption *option = &emo_cli_options[i];

      entries[i] = (GOptionEntry) {
        .long_name = option->name,
        .short_name = option->letter,
        .flags = (option->commands & bit) != 0 ? 0 : G_OPTION_FLAG_HIDDEN,
        .arg = option->arg,
        .arg_data = G_STRUCT_MEMBER_P (options, option->field),
        .description = option->text,
        .arg_description = option->argument,
      };
    }
  entries[emo_cli_n_options] = (GOptionEntry) {
    G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->arguments, NULL, NULL
  };
  g_option_group_add_entries (group, entries);
  g_option_group_set_translation_domain (group, GETTEXT_PACKAGE);

  return group;
}

static gboolean
refuse (const char *option,
        const char *value,
        const char *expected)
{
  g_autofree char *shown = emo_file_escape_name (value);

  emo_cli_report (_("--%s takes %s, not \"%s\""), option, expected, shown);

  return FALSE;
}

static gboolean
check_range (const char *option,
             gint64      value,
             gint64      low,
             gint64      high)
{
  g_autofree char *shown = g_strdup_printf ("%" G_GINT64_FORMAT, value);
  g_autofree char *from = g_strdup_printf ("%" G_GINT64_FORMAT, low);
  g_autofree char *to = g_strdup_printf ("%" G_GINT64_FORMAT, high);
  g_autofree char *expected = g_strdup_printf (_("a number from %1$s to %2$s"), from, to);

  return (value >= low && value <= high) || refuse (option, shown, expected);
}

static gboolean
check_text (const char *option,
            const char *text)
{
  return text == NULL || g_utf8_validate (text, -1, NULL) || refuse (option, text, _("UTF-8 text"));
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
         refuse ("device", device, _("auto, cpu, cuda or cuda:N"));
}

static gboolean
check_dtype (const char *dtype)
{
  static const char *const dtypes[] = { "auto", "float32", "bfloat16", "nf4", "int8", NULL };

  return g_strv_contains (dtypes, dtype) || refuse ("dtype", dtype, _("auto, float32, bfloat16, nf4 or int8"));
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
    return refuse ("format", name, _("table, csv or jsonl"));

  return TRUE;
}

/* A set's name stands for its labels. */
static gboolean
parse_labels (EmoCliOptions *options)
{
  g_autoptr(EmoLabelSet) labels = NULL;
  g_autoptr(GError) error = NULL;

  if (options->labels == NULL)
    return TRUE;
  if (!check_text ("labels", options->labels))
    return FALSE;

  labels = emo_label_set_new_named (options->labels);
  if (labels != NULL)
    {
      options->label_list = g_strdupv ((char **) emo_label_set_get_labels (labels));
      return TRUE;
    }
  options->label_list = g_strsplit (options->labels, ",", -1);
  for (guint i = 0; options->label_list[i] != NULL; i++)
    g_strstrip (options->label_list[i]);
  labels = emo_label_set_new ((const char *const *) options->label_list, &error);
  if (labels == NULL)
    emo_cli_report ("--labels: %s", error->message);

  return labels != NULL;
}

static gboolean
parse_columns (EmoCliOptions *options)
{
  g_auto(GStrv) names = NULL;
  g_autoptr(GError) error = NULL;

  options->column_groups = EMO_EXPORT_DEFAULT_COLUMNS;
  if (options->columns == NULL)
    return TRUE;
  if (!check_text ("columns", options->columns))
    return FALSE;
  if (options->format != EMO_EXPORT_CSV)
    {
      emo_cli_report (_("--columns is for --format csv"));
      return FALSE;
    }

  names = g_strsplit (options->columns, ",", -1);
  for (guint i = 0; names[i] != NULL; i++)
    g_strstrip (names[i]);
  if (!emo_export_columns_parse ((const char *const *) names, &options->column_groups, &error))
    emo_cli_report ("--columns: %s", error->message);

  return error == NULL;
}

/* What a script's unset variable leaves. */
static gboolean
check_arguments (char **arguments)
{
  if (arguments == NULL || !g_strv_contains ((const char *const *) arguments, ""))
    return TRUE;
  emo_cli_report (_("An empty name was given"));

  return FALSE;
}

static gboolean
check_options (EmoCliOptions *options,
               gboolean       has_limit)
{
  /* NaN fails both comparisons. */
  if (!(options->temperature >= 0 && options->temperature <= 100))
    {
      emo_cli_report (_("--temperature takes a number from 0 to 100"));
      return FALSE;
    }

  return check_device (options->device) &&
         check_dtype (options->dtype) &&
         check_range ("threads", options->threads, 0, 4096) &&
         check_range ("seed", options->seed, 0, G_MAXINT64) &&
         check_range ("max-pixels", options->max_pixels, 0, EMO_IMAGE_MAX_PIXELS) &&
         check_range ("explain-tokens", options->explain_tokens, 1, 32768) &&
         check_range ("max-new-tokens", options->max_new_tokens, 0, 32768) &&
         check_range ("train", options->train, 0, EMO_SYNTH_MAX_PICTURES) &&
         check_range ("val", options->val, 0, EMO_SYNTH_MAX_PICTURES) &&
         check_range ("test", options->test, 0, EMO_SYNTH_MAX_PICTURES) &&
         (!has_limit || check_range ("limit", options->limit, 1, G_MAXINT)) &&
         check_text ("prompt", options->prompt) &&
         check_text ("system", options->system) &&
         (options->output == NULL || *options->output != '\0' || refuse ("output", "", _("a file's name"))) &&
         parse_labels (options) &&
         parse_format (options) &&
         parse_columns (options) &&
         check_arguments (options->arguments);
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
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_set_summary (context, command->summary);
  g_option_context_set_main_group (context, make_options (options, command));
  g_strv_builder_add (builder, "emovlm");
  for (guint i = 0; argv[i] != NULL; i++)
    g_strv_builder_add (builder, argv[i]);
  arguments = g_strv_builder_end (builder);

  if (!g_option_context_parse_strv (context, &arguments, &error))
    {
      emo_cli_report (_("%s; see \"emovlm %s --help\""), error->message, command->name);
      return FALSE;
    }

  if (options->device == NULL)
    options->device = g_strdup ("auto");
  if (options->dtype == NULL)
    options->dtype = g_strdup ("auto");
  has_limit = options->limit != -1;
  if (!has_limit)
    options->limit = 0;
  options->has_seed = options->seed != NO_SEED;
  if (!options->has_seed)
    options->seed = 0;

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
  for (guint i = 0; i < emo_cli_n_options; i++)
    if (emo_cli_options[i].arg == G_OPTION_ARG_FILENAME)
      g_clear_pointer ((char **) G_STRUCT_MEMBER_P (options, emo_cli_options[i].field), g_free);
  g_clear_pointer (&options->label_list, g_strfreev);
  g_clear_pointer (&options->arguments, g_strfreev);
}
