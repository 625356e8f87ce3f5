/* emo-feature-cache.c: rows that need no second computing
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emo-error.h"
#include "emo-feature-index-private.h"
#include "emo-file.h"
#include "emo-hash.h"
#include "emo-memory.h"

/* Two files. "features.keys" is a header and a record of 48 bytes a row, so that
 * opening a million rows reads 48 MB and not the rows; "features.rows" is the
 * rows alone, one behind the other. A row is written before its record: a record
 * that is whole has a row. Numbers are the machine's own; on one of the other
 * byte order the magic is another, and the cache begins anew. */
#define KEYS_NAME "features.keys"
#define ROWS_NAME "features.rows"
#define LOCK_NAME "features.lock"

#define MAGIC G_GUINT64_CONSTANT (0x3154414546204d45)   /* "EM FEAT1" */

typedef struct
{
  guint64 magic;
  guint32 width;
  guint32 zero;
  guint8  kind[EMO_FEATURE_KEY_SIZE];   /* SHA-256 of the kind's text */
  guint64 also_zero;
  guint64 check;                        /* of what precedes */
} Header;

G_STATIC_ASSERT (sizeof (Header) == 64);

struct _EmoFeatureCache
{
  char            *folder;
  char            *shown;       /* escaped, for messages */
  guint            width;
  int              lock_fd;     /* -1: for reading alone */
  int              keys_fd;     /* -1: there is no file, and none is made */
  int              rows_fd;

  GMutex           mutex;       /* guards what follows */
  EmoFeatureIndex  index;
  guint            n_damaged;
};

static gsize
row_bytes (EmoFeatureCache *self)
{
  return (gsize) self->width * sizeof (float);
}

/* --- Files --- */

static gboolean
set_system_error (EmoFeatureCache  *self,
                  const char       *what,
                  int               number,
                  GError          **error)
{
  gboolean full = number == ENOSPC || number == EDQUOT || number == EFBIG;

  g_set_error (error, EMO_ERROR, full ? EMO_ERROR_NO_SPACE : EMO_ERROR_IO,
               "%s: %s: %s", self->shown, what, g_strerror (number));

  return FALSE;
}

/* A link or a pipe under the name is none of ours. @fd is -1 where there is no
 * file and @flags make none. */
static gboolean
open_file (EmoFeatureCache  *self,
           const char       *name,
           int               flags,
           int              *fd,
           GError          **error)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  struct stat info;

  *fd = open (path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0666);
  if (*fd < 0)
    return (errno == ENOENT && (flags & O_CREAT) == 0) || set_system_error (self, name, errno, error);
  if (fstat (*fd, &info) == 0 && S_ISREG (info.st_mode))
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_IO, "%s: expected a file under the name %s", self->shown, name);

  return FALSE;
}

static gsize
file_size (int fd)
{
  struct stat info;

  return fd >= 0 && fstat (fd, &info) == 0 ? (gsize) info.st_size : 0;
}

static gboolean
read_at (int    fd,
         void  *data,
         gsize  length,
         gsize  offset)
{
  guint8 *next = data;

  while (length > 0)
    {
      gssize n = pread (fd, next, MIN (length, 1 << 30), (off_t) offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n == 0)
        errno = EIO;   /* it ends before it should */
      if (n <= 0)
        return FALSE;
      next += n;
      length -= n;
      offset += n;
    }

  return TRUE;
}

static gboolean
write_at (int         fd,
          const void *data,
          gsize       length,
          gsize       offset)
{
  const guint8 *next = data;

  while (length > 0)
    {
      gssize n = pwrite (fd, next, length, (off_t) offset);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      next += n;
      length -= n;
      offset += n;
    }

  return TRUE;
}

/* Cuts both files behind @n rows. */
static gboolean
cut (EmoFeatureCache *self,
     guint            n)
{
  return ftruncate (self->keys_fd, (off_t) (sizeof (Header) + n * sizeof (EmoFeatureRecord))) == 0 &&
         ftruncate (self->rows_fd, (off_t) (n * row_bytes (self))) == 0;
}

/* --- Opening --- */

