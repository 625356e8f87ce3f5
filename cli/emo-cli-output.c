/* emo-cli-output.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "emo-cli.h"

/* Where the rows go. A file is valid at every moment: an old one stays until
 * the first row of the new one is complete (a temporary file takes its name
 * then), rows are appended whole, and a row that did not fit on the disk is cut
 * off again. A table's columns are for people, so its file is written once, at
 * the end. */
struct _EmoCliOutput
{
  char             *path;          /* (nullable): stdout */
  char             *shown;         /* the path, for messages */
  EmoExportOptions  options;
  gboolean          resume;
  int               fd;            /* -1 until the first row */
  char             *temporary;     /* (nullable) not yet renamed */
  GString          *begun;         /* the table of a file, and a header without rows */
  off_t             complete;      /* bytes of whole rows; -1: not a regular file */
  gsize             old_length;    /* --resume: bytes of whole rows that are there */
  char             *old_header;
  GHashTable       *done;
  EmoModelInfo     *info;
  gboolean          notice_given;
};

static void
set_errno_error (GError     **error,
                 const char  *name,     /* (nullable) standard output */
                 int          number)
{
  gboolean full = number == ENOSPC || number == EDQUOT || number == EFBIG;

  if (number == EPIPE)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, _("The reader is gone"));
  else if (name == NULL)
    g_set_error (error, EMO_ERROR, full ? EMO_ERROR_NO_SPACE : EMO_ERROR_IO,
                 _("Cannot write to standard output: %s"), g_strerror (number));
  else if (number == ENXIO)
    g_set_error (error, EMO_ERROR, EMO_ERROR_IO, _("Cannot write %s: nothing reads this pipe"), name);
  else
    g_set_error (error, EMO_ERROR, full ? EMO_ERROR_NO_SPACE : EMO_ERROR_IO,
                 _("Cannot write %s: %s"), name, g_strerror (number));
}

/**
 * emo_cli_is_closed_pipe:
 * @error: (nullable): an error
 *
 * Returns: whether the reader at the other end had enough
 */
gboolean
emo_cli_is_closed_pipe (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
}

/**
 * emo_cli_write_all:
 * @fd: where to
 * @name: (nullable): what errors call it; %NULL for standard output
 * @text: what
 * @length: bytes
 * @error: return location
 *
 * Errors: %EMO_ERROR_IO, %EMO_ERROR_NO_SPACE, %G_IO_ERROR_BROKEN_PIPE.
 *
 * Returns: whether all was written
 */
