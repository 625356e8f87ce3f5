/* emo-collect.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "emo-collect.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-image-format.h"

/* The walk uses the system's own calls: names are bytes from end to end, and
 * (device, inode) tells a link loop, whatever its names. */
typedef struct
{
  EmoCollection *collection;
  GHashTable    *seen;         /* "dev:inode" of folders entered */
  GQueue         folders;      /* paths still to read */
  GPtrArray     *found;        /* paths of the input in work */
  gboolean       recursive;
  GCancellable  *cancellable;
} EmoWalk;

/**
 * emo_collection_free:
 * @self: a collection
 *
 * Frees it, its samples and its problems.
 */
void
emo_collection_free (EmoCollection *self)
{
  g_ptr_array_unref (self->samples);
  g_ptr_array_unref (self->problems);
  g_ptr_array_unref (self->skipped);
  g_free (self);
}

/**
 * emo_input_new:
 * @file: a file or a folder
 * @given: (nullable): the words a person used for it, as bytes
 * @root: (nullable): what a file's name is relative to in exports
 *
 * Returns: (transfer full): an input
 */
EmoInput *
emo_input_new (GFile      *file,
               const char *given,
               GFile      *root)
{
  EmoInput *self;

  g_return_val_if_fail (G_IS_FILE (file), NULL);

  self = g_new0 (EmoInput, 1);
  self->file = g_object_ref (file);
  self->given = g_strdup (given);
  g_set_object (&self->root, root);

  return self;
}

/**
 * emo_input_free:
 * @self: an input
 *
 * Frees it.
 */
void
emo_input_free (EmoInput *self)
{
  g_clear_object (&self->file);
  g_clear_object (&self->root);
  g_clear_pointer (&self->given, g_free);
  g_free (self);
}

static EmoCollection *
emo_collection_new (void)
{
  EmoCollection *self = g_new0 (EmoCollection, 1);

  self->samples = g_ptr_array_new_with_free_func (g_object_unref);
  self->problems = g_ptr_array_new_with_free_func ((GDestroyNotify) g_error_free);
  self->skipped = g_ptr_array_new_with_free_func (g_free);

  return self;
}

static void
add_problem (EmoWalk    *walk,
             const char *path,
             int         code)
{
  g_autofree char *shown = emo_file_escape_name (path);

  g_ptr_array_add (walk->collection->problems,
                   g_error_new (EMO_ERROR, EMO_ERROR_IO, "Cannot read folder %s: %s",
                                shown, g_strerror (code)));
}