static Header
make_header (EmoFeatureCache *self,
             const char      *kind)
{
  g_autofree char *sha256 = emo_hash_bytes (kind, strlen (kind));
  Header header = { .magic = MAGIC, .width = self->width };

  emo_feature_key_parse (sha256, header.kind);
  header.check = _emo_feature_checksum (&header, G_STRUCT_OFFSET (Header, check), 0);

  return header;
}

/* The rows go before the header is there: one of the new kind never stands
 * before rows of the old. */
static gboolean
begin_anew (EmoFeatureCache  *self,
            const Header     *header,
            GError          **error)
{
  if (ftruncate (self->keys_fd, 0) == 0 && ftruncate (self->rows_fd, 0) == 0 &&
      write_at (self->keys_fd, header, sizeof *header, 0))
    return TRUE;

  return set_system_error (self, "cannot be written", errno, error);
}

/* Enters the sound records whose rows the file has. */
static void
enter_records (EmoFeatureCache *self)
{
  guint n_sound = 0;

  for (guint i = 0; i < self->index.n_records; i++)
    {
      EmoFeatureRecord *record = &self->index.records[i];

      if (record->check != _emo_feature_record_check (record, i))
        {
          record->check = 0;
          self->n_damaged++;
          continue;
        }
      _emo_feature_index_enter (&self->index, i);
      n_sound = i + 1;
    }
  /* What is unsound at the end is what a power cut left of writing. */
  self->n_damaged -= self->index.n_records - n_sound;
  self->index.n_records = n_sound;
}

/* A file with holes may promise more than there is, and malloc() gives it. */
static gboolean
has_memory (gsize n_records)
{
  gint64 available = emo_memory_get_available ();

  return available < 0 || n_records * sizeof (EmoFeatureRecord) < (guint64) available;
}

static gboolean
read_records (EmoFeatureCache  *self,
              GError          **error)
{
  gsize n = (file_size (self->keys_fd) - sizeof (Header)) / sizeof (EmoFeatureRecord);

  n = MIN (n, file_size (self->rows_fd) / row_bytes (self));
  if (n > EMO_FEATURE_CACHE_MAX_ROWS)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT, "%s: %" G_GSIZE_FORMAT " rows, at most %d are read",
                   self->shown, n, EMO_FEATURE_CACHE_MAX_ROWS);
      return FALSE;
    }
  if (!has_memory (n) || !_emo_feature_index_reserve (&self->index, (guint) n))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "%s: no memory for the keys of %" G_GSIZE_FORMAT " rows",
                   self->shown, n);
      return FALSE;
    }
  if (!read_at (self->keys_fd, self->index.records, n * sizeof (EmoFeatureRecord), sizeof (Header)))
    return set_system_error (self, "cannot be read", errno, error);
  self->index.n_records = (guint) n;
  enter_records (self);

  return TRUE;
}

static gboolean
load (EmoFeatureCache  *self,
      const char       *kind,
      GError          **error)
{
  Header expected = make_header (self, kind);
  Header found;

  if (self->keys_fd < 0 || self->rows_fd < 0)
    return TRUE;
  if (!read_at (self->keys_fd, &found, sizeof found, 0) || memcmp (&found, &expected, sizeof found) != 0)
    return self->lock_fd < 0 || begin_anew (self, &expected, error);
  if (!read_records (self, error))
    return FALSE;
  if (self->lock_fd >= 0 && !cut (self, self->index.n_records))
    return set_system_error (self, "cannot be cut", errno, error);

  return TRUE;
}

