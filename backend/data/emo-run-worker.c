/* emo-run-worker.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "emo-error.h"
#include "emo-run-worker-private.h"

/* What is to be written waits in a backlog until it is committed: all that has
 * come meanwhile goes into one transaction, and what the disk refuses stays for
 * the next try, so that a full disk loses nothing while the process lives.
 *
 * A commit is the system's a moment after the result is known and survives the
 * process, however that ends. It does not wait for the disk: within a second a
 * second thread brings it there, which is what a power cut may take. Waiting for
 * the disk at each commit would hold up those behind it for as long as a slow
 * disk takes, and a kill would take them.
 *
 * The thread owns all of this but the queue. It holds no reference to the store:
 * the last one may be dropped anywhere, and a thread cannot join itself. */
struct _EmoRunWorker
{
  GThread           *thread;
  GAsyncQueue       *queue;       /* of EmoRunOp */
  EmoRunWorkerFuncs  funcs;
  char              *folder;

  EmoRunFiles       *files;
  EmoRunDb          *db;
  gboolean           in_memory;
  guint64            device;      /* of the file that is open */
  guint64            inode;
  GHashTable        *runs;        /* id -> EmoRun */
  GQueue             backlog;     /* of EmoRunOp, in order */
  gint64             retry_at;    /* monotonic; 0: at once */
  gint64             retry_delay;
  guint              n_busy;      /* tries in a row that found it locked */
  EmoRunTrouble      trouble;
  gboolean           closing;

  GThreadPool       *syncer;      /* one thread */
  guint              n_commits;
  int                n_synced;    /* atomic: the commits that are on the disk */
  int                syncing;     /* atomic */
  gint64             sync_at;     /* monotonic: when the next sync may begin */
};

#define SYNC_INTERVAL (1 * G_USEC_PER_SEC)

#define RETRY_MIN (1 * G_USEC_PER_SEC)
#define RETRY_MAX (30 * G_USEC_PER_SEC)

/* What a window deleted and had no time to purge. Another window may still offer
 * to undo what it deleted a moment ago. */
#define UNDO_SECONDS 60

/* With BUSY_MS of SQLite each: then something is wrong. */
#define MAX_BUSY 5

EmoRunOp *
emo_run_op_new (EmoRunOpKind kind)
{
  EmoRunOp *op = g_new0 (EmoRunOp, 1);

  op->kind = kind;

  return op;
}

void
emo_run_op_free (EmoRunOp *op)
{
  g_clear_pointer (&op->entries, g_ptr_array_unref);
  g_clear_pointer (&op->ids, g_array_unref);
  g_free ((char *) op->day.model_name);
  g_free ((char *) op->day.model_sha256);
  g_free ((char *) op->query.text);
  g_clear_object (&op->task);
  g_free (op);
}

static void
set_trouble (EmoRunWorker  *self,
             EmoRunTrouble  trouble,
             const char    *detail)
{
  if (trouble == self->trouble)
    return;

  self->trouble = trouble;
  self->funcs.trouble (trouble, detail, self->funcs.user_data);
}

static void
remember_file (EmoRunWorker *self)
{
  GStatBuf status = { 0 };

  g_stat (emo_run_files_get_path (self->files), &status);
  self->device = status.st_dev;
  self->inode = status.st_ino;
}

/* Somebody may have removed or replaced the file: what is written to the old one
 * would be lost. */
static gboolean
is_same_file (EmoRunWorker *self)
{
  GStatBuf status;

  return self->in_memory ||
         (g_stat (emo_run_files_get_path (self->files), &status) == 0 &&
          status.st_dev == self->device && status.st_ino == self->inode);
}

/* A session without a file: it works as ever, and ends with the process. What was
 * kept before is shown where only the writing is refused. */