gboolean
emo_cli_write_all (int          fd,
                   const char  *name,
                   const char  *text,
                   gsize        length,
                   GError     **error)
{
  while (length > 0)
    {
      ssize_t written = write (fd, text, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        {
          set_errno_error (error, name, errno);
          return FALSE;
        }
      text += written;
      length -= written;
    }

  return TRUE;
}

/* A target that cannot be written is told before the model is loaded. */
static gboolean
check_target (EmoCliOutput  *self,
              GError       **error)
{
  g_autofree char *folder = NULL;
  struct stat status;
  char *real;

  if (stat (self->path, &status) == 0)
    {
      if (S_ISDIR (status.st_mode))
        {
          set_errno_error (error, self->shown, EISDIR);
          return FALSE;
        }
      if (access (self->path, W_OK) != 0)
        {
          set_errno_error (error, self->shown, errno);
          return FALSE;
        }
      /* A link keeps pointing where it does. */
      real = realpath (self->path, NULL);
      if (real != NULL)
        {
          g_free (self->path);
          self->path = g_strdup (real);
          free (real);
        }
      if (!S_ISREG (status.st_mode))
        {
          self->complete = -1;
          return TRUE;
        }
    }
  else if (errno != ENOENT)
    {
      /* A name that is too long, or a link to itself. */
      set_errno_error (error, self->shown, errno);
      return FALSE;
    }

  folder = g_path_get_dirname (self->path);
  if (access (folder, W_OK | X_OK) == 0 && g_file_test (folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  set_errno_error (error, self->shown, errno != 0 ? errno : ENOTDIR);

  return FALSE;
}

/**
 * emo_cli_output_new:
 * @options: --format, --output, --resume
 * @error: return location
 *
 * Checks where results go and reads what is there already. Nothing is written.
 *
 * Errors: %EMO_ERROR_IO, %EMO_ERROR_INVALID_FILE for a file that --resume cannot
 * go on with.
 *
 * Returns: (transfer full): an output
 */
EmoCliOutput *
emo_cli_output_new (EmoCliOptions  *options,
                    GError        **error)
{
  g_autoptr(GError) local_error = NULL;
  EmoCliOutput *self = g_new0 (EmoCliOutput, 1);

  self->path = g_strdup (options->output);
  self->shown = options->output != NULL ? emo_file_escape_name (options->output) : NULL;
  self->options = (EmoExportOptions) EMO_EXPORT_OPTIONS_INIT;
  self->options.format = options->format;
  self->options.columns = options->column_groups;
  self->resume = options->resume;
  self->fd = -1;
  self->begun = g_string_new (NULL);

  errno = 0;
  if (self->path != NULL && !check_target (self, &local_error))
    ;
  else if (self->resume && g_file_test (self->path, G_FILE_TEST_EXISTS))
    self->done = emo_cli_read_done (self->path, self->options.format, &self->old_length,
                                    &self->old_header, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      emo_cli_output_free (self);
      return NULL;
    }
  if (self->done == NULL)
    self->done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

/**
 * emo_cli_output_free:
 * @self: (transfer full): an output
 *
 * Closes it; an unfinished temporary file goes.
 */
void
emo_cli_output_free (EmoCliOutput *self)
{
  if (self->fd > STDERR_FILENO)
    close (self->fd);
  if (self->temporary != NULL)
    g_unlink (self->temporary);
  g_clear_pointer (&self->temporary, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->shown, g_free);
  g_clear_pointer (&self->old_header, g_free);
  g_clear_pointer (&self->done, g_hash_table_unref);
  g_clear_pointer (&self->info, emo_model_info_unref);
  g_string_free (self->begun, TRUE);
  g_free (self);
}

/**
 * emo_cli_output_get_done:
 * @self: an output
 *
 * Returns: (transfer none): URIs of the pictures that have their row
 */
GHashTable *
emo_cli_output_get_done (EmoCliOutput *self)
{
  return self->done;
}

/**
 * emo_cli_output_is_stdout:
 * @self: an output
 *
 * Returns: whether rows go to standard output
 */
gboolean
emo_cli_output_is_stdout (EmoCliOutput *self)
{
  return self->path == NULL;
}

/* A pipe, a terminal or a device. A pipe that nobody reads yet would hold open()
 * back for ever, deaf to an interrupt: that is ENXIO instead. */
static int
open_special (const char *path)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

  if (fd >= 0)
    fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) & ~O_NONBLOCK);

  return fd;
}

static gboolean
open_target (EmoCliOutput  *self,
             GError       **error)
{
  if (self->path == NULL)
    self->fd = STDOUT_FILENO;
  else if (self->complete < 0)
    self->fd = open_special (self->path);
  else if (self->old_length > 0)
    {
      self->fd = open (self->path, O_WRONLY | O_CLOEXEC);
      self->complete = self->old_length;
      if (self->fd >= 0 && (ftruncate (self->fd, self->complete) != 0 || lseek (self->fd, 0, SEEK_END) < 0))
        {
          int number = errno;

          close (self->fd);
          self->fd = -1;
          errno = number;
        }
    }
  else
    {
      self->temporary = g_strconcat (self->path, ".XXXXXX", NULL);
      self->fd = g_mkstemp_full (self->temporary, O_WRONLY | O_CLOEXEC, 0666);
      if (self->fd < 0)
        g_clear_pointer (&self->temporary, g_free);
    }

  if (self->fd >= 0)
    return TRUE;
  set_errno_error (error, self->shown, errno);

  return FALSE;
}

/* Appends whole rows, or leaves the file as it was. */
static gboolean
append (EmoCliOutput  *self,
        const char    *text,
        gsize          length,
        GError       **error)
{
  if (self->fd < 0 && !open_target (self, error))
    return FALSE;

  if (!emo_cli_write_all (self->fd, self->shown, text, length, error))
    {
      if (self->path != NULL && self->complete >= 0 && ftruncate (self->fd, self->complete) != 0)
        g_prefix_error (error, "(the last row is cut) ");
      return FALSE;
    }
  if (self->complete >= 0)
    self->complete += length;

  if (self->temporary != NULL)
    {
      if (g_rename (self->temporary, self->path) != 0)
        {
          set_errno_error (error, self->shown, errno);
          return FALSE;
        }
      g_clear_pointer (&self->temporary, g_free);
    }

  return TRUE;
}

/**
 * emo_cli_output_begin:
 * @self: an output
 * @info: the model, whose labels name the columns
 * @name_width: of the table's first column
 * @error: return location
 *
 * Makes the header. It is written with the first row.
 *
 * Errors: %EMO_ERROR_INVALID_FILE where --resume meets other columns.
 *
 * Returns: whether rows may follow
 */
gboolean
emo_cli_output_begin (EmoCliOutput  *self,
                      EmoModelInfo  *info,
                      guint          name_width,
                      GError       **error)
{
  g_autofree char *header = NULL;

  self->info = emo_model_info_ref (info);
  self->options.name_width = name_width;
  header = emo_export_header (&self->options, info);
  if (self->old_header != NULL)
    {
      gsize bom = g_str_has_prefix (self->old_header, "\xef\xbb\xbf") ? 3 : 0;

      if (g_str_equal (self->old_header + bom, header))
        return TRUE;
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   _("%s has other columns than this model gives; choose another --output"), self->shown);
      return FALSE;
    }

  if (self->path == NULL && self->options.format == EMO_EXPORT_TABLE && emo_cli_has_colour (STDOUT_FILENO))
    {
      g_strchomp (header);
      g_string_append_printf (self->begun, "\033[1m%s\033[0m\n", header);
    }
  else
    g_string_append (self->begun, header);

  return TRUE;
}

