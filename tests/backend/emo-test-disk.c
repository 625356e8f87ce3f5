/* emo-test-disk.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emo-test-disk.h"

#define MAX_CALLS 512

typedef enum
{
  NO_FAULT,
  FAIL,
  KILL_AT,
  KILL_AFTER,
} Fault;

/* The one file that a save writes, as the disk would have it after a power cut. */
static struct
{
  Fault           fault;
  guint           index;
  gboolean        all;
  int             number;
  gsize           n_bytes;
  gboolean        drop;

  guint           n_calls;
  EmoTestDiskCall calls[MAX_CALLS];
  gsize           n_written;
  int             file;              /* -1: none is being written */
  gboolean        file_synced;
  char            before[4096];      /* a rename that the folder does not know yet */
  char            after[4096];
} disk = { .file = -1 };

int     __real_mkdir          (const char *path, mode_t mode);
int     __real_open64         (const char *path, int flags, ...);
ssize_t __real_write          (int fd, const void *data, size_t length);
int     __real_fsync          (int fd);
int     __real_close          (int fd);
int     __real_g_mkstemp_full (char *path, int flags, int mode);
int     __real_rename         (const char *before, const char *after);
int     __real_g_unlink       (const char *path);

int     __wrap_mkdir          (const char *path, mode_t mode);
int     __wrap_open64         (const char *path, int flags, ...);
ssize_t __wrap_write          (int fd, const void *data, size_t length);
int     __wrap_fsync          (int fd);
int     __wrap_close          (int fd);
int     __wrap_g_mkstemp_full (char *path, int flags, int mode);
int     __wrap_rename         (const char *before, const char *after);
int     __wrap_g_unlink       (const char *path);

void
emo_test_disk_reset (void)
{
  memset (&disk, 0, sizeof disk);
  disk.file = -1;
}

guint
emo_test_disk_get_n_calls (void)
{
  return disk.n_calls;
}

EmoTestDiskCall
emo_test_disk_get_call (guint index)
{
  g_assert_cmpuint (index, <, MIN (disk.n_calls, MAX_CALLS));

  return disk.calls[index];
}

void
emo_test_disk_fail (guint    index,
                    gboolean all,
                    int      number)
{
  emo_test_disk_reset ();
  disk.fault = FAIL;
  disk.index = index;
  disk.all = all;
  disk.number = number;
}

void
emo_test_disk_kill_at (guint    index,
                       gboolean drop)
{
  emo_test_disk_reset ();
  disk.fault = KILL_AT;
  disk.index = index;
  disk.drop = drop;
}

void
emo_test_disk_kill_after (gsize    n_bytes,
                          gboolean drop)
{
  emo_test_disk_reset ();
  disk.fault = KILL_AFTER;
  disk.n_bytes = n_bytes;
  disk.drop = drop;
}

void
emo_test_disk_kill (void)
{
  if (disk.drop && disk.file >= 0 && !disk.file_synced && ftruncate (disk.file, disk.n_written / 2) != 0)
    abort ();
  if (disk.drop && disk.before[0] != '\0' && __real_rename (disk.after, disk.before) != 0)
    abort ();
  kill (getpid (), SIGKILL);
  abort ();
}

/* Counts a call; FALSE: it is refused. */
static gboolean
passes (EmoTestDiskCall call)
{
  guint index = disk.n_calls;

  if (disk.fault == KILL_AT && index == disk.index)
    emo_test_disk_kill ();
  if (index < MAX_CALLS)
    disk.calls[index] = call;
  disk.n_calls++;
  if (disk.fault == FAIL && (index == disk.index || (disk.all && index > disk.index)))
    {
      errno = disk.number;
      return FALSE;
    }

  return TRUE;
}

int
__wrap_mkdir (const char *path,
              mode_t      mode)
{
  return passes (EMO_TEST_DISK_MKDIR) ? __real_mkdir (path, mode) : -1;
}

/* What open() is to the linker where offsets have 64 bits. Files that are only
 * read are none of this disk's business: a save opens its folder, to sync it. */
int
__wrap_open64 (const char *path,
               int         flags,
               ...)
{
  va_list args;
  mode_t mode;

  va_start (args, flags);
  mode = (flags & O_CREAT) != 0 ? va_arg (args, mode_t) : 0;
  va_end (args);
  if ((flags & O_DIRECTORY) != 0 && !passes (EMO_TEST_DISK_OPEN))
    return -1;

  return __real_open64 (path, flags, mode);
}

ssize_t
__wrap_write (int         fd,
              const void *data,
              size_t      length)
{
  ssize_t n;

  if (fd != disk.file)
    return __real_write (fd, data, length);
  if (!passes (EMO_TEST_DISK_WRITE))
    return -1;
  if (disk.fault == KILL_AFTER && disk.n_written + length > disk.n_bytes)
    {
      disk.n_written += (gsize) __real_write (fd, data, disk.n_bytes - disk.n_written);
      emo_test_disk_kill ();
    }
  n = __real_write (fd, data, length);
  disk.n_written += n > 0 ? (gsize) n : 0;

  return n;
}

int
__wrap_fsync (int fd)
{
  int result;

  if (!passes (EMO_TEST_DISK_FSYNC))
    return -1;
  result = __real_fsync (fd);
  if (fd == disk.file)
    disk.file_synced = TRUE;
  else
    disk.before[0] = '\0';

  return result;
}

/* A refused close() has closed all the same. */
int
__wrap_close (int fd)
{
  struct stat info;
  gboolean counted = fd == disk.file || (fstat (fd, &info) == 0 && S_ISDIR (info.st_mode));
  gboolean ok = !counted || passes (EMO_TEST_DISK_CLOSE);
  int number = errno;
  int result = __real_close (fd);

  /* What is not synced stays forgettable under its name. */
  if (fd == disk.file && disk.file_synced)
    disk.file = -1;
  errno = ok ? errno : number;

  return ok ? result : -1;
}

int
__wrap_g_mkstemp_full (char *path,
                       int   flags,
                       int   mode)
{
  if (!passes (EMO_TEST_DISK_CREATE))
    return -1;
  disk.file = __real_g_mkstemp_full (path, flags, mode);
  disk.file_synced = FALSE;

  return disk.file;
}

int
__wrap_rename (const char *before,
               const char *after)
{
  int result;

  if (!passes (EMO_TEST_DISK_RENAME))
    return -1;
  g_assert_true (strlen (before) < sizeof disk.before && strlen (after) < sizeof disk.after);
  result = __real_rename (before, after);
  if (result == 0)
    {
      strcpy (disk.before, before);
      strcpy (disk.after, after);
    }

  return result;
}

int
__wrap_g_unlink (const char *path)
{
  return passes (EMO_TEST_DISK_UNLINK) ? __real_g_unlink (path) : -1;
}
