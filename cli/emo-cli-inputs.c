/* emo-cli-inputs.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gi18n.h>

#include "emo-cli.h"

/* GIO takes file://host/path for the local /path, whatever the host: another
 * picture than the one that is meant. It gets a scheme that nothing opens. */
static GFile *
file_for_address (const char *uri)
{
  g_autofree char *host = NULL;
  g_autofree char *path = g_filename_from_uri (uri, &host, NULL);
  g_autofree char *remote = NULL;

  if (path == NULL || host == NULL || g_ascii_strcasecmp (host, "localhost") == 0 ||
      g_ascii_strcasecmp (host, g_get_host_name ()) == 0)
    return g_file_new_for_uri (uri);
  remote = g_strconcat ("remote-", uri, NULL);

  return g_file_new_for_uri (remote);
}

/**
 * emo_cli_input_new:
 * @name: a name as given: a path, or a file: URI
 *
 * What looks like another address and is no file stays an address, which is
 * refused by name later: nothing is fetched.
 *
 * Returns: (transfer full): the input
 */
EmoInput *
emo_cli_input_new (const char *name)
{
  g_autoptr(GFile) file = NULL;
  g_autoptr(GFile) here = NULL;
  g_autofree char *folder = g_get_current_dir ();

  if (strstr (name, "://") != NULL && !g_file_test (name, G_FILE_TEST_EXISTS))
    file = file_for_address (name);
  else
    file = g_file_new_for_path (name);
  here = g_file_new_for_path (folder);

  return emo_input_new (file, name, here);
}

/* Names end with a line feed or, with --null, with NUL; empty ones are skipped. */
static gboolean
read_names (GPtrArray  *inputs,
            gboolean    null_names,
            GError    **error)
{
  char *name = NULL;
  size_t size = 0;
  ssize_t length;
  int delimiter = null_names ? '\0' : '\n';
  gboolean whole = TRUE;

  errno = 0;
  while (whole && (length = getdelim (&name, &size, delimiter, stdin)) > 0)
    {
      if (name[length - 1] == delimiter)
        name[--length] = '\0';
      whole = strlen (name) == (size_t) length;
      if (whole && length > 0)
        g_ptr_array_add (inputs, emo_cli_input_new (name));
      errno = 0;
    }
  free (name);
  if (!whole)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_IO, _("A name on standard input holds NUL: names that end with NUL need --null"));
      return FALSE;
    }
  if (!ferror (stdin))
    return TRUE;

  g_set_error (error, EMO_ERROR, EMO_ERROR_IO, _("Cannot read names from standard input: %s"), g_strerror (errno));

  return FALSE;
}

/**
 * emo_cli_read_inputs:
 * @options: whose arguments
 * @error: return location
 *
 * Errors: %EMO_ERROR_IO where standard input cannot be read or holds no names.
 *
 * Returns: (transfer full) (element-type EmoInput): what is named
 */
GPtrArray *
emo_cli_read_inputs (EmoCliOptions  *options,
                     GError        **error)
{
  g_autoptr(GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) emo_input_free);

  for (guint i = 0; options->arguments != NULL && options->arguments[i] != NULL; i++)
    {
      if (!g_str_equal (options->arguments[i], "-"))
        g_ptr_array_add (inputs, emo_cli_input_new (options->arguments[i]));
      else if (!read_names (inputs, options->null_names, error))
        return NULL;
    }

  return g_steal_pointer (&inputs);
}
