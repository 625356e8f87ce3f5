/* emo-epoch-table.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "emo-csv.h"
#include "emo-epoch-table.h"
#include "emo-error.h"
#include "emo-file.h"

/* 100,000 epochs of ten bytes a number. */
#define MAX_FILE (16 * 1024 * 1024)

enum { N_COLUMNS = 8 };

static const char *const columns[N_COLUMNS + 1] = {
  "epoch", "loss", "val_loss", "val_accuracy", "val_macro_f1", "lr", "pictures_per_s", "seconds", NULL,
};

struct _EmoEpochTable
{
  char    *path;
  GString *rows;         /* the whole file */
  guint    last_epoch;   /* of its last row */
};

static void
append_header (GString *rows)
{
  for (guint i = 0; i < N_COLUMNS; i++)
    emo_csv_append_text (rows, columns[i], FALSE);
  emo_csv_end_row (rows);
}

/* A line without its end, whichever a person's program gave it. NULL: there is no
 * whole line any more. */
static char *
take_line (const char **text,
           const char  *end)
{
  const char *stop = *text < end ? memchr (*text, '\n', (gsize) (end - *text)) : NULL;
  const char *start = *text;
  gsize length;

  if (stop == NULL)
    return NULL;
  length = (gsize) (stop - start);
  *text = stop + 1;
  if (length > 0 && start[length - 1] == '\r')
    length--;

  return g_strndup (start, length);
}

/* Numbers or nothing, as many as there are columns, and a later epoch. */
static gboolean
parse_row (const char    *line,
           guint          last_epoch,
           EmoTrainEpoch *row)
{
  g_auto (GStrv) cells = g_strsplit (line, ",", -1);
  double *const numbers[N_COLUMNS] = {
    NULL, &row->loss, &row->val_loss, &row->val_accuracy, &row->val_macro_f1, &row->lr, &row->pictures_per_s, &row->seconds,
  };
  guint64 epoch;

  if (g_strv_length (cells) != N_COLUMNS ||
      !g_ascii_string_to_unsigned (cells[0], 10, (guint64) last_epoch + 1, G_MAXUINT, &epoch, NULL))
    return FALSE;
  *row = (EmoTrainEpoch) { .epoch = (guint) epoch };
  for (guint i = 1; i < N_COLUMNS; i++)
    {
      char *end;

      *numbers[i] = *cells[i] != '\0' ? g_ascii_strtod (cells[i], &end) : NAN;
      if (*cells[i] != '\0' && *end != '\0')
        return FALSE;
    }

  return TRUE;
}

/* Takes the rows up to an epoch; what follows the first that is none is a past
 * that is given up. */
static void
take_rows (EmoEpochTable *self,
           const char    *text,
           const char    *end,
           guint          n_epochs)
{
  while (TRUE)
    {
      g_autofree char *line = take_line (&text, end);
      EmoTrainEpoch row;

      if (line == NULL || !parse_row (line, self->last_epoch, &row) || row.epoch > n_epochs)
        return;
      g_string_append (self->rows, line);
      g_string_append (self->rows, "\r\n");
      self->last_epoch = row.epoch;
    }
}

static gboolean
move_aside (EmoEpochTable  *self,
            char          **moved,
            GError        **error)
{
  g_autofree char *aside = g_strconcat (self->path, ".old", NULL);

  if (g_rename (self->path, aside) != 0)
    return emo_file_set_error (error, self->path, "cannot be kept under another name", errno);
  *moved = g_steal_pointer (&aside);

  return TRUE;
}

static gboolean
take_header (const char **text,
             const char  *end)
{
  g_autofree char *line = take_line (text, end);
  g_autofree char *header = g_strjoinv (",", (char **) columns);

  return g_strcmp0 (line, header) == 0;
}

static gboolean
read_rows (EmoEpochTable  *self,
           guint           n_epochs,
           char          **moved,
           GError        **error)
{
  g_autoptr (GBytes) bytes = emo_file_read (self->path, MAX_FILE, error);
  const char *text, *end;
  gsize length;

  if (bytes == NULL)
    return FALSE;
  text = g_bytes_get_data (bytes, &length);
  end = text + length;
  if (length == 0)
    return TRUE;

  if (!take_header (&text, end))
    return move_aside (self, moved, error);
  take_rows (self, text, end, n_epochs);

  return TRUE;
}

