/* emo-safetensors.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-keyed-hash.h"
#include "emo-safetensors-private.h"

#define SINGLE_NAME "model.safetensors"
#define INDEX_NAME  "model.safetensors.index.json"

/* One piece of the search for NaN: large enough that taking the next one costs
 * nothing, small enough that the threads end together. A multiple of every
 * element's size. */
#define PIECE (4 * 1024 * 1024)

/* More threads than this only wait for memory. */
#define MAX_THREADS 8

/* An opened set is never changed, so any thread may read it. Tensors are in the
 * order of the files and of the data in them: who goes through them by index
 * reads the disk from front to back. */
struct _EmoSafetensors
{
  gatomicrefcount ref_count;
  GPtrArray *shards;           /* EmoShard */
  EmoStoredTensor *tensors;    /* [n_tensors] */
  guint16 *shard_of;           /* [n_tensors] */
  guint n_tensors;
  GHashTable *by_name;         /* name to EmoStoredTensor, both borrowed */
  guint n_unlisted;            /* tensors of the shards that the index does not name */
  const char *unlisted;        /* (nullable) the first, borrowed */
};

static gboolean
reserve (EmoSafetensors *self,
         const char     *path,
         GError        **error)
{
  gsize n = 0;

  for (guint i = 0; i < self->shards->len; i++)
    n += ((EmoShard *) self->shards->pdata[i])->n_tensors;
  self->tensors = g_try_new (EmoStoredTensor, n + 1);
  self->shard_of = g_try_new (guint16, n + 1);
  if (self->tensors != NULL && self->shard_of != NULL)
    return TRUE;
  g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "%s: no memory for the list of tensors", path);
  return FALSE;
}

/* With an index only the tensors it places in this shard are taken. One that it
 * places elsewhere is missed there, and said so by check_complete(); one that it
 * does not name, or names elsewhere and has there too, is counted. */
static void
take_tensors (EmoSafetensors *self,
              guint           place,
              GHashTable     *shard_of)
{
  EmoShard *shard = self->shards->pdata[place];

  for (guint i = 0; i < shard->n_tensors; i++)
    {
      EmoStoredTensor *next = &self->tensors[self->n_tensors];
      gpointer found = NULL;

      if (shard_of != NULL &&
          (!g_hash_table_lookup_extended (shard_of, shard->tensors[i].name, NULL, &found) || GPOINTER_TO_UINT (found) != place))
        {
          if (self->n_unlisted++ == 0)
            self->unlisted = shard->tensors[i].name;
          continue;
        }
      *next = shard->tensors[i];
      self->shard_of[self->n_tensors++] = (guint16) place;
      g_hash_table_insert (self->by_name, (gpointer) next->name, next);
    }
  g_clear_pointer (&shard->tensors, g_free);
}

static gboolean
check_complete (EmoSafetensors *self,
                EmoShardIndex  *index,
                GError        **error)
{
  GHashTableIter iter;
  gpointer name, place;

  if (self->n_tensors == g_hash_table_size (index->shard_of))
    return TRUE;
  g_hash_table_iter_init (&iter, index->shard_of);
  while (g_hash_table_iter_next (&iter, &name, &place))
    if (!g_hash_table_contains (self->by_name, name))
      {
        EmoShard *shard = self->shards->pdata[GPOINTER_TO_UINT (place)];
        g_autofree char *shown = emo_file_escape_start (name, 200);

        g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                     "%s: tensor \"%s\" should be in shard %s and is not (%u tensors expected, %u found)",
                     index->display_name, shown, shard->display_name,
                     g_hash_table_size (index->shard_of), self->n_tensors);
        break;
      }
  return FALSE;
}

static gboolean
open_shard (EmoSafetensors *self,
            const char     *path,
            GError        **error)
{
  EmoShard *shard = _emo_shard_open (path, error);

  if (shard == NULL)
    return FALSE;
  g_ptr_array_add (self->shards, shard);
  return TRUE;
}

static gboolean
open_index (EmoSafetensors *self,
            const char     *path,
            GError        **error)
{
  g_autoptr (EmoShardIndex) index = _emo_shard_index_load (path, error);

  if (index == NULL)
    return FALSE;
  for (guint i = 0; i < index->shards->len; i++)
    if (!open_shard (self, index->shards->pdata[i], error))
      return FALSE;
  if (!reserve (self, index->display_name, error))
    return FALSE;
  for (guint i = 0; i < self->shards->len; i++)
    take_tensors (self, i, index->shard_of);
  return check_complete (self, index, error);
}

