/* emo-hash.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <gcrypt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-hash-private.h"
#include "emo-paths.h"

/* libgcrypt, because it uses the processor's SHA instructions where GChecksum
 * is portable code: several gigabytes of weights are hashed at start.
 *
 * Read in pieces that stay in the second-level cache, and small enough that a
 * cancellation is answered at once. */
#define PIECE (256 * 1024)

#define DIGEST_BYTES 32
#define DIGEST_TEXT  (2 * DIGEST_BYTES)

/* A file written this recently may be written again within the same tick of its
 * time stamp, so its hash is not remembered yet (2 s is FAT's tick, the
 * coarsest). */
#define SETTLED_NS (G_GINT64_CONSTANT (2) * 1000 * 1000 * 1000)

#define MAX_CACHE_ENTRY 1024

static void
initialise (void)
{
  static gsize initialised = 0;

  if (!g_once_init_enter (&initialised))
    return;
  /* Another library of the process may have initialised it already. */
  if (!gcry_control (GCRYCTL_INITIALIZATION_FINISHED_P))
    {
      gcry_check_version (NULL);
      gcry_control (GCRYCTL_DISABLE_SECMEM, 0);
      gcry_control (GCRYCTL_INITIALIZATION_FINISHED, 0);
    }
  g_once_init_leave (&initialised, 1);
}

static char *
to_text (const guint8 *digest)
{
  static const char digits[] = "0123456789abcdef";
  char *text = g_malloc (DIGEST_TEXT + 1);

  for (guint i = 0; i < DIGEST_BYTES; i++)
    {
      text[2 * i] = digits[digest[i] >> 4];
      text[2 * i + 1] = digits[digest[i] & 15];
    }
  text[DIGEST_TEXT] = '\0';
  return text;
}

/**
 * emo_hash_bytes:
 * @data: (nullable): bytes, NULL when @length is 0
 * @length: their number
 *
 * Returns: (transfer full): their SHA-256 in hex
 */
char *
emo_hash_bytes (const void *data,
                gsize       length)
{
  guint8 digest[DIGEST_BYTES];

  g_return_val_if_fail (data != NULL || length == 0, NULL);

  initialise ();
  gcry_md_hash_buffer (GCRY_MD_SHA256, digest, length > 0 ? data : "", length);
  return to_text (digest);
}

/**
 * emo_hash_pieces:
 * @pieces: (array length=n_pieces): bytes
 * @n_pieces: their number
 *
 * Returns: (transfer full): the SHA-256 in hex of all pieces, one after the other
 */
char *
emo_hash_pieces (const struct iovec *pieces,
                 guint               n_pieces)
{
  gcry_md_hd_t hash = NULL;
  char *text;

  g_return_val_if_fail (pieces != NULL || n_pieces == 0, NULL);

  initialise ();
  if (gcry_md_open (&hash, GCRY_MD_SHA256, 0) != 0)
    g_error ("libgcrypt offers no SHA-256");
  for (guint i = 0; i < n_pieces; i++)
    gcry_md_write (hash, pieces[i].iov_base, pieces[i].iov_len);
  text = to_text (gcry_md_read (hash, GCRY_MD_SHA256));
  gcry_md_close (hash);
  return text;
}

static gboolean
set_io_error (const char *path,
              const char *what,
              GError    **error)
{
  g_autofree char *shown = emo_file_escape_name (path);

  g_set_error (error, EMO_ERROR, EMO_ERROR_IO, "%s: %s", shown, what);
  return FALSE;
}

/* Feeds the file to the hash, from its start to its end as it is met. */
static gboolean
feed (gcry_md_hd_t  hash,
      int           fd,
      const char   *path,
      GCancellable *cancellable,
      GError      **error)
{
  g_autofree guint8 *piece = g_malloc (PIECE);
  off_t offset = 0;

  posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  while (TRUE)
    {
      gssize n;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      n = pread (fd, piece, PIECE, offset);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return set_io_error (path, g_strerror (errno), error);
      if (n == 0)
        return TRUE;
      gcry_md_write (hash, piece, (gsize) n);
      offset += n;
    }
}

static char *
hash_descriptor (int           fd,
                 const char   *path,
                 GCancellable *cancellable,
                 GError      **error)
{
  gcry_md_hd_t hash = NULL;
  g_autofree char *text = NULL;

  initialise ();
  if (gcry_md_open (&hash, GCRY_MD_SHA256, 0) != 0)
    {
      set_io_error (path, "libgcrypt offers no SHA-256", error);
      return NULL;
    }
  if (feed (hash, fd, path, cancellable, error))
    text = to_text (gcry_md_read (hash, GCRY_MD_SHA256));
  gcry_md_close (hash);
  return g_steal_pointer (&text);
}

/**
 * emo_hash_file:
 * @path: a regular file
 * @cancellable: (nullable): a cancellable, tested every 256 KiB
 * @error: return location
 *
 * Returns: (transfer full): the SHA-256 of its content in hex, or NULL with the
 *   errors of emo_file_open(), %EMO_ERROR_IO or %G_IO_ERROR_CANCELLED
 */