/**
 * emo_epoch_table_new:
 * @path: the file
 * @n_epochs: epochs done, of which rows are kept; 0 begins anew
 * @moved: (out) (optional) (nullable): the name that a strange file now has
 * @error: return location
 *
 * Opens the table of a training that begins or goes on. Nothing is written but
 * with emo_epoch_table_add().
 *
 * Returns: (transfer full) (nullable): the table, or %NULL with the errors of
 *   emo_file_read(), %EMO_ERROR_NO_SPACE or %EMO_ERROR_IO
 */
EmoEpochTable *
emo_epoch_table_new (const char  *path,
                     guint        n_epochs,
                     char       **moved,
                     GError     **error)
{
  g_autoptr (EmoEpochTable) self = g_new0 (EmoEpochTable, 1);
  g_autofree char *aside = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  self->path = g_strdup (path);
  self->rows = g_string_new (NULL);
  append_header (self->rows);
  if (n_epochs > 0 && g_file_test (path, G_FILE_TEST_EXISTS) && !read_rows (self, n_epochs, &aside, error))
    return NULL;
  if (moved != NULL)
    *moved = g_steal_pointer (&aside);

  return g_steal_pointer (&self);
}

/**
 * emo_epoch_table_free:
 * @self: (transfer full) (nullable): a table
 */
void
emo_epoch_table_free (EmoEpochTable *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  g_string_free (self->rows, TRUE);
  g_free (self);
}

/**
 * emo_epoch_table_add:
 * @self: a table
 * @row: an epoch later than the last
 * @error: return location
 *
 * Appends a row and brings the file to the disk: another name, fsync, rename. A
 * reader never sees half a row.
 *
 * Returns: %FALSE with %EMO_ERROR_NO_SPACE or %EMO_ERROR_IO; the next row brings
 *   this one along
 */
gboolean
emo_epoch_table_add (EmoEpochTable        *self,
                     const EmoTrainEpoch  *row,
                     GError              **error)
{
  g_return_val_if_fail (self != NULL && row != NULL, FALSE);
  g_return_val_if_fail (row->epoch > self->last_epoch, FALSE);

  emo_csv_append_int (self->rows, row->epoch);
  emo_csv_append_double (self->rows, row->loss);
  emo_csv_append_double (self->rows, row->val_loss);
  emo_csv_append_double (self->rows, row->val_accuracy);
  emo_csv_append_double (self->rows, row->val_macro_f1);
  emo_csv_append_double (self->rows, row->lr);
  emo_csv_append_double (self->rows, row->pictures_per_s);
  emo_csv_append_double (self->rows, row->seconds);
  emo_csv_end_row (self->rows);
  self->last_epoch = row->epoch;

  return emo_file_write (self->path, self->rows->str, self->rows->len, error);
}

/**
 * emo_epoch_table_read:
 * @path: the file, there or not
 *
 * Returns: (transfer full) (element-type EmoTrainEpoch): its epochs
 */
GArray *
emo_epoch_table_read (const char *path)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (EmoTrainEpoch));
  g_autoptr (GBytes) bytes = NULL;
  const char *text, *end;
  gsize length;

  g_return_val_if_fail (path != NULL, rows);

  bytes = emo_file_read (path, MAX_FILE, NULL);
  if (bytes == NULL)
    return rows;
  text = g_bytes_get_data (bytes, &length);
  end = text + length;
  for (gboolean whole = length > 0 && take_header (&text, end); whole;)
    {
      g_autofree char *line = take_line (&text, end);
      EmoTrainEpoch row;

      whole = line != NULL && parse_row (line, rows->len > 0 ? g_array_index (rows, EmoTrainEpoch, rows->len - 1).epoch : 0, &row);
      if (whole)
        g_array_append_val (rows, row);
    }

  return rows;
}
