/* emo-vlm-pictures.c: a split's pictures as batches of equal grids
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-error.h"
#include "emo-picture-loader.h"
#include "emo-vlm-pictures.h"

/* Pictures read ahead, in batches. */
#define BATCHES_AHEAD 3

struct _EmoVlmPictures
{
  EmoDataset             *dataset;
  const EmoImageSettings *settings;
  guint64                 seed;
  GArray                 *items;     /* of guint: the readable ones, in the dataset */
  GArray                 *grids;     /* of guint64: theirs, rows and columns */
  EmoBatchPlan           *plan;
  EmoBatchTurn           *turns;     /* [n_batches] of the epoch */
  guint                   position;  /* the next turn */
  GPtrArray              *paths;     /* of the loader's pictures, borrowed */
  EmoPictureLoader       *loader;    /* (nullable) */
};

static const EmoDatasetItem *
item_at (EmoVlmPictures *self,
         guint           index)
{
  return emo_dataset_get (self->dataset, g_array_index (self->items, guint, index));
}

/* --- Sizes --- */

/* The picture's grid in patches, as one number. */
static GBytes *
measure_cb (EmoImage  *image,
            guint      place,
            gpointer   user_data,
            GError   **error)
{
  EmoVlmPictures *self = user_data;
  int width, height;
  guint64 grid;

  if (!emo_image_settings_fit (self->settings, emo_image_get_width (image), emo_image_get_height (image), &width, &height, error))
    return NULL;
  grid = (guint64) (height / self->settings->patch_size) << 32 | (guint64) (width / self->settings->patch_size);

  return g_bytes_new (&grid, sizeof grid);
}

static GArray *
list_wanted (EmoVlmPictures *self,
             EmoSplit        split)
{
  guint first = emo_dataset_get_first (self->dataset, split), n = emo_dataset_count (self->dataset, split, -1);
  GArray *wanted = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = first; i < first + n; i++)
    if (!emo_dataset_get (self->dataset, i)->held_out)
      g_array_append_val (wanted, i);

  return wanted;
}

static gboolean
measure (EmoVlmPictures   *self,
         EmoSplit          split,
         GPtrArray        *problems,
         EmoProgressFunc   progress,
         gpointer          user_data,
         GCancellable     *cancellable,
         GError          **error)
{
  g_autoptr(GArray) wanted = list_wanted (self, split);
  EmoPictureLoaderOptions options = { .prepare = measure_cb, .user_data = self };
  g_autoptr(GPtrArray) paths = g_ptr_array_sized_new (wanted->len);
  g_autoptr(EmoPictureLoader) loader = NULL;

  for (guint i = 0; i < wanted->len; i++)
    g_ptr_array_add (paths, emo_dataset_get (self->dataset, g_array_index (wanted, guint, i))->path);
  loader = emo_picture_loader_new ((const char * const *) paths->pdata, wanted->len, &options);
  for (guint i = 0; i < wanted->len; i++)
    {
      g_autoptr(EmoLoadedPicture) picture = emo_picture_loader_next (loader);

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (picture->error != NULL)
        g_ptr_array_add (problems, g_strdup (picture->error->message));
      else
        {
          g_array_append_val (self->items, g_array_index (wanted, guint, i));
          g_array_append_vals (self->grids, g_bytes_get_data (picture->values, NULL), 1);
        }
      if (progress != NULL)
        progress ((i + 1.0) / wanted->len, user_data);
    }

  return TRUE;
}

EmoVlmPictures *
emo_vlm_pictures_new (EmoDataset              *dataset,
                      EmoSplit                 split,
                      const EmoImageSettings  *settings,
                      guint                    batch,
                      guint64                  seed,
                      GPtrArray               *problems,
                      EmoProgressFunc          progress,
                      gpointer                 user_data,
                      GCancellable            *cancellable,
                      GError                 **error)
{
  g_autoptr(EmoVlmPictures) self = g_new0 (EmoVlmPictures, 1);

  self->dataset = dataset;
  self->settings = settings;
  self->seed = seed;
  self->items = g_array_new (FALSE, FALSE, sizeof (guint));
  self->grids = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->paths = g_ptr_array_new ();
  if (!measure (self, split, problems, progress, user_data, cancellable, error))
    return NULL;
  if (self->items->len == 0)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "%s: no picture of %s can be read",
                   emo_dataset_get_root (dataset), emo_split_get_name (split));
      return NULL;
    }
  self->plan = emo_batch_plan_new ((const guint64 *) self->grids->data, self->items->len, batch, seed);
  self->turns = g_new (EmoBatchTurn, emo_vlm_pictures_get_n_batches (self));
  emo_vlm_pictures_seek (self, 0, 0);

  return g_steal_pointer (&self);
}

/**
 * emo_vlm_pictures_free:
 * @self: (transfer full) (nullable): pictures
 */
void
emo_vlm_pictures_free (EmoVlmPictures *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->loader, emo_picture_loader_free);
  g_clear_pointer (&self->plan, emo_batch_plan_free);
  g_free (self->turns);
  g_array_unref (self->items);
  g_array_unref (self->grids);
  g_ptr_array_unref (self->paths);
  g_free (self);
}

