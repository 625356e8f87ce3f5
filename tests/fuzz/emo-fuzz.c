/* emo-fuzz.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "emo-fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <glib/gstdio.h>

static char *folder;
static GHashTable *paths;  /* name: path; what is there is removed at the end */

static void
remove_files (void)
{
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, paths);
  while (g_hash_table_iter_next (&iter, NULL, &path))
    g_unlink (path);
  g_hash_table_iter_init (&iter, paths);
  while (g_hash_table_iter_next (&iter, NULL, &path))
    {
      g_autofree char *parent = g_path_get_dirname (path);

      g_rmdir (parent);
    }
  g_rmdir (folder);
  g_clear_pointer (&paths, g_hash_table_unref);
  g_clear_pointer (&folder, g_free);
}

const char *
emo_fuzz_get_folder (void)
{
  if (folder == NULL)
    {
      folder = g_dir_make_tmp ("emo-fuzz-XXXXXX", NULL);
      g_assert_nonnull (folder);
      paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      atexit (remove_files);
    }

  return folder;
}

const char *
emo_fuzz_write (const char *name,
                const void *data,
                gsize       size)
{
  const char *path;
  int fd;

  emo_fuzz_get_folder ();
  path = g_hash_table_lookup (paths, name);
  if (path == NULL)
    {
      char *made = g_build_filename (folder, name, NULL);
      g_autofree char *parent = g_path_get_dirname (made);

      g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
      g_hash_table_insert (paths, g_strdup (name), made);
      path = made;
    }
  fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  g_assert_cmpint (fd, >=, 0);
  for (gsize done = 0; done < size;)
    {
      gssize n = write (fd, (const char *) data + done, size - done);

      g_assert_cmpint (n, >, 0);
      done += n;
    }
  close (fd);

  return path;
}

void
emo_fuzz_touch (const void *data,
                gsize       size)
{
  static volatile guint8 sink;
  const guint8 *bytes = data;
  guint8 sum = 0;

  for (gsize i = 0; i < size; i++)
    sum += bytes[i];
  sink = sum;
  g_assert_cmpuint (sink, ==, sum);
}

void
emo_fuzz_take_error (GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->message[0] != '\0' && g_utf8_validate (error->message, -1, NULL));
  g_error_free (error);
}