char *
emo_hash_file (const char   *path,
               GCancellable *cancellable,
               GError      **error)
{
  gsize size = 0;
  char *text;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  fd = emo_file_open (path, &size, error);
  if (fd < 0)
    return NULL;
  text = hash_descriptor (fd, path, cancellable, error);
  close (fd);
  return text;
}

static gint64
to_ns (struct timespec time)
{
  return (gint64) time.tv_sec * 1000000000 + time.tv_nsec;
}

char *
_emo_hash_describe (const struct stat *info)
{
  return g_strdup_printf ("1 %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                          (guint64) info->st_dev, (guint64) info->st_ino, (gint64) info->st_size,
                          to_ns (info->st_mtim), to_ns (info->st_ctim));
}

/* One entry a file: two processes never wait for each other, and a damaged
 * entry costs one hash. NULL where there is no place for a cache. */
static char *
dup_entry_path (const struct stat *info)
{
  g_autofree char *folder = emo_paths_dup_cache ("hashes");
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x",
                                           (guint64) info->st_dev, (guint64) info->st_ino);

  return folder != NULL ? g_build_filename (folder, name, NULL) : NULL;
}

/* An entry is the description, a space, the hash and a newline. Anything else
 * is no entry. */
static char *
look_up (const char *entry_path,
         const char *description)
{
  g_autoptr (GBytes) bytes = emo_file_read (entry_path, MAX_CACHE_ENTRY, NULL);
  gsize length = 0, prefix = strlen (description);
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  if (text == NULL || length != prefix + 1 + DIGEST_TEXT + 1 || strncmp (text, description, prefix) != 0 ||
      text[prefix] != ' ' || text[length - 1] != '\n')
    return NULL;
  for (gsize i = prefix + 1; i < length - 1; i++)
    if (!g_ascii_isdigit (text[i]) && !(text[i] >= 'a' && text[i] <= 'f'))
      return NULL;
  return g_strndup (text + prefix + 1, DIGEST_TEXT);
}

/* A cache that cannot be written is no failure: the next run hashes again. */
static void
remember (const char *entry_path,
          const char *description,
          const char *hash)
{
  g_autofree char *line = g_strdup_printf ("%s %s\n", description, hash);

  if (!emo_file_write (entry_path, line, strlen (line), NULL))
    g_debug ("The hash was not remembered");
}

char *
_emo_hash_steady (int                 fd,
                  const char         *path,
                  const struct stat  *before,
                  gboolean           *steady,
                  GCancellable       *cancellable,
                  GError            **error)
{
  gint64 now = g_get_real_time () * 1000;
  g_autofree char *hash = hash_descriptor (fd, path, cancellable, error);
  g_autofree char *description = _emo_hash_describe (before);
  g_autofree char *description_after = NULL;
  struct stat after;

  *steady = FALSE;
  if (hash == NULL || fstat (fd, &after) != 0)
    return g_steal_pointer (&hash);
  description_after = _emo_hash_describe (&after);
  *steady = g_str_equal (description, description_after) && now - to_ns (before->st_ctim) > SETTLED_NS;

  return g_steal_pointer (&hash);
}

/* Hashes an open file, and remembers the result if the file stood still for it. */
static char *
hash_and_remember (int                fd,
                   const char        *path,
                   const struct stat *before,
                   const char        *entry_path,
                   GCancellable      *cancellable,
                   GError           **error)
{
  gboolean steady;
  g_autofree char *hash = _emo_hash_steady (fd, path, before, &steady, cancellable, error);
  g_autofree char *description = _emo_hash_describe (before);

  if (hash != NULL && entry_path != NULL && steady)
    remember (entry_path, description, hash);

  return g_steal_pointer (&hash);
}

/**
 * emo_hash_file_cached:
 * @path: a regular file
 * @cancellable: (nullable): a cancellable
 * @error: return location
 *
 * Like emo_hash_file(), but a file whose device, inode, size and both times are
 * those of an earlier call is not read again. The memory is a folder of small
 * files in the user's cache; where there is none, every call reads the file.
 *
 * Returns: (transfer full): the SHA-256 in hex, or NULL as emo_hash_file()
 */
char *
emo_hash_file_cached (const char   *path,
                      GCancellable *cancellable,
                      GError      **error)
{
  g_autofree char *entry_path = NULL;
  g_autofree char *description = NULL;
  g_autofree char *hash = NULL;
  struct stat info;
  gsize size = 0;
  int fd;

  g_return_val_if_fail (path != NULL, NULL);

  fd = emo_file_open (path, &size, error);
  if (fd < 0)
    return NULL;
  if (fstat (fd, &info) != 0)
    set_io_error (path, g_strerror (errno), error);
  else
    {
      entry_path = dup_entry_path (&info);
      description = _emo_hash_describe (&info);
      hash = entry_path != NULL ? look_up (entry_path, description) : NULL;
      if (hash == NULL)
        hash = hash_and_remember (fd, path, &info, entry_path, cancellable, error);
    }
  close (fd);
  return g_steal_pointer (&hash);
}
