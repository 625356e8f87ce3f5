/* emo-uri-list.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-uri-list.h"

typedef enum
{
  LINE_SKIP,
  LINE_FILE,
  LINE_WEB,
  LINE_OTHER,
} LineKind;

/* What some file managers write before the URIs that they copied or cut. */
static gboolean
is_preamble (const char *line)
{
  return g_str_equal (line, "x-special/nautilus-clipboard") || g_str_equal (line, "copy") || g_str_equal (line, "cut");
}

static LineKind
read_line (const char  *line,
           gboolean     is_first,
           GFile      **file)
{
  g_autofree char *scheme = g_uri_parse_scheme (line);
  g_autofree char *path = NULL;
  g_autofree char *host = NULL;

  /* RFC 2483: a comment. */
  if (line[0] == '\0' || line[0] == '#' || (is_first && is_preamble (line)))
    return LINE_SKIP;

  if (line[0] == '/')
    {
      *file = g_file_new_for_path (line);
      return LINE_FILE;
    }
  if (scheme == NULL || strstr (line, ":/") == NULL || strpbrk (line, " \t") != NULL)
    return LINE_OTHER;
  if (!g_str_equal (scheme, "file"))
    return LINE_WEB;

  /* Another host's file is not the local one of that name. */
  path = g_filename_from_uri (line, &host, NULL);
  if (path == NULL || (host != NULL && g_ascii_strcasecmp (host, "localhost") != 0))
    return LINE_WEB;
  *file = g_file_new_for_path (path);

  return LINE_FILE;
}

/**
 * emo_uri_list_parse:
 * @text: what was copied
 * @web: (out): whether an address of another machine is among it
 *
 * Nothing is opened or fetched.
 *
 * Returns: (transfer full) (element-type GFile): the local files in their order
 */
GPtrArray *
emo_uri_list_parse (const char *text,
                    gboolean   *web)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto (GStrv) lines = NULL;
  gboolean is_first = TRUE;

  g_return_val_if_fail (text != NULL && web != NULL, files);

  *web = FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      GFile *file = NULL;
      LineKind kind = read_line (g_strstrip (lines[i]), is_first, &file);

      if (kind == LINE_FILE)
        g_ptr_array_add (files, file);
      *web = *web || kind == LINE_WEB;
      if (kind == LINE_OTHER)
        {
          g_ptr_array_set_size (files, 0);
          *web = FALSE;
          return files;
        }
      is_first = is_first && (kind == LINE_SKIP);
    }

  return files;
}
