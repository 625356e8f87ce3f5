/* emo-hash-list.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "emo-file.h"
#include "emo-hash-list.h"
#include "emo-hash-private.h"

/* A line is 150 bytes: three million files. */
#define MAX_LIST (512 * 1024 * 1024)

struct _EmoHashList
{
  char       *path;
  GHashTable *known;     /* of description: hash, as they were read; nobody writes it */
  GMutex      mutex;
  GHashTable *asked;     /* of description: hash, behind the mutex */
  gboolean    changed;   /* behind the mutex */
};

/* A line is the description, a space and the hash. Anything else is no entry. */
static void
read_line (EmoHashList *self,
           const char  *line,
           gsize        length)
{
  gsize prefix = length - EMO_HASH_LENGTH - 1;
  const char *hash = line + prefix + 1;

  if (length <= EMO_HASH_LENGTH + 1 || line[prefix] != ' ')
    return;
  for (gsize i = 0; i < EMO_HASH_LENGTH; i++)
    if (!g_ascii_isdigit (hash[i]) && !(hash[i] >= 'a' && hash[i] <= 'f'))
      return;
  g_hash_table_insert (self->known, g_strndup (line, prefix), g_strndup (hash, EMO_HASH_LENGTH));
}

static void
read_all (EmoHashList *self)
{
  g_autoptr(GBytes) bytes = emo_file_read (self->path, MAX_LIST, NULL);
  gsize length = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  while (length > 0)
    {
      const char *end = memchr (text, '\n', length);

      if (end == NULL)
        return;
      read_line (self, text, (gsize) (end - text));
      length -= (gsize) (end + 1 - text);
      text = end + 1;
    }
}

/**
 * emo_hash_list_open:
 * @path: the list
 *
 * Returns: (transfer full): what it knows
 */
EmoHashList *
emo_hash_list_open (const char *path)
{
  EmoHashList *self;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_new0 (EmoHashList, 1);
  self->path = g_strdup (path);
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_mutex_init (&self->mutex);
  read_all (self);

  return self;
}

/**
 * emo_hash_list_free:
 * @self: (transfer full) (nullable): a list
 */
void
emo_hash_list_free (EmoHashList *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->known);
  g_hash_table_unref (self->asked);
  g_mutex_clear (&self->mutex);
  g_free (self->path);
  g_free (self);
}

static void
remember (EmoHashList *self,
          const char  *description,
          const char  *hash,
          gboolean     is_new)
{
  g_mutex_lock (&self->mutex);
  g_hash_table_insert (self->asked, g_strdup (description), g_strdup (hash));
  self->changed |= is_new;
  g_mutex_unlock (&self->mutex);
}

static char *
get_hash (EmoHashList   *self,
          int            fd,
          const char    *path,
          GCancellable  *cancellable,
          GError       **error)
{
  g_autofree char *description = NULL;
  g_autofree char *hash = NULL;
  struct stat info;
  gboolean steady = TRUE;

  if (fstat (fd, &info) != 0)
    {
      emo_file_set_error (error, path, "cannot be read", errno);
      return NULL;
    }
  description = _emo_hash_describe (&info);
  hash = g_strdup (g_hash_table_lookup (self->known, description));
  if (hash != NULL)
    {
      remember (self, description, hash, FALSE);
      return g_steal_pointer (&hash);
    }
  hash = _emo_hash_steady (fd, path, &info, &steady, cancellable, error);
  if (hash != NULL && steady)
    remember (self, description, hash, TRUE);

  return g_steal_pointer (&hash);
}

/**
 * emo_hash_list_get:
 * @self: a list
 * @path: a regular file
 * @cancellable: (nullable): tested every 256 KiB
 * @error: return location
 *
 * Returns: (transfer full): the SHA-256 of its content in hex, or %NULL as
 *   emo_hash_file()
 */
char *
emo_hash_list_get (EmoHashList   *self,
                   const char    *path,
                   GCancellable  *cancellable,
                   GError       **error)
{
  gsize size = 0;
  char *hash;
  int fd;

  g_return_val_if_fail (self != NULL && path != NULL, NULL);

  fd = emo_file_open (path, &size, error);
  if (fd < 0)
    return NULL;
  hash = get_hash (self, fd, path, cancellable, error);
  close (fd);

  return hash;
}

void
emo_hash_list_save (EmoHashList *self)
{
  g_autoptr(GString) text = NULL;
  GHashTableIter iter;
  gpointer description, hash;

  g_return_if_fail (self != NULL);

  if (!self->changed)
    return;
  text = g_string_new (NULL);
  g_hash_table_iter_init (&iter, self->asked);
  while (g_hash_table_iter_next (&iter, &description, &hash))
    g_string_append_printf (text, "%s %s\n", (char *) description, (char *) hash);
  if (!emo_file_write_many (self->path, text->str, text->len, NULL))
    g_debug ("The hashes were not remembered");
}