/* TRUE the first time a folder is met, by whatever name. */
static gboolean
enter (EmoWalk           *walk,
       const struct stat *status)
{
  return g_hash_table_add (walk->seen,
                           g_strdup_printf ("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                                            (guint64) status->st_dev, (guint64) status->st_ino));
}

static void
look_at (EmoWalk    *walk,
         const char *folder,
         const char *name)
{
  g_autofree char *path = NULL;
  struct stat status;
  gboolean there;

  /* Hidden files are other programs' thumbnails and metadata. */
  if (name[0] == '.')
    return;

  path = g_build_filename (folder, name, NULL);
  there = stat (path, &status) == 0;
  if (there && S_ISDIR (status.st_mode))
    {
      if (walk->recursive && enter (walk, &status))
        g_queue_push_tail (&walk->folders, g_steal_pointer (&path));
      return;
    }

  /* A dangling link or a file that just went is listed and fails by name: a
   * person expects to see it. */
  if (emo_image_format_takes_name (name) && (!there || S_ISREG (status.st_mode)))
    g_ptr_array_add (walk->found, g_steal_pointer (&path));
  else if (walk->collection->n_skipped++ < EMO_COLLECTION_MAX_SKIPPED)
    g_ptr_array_add (walk->collection->skipped, g_steal_pointer (&path));
}

static void
read_folder (EmoWalk    *walk,
             const char *folder)
{
  DIR *directory = opendir (folder);
  struct dirent *entry;

  if (directory == NULL)
    {
      add_problem (walk, folder, errno);
      return;
    }

  errno = 0;
  while (!g_cancellable_is_cancelled (walk->cancellable) && (entry = readdir (directory)) != NULL)
    {
      look_at (walk, folder, entry->d_name);
      errno = 0;
    }
  if (errno != 0)
    add_problem (walk, folder, errno);
  closedir (directory);
}

static int
compare_paths (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
join_given (const char *given,
            const char *rest)
{
  while (*rest == '/')
    rest++;
  if (g_str_has_suffix (given, "/"))
    return g_strconcat (given, rest, NULL);

  return g_strconcat (given, "/", rest, NULL);
}

static void
add_folder (EmoWalk        *walk,
            const EmoInput *input)
{
  const char *root = g_file_peek_path (input->file);
  gsize root_length = strlen (root);
  char *folder;

  walk->found = g_ptr_array_new_with_free_func (g_free);
  g_queue_push_tail (&walk->folders, g_strdup (root));
  while ((folder = g_queue_pop_head (&walk->folders)) != NULL)
    {
      read_folder (walk, folder);
      g_free (folder);
    }

  g_ptr_array_sort (walk->found, compare_paths);
  for (guint i = 0; i < walk->found->len; i++)
    {
      const char *path = g_ptr_array_index (walk->found, i);
      g_autoptr(GFile) file = g_file_new_for_path (path);
      EmoSample *sample = emo_sample_new_for_file (file, input->file);

      if (input->given != NULL)
        {
          g_autofree char *given = join_given (input->given, path + root_length);

          emo_sample_set_given_name (sample, given);
        }
      g_ptr_array_add (walk->collection->samples, sample);
    }
  g_clear_pointer (&walk->found, g_ptr_array_unref);
}

static void
add_file (EmoWalk        *walk,
          const EmoInput *input)
{
  EmoSample *sample = emo_sample_new_for_file (input->file, input->root);

  if (input->given != NULL)
    emo_sample_set_given_name (sample, input->given);
  g_ptr_array_add (walk->collection->samples, sample);
}

/**
 * emo_collect:
 * @inputs: (element-type EmoInput): what was named
 * @recursive: whether folders inside folders are read too
 * @cancellable: (nullable): a #GCancellable
 * @error: return location
 *
 * Expands files and folders to samples. Links to folders are followed, each
 * folder is read once. A folder that cannot be read is a problem of its own, not
 * an error.
 *
 * Errors: %G_IO_ERROR_CANCELLED alone.
 *
 * Returns: (transfer full): what was found
 */
EmoCollection *
emo_collect (GPtrArray     *inputs,
             gboolean       recursive,
             GCancellable  *cancellable,
             GError       **error)
{
  g_autoptr(EmoCollection) collection = emo_collection_new ();
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  EmoWalk walk = {
    .collection = collection,
    .seen = seen,
    .folders = G_QUEUE_INIT,
    .recursive = recursive,
    .cancellable = cancellable,
  };

  g_return_val_if_fail (inputs != NULL, NULL);

  for (guint i = 0; i < inputs->len && !g_cancellable_is_cancelled (cancellable); i++)
    {
      const EmoInput *input = g_ptr_array_index (inputs, i);
      const char *path = g_file_peek_path (input->file);
      struct stat status;

      if (path == NULL || stat (path, &status) != 0 || !S_ISDIR (status.st_mode))
        add_file (&walk, input);
      else if (enter (&walk, &status))
        add_folder (&walk, input);
    }
  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;

  return g_steal_pointer (&collection);
}

typedef struct
{
  GPtrArray *inputs;
  gboolean   recursive;
} EmoCollectData;

static void
emo_collect_data_free (EmoCollectData *data)
{
  g_ptr_array_unref (data->inputs);
  g_free (data);
}

static gpointer
collect_worker (gpointer user_data)
{
  g_autoptr(GTask) task = user_data;
  EmoCollectData *data = g_task_get_task_data (task);
  GError *error = NULL;
  EmoCollection *collection;

  collection = emo_collect (data->inputs, data->recursive, g_task_get_cancellable (task), &error);
  if (collection == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, collection, (GDestroyNotify) emo_collection_free);

  return NULL;
}

/**
 * emo_collect_async:
 * @inputs: (element-type EmoInput) (transfer full): what was named; it frees its items
 * @recursive: whether folders inside folders are read too
 * @cancellable: (nullable): a #GCancellable
 * @callback: called on the caller's main context
 * @user_data: for @callback
 *
 * emo_collect() on a thread of its own, for folders on slow disks.
 */
void
emo_collect_async (GPtrArray           *inputs,
                   gboolean             recursive,
                   GCancellable        *cancellable,
                   GAsyncReadyCallback  callback,
                   gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  EmoCollectData *data;

  g_return_if_fail (inputs != NULL);

  data = g_new0 (EmoCollectData, 1);
  data->inputs = inputs;
  data->recursive = recursive;
  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, emo_collect_async);
  g_task_set_task_data (task, data, (GDestroyNotify) emo_collect_data_free);
  g_thread_unref (g_thread_new ("emo-collect", collect_worker, g_object_ref (task)));
}

/**
 * emo_collect_finish:
 * @result: what the callback was given
 * @error: return location
 *
 * Returns: (transfer full) (nullable): what was found
 */
EmoCollection *
emo_collect_finish (GAsyncResult  *result,
                    GError       **error)
{
  g_return_val_if_fail (G_IS_TASK (result), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
