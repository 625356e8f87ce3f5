/* emo-job-list.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-job-list.h"

/* Work that takes less than this is over before anyone could leave it: it asks
 * nothing of the session manager and its end is no news. */
#define LONG_MS 1000

struct _EmoJobList
{
  GObject     parent_instance;

  GListStore *jobs;
  GHashTable *titles;      /* of unattended jobs: EmoJob (unowned) -> title */
  guint       long_id;
  gboolean    is_long;
};

enum
{
  PROP_0,
  PROP_LONG,
  N_PROPS
};

enum
{
  SIGNAL_ENDED,
  N_SIGNALS
};

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (EmoJobList, emo_job_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
set_long (EmoJobList *self,
          gboolean    is_long)
{
  if (self->is_long == is_long)
    return;

  self->is_long = is_long;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LONG]);
}

static gboolean
long_cb (gpointer user_data)
{
  EmoJobList *self = user_data;

  self->long_id = 0;
  set_long (self, TRUE);

  return G_SOURCE_REMOVE;
}

static void
update_long (EmoJobList *self)
{
  if (g_hash_table_size (self->titles) == 0)
    {
      g_clear_handle_id (&self->long_id, g_source_remove);
      set_long (self, FALSE);
    }
  else if (!self->is_long && self->long_id == 0)
    {
      self->long_id = g_timeout_add (LONG_MS, long_cb, self);
    }
}

static gboolean
has_ended (EmoJob *job)
{
  EmoJobState state = emo_job_get_state (job);

  return state == EMO_JOB_DONE || state == EMO_JOB_FAILED || state == EMO_JOB_STOPPED;
}

static void
state_cb (EmoJob     *job,
          GParamSpec *pspec,
          EmoJobList *self)
{
  g_autoptr (EmoJob) kept = g_object_ref (job);
  g_autofree char *title = NULL;
  gboolean was_long = self->is_long;
  guint position;

  if (!has_ended (job) || !g_list_store_find (self->jobs, job, &position))
    return;

  g_signal_handlers_disconnect_by_func (job, state_cb, self);
  title = g_strdup (g_hash_table_lookup (self->titles, job));
  g_hash_table_remove (self->titles, job);
  g_list_store_remove (self->jobs, position);
  if (title != NULL && emo_job_get_state (job) != EMO_JOB_STOPPED)
    g_signal_emit (self, signals[SIGNAL_ENDED], 0, job, title, was_long);
  update_long (self);
}

static void
emo_job_list_dispose (GObject *object)
{
  EmoJobList *self = EMO_JOB_LIST (object);

  g_clear_handle_id (&self->long_id, g_source_remove);
  for (guint i = 0; self->jobs != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (self->jobs)); i++)
    {
      g_autoptr (EmoJob) job = g_list_model_get_item (G_LIST_MODEL (self->jobs), i);

      g_signal_handlers_disconnect_by_func (job, state_cb, self);
    }
  g_clear_object (&self->jobs);
  g_clear_pointer (&self->titles, g_hash_table_unref);

  G_OBJECT_CLASS (emo_job_list_parent_class)->dispose (object);
}

static void
emo_job_list_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  EmoJobList *self = EMO_JOB_LIST (object);

  switch (prop_id)
    {
    case PROP_LONG:
      g_value_set_boolean (value, self->is_long);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_job_list_class_init (EmoJobListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = emo_job_list_dispose;
  object_class->get_property = emo_job_list_get_property;

  properties[PROP_LONG] =
    g_param_spec_boolean ("long", NULL, NULL,
                          FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoJobList::ended:
   * @self: the list
   * @job: what was done or has failed
   * @title: what to tell
   * @is_long: whether it took long enough to be news
   *
   * Emitted for unattended jobs that nobody stopped.
   */
  signals[SIGNAL_ENDED] =
    g_signal_new ("ended", EMO_TYPE_JOB_LIST, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 3, EMO_TYPE_JOB, G_TYPE_STRING, G_TYPE_BOOLEAN);
}

static void
items_cb (EmoJobList *self,
          guint       position,
          guint       removed,
          guint       added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
emo_job_list_init (EmoJobList *self)
{
  self->jobs = g_list_store_new (EMO_TYPE_JOB);
  self->titles = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_signal_connect_swapped (self->jobs, "items-changed", G_CALLBACK (items_cb), self);
}

static GType
get_item_type (GListModel *model)
{
  return EMO_TYPE_JOB;
}

static guint
get_n_items (GListModel *model)
{
  EmoJobList *self = EMO_JOB_LIST (model);

  return self->jobs != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->jobs)) : 0;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  EmoJobList *self = EMO_JOB_LIST (model);

  return self->jobs != NULL ? g_list_model_get_item (G_LIST_MODEL (self->jobs), position) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/**
 * emo_job_list_new:
 *
 * Returns: (transfer full): an empty list
 */
EmoJobList *
emo_job_list_new (void)
{
  return g_object_new (EMO_TYPE_JOB_LIST, NULL);
}

/**
 * emo_job_list_add:
 * @self: a list
 * @job: work that a person waits for
 *
 * Shows a job until it ends. One that is listed or has ended is left alone.
 */
void
emo_job_list_add (EmoJobList *self,
                  EmoJob     *job)
{
  g_return_if_fail (EMO_IS_JOB_LIST (self));
  g_return_if_fail (EMO_IS_JOB (job));

  if (has_ended (job) || g_list_store_find (self->jobs, job, NULL))
    return;

  g_signal_connect_object (job, "notify::state", G_CALLBACK (state_cb), self, 0);
  g_list_store_append (self->jobs, job);
}

/**
 * emo_job_list_add_unattended:
 * @self: a list
 * @job: work that people leave alone, such as a batch
 * @title: what to tell when it is done
 *
 * As emo_job_list_add(); once it has run for a second the computer is kept awake
 * and its end is worth telling.
 */
void
emo_job_list_add_unattended (EmoJobList *self,
                             EmoJob     *job,
                             const char *title)
{
  g_return_if_fail (EMO_IS_JOB_LIST (self));
  g_return_if_fail (EMO_IS_JOB (job));
  g_return_if_fail (title != NULL);

  if (has_ended (job))
    return;

  g_hash_table_insert (self->titles, job, g_strdup (title));
  emo_job_list_add (self, job);
  update_long (self);
}

/**
 * emo_job_list_get_long:
 * @self: a list
 *
 * Returns: whether an unattended job has run for more than a moment
 */
gboolean
emo_job_list_get_long (EmoJobList *self)
{
  g_return_val_if_fail (EMO_IS_JOB_LIST (self), FALSE);

  return self->is_long;
}
