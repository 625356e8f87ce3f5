/* emo-feature-collection.c: the rows of one call
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-feature-collection.h"
#include "emo-hash.h"

/* Between two calls of the one who watches. */
#define TELL_US (G_USEC_PER_SEC / 4)

/**
 * emo_feature_rows_free:
 * @self: (transfer full) (nullable): rows
 */
void
emo_feature_rows_free (EmoFeatureRows *self)
{
  if (self == NULL)
    return;
  g_free (self->items);
  g_free (self->labels);
  for (guint i = 0; i < EMO_N_FEATURES; i++)
    g_free (self->values[i]);
  g_free (self);
}

/* --- Rows --- */

static guint
get_width (EmoFeatureCollection *self,
           EmoFeature            feature)
{
  return emo_feature_get_width (feature, self->rows->width, self->rows->n_labels);
}

void
emo_feature_collection_clear (EmoFeatureCollection *self)
{
  g_clear_pointer (&self->rows, emo_feature_rows_free);
  g_clear_pointer (&self->list, g_array_unref);
  g_free (self->keys);
  g_free (self->missing);
  g_free (self->broken);
}

const EmoDatasetItem *
emo_feature_collection_get_item (EmoFeatureCollection *self,
                                 guint                 row)
{
  return emo_dataset_get (self->dataset, self->rows->items[row]);
}

float *
emo_feature_collection_get_values (EmoFeatureCollection *self,
                                   EmoFeature            feature,
                                   guint                 row)
{
  return self->rows->values[feature] + (gsize) row * get_width (self, feature);
}

gboolean
emo_feature_collection_begin (EmoFeatureCollection  *self,
                              const guint32         *items,
                              guint                  n,
                              guint                  width,
                              guint                  n_labels,
                              EmoFeatureSet          wanted,
                              GError               **error)
{
  EmoFeatureRows *rows = self->rows = g_new0 (EmoFeatureRows, 1);

  rows->n = n;
  rows->width = width;
  rows->n_labels = n_labels;
  rows->items = g_memdup2 (items, n * sizeof *items);
  rows->labels = g_new0 (guint32, n);
  self->keys = g_new0 (guint8, (gsize) n * EMO_FEATURE_KEY_SIZE);
  self->missing = g_new0 (guint8, n);
  self->broken = g_new0 (gboolean, n);
  self->list = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (guint i = 0; i < n; i++)
    rows->labels[i] = emo_feature_collection_get_item (self, i)->label;
  for (guint i = 0; i < EMO_N_FEATURES; i++)
    {
      gsize size = (gsize) n * get_width (self, i);

      if (!(wanted & 1 << i))
        continue;
      rows->values[i] = g_try_new (float, MAX (size, 1));
      if (rows->values[i] == NULL)
        {
          g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "There is no memory for the %s of %u pictures, %" G_GSIZE_FORMAT " bytes",
                       emo_feature_get_name (i), n, size * sizeof (float));
          return FALSE;
        }
    }

  return TRUE;
}

/* --- What the caches have --- */

void
emo_feature_collection_leave_out (EmoFeatureCollection *self,
                                  guint                 row,
                                  const char           *why)
{
  if (!self->broken[row])
    g_ptr_array_add (self->problems, g_strdup (why));
  self->broken[row] = TRUE;
  self->missing[row] = 0;
}

void
emo_feature_collection_look_up (EmoFeatureCollection *self,
                                guint                 row)
{
  for (guint i = 0; i < EMO_N_FEATURES; i++)
    if (self->missing[row] & 1 << i &&
        emo_feature_cache_read (self->caches[i], self->keys + (gsize) row * EMO_FEATURE_KEY_SIZE,
                                emo_feature_collection_get_values (self, i, row)))
      self->missing[row] &= ~(1 << i);
}

