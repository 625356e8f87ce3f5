/* command-tokenize.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "emo-cli.h"

/* tokenizer.json itself, in the folder, or where the bundle's VLM is. Weights
 * are not looked at: a folder of two files is enough. */
static char *
find_tokenizer (EmoCliOptions  *options,
                GError        **error)
{
  g_autofree char *folder = options->model != NULL ? g_strdup (options->model) : emo_paths_dup_default_model ();
  g_autofree char *here = NULL;
  g_autofree char *below = NULL;
  g_autoptr(EmoBundle) bundle = NULL;

  if (folder == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_MODEL, _("tokenize needs --model DIR"));
      return NULL;
    }

  if (g_file_test (folder, G_FILE_TEST_IS_REGULAR))
    return g_steal_pointer (&folder);
  here = g_build_filename (folder, "tokenizer.json", NULL);
  if (g_file_test (here, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&here);
  below = g_build_filename (folder, "vlm", "tokenizer.json", NULL);
  if (g_file_test (below, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&below);

  bundle = emo_bundle_load (folder, NULL, options->base, error);
  if (bundle == NULL)
    return NULL;

  return g_build_filename (bundle->vlm, "tokenizer.json", NULL);
}

/* A line that is no JSON string gives null, so that lines keep their numbers. */
static gboolean
encode_line (EmoTokenizer *tokenizer,
             const char   *line,
             gsize         length,
             guint         number,
             GString      *out)
{
  g_autofree char *name = g_strdup_printf (_("Line %u"), number);
  g_autoptr(GArray) ids = g_array_new (FALSE, FALSE, sizeof (guint32));
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoJson) json = emo_json_parse (line, length, name, 0, &error);
  const EmoJsonValue *root = json != NULL ? emo_json_get_root (json) : NULL;

  g_string_truncate (out, 0);
  if (root == NULL || emo_json_value_get_type (root) != EMO_JSON_STRING)
    {
      if (error != NULL)
        emo_cli_report ("%s", error->message);
      else
        emo_cli_report (_("%s: expected a JSON string"), name);
      g_string_append (out, "null\n");
      return FALSE;
    }

  emo_tokenizer_encode (tokenizer, emo_json_value_get_string (root), -1, ids);
  g_string_append_c (out, '[');
  for (guint i = 0; i < ids->len; i++)
    g_string_append_printf (out, "%s%u", i > 0 ? ", " : "", g_array_index (ids, guint32, i));
  g_string_append (out, "]\n");

  return TRUE;
}

static int
tokenize_lines (EmoTokenizer *tokenizer)
{
  g_autoptr(GString) out = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  char *line = NULL;
  size_t size = 0;
  ssize_t length;
  guint number = 0;
  int status = EMO_EXIT_OK;

  while (error == NULL && (length = getline (&line, &size, stdin)) > 0)
    {
      if (!encode_line (tokenizer, line, length, ++number, out))
        status = EMO_EXIT_SOME_FAILED;
      emo_cli_write_all (STDOUT_FILENO, NULL, out->str, out->len, &error);
    }
  free (line);

  if (error != NULL && !emo_cli_is_closed_pipe (error))
    {
      emo_cli_report ("%s", error->message);
      status = emo_error_get_exit_status (error);
    }

  return status;
}

/**
 * emo_cli_tokenize:
 * @options: the command line
 *
 * emovlm tokenize --model DIR
 *
 * Returns: the exit status
 */
int
emo_cli_tokenize (EmoCliOptions *options)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = NULL;
  g_autoptr(EmoTokenizer) tokenizer = NULL;

  if (options->arguments != NULL)
    return emo_cli_usage (_("tokenize reads its lines from standard input and takes no argument"));

  path = find_tokenizer (options, &error);
  if (path != NULL)
    tokenizer = emo_tokenizer_load (path, &error);
  if (tokenizer == NULL)
    {
      emo_cli_report ("%s", error->message);
      return EMO_EXIT_MODEL;
    }

  return tokenize_lines (tokenizer);
}