/* The lock goes with the process, however it ends. */
static gboolean
lock (EmoFeatureCache  *self,
      GError          **error)
{
  if (!open_file (self, LOCK_NAME, O_RDWR | O_CREAT, &self->lock_fd, error))
    return FALSE;
  if (flock (self->lock_fd, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  if (errno != EWOULDBLOCK)
    return set_system_error (self, "cannot be locked", errno, error);
  g_set_error (error, EMO_ERROR, EMO_ERROR_IO,
               "%s: another program is writing features there: wait until it has ended, or give another folder", self->shown);

  return FALSE;
}

static EmoFeatureCache *
make (const char *folder,
      guint       width)
{
  EmoFeatureCache *self = g_new0 (EmoFeatureCache, 1);

  self->folder = g_strdup (folder);
  self->shown = emo_file_escape_name (folder);
  self->width = width;
  self->lock_fd = self->keys_fd = self->rows_fd = -1;
  g_mutex_init (&self->mutex);

  return self;
}

/**
 * emo_feature_cache_open:
 * @folder: where the cache is or is to be
 * @kind: all that a row hangs on besides the picture
 * @width: floats a row, 1 to %EMO_FEATURE_CACHE_MAX_WIDTH
 * @error: return location
 *
 * Opens a cache for reading and writing and begins it anew where it is of
 * another kind or width.
 *
 * Returns: (transfer full) (nullable): the cache, or %NULL with %EMO_ERROR_IO,
 *   %EMO_ERROR_NO_SPACE, %EMO_ERROR_LIMIT or %EMO_ERROR_OUT_OF_MEMORY
 */
EmoFeatureCache *
emo_feature_cache_open (const char  *folder,
                        const char  *kind,
                        guint        width,
                        GError     **error)
{
  g_autoptr(EmoFeatureCache) self = NULL;

  g_return_val_if_fail (folder != NULL && kind != NULL, NULL);
  g_return_val_if_fail (width > 0 && width <= EMO_FEATURE_CACHE_MAX_WIDTH, NULL);

  self = make (folder, width);
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      set_system_error (self, "cannot be made", errno, error);
      return NULL;
    }
  if (!lock (self, error) ||
      !open_file (self, KEYS_NAME, O_RDWR | O_CREAT, &self->keys_fd, error) ||
      !open_file (self, ROWS_NAME, O_RDWR | O_CREAT, &self->rows_fd, error) ||
      !load (self, kind, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_feature_cache_open_read:
 * @folder: where the cache is
 * @kind: all that a row hangs on besides the picture
 * @width: floats a row, 1 to %EMO_FEATURE_CACHE_MAX_WIDTH
 * @error: return location
 *
 * Opens a cache for reading alone.
 *
 * Returns: (transfer full) (nullable): the cache, or %NULL with %EMO_ERROR_IO,
 *   %EMO_ERROR_LIMIT or %EMO_ERROR_OUT_OF_MEMORY
 */
EmoFeatureCache *
emo_feature_cache_open_read (const char  *folder,
                             const char  *kind,
                             guint        width,
                             GError     **error)
{
  g_autoptr(EmoFeatureCache) self = NULL;

  g_return_val_if_fail (folder != NULL && kind != NULL, NULL);
  g_return_val_if_fail (width > 0 && width <= EMO_FEATURE_CACHE_MAX_WIDTH, NULL);

  self = make (folder, width);
  if (!open_file (self, KEYS_NAME, O_RDONLY, &self->keys_fd, error) ||
      !open_file (self, ROWS_NAME, O_RDONLY, &self->rows_fd, error) ||
      !load (self, kind, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_feature_cache_free:
 * @self: (transfer full) (nullable): a cache
 *
 * Lets the next writer in. What was added is in the files, though it may not be
 * on the disk yet: see emo_feature_cache_flush().
 */
void
emo_feature_cache_free (EmoFeatureCache *self)
{
  if (self == NULL)
    return;
  if (self->keys_fd >= 0)
    close (self->keys_fd);
  if (self->rows_fd >= 0)
    close (self->rows_fd);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  _emo_feature_index_clear (&self->index);
  g_mutex_clear (&self->mutex);
  g_free (self->folder);
  g_free (self->shown);
  g_free (self);
}

/* --- Reading --- */

/**
 * emo_feature_cache_get_width:
 * @self: a cache
 *
 * Returns: floats a row
 */
guint
emo_feature_cache_get_width (EmoFeatureCache *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->width;
}

/**
 * emo_feature_cache_get_n:
 * @self: a cache
 *
 * Returns: pictures that have a row, as far as rows were checked
 */
guint
emo_feature_cache_get_n (EmoFeatureCache *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (self != NULL, 0);

  locker = g_mutex_locker_new (&self->mutex);

  return self->index.n_usable;
}

/**
 * emo_feature_cache_get_n_damaged:
 * @self: a cache
 *
 * Returns: rows found damaged so far; they count as not there
 */
guint
emo_feature_cache_get_n_damaged (EmoFeatureCache *self)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (self != NULL, 0);

  locker = g_mutex_locker_new (&self->mutex);

  return self->n_damaged;
}

static gint64
find (EmoFeatureCache *self,
      const guint8    *key,
      guint64         *row_check)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  gint64 number = _emo_feature_index_find (&self->index, key);

  if (number >= 0 && row_check != NULL)
    *row_check = self->index.records[number].row_check;

  return number;
}

static void
drop (EmoFeatureCache *self,
      guint            number)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (self->index.records[number].check != 0)
    self->n_damaged++;
  _emo_feature_index_drop (&self->index, number);
}

static gboolean
read_row (EmoFeatureCache *self,
          guint            number,
          guint64          row_check,
          float           *row)
{
  gsize length = row_bytes (self);

  if (read_at (self->rows_fd, row, length, number * length) && _emo_feature_checksum (row, length, 0) == row_check)
    return TRUE;
  drop (self, number);

  return FALSE;
}

/**
 * emo_feature_cache_read:
 * @self: a cache
 * @key: (array fixed-size=32): SHA-256 of the picture's file
 * @row: (out caller-allocates): [width]; undefined where there is no sound row
 *
 * Returns: whether the picture has a sound row
 */
gboolean
emo_feature_cache_read (EmoFeatureCache *self,
                        const guint8    *key,
                        float           *row)
{
  guint64 row_check = 0;
  gint64 number;

  g_return_val_if_fail (self != NULL && key != NULL && row != NULL, FALSE);

  number = find (self, key, &row_check);

  return number >= 0 && read_row (self, (guint) number, row_check, row);
}

/**
 * emo_feature_cache_find:
 * @self: a cache
 * @key: (array fixed-size=32): SHA-256 of the picture's file
 *
 * Returns: the place of the picture's row, which was not read, or -1
 */
gint64
emo_feature_cache_find (EmoFeatureCache *self,
                        const guint8    *key)
{
  g_return_val_if_fail (self != NULL && key != NULL, -1);

  return find (self, key, NULL);
}

static gboolean
get_record (EmoFeatureCache  *self,
            guint             number,
            EmoFeatureRecord *record)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (number >= self->index.n_records)
    return FALSE;
  *record = self->index.records[number];

  return TRUE;
}

/**
 * emo_feature_cache_verify:
 * @self: a cache
 * @cancellable: (nullable): tested before each row
 * @error: return location
 *
 * Reads each row and forgets those that are damaged, so that what
 * emo_feature_cache_find() finds is sound.
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED
 */
gboolean
emo_feature_cache_verify (EmoFeatureCache  *self,
                          GCancellable     *cancellable,
                          GError          **error)
{
  g_autofree float *row = NULL;
  EmoFeatureRecord record;

  g_return_val_if_fail (self != NULL, FALSE);

  row = g_new (float, self->width);
  for (guint i = 0; get_record (self, i, &record); i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (record.check != 0)
        read_row (self, i, record.row_check, row);
    }

  return TRUE;
}

/**
 * emo_feature_cache_map:
 * @self: a cache
 * @error: return location
 *
 * Maps the rows that there are now; those added later are not in it. Fill the
 * cache first: emo_mapped_file_check() takes an added row for a change.
 *
 * Returns: (transfer full) (nullable): the rows, or %NULL with %EMO_ERROR_IO or
 *   %EMO_ERROR_OUT_OF_MEMORY
 */
EmoMappedFile *
emo_feature_cache_map (EmoFeatureCache  *self,
                       GError          **error)
{
  g_autofree char *path = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  path = g_build_filename (self->folder, ROWS_NAME, NULL);

  return emo_mapped_file_open (path, error);
}

/* --- Writing --- */

static gboolean
set_full_error (EmoFeatureCache  *self,
                int               number,
                GError          **error)
{
  if (number != ENOSPC && number != EDQUOT && number != EFBIG)
    return set_system_error (self, "cannot be written", number, error);
  g_set_error (error, EMO_ERROR, EMO_ERROR_NO_SPACE,
               "%s: %s: each picture needs %" G_GUINT64_FORMAT " bytes, and %u pictures are in it; they are kept",
               self->shown, g_strerror (number), emo_feature_cache_get_bytes (self->width, 1) - sizeof (Header),
               self->index.n_usable);

  return FALSE;
}

static gboolean
reserve (EmoFeatureCache  *self,
         GError          **error)
{
  guint n = self->index.n_records;

  if (n >= EMO_FEATURE_CACHE_MAX_ROWS)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT, "%s: %u rows, no more are taken", self->shown, n);
      return FALSE;
    }
  if (_emo_feature_index_reserve (&self->index, n + 1))
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "%s: no memory for the keys of %u rows", self->shown, n + 1);

  return FALSE;
}

