/* emo-run-store.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-run-worker-private.h"

/* EmoRunStore keeps results from the moment they are made. What is given to it is
 * on the disk a few milliseconds later, so that a crash, a kill or a power cut
 * takes at most what was not finished.
 *
 * It is three layers: this object on the main thread, the worker
 * (emo-run-worker.c) with its backlog and what to do when a disk refuses, and
 * the file (emo-run-db.c) that only the worker touches. */
struct _EmoRunStore
{
  GObject        parent_instance;

  EmoRunWorker  *worker;       /* (nullable) after close */
  EmoRunTrouble  trouble;
  char          *detail;       /* (nullable) */
  gint64         last_token;
  GArray        *tokens;       /* of gint64: deletions that may be undone */
};

/* The worker's way home. */
typedef struct
{
  gatomicrefcount  ref_count;
  GWeakRef         store;
  GMainContext    *context;
  int              changed;    /* atomic: a signal is on its way */
} Link;

typedef struct
{
  Link          *link;
  EmoRunTrouble  trouble;
  char          *detail;
} Report;

enum
{
  PROP_0,
  PROP_TROUBLE,
  PROP_TROUBLE_DETAIL,
  N_PROPS
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

G_DEFINE_ENUM_TYPE (EmoRunTrouble, emo_run_trouble,
                    G_DEFINE_ENUM_VALUE (EMO_RUN_TROUBLE_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (EMO_RUN_TROUBLE_NEWER, "newer"),
                    G_DEFINE_ENUM_VALUE (EMO_RUN_TROUBLE_BROKEN, "broken"),
                    G_DEFINE_ENUM_VALUE (EMO_RUN_TROUBLE_NO_SPACE, "no-space"),
                    G_DEFINE_ENUM_VALUE (EMO_RUN_TROUBLE_UNWRITABLE, "unwritable"))

G_DEFINE_FINAL_TYPE (EmoRunStore, emo_run_store, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
link_unref (gpointer data)
{
  Link *link = data;

  if (!g_atomic_ref_count_dec (&link->ref_count))
    return;

  g_weak_ref_clear (&link->store);
  g_main_context_unref (link->context);
  g_free (link);
}

static void
report_free (gpointer data)
{
  Report *report = data;

  link_unref (report->link);
  g_free (report->detail);
  g_free (report);
}

/* Worker thread. */
static void
send_home (Report      *report,
           GSourceFunc  func)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, report, report_free);
  g_source_set_static_name (source, "[emo] store");
  g_source_attach (source, report->link->context);
}

static Report *
report_new (Link *link)
{
  Report *report = g_new0 (Report, 1);

  g_atomic_ref_count_inc (&link->ref_count);
  report->link = link;

  return report;
}

static gboolean
trouble_home_cb (gpointer user_data)
{
  Report *report = user_data;
  g_autoptr (EmoRunStore) self = g_weak_ref_get (&report->link->store);

  if (self == NULL)
    return G_SOURCE_REMOVE;

  self->trouble = report->trouble;
  g_free (self->detail);
  self->detail = g_steal_pointer (&report->detail);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLE_DETAIL]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TROUBLE]);

  return G_SOURCE_REMOVE;
}

static void
trouble_cb (EmoRunTrouble  trouble,
            const char    *detail,
            gpointer       user_data)
{
  Report *report = report_new (user_data);

  report->trouble = trouble;
  report->detail = g_strdup (detail);
  send_home (report, trouble_home_cb);
}

static gboolean
changed_home_cb (gpointer user_data)
{
  Report *report = user_data;
  g_autoptr (EmoRunStore) self = g_weak_ref_get (&report->link->store);

  g_atomic_int_set (&report->link->changed, FALSE);
  if (self != NULL)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0);

  return G_SOURCE_REMOVE;
}

static void
changed_cb (gpointer user_data)
{
  Link *link = user_data;

  if (g_atomic_int_compare_and_exchange (&link->changed, FALSE, TRUE))
    send_home (report_new (link), changed_home_cb);
}

