/* emo-mapped-file.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "emo-bus-guard-private.h"
#include "emo-error.h"
#include "emo-file.h"
#include "emo-mapped-file.h"
#include "emo-memory.h"

/* Smaller files are copied: it takes a few milliseconds, and a copy cannot
 * change behind our back. */
#define MAX_COPY (16 * 1024 * 1024)

/* The kernel moves at most 0x7ffff000 bytes in one read. */
#define READ_STEP (1 << 30)

struct _EmoMappedFile
{
  gatomicrefcount ref_count;
  char *path;
  char *display_name;          /* escaped, for messages */
  guint8 *data;                /* [length], NULL when empty */
  gsize length;
  int fd;                      /* kept for check() while mapped, else -1 */
  EmoBusGuard *guard;          /* NULL: data is a copy in memory */
  struct timespec mtime;
};

/* File systems where another machine or program may change the file without
 * telling the kernel (linux/magic.h and the statfs manual). */
static gboolean
is_remote (int fd)
{
  static const guint32 remote[] = {
    0x00006969, /* NFS */
    0x0000517b, /* SMB */
    0xff534d42, /* CIFS */
    0xfe534d42, /* SMB2 */
    0x65735546, /* FUSE */
    0x01021997, /* 9P */
    0x5346414f, /* AFS */
    0x6b414653, /* kAFS */
    0x73757245, /* Coda */
    0x00c36400, /* Ceph */
    0x0bd00bd0, /* Lustre */
    0x47504653, /* GPFS */
  };
  struct statfs info;

  if (fstatfs (fd, &info) != 0)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (remote); i++)
    if ((guint32) info.f_type == remote[i])
      return TRUE;
  return FALSE;
}

static gboolean
may_map (int                fd,
         const struct stat *info)
{
  return info->st_size > MAX_COPY &&
         (info->st_uid == geteuid () || info->st_uid == 0) &&
         (info->st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
         !is_remote (fd);
}

static gboolean
set_changed_error (EmoMappedFile *self,
                   GError       **error)
{
  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
               "%s: the file was changed or cut by another program while it was in use", self->display_name);
  return FALSE;
}

/* malloc succeeds for more than there is, and the kernel then ends some
 * process; so a large copy is compared with what is available first. */
static gboolean
allocate_copy (EmoMappedFile *self,
               GError       **error)
{
  gint64 available = self->length > MAX_COPY ? emo_memory_get_available () : -1;

  if (available < 0 || self->length < (guint64) available)
    self->data = g_try_malloc (self->length);
  if (self->data != NULL)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY,
               "%s: reading it takes %.1f GB of memory, %.1f GB are available", self->display_name,
               self->length / 1e9, MAX (available, 0) / 1e9);
  return FALSE;
}

/* Reads the whole file; a file that changes meanwhile is refused. */
static gboolean
read_copy (EmoMappedFile *self,
           GError       **error)
{
  gsize done = 0;
  struct stat info;

  if (!allocate_copy (self, error))
    return FALSE;
  while (done < self->length)
    {
      gssize n = pread (self->fd, self->data + done, MIN (self->length - done, READ_STEP), (off_t) done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error (error, EMO_ERROR, EMO_ERROR_IO, "%s: cannot read: %s", self->display_name, g_strerror (errno));
          return FALSE;
        }
      if (n == 0)
        return set_changed_error (self, error);
      done += n;
    }
  if (fstat (self->fd, &info) != 0 || (gsize) info.st_size != self->length ||
      info.st_mtim.tv_sec != self->mtime.tv_sec || info.st_mtim.tv_nsec != self->mtime.tv_nsec)
    return set_changed_error (self, error);
  g_close (g_steal_fd (&self->fd), NULL);
  return TRUE;
}

/* FALSE leaves the file to read_copy(), for example where the address space
 * is limited. */
static gboolean
map (EmoMappedFile *self)
{
  void *data = mmap (NULL, self->length, PROT_READ, MAP_PRIVATE, self->fd, 0);

  if (data == MAP_FAILED)
    return FALSE;
  self->data = data;
  self->guard = _emo_bus_guard_add (data, self->length);
  return TRUE;
}

static gboolean
load (EmoMappedFile *self,
      GError       **error)
{
  struct stat info;

  if (fstat (self->fd, &info) != 0 || !S_ISREG (info.st_mode))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_IO, "%s: not a regular file", self->display_name);
      return FALSE;
    }
  self->length = (gsize) info.st_size;
  self->mtime = info.st_mtim;
  if (self->length == 0)
    return TRUE;
  return (may_map (self->fd, &info) && map (self)) || read_copy (self, error);
}

/**
 * emo_mapped_file_new_take_fd:
 * @fd: (transfer full): a descriptor of a regular file, open for reading
 * @path: what the file is called
 * @error: return location
 *
 * Maps or reads the whole file behind a descriptor. The descriptor is closed
 * on failure too.
 *
 * Returns: (transfer full): the file, or NULL with %EMO_ERROR_IO,
 *   %EMO_ERROR_OUT_OF_MEMORY, or %EMO_ERROR_INVALID_FILE if it changed while
 *   it was read
 */