static gboolean
append (EmoFeatureCache  *self,
        const guint8     *key,
        const float      *row,
        GError          **error)
{
  gsize length = row_bytes (self);
  guint n = self->index.n_records;
  EmoFeatureRecord *record;

  if (!reserve (self, error))
    return FALSE;
  record = &self->index.records[n];
  memcpy (record->key, key, EMO_FEATURE_KEY_SIZE);
  record->row_check = _emo_feature_checksum (row, length, 0);
  record->check = _emo_feature_record_check (record, n);
  if (!write_at (self->rows_fd, row, length, n * length) ||
      !write_at (self->keys_fd, record, sizeof *record, sizeof (Header) + n * sizeof *record))
    {
      int number = errno;

      /* Where even this fails, what is left over is found unsound. */
      if (!cut (self, n))
        g_debug ("%s: cannot be cut: %s", self->shown, g_strerror (errno));
      return set_full_error (self, number, error);
    }
  self->index.n_records++;
  _emo_feature_index_enter (&self->index, n);

  return TRUE;
}

/**
 * emo_feature_cache_add:
 * @self: a cache opened for writing
 * @key: (array fixed-size=32): SHA-256 of the picture's file
 * @row: [width]
 * @error: return location
 *
 * Returns: whether the picture has a row now; else %FALSE with
 *   %EMO_ERROR_NO_SPACE, %EMO_ERROR_IO, %EMO_ERROR_LIMIT or
 *   %EMO_ERROR_OUT_OF_MEMORY, and the cache is as it was
 */