static void
open_memory (EmoRunWorker  *self,
             EmoRunTrouble  trouble,
             const GError  *why)
{
  g_autoptr (GError) unread = NULL;
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->db, emo_run_db_close);
  self->in_memory = TRUE;
  if (trouble == EMO_RUN_TROUBLE_UNWRITABLE)
    {
      self->db = emo_run_db_open_copy (emo_run_files_get_path (self->files), &unread);
      if (self->db == NULL)
        g_info ("Nothing is shown of what was kept before: %s", unread->message);
    }
  if (self->db == NULL)
    self->db = emo_run_db_open (":memory:", &error);
  if (self->db == NULL)
    g_info ("There is no store: %s", error->message);
  set_trouble (self, trouble, why->message);
}

static gboolean
is_broken (const GError *error)
{
  return g_error_matches (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
}

/* Opens the file; one that is broken is kept under another name. @inode: the file
 * known to be broken, though it opens; 0: none is. */
static EmoRunDb *
open_or_mend (EmoRunWorker  *self,
              guint64        inode,
              GError       **error)
{
  const char *path = emo_run_files_get_path (self->files);
  g_autoptr (EmoRunDb) db = NULL;
  g_autoptr (GError) first = NULL;
  g_autofree char *aside = NULL;
  GStatBuf status;

  emo_run_files_lock (self->files);
  /* Another window may have mended it meanwhile. */
  if (inode == 0 || g_stat (path, &status) != 0 || status.st_ino != inode)
    db = emo_run_db_open (path, &first);
  if (db == NULL && (first == NULL || is_broken (first)))
    {
      aside = emo_run_files_set_aside (self->files, error);
      if (aside != NULL)
        db = emo_run_db_open (path, error);
    }
  else if (db == NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  emo_run_files_unlock (self->files);

  if (db != NULL && aside != NULL)
    set_trouble (self, EMO_RUN_TROUBLE_BROKEN, aside);

  return g_steal_pointer (&db);
}

static void
open_file (EmoRunWorker *self,
           guint64       broken_inode)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->db, emo_run_db_close);
  if (broken_inode == 0)
    self->db = emo_run_db_open (emo_run_files_get_path (self->files), &error);
  if (self->db == NULL && (broken_inode != 0 || is_broken (error)))
    {
      g_clear_error (&error);
      self->db = open_or_mend (self, broken_inode, &error);
    }

  if (self->db != NULL)
    remember_file (self);
  else if (g_error_matches (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED))
    open_memory (self, EMO_RUN_TROUBLE_NEWER, error);
  else
    open_memory (self, EMO_RUN_TROUBLE_UNWRITABLE, error);
}

static gboolean
is_needed (const char *name,
           gpointer    user_data)
{
  return emo_run_db_has_pasted (user_data, name);
}

static gboolean
purge (EmoRunWorker  *self,
       gint64         token,
       GError       **error)
{
  gint64 before = g_get_real_time () - UNDO_SECONDS * G_USEC_PER_SEC;

  if (!emo_run_db_purge (self->db, token, before, error))
    return FALSE;
  if (!self->in_memory)
    emo_run_files_sweep (self->files, is_needed, self->db);

  return TRUE;
}

/* A copy that cannot be kept loses a picture, never its result. */
static gboolean
keep_copy (EmoRunWorker  *self,
           EmoRunEntry   *entry,
           GError       **error)
{
  g_autoptr (GError) why = NULL;

  if (entry->bytes == NULL || entry->pasted == NULL || self->in_memory ||
      emo_run_files_keep (self->files, entry->bytes, entry->pasted, &why))
    return TRUE;

  if (g_error_matches (why, EMO_ERROR, EMO_ERROR_NO_SPACE))
    {
      g_propagate_error (error, g_steal_pointer (&why));
      return FALSE;
    }
  g_info ("%s", why->message);

  return TRUE;
}

