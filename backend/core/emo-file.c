/* emo-file.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emo-error.h"
#include "emo-file.h"

/* What the operating system's refusal means to a person. */
static EmoError
error_from_errno (int number)
{
  switch (number)
    {
    case ENOSPC:
    case EDQUOT:
      return EMO_ERROR_NO_SPACE;

    case ENOMEM:
      return EMO_ERROR_OUT_OF_MEMORY;

    default:
      return EMO_ERROR_IO;
    }
}

/**
 * emo_file_set_error:
 * @error: return location
 * @path: the file's name
 * @what: what was refused, such as "cannot be opened"
 * @number: the errno of it
 *
 * Sets %EMO_ERROR_NO_SPACE for a full disk or quota, %EMO_ERROR_OUT_OF_MEMORY or
 * %EMO_ERROR_IO.
 *
 * Returns: %FALSE, so that a caller can return it
 */
gboolean
emo_file_set_error (GError    **error,
                    const char *path,
                    const char *what,
                    int         number)
{
  g_autofree char *name = emo_file_escape_name (path);

  g_set_error (error, EMO_ERROR, (int) error_from_errno (number),
               "%s: %s: %s", name, what, g_strerror (number));

  return FALSE;
}

static const char *
describe_kind (mode_t mode)
{
  if (S_ISDIR (mode))
    return "a folder";
  if (S_ISFIFO (mode))
    return "a pipe";
  if (S_ISSOCK (mode))
    return "a socket";

  return "a device";
}

/**
 * emo_file_open:
 * @path: a file's name; a link is followed
 * @size: (out) (optional): its size in bytes
 * @error: return location
 *
 * Opens a regular file for reading. Opened O_NONBLOCK, so that a pipe without
 * a writer cannot hold the caller; looked at through the descriptor, so that
 * the file cannot be another one than was checked.
 *
 * Returns: a descriptor for close(), or -1 with %EMO_ERROR_IO
 */
int
emo_file_open (const char  *path,
               gsize       *size,
               GError     **error)
{
  struct stat status;
  int fd, number;

  g_return_val_if_fail (path != NULL, -1);

  do
    fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  while (fd < 0 && errno == EINTR);

  if (fd < 0)
    {
      emo_file_set_error (error, path, "cannot be opened", errno);
      return -1;
    }

  if (fstat (fd, &status) < 0)
    {
      number = errno;
      close (fd);
      emo_file_set_error (error, path, "cannot be examined", number);
      return -1;
    }

  if (!S_ISREG (status.st_mode))
    {
      g_autofree char *name = emo_file_escape_name (path);

      close (fd);
      g_set_error (error, EMO_ERROR, EMO_ERROR_IO,
                   "%s: expected a file, found %s", name, describe_kind (status.st_mode));
      return -1;
    }

  if (size != NULL)
    *size = (gsize) status.st_size;

  return fd;
}

/* Reads up to @length bytes; *@length becomes what was there. */
static gboolean
read_fully (int     fd,
            char   *data,
            gsize  *length)
{
  gsize done = 0;

  while (done < *length)
    {
      gssize n = read (fd, data + done, *length - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      if (n == 0)
        break;

      done += (gsize) n;
    }

  *length = done;

  return TRUE;
}

/**
 * emo_file_read:
 * @path: a file's name
 * @max_bytes: the largest size taken
 * @error: return location
 *
 * Reads a whole regular file. A file that another process shortens meanwhile
 * gives what was left of it, one that grows what it had.
 *
 * Returns: (transfer full) (nullable): its bytes, or %NULL with %EMO_ERROR_IO,
 *   %EMO_ERROR_LIMIT or %EMO_ERROR_OUT_OF_MEMORY
 */
GBytes *
emo_file_read (const char  *path,
               gsize        max_bytes,
               GError     **error)
{
  g_autofree char *data = NULL;
  gsize length;
  int fd, number;
  gboolean ok;

  g_return_val_if_fail (path != NULL, NULL);

  fd = emo_file_open (path, &length, error);
  if (fd < 0)
    return NULL;

  if (length > max_bytes)
    {
      g_autofree char *name = emo_file_escape_name (path);

      close (fd);
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT,
                   "%s: %" G_GSIZE_FORMAT " bytes, at most %" G_GSIZE_FORMAT " are read",
                   name, length, max_bytes);
      return NULL;
    }

  data = g_try_malloc (MAX (length, 1));
  if (data == NULL)
    {
      close (fd);
      emo_file_set_error (error, path, "cannot be read", ENOMEM);
      return NULL;
    }

  ok = read_fully (fd, data, &length);
  number = errno;
  close (fd);

  if (!ok)
    {
      emo_file_set_error (error, path, "cannot be read", number);
      return NULL;
    }

  return g_bytes_new_take (g_steal_pointer (&data), length);
}