gboolean
emo_feature_cache_add (EmoFeatureCache  *self,
                       const guint8     *key,
                       const float      *row,
                       GError          **error)
{
  g_autoptr(GMutexLocker) locker = NULL;

  g_return_val_if_fail (self != NULL && key != NULL && row != NULL, FALSE);
  g_return_val_if_fail (self->lock_fd >= 0, FALSE);

  locker = g_mutex_locker_new (&self->mutex);

  return _emo_feature_index_find (&self->index, key) >= 0 || append (self, key, row, error);
}

/**
 * emo_feature_cache_flush:
 * @self: a cache opened for writing
 * @error: return location
 *
 * Waits until all that was added is on the disk, the rows before their records.
 *
 * Returns: %FALSE with %EMO_ERROR_NO_SPACE or %EMO_ERROR_IO
 */
gboolean
emo_feature_cache_flush (EmoFeatureCache  *self,
                         GError          **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (self->lock_fd >= 0, FALSE);

  if (fdatasync (self->rows_fd) == 0 && fdatasync (self->keys_fd) == 0)
    return TRUE;

  return set_system_error (self, "cannot be written", errno, error);
}

/**
 * emo_feature_cache_get_bytes:
 * @width: floats a row
 * @n_rows: pictures
 *
 * Returns: what they take on the disk
 */
guint64
emo_feature_cache_get_bytes (guint   width,
                             guint64 n_rows)
{
  return sizeof (Header) + n_rows * (sizeof (EmoFeatureRecord) + (guint64) width * sizeof (float));
}

/**
 * emo_feature_key_parse:
 * @sha256: a hash in hex
 * @key: (out caller-allocates) (array fixed-size=32): its bytes
 *
 * Returns: whether @sha256 was 64 hex digits
 */
gboolean
emo_feature_key_parse (const char *sha256,
                       guint8     *key)
{
  g_return_val_if_fail (sha256 != NULL && key != NULL, FALSE);

  for (guint i = 0; i < EMO_FEATURE_KEY_SIZE; i++)
    {
      int high = g_ascii_xdigit_value (sha256[2 * i]);
      int low = high >= 0 ? g_ascii_xdigit_value (sha256[2 * i + 1]) : -1;

      if (low < 0)
        return FALSE;
      key[i] = (guint8) (high << 4 | low);
    }

  return sha256[2 * EMO_FEATURE_KEY_SIZE] == '\0';
}
