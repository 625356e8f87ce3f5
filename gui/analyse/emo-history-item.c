/* emo-history-item.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-history-item.h"

struct _EmoHistoryItem
{
  GObject      parent_instance;

  EmoRunEntry *entry;
  gboolean     is_head;
  EmoRunDay    day;        /* its strings are the entry's */
  EmoSample   *picture;    /* (nullable) until it is asked for */
};

enum
{
  PROP_0,
  PROP_ENTRY,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoHistoryItem, emo_history_item, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

/* Days are those of the person's clock; one with a change of it has not 24
 * hours. */
static void
find_day (EmoRunDay *day,
          gint64     time)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_local (time);
  g_autoptr (GDateTime) from = NULL;
  g_autoptr (GDateTime) to = NULL;
  int year, month, of_month;

  day->from = day->to = time;
  if (when == NULL)
    return;
  g_date_time_get_ymd (when, &year, &month, &of_month);
  from = g_date_time_new_local (year, month, of_month, 0, 0, 0);
  to = from != NULL ? g_date_time_add_days (from, 1) : NULL;
  if (to == NULL)
    return;
  day->from = g_date_time_to_unix (from);
  day->to = g_date_time_to_unix (to);
}

static void
take_entry (EmoHistoryItem *self,
            EmoRunEntry    *entry)
{
  if (self->entry == NULL || self->entry->time != entry->time)
    find_day (&self->day, entry->time);
  emo_run_entry_ref (entry);
  g_clear_pointer (&self->entry, emo_run_entry_unref);
  self->entry = entry;
  self->day.model_name = entry->info != NULL ? entry->info->name : NULL;
  self->day.model_sha256 = entry->info != NULL ? entry->info->model_sha256 : NULL;
}

static void
emo_history_item_finalize (GObject *object)
{
  EmoHistoryItem *self = EMO_HISTORY_ITEM (object);

  g_clear_pointer (&self->entry, emo_run_entry_unref);
  g_clear_object (&self->picture);

  G_OBJECT_CLASS (emo_history_item_parent_class)->finalize (object);
}

static void
emo_history_item_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  EmoHistoryItem *self = EMO_HISTORY_ITEM (object);

  switch (prop_id)
    {
    case PROP_ENTRY:
      g_value_set_boxed (value, self->entry);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_history_item_class_init (EmoHistoryItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = emo_history_item_finalize;
  object_class->get_property = emo_history_item_get_property;

  properties[PROP_ENTRY] = g_param_spec_boxed ("entry", NULL, NULL, EMO_TYPE_RUN_ENTRY, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_history_item_init (EmoHistoryItem *self)
{
}

/**
 * emo_history_item_new:
 * @entry: a result
 *
 * Returns: (transfer full): the line that shows it
 */
EmoHistoryItem *
emo_history_item_new (EmoRunEntry *entry)
{
  EmoHistoryItem *self;

  g_return_val_if_fail (entry != NULL, NULL);

  self = g_object_new (EMO_TYPE_HISTORY_ITEM, NULL);
  take_entry (self, entry);

  return self;
}

/**
 * emo_history_item_new_head:
 * @first: the first result of a day and a model
 *
 * Returns: (transfer full): the line above it
 */
EmoHistoryItem *
emo_history_item_new_head (EmoHistoryItem *first)
{
  EmoHistoryItem *self;

  g_return_val_if_fail (EMO_IS_HISTORY_ITEM (first), NULL);

  self = emo_history_item_new (first->entry);
  self->is_head = TRUE;

  return self;
}

/**
 * emo_history_item_get_entry:
 * @self: a line
 *
 * Returns: (transfer none): its result; the first one below a head
 */
EmoRunEntry *
emo_history_item_get_entry (EmoHistoryItem *self)
{
  g_return_val_if_fail (EMO_IS_HISTORY_ITEM (self), NULL);

  return self->entry;
}

static gboolean
is_same (EmoRunEntry *a,
         EmoRunEntry *b)
{
  return a->state == b->state && a->time == b->time &&
         g_strcmp0 (a->label, b->label) == 0 &&
         /* NaN is no other number. */
         (a->probability == b->probability || (a->probability != a->probability && b->probability != b->probability)) &&
         a->disagrees == b->disagrees && a->flagged == b->flagged &&
         g_strcmp0 (a->own_label, b->own_label) == 0 &&
         g_strcmp0 (a->note, b->note) == 0 &&
         g_strcmp0 (a->error, b->error) == 0 &&
         a->info == b->info;
}

/**
 * emo_history_item_set_entry:
 * @self: a result
 * @entry: the same row of the store, read later
 *
 * Shows what has changed.
 */
void
emo_history_item_set_entry (EmoHistoryItem *self,
                            EmoRunEntry    *entry)
{
  gboolean same;

  g_return_if_fail (EMO_IS_HISTORY_ITEM (self));
  g_return_if_fail (entry != NULL && entry->id == self->entry->id);

  same = is_same (self->entry, entry);
  take_entry (self, entry);
  if (!same)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ENTRY]);
}

/**
 * emo_history_item_get_is_head:
 * @self: a line
 *
 * Returns: whether it stands above the results of a day
 */
gboolean
emo_history_item_get_is_head (EmoHistoryItem *self)
{
  g_return_val_if_fail (EMO_IS_HISTORY_ITEM (self), FALSE);

  return self->is_head;
}

/**
 * emo_history_item_get_day:
 * @self: a line
 *
 * Returns: (transfer none): the day and the model that it belongs to
 */
const EmoRunDay *
emo_history_item_get_day (EmoHistoryItem *self)
{
  g_return_val_if_fail (EMO_IS_HISTORY_ITEM (self), NULL);

  return &self->day;
}

/**
 * emo_history_item_is_same_day:
 * @self: a line
 * @other: another line
 *
 * Returns: whether both are of the same day and the same model
 */
gboolean
emo_history_item_is_same_day (EmoHistoryItem *self,
                              EmoHistoryItem *other)
{
  g_return_val_if_fail (EMO_IS_HISTORY_ITEM (self), FALSE);
  g_return_val_if_fail (EMO_IS_HISTORY_ITEM (other), FALSE);

  return self->day.from == other->day.from &&
         g_strcmp0 (self->day.model_name, other->day.model_name) == 0 &&
         g_strcmp0 (self->day.model_sha256, other->day.model_sha256) == 0;
}

/**
 * emo_history_item_get_picture:
 * @self: a result
 *
 * Returns: (transfer none) (nullable): its picture, made when it is first asked
 *   for
 */
EmoSample *
emo_history_item_get_picture (EmoHistoryItem *self)
{
  g_return_val_if_fail (EMO_IS_HISTORY_ITEM (self), NULL);

  if (self->picture == NULL && self->entry->uri != NULL)
    {
      g_autoptr (GFile) file = g_file_new_for_uri (self->entry->uri);

      self->picture = emo_sample_new_for_file (file, NULL);
    }

  return self->picture;
}
