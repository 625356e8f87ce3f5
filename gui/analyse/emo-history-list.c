/* emo-history-list.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-emotion-name.h"
#include "emo-history-list.h"

/* One query is under way at a time: the first page of a search, an older page,
 * or the newest results again after the store has changed. What comes back is
 * merged into the results; the lines are made anew from those and told to views
 * as one change, which leaves out what is the same at both ends.
 *
 * A page is small because a view makes its rows at once. */
#define PAGE 40

/* How many of the newest results are read again after a change. What is older
 * and changed elsewhere is found out when it is opened. */
#define MAX_REFRESH 400

/* A search reads the whole store where little matches. */
#define REFRESH_MS 250
#define REFRESH_SEARCH_MS 2000

typedef enum
{
  QUERY_NONE,
  QUERY_FIRST,
  QUERY_OLDER,
  QUERY_NEWEST,
} Query;

struct _EmoHistoryList
{
  GObject       parent_instance;

  EmoRunStore  *store;
  char         *search;         /* (nullable) */
  gboolean      active;
  gboolean      loaded;
  char         *error;          /* (nullable) */

  GPtrArray    *results;        /* of EmoHistoryItem */
  GPtrArray    *lines;          /* the same with heads */
  GHashTable   *by_id;          /* id, in the item -> EmoHistoryItem (unowned) */
  gboolean      complete;       /* the oldest result is there */
  gboolean      searched;       /* they are what a search found */

  Query         query;          /* under way */
  guint         limit;          /* of it */
  GCancellable *cancellable;    /* (nullable) of it */
  gboolean      stale;          /* the store has changed since it was asked */
  gboolean      wants_older;
  guint         refresh_id;     /* a timeout */
};

enum
{
  PROP_0,
  PROP_SEARCH,
  PROP_ACTIVE,
  PROP_LOADED,
  PROP_ERROR_MESSAGE,
  N_PROPS
};

static void go_on (EmoHistoryList *self);

static GType
emo_history_list_get_item_type (GListModel *model)
{
  return EMO_TYPE_HISTORY_ITEM;
}

static guint
emo_history_list_get_n_items (GListModel *model)
{
  return EMO_HISTORY_LIST (model)->lines->len;
}

