/* emo-feature-sight.c: what the VLM says of pictures, several at once
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"
#include "emo-feature-sight.h"
#include "emo-file.h"
#include "emo-picture-loader.h"

typedef struct
{
  EmoFeatureCollection *collection;   /* under the mutex, but for values of rows that a thread has */
  const EmoVlmConfig   *config;
  EmoPatches          **patches;      /* [list->len] set by threads that decode */
  EmoPictureLoader     *loader;       /* under the mutex */
  const char           *what;
  GMutex                mutex;
  guint                 n_done;       /* under the mutex */
  GError               *failure;      /* (nullable) under the mutex: the first, which ends all */
} Sight;

/* One who looks. */
typedef struct
{
  Sight         *sight;
  EmoFeatureEye *eye;
  gboolean       tells;
} Looker;

/* A picture that a looker has. */
typedef struct
{
  guint       row;
  guint8      missing;   /* of EMO_FEATURE_SET_SEEN */
  EmoPatches *patches;   /* borrowed */
} Task;

static GBytes *
patch_cb (EmoImage  *image,
          guint      place,
          gpointer   user_data,
          GError   **error)
{
  Sight *self = user_data;
  EmoPatches *patches = emo_patches_new (image, &self->config->image, error);

  if (patches == NULL)
    return NULL;
  self->patches[place] = patches;

  return g_bytes_new_with_free_func (emo_patches_get_values (patches),
                                     emo_patches_get_rows (patches) * emo_patches_get_columns (patches) * sizeof (float),
                                     (GDestroyNotify) emo_patches_unref, patches);
}

/* The next picture of the list, or NULL after the last and when all ends. What is
 * known of it already, or that it is broken, leaves nothing missing. */
static EmoLoadedPicture *
take_next (Sight *self,
           Task  *task)
{
  EmoFeatureCollection *collection = self->collection;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  EmoLoadedPicture *picture;

  if (self->failure == NULL)
    g_cancellable_set_error_if_cancelled (collection->cancellable, &self->failure);
  if (self->failure != NULL)
    return NULL;
  picture = emo_picture_loader_next (self->loader);
  if (picture == NULL)
    return NULL;
  task->row = g_array_index (collection->list, guint32, picture->place);
  task->patches = self->patches[picture->place];
  if (picture->error != NULL || !emo_feature_collection_take_key (collection, task->row, picture->sha256))
    emo_feature_collection_leave_out (collection, task->row, picture->error != NULL ? picture->error->message
                                                             : emo_feature_collection_get_item (collection, task->row)->path);
  /* The same picture may have come before in the list. */
  emo_feature_collection_look_up (collection, task->row);
  task->missing = collection->missing[task->row] & EMO_FEATURE_SET_SEEN;

  return picture;
}

/* Where the row's values go, or NULL where they are there. */
static float *
find_place (const Task           *task,
            EmoFeatureCollection *collection,
            EmoFeature            feature)
{
  return task->missing & 1 << feature ? emo_feature_collection_get_values (collection, feature, task->row) : NULL;
}

static gboolean
look (Looker      *self,
      const Task  *task,
      GError     **error)
{
  EmoFeatureCollection *collection = self->sight->collection;

  return task->missing == 0 ||
         emo_feature_eye_look (self->eye, task->patches, find_place (task, collection, EMO_FEATURE_MEANS),
                               find_place (task, collection, EMO_FEATURE_SPREADS), find_place (task, collection, EMO_FEATURE_SCORES),
                               collection->cancellable, error);
}

/* A picture's own fault, and not that of disk, memory or model. */
static gboolean
is_of_picture (const GError *error)
{
  return g_error_matches (error, EMO_ERROR, EMO_ERROR_LIMIT) || g_error_matches (error, EMO_ERROR, EMO_ERROR_MODEL);
}

static gboolean
keep (EmoFeatureCollection  *collection,
      const Task            *task,
      GError               **error)
{
  for (EmoFeature feature = 0; feature < EMO_N_FEATURES; feature++)
    if (task->missing & 1 << feature && !emo_feature_collection_keep (collection, feature, task->row, error))
      return FALSE;

  return TRUE;
}