guint
emo_vlm_pictures_get_n (EmoVlmPictures *self)
{
  return self->items->len;
}

guint
emo_vlm_pictures_get_n_batches (EmoVlmPictures *self)
{
  return emo_batch_plan_get_n_turns (self->plan, 1);
}

/* --- An epoch --- */

static GBytes *
patch_cb (EmoImage  *image,
          guint      place,
          gpointer   user_data,
          GError   **error)
{
  EmoVlmPictures *self = user_data;
  EmoPatches *patches = emo_patches_new (image, self->settings, error);

  if (patches == NULL)
    return NULL;

  return g_bytes_new_with_free_func (emo_patches_get_values (patches),
                                     emo_patches_get_rows (patches) * emo_patches_get_columns (patches) * sizeof (float),
                                     (GDestroyNotify) emo_patches_unref, patches);
}

/* The slots of a batch that count. */
static guint
count_slots (EmoVlmPictures     *self,
             const EmoBatchSlot *slots)
{
  guint n = 0;

  for (guint i = 0; i < emo_batch_plan_get_size (self->plan); i++)
    n += !slots[i].repeated;

  return n;
}

static void
list_paths (EmoVlmPictures *self)
{
  g_ptr_array_set_size (self->paths, 0);
  for (guint turn = self->position; turn < emo_vlm_pictures_get_n_batches (self); turn++)
    {
      const EmoBatchSlot *slots = emo_batch_plan_get_batch (self->plan, self->turns[turn].batch);

      for (guint i = 0; i < emo_batch_plan_get_size (self->plan); i++)
        if (!slots[i].repeated)
          g_ptr_array_add (self->paths, item_at (self, slots[i].item)->path);
    }
}

/**
 * emo_vlm_pictures_seek:
 * @self: pictures
 * @epoch: counts from 0; decides the order
 * @position: the batch that comes next
 */
void
emo_vlm_pictures_seek (EmoVlmPictures *self,
                       guint           epoch,
                       guint           position)
{
  EmoPictureLoaderOptions options = {
    .n_ahead = BATCHES_AHEAD * emo_batch_plan_get_size (self->plan), .prepare = patch_cb, .user_data = self,
  };

  g_clear_pointer (&self->loader, emo_picture_loader_free);
  emo_batch_plan_order (self->plan, self->seed, epoch, 0, 1, self->turns);
  self->position = position;
  list_paths (self);
  self->loader = emo_picture_loader_new ((const char * const *) self->paths->pdata, self->paths->len, &options);
}

static gboolean
fill_pixels (EmoVlmPictures      *self,
             EmoVlmPictureBatch  *batch,
             GError             **error)
{
  gsize n_bytes = 0;

  for (guint i = 0; i < batch->n; i++)
    {
      g_autoptr(EmoLoadedPicture) picture = emo_picture_loader_next (self->loader);
      const void *values;

      if (picture->error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&picture->error));
          return FALSE;
        }
      /* A picture that was changed since it was measured. */
      if (i > 0 && g_bytes_get_size (picture->values) != n_bytes)
        {
          g_set_error (error, EMO_ERROR, EMO_ERROR_IO, "%s: its size changed while training", batch->items[i]->path);
          return FALSE;
        }
      values = g_bytes_get_data (picture->values, &n_bytes);
      if (i == 0)
        batch->pixels = g_malloc_n (batch->n, n_bytes);
      memcpy ((guint8 *) batch->pixels + i * n_bytes, values, n_bytes);
    }

  return TRUE;
}

EmoVlmPictureBatch *
emo_vlm_pictures_next (EmoVlmPictures  *self,
                       GError         **error)
{
  g_autoptr(EmoVlmPictureBatch) batch = NULL;
  const EmoBatchSlot *slots;
  guint64 grid;

  if (self->position >= emo_vlm_pictures_get_n_batches (self))
    return NULL;
  batch = g_new0 (EmoVlmPictureBatch, 1);
  slots = emo_batch_plan_get_batch (self->plan, self->turns[self->position++].batch);
  grid = g_array_index (self->grids, guint64, slots[0].item);
  batch->grid[0] = 1;
  batch->grid[1] = grid >> 32;
  batch->grid[2] = grid & G_MAXUINT32;
  batch->items = g_new (const EmoDatasetItem *, count_slots (self, slots));
  for (guint i = 0; i < emo_batch_plan_get_size (self->plan); i++)
    if (!slots[i].repeated)
      batch->items[batch->n++] = item_at (self, slots[i].item);

  return fill_pixels (self, batch, error) ? g_steal_pointer (&batch) : NULL;
}

/**
 * emo_vlm_picture_batch_free:
 * @self: (transfer full) (nullable): a batch
 */
void
emo_vlm_picture_batch_free (EmoVlmPictureBatch *self)
{
  if (self == NULL)
    return;
  g_free (self->items);
  g_free (self->pixels);
  g_free (self);
}