static gpointer
emo_history_list_get_item (GListModel *model,
                           guint       position)
{
  EmoHistoryList *self = EMO_HISTORY_LIST (model);

  return position < self->lines->len ? g_object_ref (g_ptr_array_index (self->lines, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = emo_history_list_get_item_type;
  iface->get_n_items = emo_history_list_get_n_items;
  iface->get_item = emo_history_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (EmoHistoryList, emo_history_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GParamSpec *properties[N_PROPS];

/* --- Lines --- */

/* A head that is there already, so that views keep its row. */
static EmoHistoryItem *
make_head (EmoHistoryList *self,
           EmoHistoryItem *first,
           guint          *hint)
{
  for (guint i = *hint; i < self->lines->len; i++)
    {
      EmoHistoryItem *line = g_ptr_array_index (self->lines, i);

      if (!emo_history_item_get_is_head (line) || !emo_history_item_is_same_day (line, first))
        continue;
      *hint = i + 1;
      return g_object_ref (line);
    }

  return emo_history_item_new_head (first);
}

static GPtrArray *
make_lines (EmoHistoryList *self)
{
  GPtrArray *lines = g_ptr_array_new_full (self->results->len + 8, g_object_unref);
  EmoHistoryItem *before = NULL;
  guint hint = 0;

  for (guint i = 0; i < self->results->len; i++)
    {
      EmoHistoryItem *item = g_ptr_array_index (self->results, i);

      if (before == NULL || !emo_history_item_is_same_day (before, item))
        g_ptr_array_add (lines, make_head (self, item, &hint));
      g_ptr_array_add (lines, g_object_ref (item));
      before = item;
    }

  return lines;
}

static void
update_lines (EmoHistoryList *self)
{
  g_autoptr (GPtrArray) old = g_ptr_array_ref (self->lines);
  GPtrArray *lines = make_lines (self);
  guint start = 0;
  guint end = 0;

  while (start < MIN (old->len, lines->len) &&
         g_ptr_array_index (old, start) == g_ptr_array_index (lines, start))
    start++;
  while (end < MIN (old->len, lines->len) - start &&
         g_ptr_array_index (old, old->len - 1 - end) == g_ptr_array_index (lines, lines->len - 1 - end))
    end++;

  g_ptr_array_unref (self->lines);
  self->lines = lines;
  if (old->len != start + end || lines->len != start + end)
    g_list_model_items_changed (G_LIST_MODEL (self), start, old->len - start - end, lines->len - start - end);
}

/* --- Results --- */

/* The item that shows the row already, brought up to date, or a new one. */
static EmoHistoryItem *
make_item (EmoHistoryList *self,
           EmoRunEntry    *entry)
{
  EmoHistoryItem *item = g_hash_table_lookup (self->by_id, &entry->id);

  if (item == NULL)
    return emo_history_item_new (entry);

  emo_history_item_set_entry (item, entry);

  return g_object_ref (item);
}

static void
index_results (EmoHistoryList *self)
{
  g_hash_table_remove_all (self->by_id);
  for (guint i = 0; i < self->results->len; i++)
    {
      EmoHistoryItem *item = g_ptr_array_index (self->results, i);

      g_hash_table_insert (self->by_id, g_memdup2 (&emo_history_item_get_entry (item)->id, sizeof (gint64)), item);
    }
}

static gboolean
is_older (EmoRunEntry *entry,
          EmoRunEntry *than)
{
  return entry->time < than->time || (entry->time == than->time && entry->id < than->id);
}

/* @n_left: from which result on what is there stays behind the new ones */
static void
replace_results (EmoHistoryList *self,
                 GPtrArray      *entries,
                 guint           n_before,
                 guint           n_left)
{
  GPtrArray *results = g_ptr_array_new_full (n_before + entries->len, g_object_unref);

  for (guint i = 0; i < n_before; i++)
    g_ptr_array_add (results, g_object_ref (g_ptr_array_index (self->results, i)));
  for (guint i = 0; i < entries->len; i++)
    g_ptr_array_add (results, make_item (self, g_ptr_array_index (entries, i)));
  for (guint i = n_left; i < self->results->len; i++)
    g_ptr_array_add (results, g_object_ref (g_ptr_array_index (self->results, i)));

  g_ptr_array_unref (self->results);
  self->results = results;
  index_results (self);
  update_lines (self);
}

/* The newest results again: what is older than the last of them stays. */
static void
merge_newest (EmoHistoryList *self,
              GPtrArray      *entries)
{
  EmoRunEntry *last = entries->len > 0 ? g_ptr_array_index (entries, entries->len - 1) : NULL;
  guint n_left = self->results->len;

  if (entries->len < self->limit)
    self->complete = TRUE;
  else
    for (n_left = 0; n_left < self->results->len; n_left++)
      if (is_older (emo_history_item_get_entry (g_ptr_array_index (self->results, n_left)), last))
        break;
  replace_results (self, entries, 0, n_left);
}

static void
take_entries (EmoHistoryList *self,
              Query           query,
              GPtrArray      *entries)
{
  if (query == QUERY_NEWEST)
    {
      merge_newest (self, entries);
      return;
    }

  if (query == QUERY_FIRST)
    self->searched = self->search != NULL;
  self->complete = entries->len < self->limit;
  replace_results (self, entries, query == QUERY_OLDER ? self->results->len : 0, self->results->len);
}

static void
set_answered (EmoHistoryList *self,
              const char     *error)
{
  gboolean same = g_strcmp0 (self->error, error) == 0;

  if (!same)
    {
      g_free (self->error);
      self->error = g_strdup (error);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR_MESSAGE]);
    }
  if (!self->loaded)
    {
      self->loaded = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
    }
}

/* --- Asking the store --- */

static void
list_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (EmoHistoryList) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = emo_run_store_list_finish (result, &error);
  Query query = self->query;

  /* Another search has taken its place. */
  if (g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;

  g_clear_object (&self->cancellable);
  self->query = QUERY_NONE;
  if (entries != NULL)
    take_entries (self, query, entries);
  set_answered (self, error != NULL ? error->message : NULL);
  go_on (self);
}

static void
ask (EmoHistoryList *self,
     Query           query)
{
  EmoRunQuery request = { .text = self->search, .translate = emo_emotion_name };

  self->limit = PAGE;
  if (query == QUERY_NEWEST)
    self->limit = CLAMP (self->results->len, PAGE, MAX_REFRESH);
  if (query == QUERY_OLDER)
    {
      EmoRunEntry *last = emo_history_item_get_entry (g_ptr_array_index (self->results, self->results->len - 1));

      request.after_time = last->time;
      request.after_id = last->id;
      self->wants_older = FALSE;
    }
  else
    {
      self->stale = FALSE;
    }

  request.limit = self->limit;
  self->query = query;
  self->cancellable = g_cancellable_new ();
  emo_run_store_list_async (self->store, &request, self->cancellable, list_cb, g_object_ref (self));
}

static void
cancel (EmoHistoryList *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->query = QUERY_NONE;
}

static gboolean
refresh_cb (gpointer user_data)
{
  EmoHistoryList *self = user_data;

  self->refresh_id = 0;
  if (self->query == QUERY_NONE && self->active && self->stale)
    ask (self, QUERY_NEWEST);

  return G_SOURCE_REMOVE;
}

/* Older ones first: somebody waits for them. */
static void
go_on (EmoHistoryList *self)
{
  if (self->query != QUERY_NONE || !self->active)
    return;

  if (!self->loaded)
    ask (self, QUERY_FIRST);
  else if (self->wants_older && !self->complete && self->results->len > 0)
    ask (self, QUERY_OLDER);
  else if (self->stale && self->refresh_id == 0)
    self->refresh_id = g_timeout_add (self->search != NULL ? REFRESH_SEARCH_MS : REFRESH_MS, refresh_cb, self);
}

static void
changed_cb (EmoHistoryList *self)
{
  self->stale = TRUE;
  go_on (self);
}

static void
emo_history_list_dispose (GObject *object)
{
  EmoHistoryList *self = EMO_HISTORY_LIST (object);

  g_clear_handle_id (&self->refresh_id, g_source_remove);
  cancel (self);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (emo_history_list_parent_class)->dispose (object);
}

static void
emo_history_list_finalize (GObject *object)
{
  EmoHistoryList *self = EMO_HISTORY_LIST (object);

  g_hash_table_unref (self->by_id);
  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->results);
  g_free (self->search);
  g_free (self->error);

  G_OBJECT_CLASS (emo_history_list_parent_class)->finalize (object);
}

static void
emo_history_list_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  EmoHistoryList *self = EMO_HISTORY_LIST (object);

  switch (prop_id)
    {
    case PROP_SEARCH:
      g_value_set_string (value, self->search);
      break;
    case PROP_ACTIVE:
      g_value_set_boolean (value, self->active);
      break;
    case PROP_LOADED:
      g_value_set_boolean (value, self->loaded);
      break;
    case PROP_ERROR_MESSAGE:
      g_value_set_string (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_history_list_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  EmoHistoryList *self = EMO_HISTORY_LIST (object);

  switch (prop_id)
    {
    case PROP_SEARCH:
      emo_history_list_set_search (self, g_value_get_string (value));
      break;
    case PROP_ACTIVE:
      emo_history_list_set_active (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_history_list_class_init (EmoHistoryListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = emo_history_list_dispose;
  object_class->finalize = emo_history_list_finalize;
  object_class->get_property = emo_history_list_get_property;
  object_class->set_property = emo_history_list_set_property;

  properties[PROP_SEARCH] = g_param_spec_string ("search", NULL, NULL, NULL, flags | G_PARAM_WRITABLE);
  properties[PROP_ACTIVE] = g_param_spec_boolean ("active", NULL, NULL, FALSE, flags | G_PARAM_WRITABLE);
  properties[PROP_LOADED] = g_param_spec_boolean ("loaded", NULL, NULL, FALSE, flags);
  properties[PROP_ERROR_MESSAGE] = g_param_spec_string ("error-message", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_history_list_init (EmoHistoryList *self)
{
  self->results = g_ptr_array_new_with_free_func (g_object_unref);
  self->lines = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_id = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

/**
 * emo_history_list_new:
 * @store: whose results to list
 *
 * Reads nothing before it is active.
 *
 * Returns: (transfer full): an empty list
 */
EmoHistoryList *
emo_history_list_new (EmoRunStore *store)
{
  EmoHistoryList *self;

  g_return_val_if_fail (EMO_IS_RUN_STORE (store), NULL);

  self = g_object_new (EMO_TYPE_HISTORY_LIST, NULL);
  self->store = g_object_ref (store);
  g_signal_connect_object (store, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);

  return self;
}

/**
 * emo_history_list_get_active:
 * @self: a list
 *
 * Returns: whether it follows the store
 */
gboolean
emo_history_list_get_active (EmoHistoryList *self)
{
  g_return_val_if_fail (EMO_IS_HISTORY_LIST (self), FALSE);

  return self->active;
}

/**
 * emo_history_list_set_active:
 * @self: a list
 * @active: whether to follow the store, as while somebody sees the list
 */
void
emo_history_list_set_active (EmoHistoryList *self,
                             gboolean        active)
{
  g_return_if_fail (EMO_IS_HISTORY_LIST (self));

  active = !!active;
  if (self->active == active)
    return;

  self->active = active;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
  go_on (self);
}

/**
 * emo_history_list_get_search:
 * @self: a list
 *
 * Returns: (transfer none) (nullable): the words that all its results have
 */
const char *
emo_history_list_get_search (EmoHistoryList *self)
{
  g_return_val_if_fail (EMO_IS_HISTORY_LIST (self), NULL);

  return self->search;
}

/**
 * emo_history_list_set_search:
 * @self: a list
 * @search: (nullable): words that file name, labels and note of a result must
 *   have between them; a label's name in the person's language counts as well
 *
 * Lists what matches, from the newest on.
 */
void
emo_history_list_set_search (EmoHistoryList *self,
                             const char     *search)
{
  g_return_if_fail (EMO_IS_HISTORY_LIST (self));

  if (search != NULL && *search == '\0')
    search = NULL;
  if (g_strcmp0 (self->search, search) == 0)
    return;

  g_free (self->search);
  self->search = g_strdup (search);
  cancel (self);
  self->wants_older = FALSE;
  if (self->active)
    ask (self, QUERY_FIRST);
  else
    self->loaded = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SEARCH]);
}

/**
 * emo_history_list_get_loaded:
 * @self: a list
 *
 * Returns: whether the store has answered; before that an empty list means
 *   nothing
 */
gboolean
emo_history_list_get_loaded (EmoHistoryList *self)
{
  g_return_val_if_fail (EMO_IS_HISTORY_LIST (self), FALSE);

  return self->loaded;
}

/**
 * emo_history_list_get_error_message:
 * @self: a list
 *
 * Returns: (transfer none) (nullable): why the store could not be read
 */
const char *
emo_history_list_get_error_message (EmoHistoryList *self)
{
  g_return_val_if_fail (EMO_IS_HISTORY_LIST (self), NULL);

  return self->error;
}

/**
 * emo_history_list_load_more:
 * @self: a list
 *
 * Reads a page of older results, where there are any.
 */
void
emo_history_list_load_more (EmoHistoryList *self)
{
  g_return_if_fail (EMO_IS_HISTORY_LIST (self));

  if (self->complete)
    return;

  self->wants_older = TRUE;
  go_on (self);
}

static gboolean
belongs_to (EmoHistoryItem *result,
            EmoHistoryItem *line)
{
  return result == line ||
         (emo_history_item_get_is_head (line) && emo_history_item_is_same_day (result, line));
}

/**
 * emo_history_list_get_searched:
 * @self: a list
 *
 * Returns: whether its results are what a search has found, or will soon be:
 *   there are others of the same day then
 */
gboolean
emo_history_list_get_searched (EmoHistoryList *self)
{
  g_return_val_if_fail (EMO_IS_HISTORY_LIST (self), FALSE);

  return self->searched || self->search != NULL;
}

/**
 * emo_history_list_dup_ids:
 * @self: a list
 * @item: a line: a result, or a head with all results of its day and model
 *
 * Returns: (transfer full) (element-type gint64): the rows that the line stands
 *   for, as far as they are listed
 */
GArray *
emo_history_list_dup_ids (EmoHistoryList *self,
                          EmoHistoryItem *item)
{
  GArray *ids;

  g_return_val_if_fail (EMO_IS_HISTORY_LIST (self), NULL);
  g_return_val_if_fail (EMO_IS_HISTORY_ITEM (item), NULL);

  ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (!emo_history_item_get_is_head (item))
    g_array_append_val (ids, emo_history_item_get_entry (item)->id);
  for (guint i = 0; i < self->results->len; i++)
    {
      EmoHistoryItem *result = g_ptr_array_index (self->results, i);

      if (result != item && belongs_to (result, item))
        g_array_append_val (ids, emo_history_item_get_entry (result)->id);
    }

  return ids;
}

/**
 * emo_history_list_remove:
 * @self: a list
 * @item: a line: a result, or a head with all results of its day and model
 *
 * Takes lines out whose rows were just deleted.
 */
void
emo_history_list_remove (EmoHistoryList *self,
                         EmoHistoryItem *item)
{
  g_autoptr (EmoHistoryItem) kept = NULL;

  g_return_if_fail (EMO_IS_HISTORY_LIST (self));
  g_return_if_fail (EMO_IS_HISTORY_ITEM (item));

  kept = g_object_ref (item);
  for (guint i = self->results->len; i > 0; i--)
    if (belongs_to (g_ptr_array_index (self->results, i - 1), item))
      g_ptr_array_remove_index (self->results, i - 1);
  index_results (self);
  update_lines (self);
}