gboolean
emo_feature_collection_look_up_all (EmoFeatureCollection  *self,
                                    EmoFeatureSet          wanted,
                                    GError               **error)
{
  for (guint row = 0; row < self->rows->n; row++)
    {
      const EmoDatasetItem *item = emo_feature_collection_get_item (self, row);
      g_autoptr(GError) failure = NULL;
      g_autofree char *hash = item->sha256 != NULL ? g_strdup (item->sha256) : emo_hash_file (item->path, self->cancellable, &failure);

      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
      if (hash == NULL || !emo_feature_key_parse (hash, self->keys + (gsize) row * EMO_FEATURE_KEY_SIZE))
        {
          emo_feature_collection_leave_out (self, row, failure != NULL ? failure->message : item->path);
          continue;
        }
      self->missing[row] = wanted;
      emo_feature_collection_look_up (self, row);
    }

  return TRUE;
}

void
emo_feature_collection_list_missing (EmoFeatureCollection *self,
                                     EmoFeatureSet         set)
{
  g_array_set_size (self->list, 0);
  for (guint32 row = 0; row < self->rows->n; row++)
    if (self->missing[row] & set)
      g_array_append_val (self->list, row);
  self->pace = (EmoPace) { 0 };
  self->last = g_get_monotonic_time ();
  self->done = 0;
}

GPtrArray *
emo_feature_collection_list_paths (EmoFeatureCollection *self)
{
  GPtrArray *paths = g_ptr_array_sized_new (self->list->len);

  for (guint i = 0; i < self->list->len; i++)
    g_ptr_array_add (paths, emo_feature_collection_get_item (self, g_array_index (self->list, guint32, i))->path);

  return paths;
}

/* --- What is computed --- */

void
emo_feature_collection_tell (EmoFeatureCollection *self,
                             const char           *what,
                             guint                 done)
{
  gint64 now = g_get_monotonic_time ();
  EmoFeatureProgress progress = { what, done, self->list->len, NAN };

  emo_pace_add (&self->pace, now - self->last, done - self->done);
  self->last = now;
  self->done = done;
  if (self->progress == NULL || (now - self->told < TELL_US && done < self->list->len))
    return;
  self->told = now;
  progress.pictures_per_s = emo_pace_get_pictures_per_second (&self->pace);
  self->progress (&progress, self->user_data);
}

gboolean
emo_feature_collection_take_key (EmoFeatureCollection *self,
                                 guint                 row,
                                 const char           *sha256)
{
  return sha256 != NULL && emo_feature_key_parse (sha256, self->keys + (gsize) row * EMO_FEATURE_KEY_SIZE);
}

gboolean
emo_feature_collection_keep (EmoFeatureCollection  *self,
                             EmoFeature             feature,
                             guint                  row,
                             GError               **error)
{
  self->missing[row] &= ~(1 << feature);

  return emo_feature_cache_add (self->caches[feature], self->keys + (gsize) row * EMO_FEATURE_KEY_SIZE,
                                emo_feature_collection_get_values (self, feature, row), error);
}

/* --- All of it --- */

static gboolean
flush (EmoFeatureCollection  *self,
       GError               **error)
{
  for (guint i = 0; i < EMO_N_FEATURES; i++)
    if (self->caches[i] != NULL && !emo_feature_cache_flush (self->caches[i], error))
      return FALSE;

  return TRUE;
}

static void
drop_broken (EmoFeatureCollection *self)
{
  EmoFeatureRows *rows = self->rows;
  guint n = 0;

  for (guint row = 0; row < rows->n; row++)
    {
      if (self->broken[row])
        continue;
      rows->items[n] = rows->items[row];
      rows->labels[n] = rows->labels[row];
      for (guint i = 0; i < EMO_N_FEATURES; i++)
        if (rows->values[i] != NULL)
          memmove (emo_feature_collection_get_values (self, i, n), emo_feature_collection_get_values (self, i, row),
                   get_width (self, i) * sizeof (float));
      n++;
    }
  rows->n = n;
}

EmoFeatureRows *
emo_feature_collection_finish (EmoFeatureCollection  *self,
                               gboolean               ok,
                               GError               **error)
{
  g_autoptr(GError) failure = NULL;

  if (!flush (self, &failure) && ok)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      ok = FALSE;
    }
  if (ok)
    drop_broken (self);

  return ok ? g_steal_pointer (&self->rows) : NULL;
}