/* @failure (nullable) (transfer full): why the picture could not be looked at. */
static void
finish (Looker     *looker,
        const Task *task,
        GError     *failure)
{
  Sight *self = looker->sight;
  EmoFeatureCollection *collection = self->collection;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (failure != NULL && is_of_picture (failure))
    {
      g_autofree char *shown = emo_file_escape_name (emo_feature_collection_get_item (collection, task->row)->path);
      g_autofree char *why = g_strdup_printf ("%s: %s", shown, failure->message);

      emo_feature_collection_leave_out (collection, task->row, why);
      g_clear_error (&failure);
    }
  else if (failure == NULL)
    keep (collection, task, &failure);
  if (failure != NULL && self->failure == NULL)
    self->failure = g_steal_pointer (&failure);
  g_clear_error (&failure);
  self->n_done++;
  if (looker->tells)
    emo_feature_collection_tell (collection, self->what, self->n_done);
}

static gpointer
look_worker (gpointer data)
{
  Looker *self = data;

  for (;;)
    {
      Task task;
      GError *failure = NULL;
      g_autoptr(EmoLoadedPicture) picture = take_next (self->sight, &task);

      if (picture == NULL)
        return NULL;
      look (self, &task, &failure);
      finish (self, &task, failure);
    }
}

static void
run_all (Sight          *self,
         EmoFeatureEye **eyes,
         guint           n_eyes)
{
  g_autofree Looker *lookers = g_new0 (Looker, n_eyes);
  g_autofree GThread **threads = g_new0 (GThread *, n_eyes);

  for (guint i = 0; i < n_eyes; i++)
    {
      lookers[i] = (Looker) { .sight = self, .eye = eyes[i], .tells = i == 0 };
      if (i > 0)
        threads[i] = g_thread_new ("emo-looker", look_worker, &lookers[i]);
    }
  look_worker (&lookers[0]);
  for (guint i = 1; i < n_eyes; i++)
    g_thread_join (threads[i]);
}

/* Others than the caller's looker may have had the last pictures. */
static void
tell_end (Sight *self)
{
  if (self->failure == NULL && self->collection->done < self->n_done)
    emo_feature_collection_tell (self->collection, self->what, self->n_done);
}

static const char *
describe (const EmoFeatureCollection *collection)
{
  for (guint i = 0; i < collection->list->len; i++)
    if (collection->missing[g_array_index (collection->list, guint32, i)] & EMO_FEATURE_SET_SCORES)
      return "looking at pictures and scoring labels";

  return "looking at pictures";
}

/**
 * emo_feature_sight_run:
 * @collection: rows, of which some are listed
 * @eyes: (array length=n_eyes): who look; each is one thread's
 * @n_eyes: at least 1
 * @config: how pictures are cut into patches
 * @error: return location
 *
 * Returns: whether every listed picture has its numbers or was left out
 */
gboolean
emo_feature_sight_run (EmoFeatureCollection  *collection,
                       EmoFeatureEye        **eyes,
                       guint                  n_eyes,
                       const EmoVlmConfig    *config,
                       GError               **error)
{
  g_autoptr(GPtrArray) paths = emo_feature_collection_list_paths (collection);
  Sight self = { .collection = collection, .config = config, .what = describe (collection) };
  EmoPictureLoaderOptions options = { .prepare = patch_cb, .user_data = &self };

  g_return_val_if_fail (n_eyes > 0, FALSE);

  g_mutex_init (&self.mutex);
  self.patches = g_new0 (EmoPatches *, collection->list->len);
  self.loader = emo_picture_loader_new ((const char * const *) paths->pdata, paths->len, &options);
  run_all (&self, eyes, n_eyes);
  tell_end (&self);
  emo_picture_loader_free (self.loader);
  g_free (self.patches);
  g_mutex_clear (&self.mutex);
  if (self.failure != NULL)
    {
      g_propagate_error (error, self.failure);
      return FALSE;
    }

  return emo_feature_eye_check (eyes[0], error);
}
