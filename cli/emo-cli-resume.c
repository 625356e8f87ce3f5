/* emo-cli-resume.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "emo-cli.h"

/* Results of a million pictures with two hundred labels are about so large. */
#define MAX_BYTES ((gsize) 4 * 1024 * 1024 * 1024)

typedef struct
{
  const char *text;
  gsize       length;
  gsize       position;
} EmoReader;

/* A complete row of RFC 4180, or NULL where the text ends before its line does:
 * such a row was cut by a crash. Quoting decides where a row ends, so a line
 * feed inside quotes is text. */
static GPtrArray *
read_csv_row (EmoReader *reader)
{
  g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GString) cell = g_string_new (NULL);
  gboolean quoted = FALSE;
  gsize i;

  for (i = reader->position; i < reader->length; i++)
    {
      char c = reader->text[i];

      if (quoted && c == '"' && i + 1 < reader->length && reader->text[i + 1] == '"')
        {
          g_string_append_c (cell, '"');
          i++;
        }
      else if (c == '"')
        quoted = !quoted;
      else if (!quoted && (c == ',' || c == '\n'))
        {
          g_ptr_array_add (cells, g_strdup (cell->str));
          g_string_truncate (cell, 0);
          if (c == '\n')
            {
              reader->position = i + 1;
              return g_steal_pointer (&cells);
            }
        }
      else if (quoted || c != '\r')
        g_string_append_c (cell, c);
    }

  return NULL;
}

static gboolean
find_column (GPtrArray  *cells,
             const char *name,
             guint      *column)
{
  for (guint i = 0; i < cells->len; i++)
    if (g_str_equal (g_ptr_array_index (cells, i), name))
      {
        *column = i;
        return TRUE;
      }

  return FALSE;
}

static gboolean
read_csv (EmoReader   *reader,
          const char  *path,
          GHashTable  *done,
          char       **header,
          GError     **error)
{
  g_autoptr(GPtrArray) names = NULL;
  guint column;

  if (reader->length >= 3 && memcmp (reader->text, "\xef\xbb\xbf", 3) == 0)
    reader->position = 3;
  names = read_csv_row (reader);
  if (names == NULL || !find_column (names, "uri", &column))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   _("%s has no column \"uri\": it is not a result of predict --format csv"), path);
      return FALSE;
    }
  *header = g_strndup (reader->text, reader->position);

  for (;;)
    {
      g_autoptr(GPtrArray) cells = read_csv_row (reader);

      if (cells == NULL)
        return TRUE;
      if (column < cells->len)
        g_hash_table_add (done, g_strdup (g_ptr_array_index (cells, column)));
    }
}

/* "image" is the name as it was given, or a URI where that is no UTF-8. */
static char *
dup_uri (const char *image)
{
  g_autoptr(EmoInput) input = NULL;

  if (g_str_has_prefix (image, "file:///") && !g_file_test (image, G_FILE_TEST_EXISTS))
    return g_strdup (image);
  input = emo_cli_input_new (image);

  return g_file_get_uri (input->file);
}

/* A generated U+0000 is in our lines as it is, and emo_json_parse() takes none:
 * U+FFFD, as long when escaped, stands for it. Nothing is read here but names. */
static char *
dup_line (const char *line,
          gsize       length)
{
  char *copy = g_strndup (line, length);

  for (gsize i = 0; i + 1 < length; i += copy[i] == '\\' ? 2 : 1)
    if (strncmp (copy + i, "\\u0000", 6) == 0)
      memcpy (copy + i, "\\ufffd", 6);

  return copy;
}

static gboolean
read_jsonl (EmoReader   *reader,
            const char  *path,
            GHashTable  *done,
            GError     **error)
{
  guint number = 1;

  while (reader->position < reader->length)
    {
      const char *line = reader->text + reader->position;
      const char *end = memchr (line, '\n', reader->length - reader->position);
      g_autofree char *name = g_strdup_printf (_("%s, line %u"), path, number++);
      g_autoptr(EmoJson) json = NULL;
      const EmoJsonValue *image = NULL;
      g_autofree char *copy = NULL;

      if (end == NULL)
        return TRUE;
      copy = dup_line (line, end - line);
      json = emo_json_parse (copy, end - line, name, 0, error);
      if (json == NULL)
        return FALSE;
      if (emo_json_value_get_type (emo_json_get_root (json)) == EMO_JSON_OBJECT)
        image = emo_json_value_get_member (emo_json_get_root (json), "image");
      if (image == NULL || emo_json_value_get_string (image) == NULL)
        {
          g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                       _("%s has no \"image\": it is not a result of predict --format jsonl"), name);
          return FALSE;
        }
      g_hash_table_add (done, dup_uri (emo_json_value_get_string (image)));
      reader->position = end + 1 - reader->text;
    }

  return TRUE;
}

/**
 * emo_cli_read_done:
 * @path: a result of an earlier run
 * @format: CSV or JSON Lines
 * @complete: (out): bytes up to the end of the last complete row
 * @header: (out) (nullable): the first row of CSV, as written
 * @error: return location
 *
 * Reads which pictures have their row. A last row that was cut off does not
 * count.
 *
 * Errors: %EMO_ERROR_INVALID_FILE for a file that is none of ours, those of
 * emo_file_read().
 *
 * Returns: (transfer full): a set of URIs
 */
GHashTable *
emo_cli_read_done (const char       *path,
                   EmoExportFormat   format,
                   gsize            *complete,
                   char            **header,
                   GError          **error)
{
  g_autoptr(GHashTable) done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *name = emo_file_escape_name (path);
  g_autoptr(GBytes) bytes = NULL;
  EmoReader reader = { 0 };
  gboolean read;

  *header = NULL;
  *complete = 0;
  bytes = emo_file_read (path, MAX_BYTES, error);
  if (bytes == NULL)
    return NULL;

  reader.text = g_bytes_get_data (bytes, &reader.length);
  if (reader.length == 0)
    return g_steal_pointer (&done);
  if (format == EMO_EXPORT_CSV)
    read = read_csv (&reader, name, done, header, error);
  else
    read = read_jsonl (&reader, name, done, error);
  *complete = reader.position;

  return read ? g_steal_pointer (&done) : NULL;
}