static gboolean
open_single (EmoSafetensors *self,
             const char     *path,
             GError        **error)
{
  if (!open_shard (self, path, error) ||
      !reserve (self, ((EmoShard *) self->shards->pdata[0])->display_name, error))
    return FALSE;
  take_tensors (self, 0, NULL);
  return TRUE;
}

/* A folder stands for its whole file, or for its index where there is none. One
 * that is called as a file is a mistake, and told as such where it is opened. */
static char *
resolve (const char *path)
{
  g_autofree char *single = NULL;

  if (g_str_has_suffix (path, ".safetensors") || !g_file_test (path, G_FILE_TEST_IS_DIR))
    return g_strdup (path);
  single = g_build_filename (path, SINGLE_NAME, NULL);
  if (g_file_test (single, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&single);
  return g_build_filename (path, INDEX_NAME, NULL);
}

/**
 * emo_safetensors_open:
 * @path: a .safetensors file, an index .json, or a folder with
 *   "model.safetensors" or "model.safetensors.index.json"
 * @error: return location
 *
 * Opens the tensors of a file or of a set of shards. Every header is proved
 * before this returns; of the data nothing is read. An index is the word on
 * what the set holds: a tensor it does not name is left out, and counted by
 * emo_safetensors_get_n_unlisted().
 * Format: github.com/huggingface/safetensors.
 *
 * Returns: (transfer full): the set, or NULL with %EMO_ERROR_TRUNCATED,
 *   %EMO_ERROR_INVALID_FILE, %EMO_ERROR_LIMIT, %EMO_ERROR_UNSUPPORTED (an
 *   element type), %EMO_ERROR_IO or %EMO_ERROR_OUT_OF_MEMORY
 */
EmoSafetensors *
emo_safetensors_open (const char *path,
                      GError    **error)
{
  g_autoptr (EmoSafetensors) self = NULL;
  g_autofree char *file = NULL;

  g_return_val_if_fail (path != NULL, NULL);

  self = g_new0 (EmoSafetensors, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->shards = g_ptr_array_new_with_free_func ((GDestroyNotify) _emo_shard_free);
  self->by_name = g_hash_table_new (emo_keyed_hash_string, g_str_equal);
  file = resolve (path);
  if (g_str_has_suffix (file, ".json") ? !open_index (self, file, error) : !open_single (self, file, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * emo_safetensors_ref:
 * @self: a set
 *
 * Returns: (transfer full): @self; any thread
 */
EmoSafetensors *
emo_safetensors_ref (EmoSafetensors *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * emo_safetensors_unref:
 * @self: (transfer full): a set
 *
 * With the last reference the tensors are gone; bytes taken by
 * emo_safetensors_get_bytes() stay. Any thread.
 */
void
emo_safetensors_unref (EmoSafetensors *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_hash_table_unref (self->by_name);
  g_free (self->tensors);
  g_free (self->shard_of);
  g_ptr_array_unref (self->shards);
  g_free (self);
}

/**
 * emo_safetensors_get_n_tensors:
 * @self: a set
 *
 * Returns: how many tensors it holds
 */
guint
emo_safetensors_get_n_tensors (EmoSafetensors *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_tensors;
}

/**
 * emo_safetensors_get_n_unlisted:
 * @self: a set
 * @first: (out) (optional) (nullable) (transfer none): the name of one
 *
 * Tensors that lie in a shard where the index does not place them. The set does
 * without them, so a person should know.
 *
 * Returns: how many there are, 0 without an index
 */
guint
emo_safetensors_get_n_unlisted (EmoSafetensors  *self,
                                const char     **first)
{
  g_return_val_if_fail (self != NULL, 0);

  if (first != NULL)
    *first = self->unlisted;
  return self->n_unlisted;
}

/**
 * emo_safetensors_get_tensor:
 * @self: a set
 * @index: below emo_safetensors_get_n_tensors()
 *
 * Returns: (transfer none): a tensor, in the order of the data on disk
 */
const EmoStoredTensor *
emo_safetensors_get_tensor (EmoSafetensors *self,
                            guint           index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->n_tensors, NULL);

  return &self->tensors[index];
}

const EmoStoredTensor *
emo_safetensors_get_tensors (EmoSafetensors *self,
                             guint          *n)
{
  *n = self->n_tensors;

  return self->tensors;
}

/**
 * emo_safetensors_find:
 * @self: a set
 * @name: a tensor's name, case-sensitive
 *
 * Returns: (transfer none) (nullable): the tensor
 */
const EmoStoredTensor *
emo_safetensors_find (EmoSafetensors *self,
                      const char     *name)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return g_hash_table_lookup (self->by_name, name);
}

/**
 * emo_safetensors_get_bytes:
 * @self: a set
 * @tensor: one of its tensors
 *
 * Returns: (transfer full): the tensor's bytes, borrowed from the file, which
 *   they keep mapped
 */
GBytes *
emo_safetensors_get_bytes (EmoSafetensors        *self,
                           const EmoStoredTensor *tensor)
{
  const EmoStoredTensor *own;
  EmoShard *shard;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (tensor != NULL, NULL);
  own = emo_safetensors_find (self, tensor->name);
  g_return_val_if_fail (own != NULL && own->data == tensor->data, NULL);

  shard = self->shards->pdata[self->shard_of[own - self->tensors]];
  return g_bytes_new_with_free_func (own->data, own->n_bytes,
                                     (GDestroyNotify) emo_mapped_file_unref, emo_mapped_file_ref (shard->file));
}

/**
 * emo_safetensors_forget:
 * @self: a set
 *
 * The pages of its mapped files no longer count as this process's memory, until
 * they are read again. Any thread.
 */
void
emo_safetensors_forget (EmoSafetensors *self)
{
  g_return_if_fail (self != NULL);

  for (guint i = 0; i < self->shards->len; i++)
    emo_mapped_file_forget (((EmoShard *) self->shards->pdata[i])->file);
}

/**
 * emo_safetensors_get_metadata:
 * @self: a set
 * @key: a key of "__metadata__"
 *
 * Returns: (transfer none) (nullable): its text in the first file that has it
 */
const char *
emo_safetensors_get_metadata (EmoSafetensors *self,
                              const char     *key)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  for (guint i = 0; i < self->shards->len; i++)
    {
      EmoShard *shard = self->shards->pdata[i];
      const char *text = shard->metadata != NULL ? g_hash_table_lookup (shard->metadata, key) : NULL;

      if (text != NULL)
        return text;
    }
  return NULL;
}

/**
 * emo_safetensors_get_n_bytes:
 * @self: a set
 *
 * Returns: bytes of all its tensors
 */
gint64
emo_safetensors_get_n_bytes (EmoSafetensors *self)
{
  gint64 total = 0;

  g_return_val_if_fail (self != NULL, 0);

  for (guint i = 0; i < self->n_tensors; i++)
    total += (gint64) self->tensors[i].n_bytes;
  return total;
}

/**
 * emo_safetensors_dup_paths:
 * @self: a set
 *
 * Returns: (transfer full): the .safetensors files behind it, NULL-terminated
 */
char **
emo_safetensors_dup_paths (EmoSafetensors *self)
{
  char **paths;

  g_return_val_if_fail (self != NULL, NULL);

  paths = g_new0 (char *, self->shards->len + 1);
  for (guint i = 0; i < self->shards->len; i++)
    paths[i] = g_strdup (emo_mapped_file_get_path (((EmoShard *) self->shards->pdata[i])->file));
  return paths;
}

/**
 * emo_safetensors_check:
 * @self: a set
 * @error: return location
 *
 * Tells whether what was read from the tensors was what the files held when
 * they were opened. Call it after the weights are loaded.
 *
 * Returns: FALSE with %EMO_ERROR_INVALID_FILE when a file was cut or written to
 */
gboolean
emo_safetensors_check (EmoSafetensors *self,
                       GError        **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = 0; i < self->shards->len; i++)
    if (!emo_mapped_file_check (((EmoShard *) self->shards->pdata[i])->file, error))
      return FALSE;
  return TRUE;
}

/* The search for NaN, shared by its threads: they take the next piece under the
 * lock and count without it. */
typedef struct
{
  GMutex lock;
  EmoSafetensors *set;
  guint tensor;                /* where the next piece begins */
  gsize offset;
  gint64 taken;                /* bytes handed out */
  guint64 total;
  GCancellable *cancellable;   /* (nullable) */
} Search;

static gboolean
take_piece (Search       *search,
            EmoStored    *stored,
            const guint8 **data,
            gsize        *n_bytes)
{
  g_autoptr (GMutexLocker) locker = NULL;

  if (g_cancellable_is_cancelled (search->cancellable))
    return FALSE;
  locker = g_mutex_locker_new (&search->lock);
  while (search->tensor < search->set->n_tensors)
    {
      const EmoStoredTensor *tensor = &search->set->tensors[search->tensor];

      if (_emo_stored_is_float (tensor->stored) && search->offset < tensor->n_bytes)
        {
          *stored = tensor->stored;
          *data = tensor->data + search->offset;
          *n_bytes = MIN (tensor->n_bytes - search->offset, PIECE);
          search->offset += *n_bytes;
          search->taken += (gint64) *n_bytes;
          return TRUE;
        }
      search->tensor++;
      search->offset = 0;
    }
  return FALSE;
}

static void
count_pieces (Search       *search,
              EmoBytesFunc  func,
              gpointer      user_data)
{
  EmoStored stored;
  const guint8 *data;
  gsize n_bytes;
  guint64 total = 0;

  while (take_piece (search, &stored, &data, &n_bytes))
    {
      total += _emo_stored_count_nonfinite (stored, data, n_bytes);
      if (func != NULL)
        {
          gint64 taken;

          g_mutex_lock (&search->lock);
          taken = search->taken;
          g_mutex_unlock (&search->lock);
          func (taken, user_data);
        }
    }
  g_mutex_lock (&search->lock);
  search->total += total;
  g_mutex_unlock (&search->lock);
}

static gpointer
count_worker (gpointer user_data)
{
  count_pieces (user_data, NULL, NULL);

  return NULL;
}

/**
 * emo_safetensors_count_nonfinite:
 * @self: a set
 *
 * Counts the NaN and infinite elements of the float tensors, on as many threads
 * as there are processors, at the speed of memory or, the first time, of the
 * disk. It reads every byte, so emo_safetensors_check() afterwards says whether
 * the answer holds.
 *
 * Returns: the count
 */
guint64
emo_safetensors_count_nonfinite (EmoSafetensors *self)
{
  return emo_safetensors_count_nonfinite_full (self, NULL, NULL, NULL);
}

/**
 * emo_safetensors_count_nonfinite_full:
 * @self: a set
 * @func: (nullable): told how many bytes are counted, on the calling thread
 * @user_data: for @func
 * @cancellable: (nullable): tested for each piece of a few megabytes
 *
 * As emo_safetensors_count_nonfinite(), for files so large that a person waits.
 *
 * Returns: the count; of a part, where it was cancelled
 */
guint64
emo_safetensors_count_nonfinite_full (EmoSafetensors *self,
                                      EmoBytesFunc    func,
                                      gpointer        user_data,
                                      GCancellable   *cancellable)
{
  Search search = { .set = self, .cancellable = cancellable };
  GThread *threads[MAX_THREADS] = { NULL };
  guint n_threads;

  g_return_val_if_fail (self != NULL, 0);

  g_mutex_init (&search.lock);
  n_threads = (guint) CLAMP (emo_safetensors_get_n_bytes (self) / PIECE, 1, MIN (g_get_num_processors (), MAX_THREADS));
  /* This thread works too, and does it all where no other can be started. */
  for (guint i = 1; i < n_threads; i++)
    threads[i] = g_thread_try_new ("count-nan", count_worker, &search, NULL);
  count_pieces (&search, func, user_data);
  for (guint i = 1; i < n_threads; i++)
    if (threads[i] != NULL)
      g_thread_join (threads[i]);
  g_mutex_clear (&search.lock);
  return search.total;
}

/**
 * emo_safetensors_check_seal:
 * @self: a set
 * @error: return location
 *
 * Hashes every file of the set and compares with what
 * emo_safetensors_save_sealed() wrote into it.
 *
 * Returns: FALSE with %EMO_ERROR_CHECKSUM for another content or none to compare
 *   with, or the errors of emo_safetensors_check()
 */
gboolean
emo_safetensors_check_seal (EmoSafetensors *self,
                            GError        **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = 0; i < self->shards->len; i++)
    if (!_emo_shard_check_seal (self->shards->pdata[i], error))
      return FALSE;
  return TRUE;
}
