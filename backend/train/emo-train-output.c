/* emo-train-output.c: the folder that a training works in
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-train-output.h"

#define MANIFEST "emovlm.json"

struct _EmoTrainOutput
{
  char     *path;
  char     *training;   /* the folder of all that is no part of the bundle */
  char     *staged;     /* where a bundle is put together */
  char     *lock_path;
  int       lock;       /* -1: not held */
  gboolean  made;       /* the folder was not there */
};

static gboolean
has (const char *folder,
     const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

gboolean
emo_train_output_is_bundle (EmoTrainOutput *self)
{
  return has (self->path, MANIFEST);
}

/* A bundle was put together, and not all of it has been moved up. */
static gboolean
is_moving (EmoTrainOutput *self)
{
  return !emo_train_output_is_bundle (self) && has (self->training, "origin.json");
}

/* --- The lock --- */

/* Whether the file that was locked is the one that has the name: who had it
 * before may have removed it. */
static gboolean
is_named (EmoTrainOutput *self)
{
  struct stat held, named;

  return fstat (self->lock, &held) == 0 && stat (self->lock_path, &named) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

static gboolean
fail_busy (EmoTrainOutput  *self,
           GError         **error)
{
  g_autofree char *shown = emo_file_escape_name (self->path);

  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
               "%s: another training is at work in this folder: wait for its end, or name another --output", shown);

  return FALSE;
}

/* The kernel takes the lock back when the process ends, however it does. On a
 * file system without locks nothing can be told, and nothing is refused. */
static gboolean
take_lock (EmoTrainOutput  *self,
           GError         **error)
{
  do
    {
      if (self->lock >= 0)
        close (self->lock);
      self->lock = open (self->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
      if (self->lock < 0)
        return emo_file_set_error (error, self->lock_path, "cannot be opened", errno);
      if (flock (self->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        {
          close (self->lock);
          self->lock = -1;
          return fail_busy (self, error);
        }
    }
  while (!is_named (self));

  return TRUE;
}

/* A folder that nothing came of is left as it was found. */
static void
tidy (EmoTrainOutput *self)
{
  g_unlink (self->lock_path);
  g_rmdir (self->training);
  if (self->made)
    g_rmdir (self->path);
}

/* --- What is there --- */

/* What a folder of its own files would do to a person's is not tried. */
static gboolean
check_new (EmoTrainOutput  *self,
           GError         **error)
{
  g_autoptr(GDir) dir = g_dir_open (self->path, 0, NULL);
  g_autofree char *shown = emo_file_escape_name (self->path);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (!g_str_equal (name, "training"))
      {
        g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                     "%s: expected a new or empty folder, or a bundle, found files and no " MANIFEST, shown);
        return FALSE;
      }

  return TRUE;
}

/* What is asked for is what the bundle began with, or is the bundle. */
static gboolean
check_origin (EmoTrainOutput        *self,
              const EmoTrainOrigin  *wanted,
              GError               **error)
{
  g_autoptr(EmoTrainOrigin) begun = emo_train_origin_load (self->path);
  g_autofree char *shown = emo_file_escape_name (self->path);
  g_autofree char *asked = NULL;
  g_autofree char *was = NULL;

  if (wanted == NULL || g_str_equal (wanted->path, self->path) || (begun != NULL && emo_train_origin_equal (begun, wanted)))
    return TRUE;
  asked = emo_train_origin_describe (wanted);
  was = begun != NULL ? emo_train_origin_describe (begun) : g_strdup ("something that it does not name");
  if (g_str_equal (asked, was))
    g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                 "%s began with %s, which has changed since: go on without naming it, or name another --output", shown, was);
  else
    g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                 "%s began with %s and cannot begin with %s as well: go on without naming it, or name another --output",
                 shown, was, asked);

  return FALSE;
}

/* --- Putting together --- */

static GPtrArray *
list_names (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));

  return names;
}