/* "Demo model: drawn scenes only" heads the table, or stands over the first row
 * that it is true of where the head is on the screen already. */
static void
add_notice (EmoCliOutput *self,
            EmoSample    *sample)
{
  EmoPrediction *prediction = emo_sample_get_prediction (sample);
  g_autofree char *notice = NULL;

  if (self->notice_given || self->options.format != EMO_EXPORT_TABLE || prediction == NULL ||
      self->info->domain_notice == NULL ||
      emo_prediction_get_in_domain (prediction) != EMO_DOMAIN_OUT)
    return;

  self->notice_given = TRUE;
  notice = g_strdup_printf ("%s. Pictures marked \"out\" are not of that kind.\n", self->info->domain_notice);
  g_string_prepend (self->begun, notice);
}

/**
 * emo_cli_output_write:
 * @self: an output that was begun
 * @sample: a picture that is done or failed
 * @error: return location
 *
 * Writes its row.
 *
 * Errors: %EMO_ERROR_IO, %EMO_ERROR_NO_SPACE, %G_IO_ERROR_BROKEN_PIPE.
 *
 * Returns: whether it is written
 */
gboolean
emo_cli_output_write (EmoCliOutput  *self,
                      EmoSample     *sample,
                      GError       **error)
{
  g_autofree char *row = emo_export_row (&self->options, self->info, sample);
  gboolean written;

  add_notice (self, sample);
  g_string_append (self->begun, row);
  if (self->path != NULL && self->options.format == EMO_EXPORT_TABLE)
    return TRUE;

  written = append (self, self->begun->str, self->begun->len, error);
  g_string_truncate (self->begun, 0);

  return written;
}

/**
 * emo_cli_output_finish:
 * @self: an output
 * @error: return location
 *
 * Writes what waits for the end and makes sure that a file is on the disk.
 *
 * Returns: whether all is written
 */
gboolean
emo_cli_output_finish (EmoCliOutput  *self,
                       GError       **error)
{
  struct stat status;

  if (self->begun->len > 0)
    {
      g_autoptr(GString) text = g_steal_pointer (&self->begun);

      self->begun = g_string_new (NULL);
      if (!append (self, text->str, text->len, error))
        return FALSE;
    }
  if (self->path == NULL || self->fd < 0 || self->complete < 0)
    return TRUE;

  if (fsync (self->fd) != 0 || fstat (self->fd, &status) != 0)
    {
      set_errno_error (error, self->shown, errno);
      return FALSE;
    }
  if (status.st_nlink == 0)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_IO, _("%s was removed while it was written"), self->shown);
      return FALSE;
    }

  return TRUE;
}