/* What is to be replaced: the file that a link leads to, not the link; and never
 * a device or a pipe, which a rename would put a file in the place of. */
static char *
dup_write_target (const char  *path,
                  GError     **error)
{
  g_autofree char *name = NULL;
  struct stat status;
  char *resolved, *target;

  if (stat (path, &status) != 0)
    return g_strdup (path);

  if (!S_ISREG (status.st_mode))
    {
      name = emo_file_escape_name (path);
      g_set_error (error, EMO_ERROR, EMO_ERROR_IO,
                   "%s: cannot be written: expected a file, found %s",
                   name, describe_kind (status.st_mode));
      return NULL;
    }

  resolved = realpath (path, NULL);
  target = g_strdup (resolved != NULL ? resolved : path);
  free (resolved);

  return target;
}

/* GLib's message names the temporary file, which is gone and tells nobody
 * anything: only the reason counts. */
static char *
dup_reason (const GError *error)
{
  static const struct
  {
    GFileError code;
    int        number;
  } reasons[] = {
    { G_FILE_ERROR_ACCES, EACCES },
    { G_FILE_ERROR_PERM, EPERM },
    { G_FILE_ERROR_ROFS, EROFS },
    { G_FILE_ERROR_NOENT, ENOENT },
    { G_FILE_ERROR_NOTDIR, ENOTDIR },
    { G_FILE_ERROR_NAMETOOLONG, ENAMETOOLONG },
    { G_FILE_ERROR_NOSPC, ENOSPC },
    { G_FILE_ERROR_MFILE, EMFILE },
    { G_FILE_ERROR_IO, EIO },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_error_matches (error, G_FILE_ERROR, (int) reasons[i].code))
      return g_strdup (g_strerror (reasons[i].number));

  return g_strdup (error->message);
}

static gboolean
write_whole (const char             *path,
             const void             *data,
             gsize                   length,
             GFileSetContentsFlags   flags,
             GError                **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *target = NULL;
  g_autofree char *reason = NULL;
  EmoError code = EMO_ERROR_IO;

  target = dup_write_target (path, error);
  if (target == NULL)
    return FALSE;

  if (g_file_set_contents_full (target, data != NULL ? data : "", (gssize) length, flags, 0666, &local_error))
    return TRUE;

  /* EDQUOT and EFBIG have no GFileError of their own: they arrive as FAILED, in
   * words. */
  if (g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ||
      strstr (local_error->message, g_strerror (EDQUOT)) != NULL ||
      strstr (local_error->message, g_strerror (EFBIG)) != NULL)
    code = EMO_ERROR_NO_SPACE;

  name = emo_file_escape_name (path);
  reason = dup_reason (local_error);
  g_set_error (error, EMO_ERROR, (int) code, "%s: cannot be written: %s", name, reason);

  return FALSE;
}

/**
 * emo_file_write:
 * @path: a file's name
 * @data: (array length=length) (element-type guint8): its content
 * @length: bytes of @data
 * @error: return location
 *
 * Writes a file as a whole: under another name, fsync'ed, then renamed, then
 * the folder is fsync'ed. On failure the old file is as it was and nothing is
 * left beside it. A link stays and what it leads to is replaced; a device, pipe
 * or folder is refused.
 *
 * Returns: whether it is on the disk, else %FALSE with %EMO_ERROR_NO_SPACE or
 *   %EMO_ERROR_IO
 */
gboolean
emo_file_write (const char  *path,
                const void  *data,
                gsize        length,
                GError     **error)
{
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (length <= G_MAXSSIZE, FALSE);

  return write_whole (path, data, length, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, error);
}

/**
 * emo_file_write_many:
 * @path: a file's name
 * @data: (array length=length) (element-type guint8): its content
 * @length: bytes of @data
 * @error: return location
 *
 * Writes one of thousands of files that can be made again: whole or not at all
 * where the program ends, but without waiting for the disk, so that after a loss
 * of power a new file may be empty.
 *
 * Returns: as emo_file_write() does
 */