static void
emo_run_store_dispose (GObject *object)
{
  EmoRunStore *self = EMO_RUN_STORE (object);

  /* Not joined: the last reference may be dropped where a disk must not be
   * waited for. All that was given is written all the same. */
  if (self->worker != NULL)
    emo_run_worker_stop (g_steal_pointer (&self->worker), FALSE);
  g_clear_pointer (&self->detail, g_free);
  g_clear_pointer (&self->tokens, g_array_unref);

  G_OBJECT_CLASS (emo_run_store_parent_class)->dispose (object);
}

static void
emo_run_store_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  EmoRunStore *self = EMO_RUN_STORE (object);

  switch (prop_id)
    {
    case PROP_TROUBLE:
      g_value_set_enum (value, self->trouble);
      break;
    case PROP_TROUBLE_DETAIL:
      g_value_set_string (value, self->detail);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_run_store_class_init (EmoRunStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = emo_run_store_dispose;
  object_class->get_property = emo_run_store_get_property;

  properties[PROP_TROUBLE] =
    g_param_spec_enum ("trouble", NULL, NULL, EMO_TYPE_RUN_TROUBLE, EMO_RUN_TROUBLE_NONE, flags);
  properties[PROP_TROUBLE_DETAIL] =
    g_param_spec_string ("trouble-detail", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoRunStore::changed:
   * @self: the store
   *
   * Emitted after rows were written; several writes may share one signal.
   */
  signals[SIGNAL_CHANGED] =
    g_signal_new ("changed", EMO_TYPE_RUN_STORE, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
emo_run_store_init (EmoRunStore *self)
{
  self->tokens = g_array_new (FALSE, FALSE, sizeof (gint64));
}

/**
 * emo_run_store_new:
 * @folder: where the store is, usually emo_paths_dup_user_data()
 *
 * Opens the store of a folder, on its own thread; whatever is wrong with it
 * shows as "trouble" and never as a failure: a session always works.
 *
 * Returns: (transfer full): the store
 */
EmoRunStore *
emo_run_store_new (const char *folder)
{
  EmoRunStore *self;
  EmoRunWorkerFuncs funcs = { trouble_cb, changed_cb, NULL, link_unref };
  Link *link = g_new0 (Link, 1);

  g_return_val_if_fail (folder != NULL, NULL);

  self = g_object_new (EMO_TYPE_RUN_STORE, NULL);
  g_atomic_ref_count_init (&link->ref_count);
  g_weak_ref_init (&link->store, self);
  link->context = g_main_context_ref_thread_default ();
  funcs.user_data = link;
  self->worker = emo_run_worker_start (folder, &funcs);

  return self;
}

/**
 * emo_run_store_close:
 * @self: a store
 *
 * Writes what is left, makes deletions final, and waits until all is written or
 * refused. Nothing is written or read after that.
 */
void
emo_run_store_close (EmoRunStore *self)
{
  g_return_if_fail (EMO_IS_RUN_STORE (self));

  while (self->worker != NULL && self->tokens->len > 0)
    emo_run_store_purge (self, g_array_index (self->tokens, gint64, self->tokens->len - 1));
  if (self->worker != NULL)
    emo_run_worker_stop (g_steal_pointer (&self->worker), TRUE);
}

/**
 * emo_run_store_get_trouble:
 * @self: a store
 *
 * Returns: what a person should know
 */
EmoRunTrouble
emo_run_store_get_trouble (EmoRunStore *self)
{
  g_return_val_if_fail (EMO_IS_RUN_STORE (self), EMO_RUN_TROUBLE_NONE);

  return self->trouble;
}

/**
 * emo_run_store_get_trouble_detail:
 * @self: a store
 *
 * Returns: (transfer none) (nullable): under which name a broken file is kept;
 *   else the error, in English
 */
const char *
emo_run_store_get_trouble_detail (EmoRunStore *self)
{
  g_return_val_if_fail (EMO_IS_RUN_STORE (self), NULL);

  return self->detail;
}

static void
push (EmoRunStore *self,
      EmoRunOp    *op)
{
  if (self->worker != NULL)
    emo_run_worker_push (self->worker, op);
  else
    emo_run_op_free (op);
}

/**
 * emo_run_store_begin:
 * @self: a store
 * @kind: what runs
 *
 * Begins a run, which lasts until the store is closed or the process ends. One
 * without pictures leaves no trace.
 *
 * Returns: the run's number
 */
gint64
emo_run_store_begin (EmoRunStore *self,
                     EmoRunKind   kind)
{
  EmoRunOp *op;
  gint64 id;

  g_return_val_if_fail (EMO_IS_RUN_STORE (self), 0);

  op = emo_run_op_new (EMO_RUN_OP_BEGIN);
  op->run.kind = kind;
  op->run.started = g_get_real_time () / G_USEC_PER_SEC;
  /* 62 random bits: two windows never draw the same, and a file lock can be at
   * any of them. */
  op->run.id = (gint64) (((guint64) g_random_int () << 32 | g_random_int ()) >> 2);
  op->run.id = MAX (op->run.id, 1);
  id = op->run.id;
  push (self, op);

  return id;
}

/* @entries: (transfer full) */
static void
push_entries (EmoRunStore  *self,
              EmoRunOpKind  kind,
              GPtrArray    *entries)
{
  EmoRunOp *op = emo_run_op_new (kind);

  op->entries = entries;
  push (self, op);
}

static GPtrArray *
list_one (EmoRunEntry *entry)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) emo_run_entry_unref);

  g_ptr_array_add (entries, emo_run_entry_ref (entry));

  return entries;
}

/**
 * emo_run_store_put:
 * @self: a store
 * @entry: a picture, as far as it is known; constant from here on
 *
 * Writes a picture, over what was known of the same run and number.
 */
void
emo_run_store_put (EmoRunStore *self,
                   EmoRunEntry *entry)
{
  g_return_if_fail (EMO_IS_RUN_STORE (self));
  g_return_if_fail (entry != NULL);

  push_entries (self, EMO_RUN_OP_PUT, list_one (entry));
}

/**
 * emo_run_store_put_many:
 * @self: a store
 * @entries: (element-type EmoRunEntry): pictures; constant from here on
 *
 * As emo_run_store_put() for each, all or none of which survive a crash.
 */
void
emo_run_store_put_many (EmoRunStore *self,
                        GPtrArray   *entries)
{
  g_return_if_fail (EMO_IS_RUN_STORE (self));
  g_return_if_fail (entries != NULL);

  push_entries (self, EMO_RUN_OP_PUT, g_ptr_array_ref (entries));
}

/**
 * emo_run_store_update:
 * @self: a store
 * @entry: a picture that was put before; constant from here on
 *
 * As emo_run_store_put(), but what was deleted for good meanwhile stays away.
 */
void
emo_run_store_update (EmoRunStore *self,
                      EmoRunEntry *entry)
{
  g_return_if_fail (EMO_IS_RUN_STORE (self));
  g_return_if_fail (entry != NULL);

  push_entries (self, EMO_RUN_OP_UPDATE, list_one (entry));
}

/**
 * emo_run_store_annotate:
 * @self: a store
 * @entry: run, number, flag, own label and note; the rest is not looked at
 *
 * Writes what a person says of a picture.
 */
void
emo_run_store_annotate (EmoRunStore *self,
                        EmoRunEntry *entry)
{
  g_return_if_fail (EMO_IS_RUN_STORE (self));
  g_return_if_fail (entry != NULL);

  push_entries (self, EMO_RUN_OP_ANNOTATE, list_one (entry));
}

/**
 * emo_run_store_forget:
 * @self: a store
 * @run: a run, of this process or one that is over
 * @number: a picture of it
 *
 * Takes out a picture that waits. A result stays.
 */
void
emo_run_store_forget (EmoRunStore *self,
                      gint64       run,
                      gint64       number)
{
  EmoRunOp *op;

  g_return_if_fail (EMO_IS_RUN_STORE (self));

  op = emo_run_op_new (EMO_RUN_OP_FORGET);
  op->run.id = run;
  op->number = number;
  push (self, op);
}

/* Tokens are times, so that old deletions can be told from new ones. */
static gint64
draw_token (EmoRunStore *self)
{
  self->last_token = MAX (g_get_real_time (), self->last_token + 1);
  g_array_append_val (self->tokens, self->last_token);

  return self->last_token;
}

/**
 * emo_run_store_delete:
 * @self: a store
 * @ids: (array length=n_ids): rows
 * @n_ids: how many
 *
 * Deletes results: no list has them any more. They are gone for good after
 * emo_run_store_purge(), when the store is closed, or, after a crash, when it is
 * opened again later.
 *
 * Returns: a token for emo_run_store_undelete() and emo_run_store_purge()
 */
gint64
emo_run_store_delete (EmoRunStore  *self,
                      const gint64 *ids,
                      gsize         n_ids)
{
  EmoRunOp *op;
  gint64 token;

  g_return_val_if_fail (EMO_IS_RUN_STORE (self), 0);
  g_return_val_if_fail (ids != NULL || n_ids == 0, 0);

  op = emo_run_op_new (EMO_RUN_OP_DELETE);
  op->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_array_append_vals (op->ids, ids, (guint) n_ids);
  token = op->number = draw_token (self);
  push (self, op);

  return token;
}

/**
 * emo_run_store_delete_day:
 * @self: a store
 * @day: the results of a model, or of every one, between two moments
 *
 * As emo_run_store_delete().
 *
 * Returns: a token
 */
gint64
emo_run_store_delete_day (EmoRunStore     *self,
                          const EmoRunDay *day)
{
  EmoRunOp *op;
  gint64 token;

  g_return_val_if_fail (EMO_IS_RUN_STORE (self), 0);
  g_return_val_if_fail (day != NULL, 0);

  op = emo_run_op_new (EMO_RUN_OP_DELETE_DAY);
  op->day = *day;
  op->day.model_name = g_strdup (day->model_name);
  op->day.model_sha256 = g_strdup (day->model_sha256);
  token = op->number = draw_token (self);
  push (self, op);

  return token;
}

static void
push_token (EmoRunStore  *self,
            EmoRunOpKind  kind,
            gint64        token)
{
  EmoRunOp *op;

  g_return_if_fail (EMO_IS_RUN_STORE (self));
  g_return_if_fail (token > 0);

  for (guint i = self->tokens->len; i > 0; i--)
    if (g_array_index (self->tokens, gint64, i - 1) == token)
      g_array_remove_index (self->tokens, i - 1);
  op = emo_run_op_new (kind);
  op->number = token;
  push (self, op);
}

/**
 * emo_run_store_undelete:
 * @self: a store
 * @token: of a deletion that was not purged
 *
 * Brings the results back.
 */
void
emo_run_store_undelete (EmoRunStore *self,
                        gint64       token)
{
  push_token (self, EMO_RUN_OP_UNDELETE, token);
}

/**
 * emo_run_store_purge:
 * @self: a store
 * @token: of a deletion
 *
 * Makes a deletion final: the rows are overwritten, and kept copies of pasted
 * pictures that no row needs are removed.
 */
void
emo_run_store_purge (EmoRunStore *self,
                     gint64       token)
{
  push_token (self, EMO_RUN_OP_PURGE, token);
}

/* @op: (transfer full) */
static void
push_task (EmoRunStore         *self,
           EmoRunOp            *op,
           gpointer             source_tag,
           GCancellable        *cancellable,
           GAsyncReadyCallback  callback,
           gpointer             user_data)
{
  /* No source object: the task may end on the worker, where the store must not. */
  op->task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (op->task, source_tag);

  if (self->worker == NULL)
    g_task_return_new_error (op->task, G_IO_ERROR, G_IO_ERROR_CLOSED, "The store is closed");
  push (self, op);
}

/**
 * emo_run_store_list_async:
 * @self: a store
 * @query: what to list; copied
 * @cancellable: (nullable): to hear no answer
 * @callback: called when there is one
 * @user_data: for @callback
 *
 * Lists results without their predictions.
 */
void
emo_run_store_list_async (EmoRunStore         *self,
                          const EmoRunQuery   *query,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  EmoRunOp *op;

  g_return_if_fail (EMO_IS_RUN_STORE (self));
  g_return_if_fail (query != NULL);

  op = emo_run_op_new (EMO_RUN_OP_LIST);
  op->query = *query;
  op->query.text = g_strdup (query->text);
  push_task (self, op, emo_run_store_list_async, cancellable, callback, user_data);
}

/**
 * emo_run_store_list_finish:
 * @result: of emo_run_store_list_async()
 * @error: return location
 *
 * Returns: (transfer container) (element-type EmoRunEntry) (nullable): newest first
 */
GPtrArray *
emo_run_store_list_finish (GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, emo_run_store_list_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * emo_run_store_load_async:
 * @self: a store
 * @id: a row
 * @cancellable: (nullable): to hear no answer
 * @callback: called when there is one
 * @user_data: for @callback
 *
 * Reads a whole result.
 */
void
emo_run_store_load_async (EmoRunStore         *self,
                          gint64               id,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  EmoRunOp *op;

  g_return_if_fail (EMO_IS_RUN_STORE (self));

  op = emo_run_op_new (EMO_RUN_OP_LOAD);
  op->number = id;
  push_task (self, op, emo_run_store_load_async, cancellable, callback, user_data);
}

/**
 * emo_run_store_load_finish:
 * @result: of emo_run_store_load_async()
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the result, or %NULL with
 *   %G_IO_ERROR_NOT_FOUND where it is there no more
 */
EmoRunEntry *
emo_run_store_load_finish (GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, emo_run_store_load_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * emo_run_store_unfinished_async:
 * @self: a store
 * @cancellable: (nullable): to hear no answer
 * @callback: called when there is one
 * @user_data: for @callback
 *
 * Lists the pictures without a result of sessions that are over, in the order
 * they were given. Those of windows that are open are theirs.
 */
void
emo_run_store_unfinished_async (EmoRunStore         *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_return_if_fail (EMO_IS_RUN_STORE (self));

  push_task (self, emo_run_op_new (EMO_RUN_OP_UNFINISHED), emo_run_store_unfinished_async,
             cancellable, callback, user_data);
}

/**
 * emo_run_store_unfinished_finish:
 * @result: of emo_run_store_unfinished_async()
 * @error: return location
 *
 * Returns: (transfer container) (element-type EmoRunEntry) (nullable): the pictures
 */
GPtrArray *
emo_run_store_unfinished_finish (GAsyncResult  *result,
                                 GError       **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, emo_run_store_unfinished_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * emo_run_store_flush_async:
 * @self: a store
 * @cancellable: (nullable): to hear no answer
 * @callback: called when all that was given before is on the disk
 * @user_data: for @callback
 *
 * Asks whether all is written.
 */
void
emo_run_store_flush_async (EmoRunStore         *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_return_if_fail (EMO_IS_RUN_STORE (self));

  push_task (self, emo_run_op_new (EMO_RUN_OP_FLUSH), emo_run_store_flush_async,
             cancellable, callback, user_data);
}

/**
 * emo_run_store_flush_finish:
 * @result: of emo_run_store_flush_async()
 * @error: return location
 *
 * Returns: whether it is; %FALSE where it is in memory only
 */
gboolean
emo_run_store_flush_finish (GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_async_result_is_tagged (result, emo_run_store_flush_async), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