EmoMappedFile *
emo_mapped_file_new_take_fd (int         fd,
                             const char *path,
                             GError    **error)
{
  g_autoptr (EmoMappedFile) self = NULL;

  g_return_val_if_fail (fd >= 0, NULL);
  g_return_val_if_fail (path != NULL, NULL);

  self = g_new0 (EmoMappedFile, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->path = g_strdup (path);
  self->display_name = emo_file_escape_name (path);
  self->fd = fd;
  return load (self, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * emo_mapped_file_open:
 * @path: a regular file
 * @error: return location
 *
 * Opens a file under the rules of emo_file_open() and maps or reads it.
 *
 * Returns: (transfer full): the file, or NULL with the errors of
 *   emo_file_open() and emo_mapped_file_new_take_fd()
 */
EmoMappedFile *
emo_mapped_file_open (const char *path,
                      GError    **error)
{
  gsize size = 0;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  fd = emo_file_open (path, &size, error);
  return fd < 0 ? NULL : emo_mapped_file_new_take_fd (fd, path, error);
}

/**
 * emo_mapped_file_ref:
 * @self: a file
 *
 * Returns: (transfer full): @self; any thread
 */
EmoMappedFile *
emo_mapped_file_ref (EmoMappedFile *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * emo_mapped_file_unref:
 * @self: (transfer full): a file
 *
 * Unmaps the file with its last reference; any thread.
 */
void
emo_mapped_file_unref (EmoMappedFile *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  if (self->guard != NULL)
    {
      _emo_bus_guard_remove (self->guard);
      munmap (self->data, self->length);
    }
  else
    g_free (self->data);
  if (self->fd >= 0)
    g_close (self->fd, NULL);
  g_free (self->path);
  g_free (self->display_name);
  g_free (self);
}

/**
 * emo_mapped_file_get_data:
 * @self: a file
 *
 * Returns: (transfer none) (nullable): its bytes; NULL when it is empty
 */
const guint8 *
emo_mapped_file_get_data (EmoMappedFile *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->data;
}

/**
 * emo_mapped_file_get_length:
 * @self: a file
 *
 * Returns: how many bytes it had when it was opened
 */
gsize
emo_mapped_file_get_length (EmoMappedFile *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->length;
}

/**
 * emo_mapped_file_get_path:
 * @self: a file
 *
 * Returns: (transfer none): the path it was opened by
 */
const char *
emo_mapped_file_get_path (EmoMappedFile *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->path;
}

/**
 * emo_mapped_file_get_bytes:
 * @self: a file
 *
 * Returns: (transfer full): all its bytes, borrowed; they keep @self alive
 */
GBytes *
emo_mapped_file_get_bytes (EmoMappedFile *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_bytes_new_with_free_func (self->data, self->length,
                                     (GDestroyNotify) emo_mapped_file_unref, emo_mapped_file_ref (self));
}

/**
 * emo_mapped_file_is_mapped:
 * @self: a file
 *
 * Returns: TRUE for a mapping, FALSE for a copy in memory, which nobody else
 *   can change
 */
gboolean
emo_mapped_file_is_mapped (EmoMappedFile *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->guard != NULL;
}

/**
 * emo_mapped_file_forget:
 * @self: a file
 *
 * For who has taken from a large mapped file what it needs: its pages no longer
 * count as this process's memory. Reading one brings it back. A copy in memory
 * stays. Any thread, also while others read.
 */
void
emo_mapped_file_forget (EmoMappedFile *self)
{
  g_return_if_fail (self != NULL);

  if (emo_mapped_file_is_mapped (self))
    madvise (self->data, self->length, MADV_DONTNEED);
}

/**
 * emo_mapped_file_check:
 * @self: a file
 * @error: return location
 *
 * Tells whether what was read from the mapping was the file as it was opened.
 * Call it after the last read: before, it proves nothing.
 *
 * Returns: FALSE with %EMO_ERROR_INVALID_FILE when the file was cut or written
 *   to since it was opened
 */
gboolean
emo_mapped_file_check (EmoMappedFile *self,
                       GError       **error)
{
  struct stat info;

  g_return_val_if_fail (self != NULL, FALSE);

  if (self->guard == NULL)
    return TRUE;
  /* The time of the inode's own change is left out: renaming or linking the
   * file sets it, and neither touches the content. */
  if (!_emo_bus_guard_is_damaged (self->guard) && fstat (self->fd, &info) == 0 &&
      (gsize) info.st_size == self->length &&
      info.st_mtim.tv_sec == self->mtime.tv_sec && info.st_mtim.tv_nsec == self->mtime.tv_nsec)
    return TRUE;
  return set_changed_error (self, error);
}
