/* emo-run-files.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"
#define _GNU_SOURCE   /* F_OFD_SETLK */

#include "config.h"

#include <errno.h>
#include <fcntl.h>

#include <glib/gstdio.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-run-files-private.h"

/* Whether a run is alive is asked of the kernel: its process holds a lock on one
 * byte of a file, at the run's number, which goes with the process however that
 * ends. A process id would mean something else in each sandbox, and something
 * new after a restart. The byte at 0 is for mending the store. */
struct _EmoRunFiles
{
  char   *folder;
  char   *path;
  int     lock;     /* -1: there is no such file, every other run counts as over */
  GArray *own;      /* of gint64 */
};

/**
 * emo_run_files_new:
 * @folder: the folder of the store
 *
 * Makes the folder, for its owner alone, where it can.
 *
 * Returns: (transfer full): the files
 */
EmoRunFiles *
emo_run_files_new (const char *folder)
{
  EmoRunFiles *self = g_new0 (EmoRunFiles, 1);
  g_autofree char *lock = g_build_filename (folder, "runs.lock", NULL);

  g_mkdir_with_parents (folder, 0700);
  self->folder = g_strdup (folder);
  self->path = g_build_filename (folder, "runs.db", NULL);
  self->lock = g_open (lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
  self->own = g_array_new (FALSE, FALSE, sizeof (gint64));

  return self;
}

/**
 * emo_run_files_free:
 * @self: (transfer full): the files
 *
 * The runs that were held are over.
 */
void
emo_run_files_free (EmoRunFiles *self)
{
  if (self->lock >= 0)
    g_close (self->lock, NULL);
  g_array_unref (self->own);
  g_free (self->folder);
  g_free (self->path);
  g_free (self);
}

/**
 * emo_run_files_get_path:
 * @self: the files
 *
 * Returns: (transfer none): the name of the store's file
 */
const char *
emo_run_files_get_path (EmoRunFiles *self)
{
  return self->path;
}

static gboolean
lock_byte (EmoRunFiles *self,
           gint64       byte,
           int          command,
           short        type,
           struct flock *result)
{
  struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };
  int rc;

  if (self->lock < 0)
    return FALSE;
  do
    rc = fcntl (self->lock, command, &lock);
  while (rc < 0 && errno == EINTR);
  if (result != NULL)
    *result = lock;

  return rc == 0;
}

/**
 * emo_run_files_hold:
 * @self: the files
 * @run: a run of this process
 *
 * Says that the run is alive, until the files are freed or the process ends.
 */
void
emo_run_files_hold (EmoRunFiles *self,
                    gint64       run)
{
  g_array_append_val (self->own, run);
  if (!lock_byte (self, run, F_OFD_SETLK, F_WRLCK, NULL))
    g_info ("The run cannot be told from one that is over");
}

/**
 * emo_run_files_is_alive:
 * @self: the files
 * @run: any run
 *
 * Returns: whether its process lives
 */
gboolean
emo_run_files_is_alive (EmoRunFiles *self,
                        gint64       run)
{
  struct flock found;

  for (guint i = 0; i < self->own->len; i++)
    if (g_array_index (self->own, gint64, i) == run)
      return TRUE;

  return run > 0 && lock_byte (self, run, F_OFD_GETLK, F_WRLCK, &found) && found.l_type != F_UNLCK;
}

/**
 * emo_run_files_lock:
 * @self: the files
 *
 * Waits until no other process mends the store.
 */
void
emo_run_files_lock (EmoRunFiles *self)
{
  lock_byte (self, 0, F_OFD_SETLKW, F_WRLCK, NULL);
}

/**
 * emo_run_files_unlock:
 * @self: the files
 *
 * Ends what emo_run_files_lock() began.
 */
void
emo_run_files_unlock (EmoRunFiles *self)
{
  lock_byte (self, 0, F_OFD_SETLK, F_UNLCK, NULL);
}

/**
 * emo_run_files_set_aside:
 * @self: the files
 * @error: return location
 *
 * Renames the store's file and its journal, so that whatever they hold can still
 * be looked at.
 *
 * Returns: (transfer full) (nullable): the new name, or %NULL with %EMO_ERROR_IO
 */
char *
emo_run_files_set_aside (EmoRunFiles  *self,
                         GError      **error)
{
  static const char * const suffixes[] = { "-wal", "-shm" };
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  g_autofree char *aside = NULL;

  for (guint i = 0; aside == NULL || g_file_test (aside, G_FILE_TEST_EXISTS); i++)
    {
      g_free (aside);
      aside = i == 0 ? g_strdup_printf ("%s.broken-%s", self->path, stamp)
                     : g_strdup_printf ("%s.broken-%s-%u", self->path, stamp, i);
    }

  if (g_rename (self->path, aside) != 0)
    {
      int saved = errno;
      g_autofree char *name = emo_file_escape_name (self->path);

      g_set_error (error, EMO_ERROR, EMO_ERROR_IO, "%s cannot be renamed: %s", name, g_strerror (saved));
      return NULL;
    }
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (self->path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (aside, suffixes[i], NULL);

      /* A journal that stayed would be played into the new file. */
      if (g_rename (from, to) != 0)
        g_unlink (from);
    }

  return g_steal_pointer (&aside);
}

static char *
build_kept (EmoRunFiles *self,
            const char  *name)
{
  return g_build_filename (self->folder, "pasted", name, NULL);
}

/**
 * emo_run_files_dup_uri:
 * @self: the files
 * @pasted: a kept copy
 *
 * Returns: (transfer full): its URI, whether it is there or not
 */
char *
emo_run_files_dup_uri (EmoRunFiles *self,
                       const char  *pasted)
{
  g_autofree char *path = build_kept (self, pasted);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return g_file_get_uri (file);
}

/**
 * emo_run_files_keep:
 * @self: the files
 * @bytes: an encoded picture
 * @name: emo_run_entry_dup_kept_name() of the bytes
 * @error: return location
 *
 * Keeps a copy, unless there is one.
 *
 * Returns: whether there is a copy, else the errors of emo_file_write()
 */
gboolean
emo_run_files_keep (EmoRunFiles  *self,
                    GBytes       *bytes,
                    const char   *name,
                    GError      **error)
{
  g_autofree char *path = build_kept (self, name);
  g_autofree char *folder = g_path_get_dirname (path);
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  GStatBuf status;

  /* The name is of the content, and files are written whole. */
  if (g_stat (path, &status) == 0 && (gsize) status.st_size == length)
    return TRUE;

  g_mkdir_with_parents (folder, 0700);

  return emo_file_write (path, data, length, error);
}

/**
 * emo_run_files_sweep:
 * @self: the files
 * @needed: says whether a kept copy is needed
 * @user_data: for @needed
 *
 * Removes kept copies that nothing needs. Copies are kept and swept only while
 * the store is being written, which one process does at a time, so that none is
 * swept before its row is there.
 */
void
emo_run_files_sweep (EmoRunFiles      *self,
                     EmoRunNeededFunc  needed,
                     gpointer          user_data)
{
  g_autofree char *folder = g_build_filename (self->folder, "pasted", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf status;

      if (g_lstat (path, &status) == 0 && S_ISREG (status.st_mode) &&
          !needed (name, user_data))
        g_unlink (path);
    }
}