/* A folder that was made here, with all in it. Links are not followed. */
static void
remove_folder (const char *folder)
{
  g_autoptr(GPtrArray) names = list_names (folder);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        remove_folder (path);
      else
        g_unlink (path);
    }
  g_rmdir (folder);
}

static gboolean
move_up (EmoTrainOutput  *self,
         const char      *name,
         GError         **error)
{
  g_autofree char *from = g_build_filename (self->staged, name, NULL);
  g_autofree char *to = g_build_filename (self->path, name, NULL);

  return g_rename (from, to) == 0 || emo_file_set_error (error, to, "cannot be put in its place", errno);
}

/* The manifest comes last: a folder with one is whole. */
static gboolean
move_all (EmoTrainOutput  *self,
          GError         **error)
{
  g_autoptr(GPtrArray) names = list_names (self->staged);

  for (guint i = 0; i < names->len; i++)
    if (!g_str_equal (names->pdata[i], MANIFEST) && !move_up (self, names->pdata[i], error))
      return FALSE;
  if (!emo_file_sync_folder (self->path, error) || !move_up (self, MANIFEST, error) || !emo_file_sync_folder (self->path, error))
    return FALSE;
  g_rmdir (self->staged);

  return TRUE;
}

char *
emo_train_output_begin (EmoTrainOutput  *self,
                        GError         **error)
{
  remove_folder (self->staged);

  return emo_file_make_folder (self->staged, error) ? g_strdup (self->staged) : NULL;
}

/* Once the origin is written down all that follows is to move. */
gboolean
emo_train_output_complete (EmoTrainOutput        *self,
                           const EmoTrainOrigin  *origin,
                           GError               **error)
{
  return emo_train_origin_save (origin, self->path, error) && move_all (self, error);
}

/* --- Opening --- */

static gboolean
open_folder (EmoTrainOutput        *self,
             const EmoTrainOrigin  *wanted,
             GError               **error)
{
  if ((!emo_train_output_is_bundle (self) && !is_moving (self) && !check_new (self, error)) ||
      !emo_file_make_folder (self->training, error) || !take_lock (self, error))
    return FALSE;
  if (!emo_train_output_is_bundle (self) && !is_moving (self))
    return TRUE;

  return check_origin (self, wanted, error) && (!is_moving (self) || move_all (self, error));
}

/**
 * emo_train_output_open:
 * @path: a folder, absolute
 * @wanted: (nullable): what the training is to begin with
 * @error: return location
 *
 * Returns: (transfer full): the folder, locked
 */
EmoTrainOutput *
emo_train_output_open (const char            *path,
                       const EmoTrainOrigin  *wanted,
                       GError               **error)
{
  g_autoptr(EmoTrainOutput) self = NULL;

  g_return_val_if_fail (path != NULL && g_path_is_absolute (path), NULL);

  self = g_new0 (EmoTrainOutput, 1);
  self->path = g_strdup (path);
  self->training = g_build_filename (path, "training", NULL);
  self->staged = g_build_filename (self->training, "begin", NULL);
  self->lock_path = g_build_filename (self->training, "lock", NULL);
  self->lock = -1;
  self->made = !g_file_test (path, G_FILE_TEST_EXISTS);
  if (!open_folder (self, wanted, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_train_output_free:
 * @self: (transfer full) (nullable): a folder
 *
 * Lets go of it. What was put together and did not become whole is removed, so
 * that a full disk has room again.
 */
void
emo_train_output_free (EmoTrainOutput *self)
{
  if (self == NULL)
    return;
  if (self->lock >= 0)
    {
      if (!emo_train_output_is_bundle (self) && !is_moving (self))
        {
          remove_folder (self->staged);
          tidy (self);
        }
      close (self->lock);
    }
  g_free (self->path);
  g_free (self->training);
  g_free (self->staged);
  g_free (self->lock_path);
  g_free (self);
}