/* What is wrong with the one thing written and not with the file. */
static gboolean
is_of_the_op (int rc)
{
  switch (rc & 0xff)
    {
    case SQLITE_CONSTRAINT:
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
    case SQLITE_RANGE:
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
put (EmoRunWorker  *self,
     EmoRunEntry   *entry,
     GError       **error)
{
  EmoRun *run = g_hash_table_lookup (self->runs, &entry->run);

  return run == NULL ||
         (keep_copy (self, entry, error) && emo_run_db_put (self->db, run, entry, error));
}

static gboolean
write_entry (EmoRunWorker  *self,
             EmoRunOpKind   kind,
             EmoRunEntry   *entry,
             GError       **error)
{
  if (kind == EMO_RUN_OP_ANNOTATE)
    return emo_run_db_annotate (self->db, entry, error);
  /* Other words are no reason for a deleted result to come back. */
  if (kind == EMO_RUN_OP_UPDATE && !emo_run_db_has (self->db, entry->run, entry->number))
    return TRUE;

  return put (self, entry, error);
}

static gboolean
write_entries (EmoRunWorker  *self,
               EmoRunOp      *op,
               GError       **error)
{
  for (guint i = 0; i < op->entries->len; i++)
    {
      EmoRunEntry *entry = g_ptr_array_index (op->entries, i);
      g_autoptr (GError) why = NULL;
      gboolean ok;

      self->db->rc = 0;
      ok = write_entry (self, op->kind, entry, &why);
      if (!ok && !is_of_the_op (self->db->rc))
        {
          g_propagate_error (error, g_steal_pointer (&why));
          return FALSE;
        }
      if (!ok)
        g_info ("A result is not kept: %s", why->message);
    }

  return TRUE;
}

static gboolean
write_op (EmoRunWorker  *self,
          EmoRunOp      *op,
          GError       **error)
{
  gboolean ok = TRUE;

  switch ((int) op->kind)
    {
    case EMO_RUN_OP_PUT:
    case EMO_RUN_OP_UPDATE:
    case EMO_RUN_OP_ANNOTATE:
      return write_entries (self, op, error);
    case EMO_RUN_OP_FORGET:
      return emo_run_db_forget (self->db, op->run.id, op->number, error);
    case EMO_RUN_OP_DELETE:
      for (guint i = 0; ok && i < op->ids->len; i++)
        ok = emo_run_db_delete (self->db, g_array_index (op->ids, gint64, i), op->number, error);
      return ok;
    case EMO_RUN_OP_DELETE_DAY:
      return emo_run_db_delete_day (self->db, &op->day, op->number, error);
    case EMO_RUN_OP_UNDELETE:
      return emo_run_db_undelete (self->db, op->number, error);
    case EMO_RUN_OP_PURGE:
      return purge (self, op->number, error);
    default:
      g_assert_not_reached ();
    }
}

static gboolean
write_all (EmoRunWorker  *self,
           GError       **error)
{
  errno = 0;
  if (!emo_run_db_begin (self->db, error))
    return FALSE;
  for (GList *l = self->backlog.head; l != NULL; l = l->next)
    if (!write_op (self, l->data, error))
      return FALSE;

  return emo_run_db_commit (self->db, error);
}

static gboolean
is_no_space (EmoRunWorker *self,
             const GError *error)
{
  int number = self->db->system_errno;

  return g_error_matches (error, EMO_ERROR, EMO_ERROR_NO_SPACE) ||
         ((self->db->rc & 0xff) == SQLITE_IOERR && (number == ENOSPC || number == EDQUOT || number == EFBIG));
}

static void
retry_later (EmoRunWorker *self)
{
  self->retry_delay = CLAMP (self->retry_delay * 2, RETRY_MIN, RETRY_MAX);
  self->retry_at = g_get_monotonic_time () + self->retry_delay;
}

/* After a failure: TRUE where the next try may come at once. */
static gboolean
recover (EmoRunWorker *self,
         const GError *error)
{
  gboolean busy = (self->db->rc & 0xff) == SQLITE_BUSY;

  g_info ("%s", error->message);
  if (self->in_memory)
    {
      /* Nothing is left to fall back on. */
      g_queue_clear_full (&self->backlog, (GDestroyNotify) emo_run_op_free);
      return FALSE;
    }
  if (g_error_matches (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED))
    {
      open_memory (self, EMO_RUN_TROUBLE_NEWER, error);
      return TRUE;
    }
  if (is_broken (error))
    {
      open_file (self, self->inode);
      return TRUE;
    }

  self->n_busy = busy ? self->n_busy + 1 : 0;
  if (is_no_space (self, error))
    set_trouble (self, EMO_RUN_TROUBLE_NO_SPACE, error->message);
  else if (!busy || self->n_busy >= MAX_BUSY)
    set_trouble (self, EMO_RUN_TROUBLE_UNWRITABLE, error->message);
  retry_later (self);

  return FALSE;
}

/* The second thread. @data: the count of commits, which is never 0 */
static void
sync_worker (gpointer data,
             gpointer user_data)
{
  EmoRunWorker *self = user_data;

  if (emo_run_db_checkpoint (emo_run_files_get_path (self->files)))
    g_atomic_int_set (&self->n_synced, GPOINTER_TO_INT (data));
  g_atomic_int_set (&self->syncing, FALSE);
}

static gboolean
needs_sync (EmoRunWorker *self)
{
  return !self->in_memory && (int) self->n_commits != g_atomic_int_get (&self->n_synced);
}

static void
sync_soon (EmoRunWorker *self)
{
  gint64 now = g_get_monotonic_time ();

  if (!needs_sync (self) || now < self->sync_at || g_atomic_int_get (&self->syncing))
    return;

  self->sync_at = now + SYNC_INTERVAL;
  g_atomic_int_set (&self->syncing, TRUE);
  g_thread_pool_push (self->syncer, GINT_TO_POINTER ((int) self->n_commits), NULL);
}

/* For who waits: at once, on this thread. */
static gboolean
sync_now (EmoRunWorker *self)
{
  g_autoptr (GError) error = NULL;

  if (!needs_sync (self))
    return TRUE;
  if (!emo_run_db_sync (self->db, &error))
    {
      g_info ("%s", error->message);
      return FALSE;
    }
  g_atomic_int_set (&self->n_synced, (int) self->n_commits);

  return TRUE;
}

static void
wrote (EmoRunWorker *self)
{
  self->n_commits = MAX (self->n_commits + 1, 1);
  g_queue_clear_full (&self->backlog, (GDestroyNotify) emo_run_op_free);
  self->retry_at = 0;
  self->retry_delay = 0;
  self->n_busy = 0;
  if (!self->in_memory && self->trouble != EMO_RUN_TROUBLE_BROKEN)
    set_trouble (self, EMO_RUN_TROUBLE_NONE, NULL);
  self->funcs.changed (self->funcs.user_data);
}

/* Commits the backlog, unless it failed a moment ago and nobody insists. */
static void
write_backlog (EmoRunWorker *self,
               gboolean      insist)
{
  gboolean again = TRUE;

  if (!insist && g_get_monotonic_time () < self->retry_at)
    return;

  /* A file that is set aside is followed by one that works, or by none: three
   * tries are more than enough. */
  for (int i = 0; again && i < 3 && self->db != NULL && !g_queue_is_empty (&self->backlog); i++)
    {
      g_autoptr (GError) error = NULL;

      if (!is_same_file (self))
        open_file (self, 0);
      if (self->db == NULL)
        break;
      again = FALSE;
      if (write_all (self, &error))
        {
          wrote (self);
          continue;
        }
      emo_run_db_rollback (self->db);
      again = recover (self, error);
    }

  /* Not even memory: nothing is kept, and nothing grows without end. */
  if (self->db == NULL)
    g_queue_clear_full (&self->backlog, (GDestroyNotify) emo_run_op_free);
}

static void
fill_uri (EmoRunWorker *self,
          EmoRunEntry  *entry)
{
  if (entry->pasted == NULL)
    return;
  g_free (entry->uri);
  entry->uri = emo_run_files_dup_uri (self->files, entry->pasted);
}

static GPtrArray *
read_unfinished (EmoRunWorker  *self,
                 GError       **error)
{
  g_autoptr (GPtrArray) all = emo_run_db_unfinished (self->db, error);
  g_autoptr (GPtrArray) over = NULL;
  gint64 last = 0;
  gboolean alive = FALSE;

  if (all == NULL)
    return NULL;

  over = g_ptr_array_new_with_free_func ((GDestroyNotify) emo_run_entry_unref);
  for (guint i = 0; i < all->len; i++)
    {
      EmoRunEntry *entry = g_ptr_array_index (all, i);

      /* They come run by run. */
      if (entry->run != last)
        alive = emo_run_files_is_alive (self->files, entry->run);
      last = entry->run;
      if (!alive)
        g_ptr_array_add (over, emo_run_entry_ref (entry));
    }

  return g_steal_pointer (&over);
}

static void
return_entries (EmoRunWorker *self,
                GTask        *task,
                GPtrArray    *entries,
                GError       *error)
{
  if (entries == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  for (guint i = 0; i < entries->len; i++)
    fill_uri (self, g_ptr_array_index (entries, i));
  g_task_return_pointer (task, entries, (GDestroyNotify) g_ptr_array_unref);
}

static void
return_entry (EmoRunWorker *self,
              GTask        *task,
              EmoRunEntry  *entry,
              GError       *error)
{
  if (entry == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  fill_uri (self, entry);
  g_task_return_pointer (task, entry, (GDestroyNotify) emo_run_entry_unref);
}

static void
return_flushed (EmoRunWorker *self,
                GTask        *task)
{
  if (self->in_memory || !g_queue_is_empty (&self->backlog) || !sync_now (self))
    g_task_return_new_error (task, EMO_ERROR, EMO_ERROR_IO, "The results are in memory only");
  else
    g_task_return_boolean (task, TRUE);
}

/* Reads see all that was written before them. */
static void
read_op (EmoRunWorker *self,
         EmoRunOp     *op)
{
  GError *error = NULL;

  if (self->db == NULL)
    {
      g_task_return_new_error (op->task, EMO_ERROR, EMO_ERROR_IO, "There is no store");
      return;
    }

  if (op->kind == EMO_RUN_OP_LIST)
    {
      GPtrArray *entries = emo_run_db_list (self->db, &op->query, &error);

      return_entries (self, op->task, entries, error);
    }
  else if (op->kind == EMO_RUN_OP_UNFINISHED)
    {
      GPtrArray *entries = read_unfinished (self, &error);

      return_entries (self, op->task, entries, error);
    }
  else if (op->kind == EMO_RUN_OP_LOAD)
    {
      EmoRunEntry *entry = emo_run_db_load (self->db, op->number, &error);

      return_entry (self, op->task, entry, error);
    }
  else
    {
      return_flushed (self, op->task);
    }

  /* A page that nobody had read yet. */
  if (!self->in_memory && (self->db->rc & 0xff) == SQLITE_CORRUPT)
    open_file (self, self->inode);
}

static void
begin_run (EmoRunWorker *self,
           const EmoRun *run)
{
  g_hash_table_insert (self->runs, g_memdup2 (&run->id, sizeof run->id), g_memdup2 (run, sizeof *run));
  emo_run_files_hold (self->files, run->id);
}

static void
take_op (EmoRunWorker *self,
         EmoRunOp     *op)
{
  g_autoptr (EmoRunOp) taken = op;

  switch (op->kind)
    {
    case EMO_RUN_OP_BEGIN:
      begin_run (self, &op->run);
      break;

    case EMO_RUN_OP_LIST:
    case EMO_RUN_OP_LOAD:
    case EMO_RUN_OP_UNFINISHED:
    case EMO_RUN_OP_FLUSH:
      write_backlog (self, op->kind == EMO_RUN_OP_FLUSH);
      read_op (self, op);
      break;

    case EMO_RUN_OP_CLOSE:
      write_backlog (self, TRUE);
      if (self->db != NULL)
        sync_now (self);
      self->closing = TRUE;
      break;

    case EMO_RUN_OP_PUT:
    case EMO_RUN_OP_UPDATE:
    case EMO_RUN_OP_ANNOTATE:
    case EMO_RUN_OP_FORGET:
    case EMO_RUN_OP_DELETE:
    case EMO_RUN_OP_DELETE_DAY:
    case EMO_RUN_OP_UNDELETE:
    case EMO_RUN_OP_PURGE:
    default:
      g_queue_push_tail (&self->backlog, g_steal_pointer (&taken));
      break;
    }
}

/* The next op; NULL when it is time to try again. */
static EmoRunOp *
pop_op (EmoRunWorker *self)
{
  gint64 at = G_MAXINT64;

  if (!g_queue_is_empty (&self->backlog))
    at = MIN (at, self->retry_at);
  if (needs_sync (self))
    at = MIN (at, self->sync_at);
  if (at == G_MAXINT64)
    return g_async_queue_pop (self->queue);

  /* A sync that is under way is looked at again soon. */
  at = MAX (at - g_get_monotonic_time (), g_atomic_int_get (&self->syncing) ? SYNC_INTERVAL / 10 : 0);

  return g_async_queue_timeout_pop (self->queue, (guint64) at);
}

static void
purge_old (EmoRunWorker *self)
{
  g_autoptr (EmoRunOp) op = emo_run_op_new (EMO_RUN_OP_PURGE);
  g_autoptr (GError) error = NULL;

  if (self->in_memory || self->db == NULL)
    return;

  /* Tidying up may wait for another start. */
  if (!emo_run_db_begin (self->db, &error) || !purge (self, 0, &error) || !emo_run_db_commit (self->db, &error))
    {
      g_info ("%s", error->message);
      emo_run_db_rollback (self->db);
    }
}

static gpointer
worker_thread (gpointer data)
{
  EmoRunWorker *self = data;

  self->files = emo_run_files_new (self->folder);
  self->runs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->syncer = g_thread_pool_new (sync_worker, self, 1, FALSE, NULL);
  open_file (self, 0);
  purge_old (self);

  while (!self->closing)
    {
      EmoRunOp *op = pop_op (self);

      for (; op != NULL && !self->closing; op = self->closing ? NULL : g_async_queue_try_pop (self->queue))
        take_op (self, op);
      write_backlog (self, FALSE);
      sync_soon (self);
    }

  g_thread_pool_free (self->syncer, FALSE, TRUE);
  g_queue_clear_full (&self->backlog, (GDestroyNotify) emo_run_op_free);
  g_clear_pointer (&self->db, emo_run_db_close);
  g_clear_pointer (&self->files, emo_run_files_free);
  g_clear_pointer (&self->runs, g_hash_table_unref);
  g_clear_pointer (&self->queue, g_async_queue_unref);
  if (self->funcs.destroy != NULL)
    self->funcs.destroy (self->funcs.user_data);
  g_free (self->folder);
  g_free (self);

  return NULL;
}

EmoRunWorker *
emo_run_worker_start (const char              *folder,
                      const EmoRunWorkerFuncs *funcs)
{
  EmoRunWorker *self = g_new0 (EmoRunWorker, 1);

  self->folder = g_strdup (folder);
  self->funcs = *funcs;
  self->queue = g_async_queue_new_full ((GDestroyNotify) emo_run_op_free);
  g_queue_init (&self->backlog);
  self->thread = g_thread_new ("emo-store", worker_thread, self);

  return self;
}

void
emo_run_worker_push (EmoRunWorker *self,
                     EmoRunOp     *op)
{
  g_async_queue_push (self->queue, op);
}

void
emo_run_worker_stop (EmoRunWorker *self,
                     gboolean      wait)
{
  /* Both outlive the worker, which frees itself. */
  GThread *thread = self->thread;
  GAsyncQueue *queue = g_async_queue_ref (self->queue);

  g_async_queue_push (queue, emo_run_op_new (EMO_RUN_OP_CLOSE));
  g_async_queue_unref (queue);
  if (wait)
    g_thread_join (thread);
  else
    g_thread_unref (thread);
}