gboolean
emo_file_write_many (const char  *path,
                     const void  *data,
                     gsize        length,
                     GError     **error)
{
  g_return_val_if_fail (path != NULL, FALSE);
  g_return_val_if_fail (data != NULL || length == 0, FALSE);
  g_return_val_if_fail (length <= G_MAXSSIZE, FALSE);

  return write_whole (path, data, length, G_FILE_SET_CONTENTS_CONSISTENT, error);
}

/**
 * emo_file_sync_folder:
 * @folder: a folder's name
 * @error: return location
 *
 * Waits until the folder's entries are on the disk. Where the file system cannot
 * do that for a folder, or the folder may be written but not opened, there is
 * nothing to wait for, and nothing failed.
 *
 * Returns: %FALSE with %EMO_ERROR_NO_SPACE or %EMO_ERROR_IO
 */
gboolean
emo_file_sync_folder (const char  *folder,
                      GError     **error)
{
  int fd, number = 0;

  g_return_val_if_fail (folder != NULL, FALSE);

  do
    fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while (fd < 0 && errno == EINTR);
  if (fd < 0)
    return errno == EACCES || emo_file_set_error (error, folder, "cannot be opened", errno);

  if (fsync (fd) != 0 && errno != EINVAL && errno != ENOTSUP && errno != ENOSYS)
    number = errno;
  close (fd);
  if (number != 0)
    return emo_file_set_error (error, folder, "cannot be brought to the disk", number);

  return TRUE;
}

/**
 * emo_file_make_folder:
 * @path: a folder's name
 * @error: return location
 *
 * Makes a folder, and the ones above it where they are missing.
 *
 * Returns: whether it is there, else %FALSE with %EMO_ERROR_NO_SPACE or
 *   %EMO_ERROR_IO
 */
gboolean
emo_file_make_folder (const char  *path,
                      GError     **error)
{
  g_autofree char *parent = NULL;

  g_return_val_if_fail (path != NULL, FALSE);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;

  parent = g_path_get_dirname (path);
  if (!g_str_equal (parent, path) && !emo_file_make_folder (parent, error))
    return FALSE;
  if (mkdir (path, 0777) != 0 && (errno != EEXIST || !g_file_test (path, G_FILE_TEST_IS_DIR)))
    return emo_file_set_error (error, path, "the folder cannot be made", errno);

  return emo_file_sync_folder (parent, error);
}

/* Characters that turn or hide text: a name with them can look like another. */
static gboolean
is_deceptive (gunichar c)
{
  return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0x061c || c == 0xfeff;
}

/**
 * emo_file_escape_name:
 * @path: a file's name as the disk has it, any bytes
 *
 * A name for the screen and for messages: bytes that are no UTF-8 and control
 * characters as `\x1b`, characters that change the direction of text or hide
 * as `\u{202e}`. All else, backslashes too, is as it was.
 *
 * Returns: (transfer full): valid UTF-8 on one line
 */
char *
emo_file_escape_name (const char *path)
{
  GString *out;

  g_return_val_if_fail (path != NULL, NULL);

  out = g_string_sized_new (strlen (path));

  while (*path != '\0')
    {
      gunichar c = g_utf8_get_char_validated (path, -1);

      if (c == (gunichar) -1 || c == (gunichar) -2)
        {
          g_string_append_printf (out, "\\x%02x", (guint8) *path++);
          continue;
        }

      if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        g_string_append_printf (out, "\\x%02x", c);
      else if (is_deceptive (c))
        g_string_append_printf (out, "\\u{%x}", c);
      else
        g_string_append_unichar (out, c);

      path = g_utf8_next_char (path);
    }

  return g_string_free (out, FALSE);
}

/**
 * emo_file_escape_start:
 * @text: a text from a file
 * @n_bytes: how much of it a message has room for
 *
 * Escapes as emo_file_escape_name() does and cuts between characters: printf's
 * precision counts bytes, and half a character makes a message that no label
 * shows.
 *
 * Returns: (transfer full): UTF-8 of at most @n_bytes bytes
 */
char *
emo_file_escape_start (const char *text,
                       gsize       n_bytes)
{
  char *shown = emo_file_escape_name (text);

  if (strlen (shown) > n_bytes)
    *g_utf8_find_prev_char (shown, shown + n_bytes + 1) = '\0';

  return shown;
}
