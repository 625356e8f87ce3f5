/* emo-teacher-pictures.c: a split's pictures as batches of planes
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-batch-plan.h"
#include "emo-draw.h"
#include "emo-error.h"
#include "emo-memory.h"
#include "emo-picture-loader.h"
#include "emo-teacher-pictures.h"

/* Pictures read ahead, in batches. */
#define BATCHES_AHEAD 3

/* A network that takes pictures no larger than this is quicker than a decoder:
 * its pictures are read once, and copies of them a little larger than what is
 * shown stay in memory. Whether a copy found room there changes nothing: what is
 * read again is made as small again. */
#define MAX_COPIED_SIDE 160
#define COPY_OF(side)   ((side) * 8 / 7)

struct _EmoTeacherPictures
{
  EmoTeacherPicturesSettings  settings;
  guint                       n;
  guint                       epoch;
  EmoBatchPlan               *plan;        /* the epoch's */
  EmoBatchTurn               *turns;       /* [n_batches] of it */
  guint                       position;    /* the next turn */
  GPtrArray                  *paths;       /* of the loader's pictures, borrowed */
  GArray                     *items;       /* of guint: theirs, of the split */
  EmoPictureLoader           *loader;      /* (nullable) */
  guint8                     *broken;      /* [n] whether it was told */

  EmoImage                  **copies;      /* [n] NULL: none. One thread has a picture at a time */
  gint64                      room;        /* bytes for them; atomic */
};

static const EmoDatasetItem *
get_item (EmoTeacherPictures *self,
          guint               index)
{
  return emo_dataset_get (self->settings.dataset, emo_dataset_get_first (self->settings.dataset, self->settings.split) + index);
}

static gboolean
has_copies (EmoTeacherPictures *self)
{
  return self->settings.view.side <= MAX_COPIED_SIDE;
}

/* The composition of batches is drawn anew for each epoch. */
static void
make_plan (EmoTeacherPictures *self)
{
  EmoDraw draw = emo_draw_begin (self->settings.seed, "teacher-batches", self->epoch, self->settings.split, 0);
  g_autofree guint64 *grids = g_new0 (guint64, self->n);

  g_clear_pointer (&self->plan, emo_batch_plan_free);
  self->plan = emo_batch_plan_new (grids, self->n, self->settings.batch, emo_draw_bits (&draw));
  g_free (self->turns);
  self->turns = g_new (EmoBatchTurn, MAX (emo_teacher_pictures_get_n_batches (self), 1));
  emo_batch_plan_order (self->plan, self->settings.seed, self->epoch, 0, 1, self->turns);
}

/**
 * emo_teacher_pictures_new:
 * @settings: copied
 *
 * Returns: (transfer full): the split's pictures, at the begin of the first epoch
 */
EmoTeacherPictures *
emo_teacher_pictures_new (const EmoTeacherPicturesSettings *settings)
{
  EmoTeacherPictures *self = g_new0 (EmoTeacherPictures, 1);

  self->settings = *settings;
  self->n = emo_dataset_count (settings->dataset, settings->split, -1);
  self->paths = g_ptr_array_new ();
  self->items = g_array_new (FALSE, FALSE, sizeof (guint));
  self->broken = g_new0 (guint8, self->n);
  self->copies = g_new0 (EmoImage *, self->n);
  /* Half of what is free: the training needs some, and others do. */
  self->room = emo_memory_get_available () / 2;
  emo_teacher_pictures_seek (self, 0, 0);

  return self;
}

/**
 * emo_teacher_pictures_free:
 * @self: (transfer full) (nullable): pictures
 */
void
emo_teacher_pictures_free (EmoTeacherPictures *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->loader, emo_picture_loader_free);
  g_clear_pointer (&self->plan, emo_batch_plan_free);
  for (guint i = 0; i < self->n; i++)
    g_clear_pointer (&self->copies[i], emo_image_unref);
  g_free (self->copies);
  g_free (self->broken);
  g_free (self->turns);
  g_array_unref (self->items);
  g_ptr_array_unref (self->paths);
  g_free (self);
}

guint
emo_teacher_pictures_get_n (EmoTeacherPictures *self)
{
  return self->n;
}

guint
emo_teacher_pictures_get_n_batches (EmoTeacherPictures *self)
{
  return emo_batch_plan_get_n_turns (self->plan, 1);
}

guint
emo_teacher_pictures_get_batch (EmoTeacherPictures *self)
{
  return self->settings.batch;
}

const EmoTeacherView *
emo_teacher_pictures_get_view (EmoTeacherPictures *self)
{
  return &self->settings.view;
}

/* --- On the loader's threads --- */

/* The copy that crops are cut from, or the view itself where none are. */
static EmoImage *
shrink (EmoTeacherPictures *self,
        EmoImage           *image)
{
  int side = (int) self->settings.view.side, width = emo_image_get_width (image), height = emo_image_get_height (image);
  double factor;

  if (self->settings.augment)
    side = COPY_OF (side);
  if (self->settings.view.whole)
    return emo_image_resize (image, side, side, EMO_FILTER_BILINEAR);
  if (!self->settings.augment)
    return emo_augment_fit (image, side);
  factor = (double) side / MIN (width, height);
  if (factor >= 1)
    return emo_image_ref (image);

  return emo_image_resize (image, MAX (1, (int) (width * factor)), MAX (1, (int) (height * factor)), EMO_FILTER_BILINEAR);
}

static void
keep (EmoTeacherPictures *self,
      guint               item,
      EmoImage           *copy)
{
  gint64 size = (gint64) g_bytes_get_size (emo_image_get_bytes (copy));

  if (__atomic_sub_fetch (&self->room, size, __ATOMIC_RELAXED) < 0)
    __atomic_add_fetch (&self->room, size, __ATOMIC_RELAXED);
  else
    self->copies[item] = emo_image_ref (copy);
}

static GBytes *
show (EmoTeacherPictures  *self,
      guint                item,
      EmoImage            *image,
      GError             **error)
{
  EmoCrop crop;

  if (!self->settings.augment)
    return emo_teacher_view_fit (&self->settings.view, image, error);
  crop = emo_augment_draw (emo_image_get_width (image), emo_image_get_height (image), self->settings.min_share,
                           self->settings.seed, self->epoch, item);

  return emo_teacher_view_crop (&self->settings.view, image, &crop, error);
}

static EmoImage *
find_copy_cb (guint    place,
              gpointer user_data)
{
  EmoTeacherPictures *self = user_data;
  EmoImage *copy = self->copies[g_array_index (self->items, guint, place)];

  return copy != NULL ? emo_image_ref (copy) : NULL;
}

static GBytes *
prepare_cb (EmoImage  *image,
            guint      place,
            gpointer   user_data,
            GError   **error)
{
  EmoTeacherPictures *self = user_data;
  guint item = g_array_index (self->items, guint, place);
  g_autoptr(EmoImage) copy = NULL;

  if (!has_copies (self) || self->copies[item] != NULL)
    return show (self, item, image, error);
  copy = shrink (self, image);
  /* Where memory is short, showing it says so. */
  if (copy == NULL)
    return show (self, item, image, error);
  keep (self, item, copy);

  return show (self, item, copy, error);
}

/* --- An epoch --- */

static void
list_paths (EmoTeacherPictures *self)
{
  g_ptr_array_set_size (self->paths, 0);
  g_array_set_size (self->items, 0);
  for (guint turn = self->position; turn < emo_teacher_pictures_get_n_batches (self); turn++)
    {
      const EmoBatchSlot *slots = emo_batch_plan_get_batch (self->plan, self->turns[turn].batch);

      for (guint i = 0; i < self->settings.batch && !slots[i].repeated; i++)
        {
          g_ptr_array_add (self->paths, get_item (self, slots[i].item)->path);
          g_array_append_val (self->items, slots[i].item);
        }
    }
}

/**
 * emo_teacher_pictures_seek:
 * @self: pictures
 * @epoch: counts from 0
 * @position: the batch that comes next
 */
void
emo_teacher_pictures_seek (EmoTeacherPictures *self,
                           guint               epoch,
                           guint               position)
{
  EmoPictureLoaderOptions options = {
    .n_ahead = BATCHES_AHEAD * self->settings.batch, .prepare = prepare_cb, .find = find_copy_cb, .user_data = self,
  };

  /* Its threads read what is changed here. */
  g_clear_pointer (&self->loader, emo_picture_loader_free);
  self->epoch = epoch;
  self->position = position;
  make_plan (self);
  list_paths (self);
  self->loader = emo_picture_loader_new ((const char * const *) self->paths->pdata, self->paths->len, &options);
}

static void
tell_broken (EmoTeacherPictures *self,
             guint               item,
             const GError       *why,
             GPtrArray          *notes)
{
  if (!self->broken[item])
    g_ptr_array_add (notes, g_strdup (why->message));
  self->broken[item] = TRUE;
}

static void
add_next (EmoTeacherPictures *self,
          EmoTeacherBatch    *batch,
          guint               item,
          GPtrArray          *notes)
{
  g_autoptr(EmoLoadedPicture) picture = emo_picture_loader_next (self->loader);
  gsize count = emo_teacher_view_count (&self->settings.view);

  if (picture->error != NULL)
    {
      tell_broken (self, item, picture->error, notes);
      return;
    }
  memcpy (batch->planes + batch->n * count, g_bytes_get_data (picture->values, NULL), count * sizeof *batch->planes);
  batch->labels[batch->n++] = get_item (self, item)->label;
}

static EmoTeacherBatch *
make_batch (EmoTeacherPictures  *self,
            guint                n,
            GError             **error)
{
  EmoTeacherBatch *batch = g_new0 (EmoTeacherBatch, 1);

  batch->labels = g_new (guint32, n);
  batch->planes = g_try_malloc_n (n, emo_teacher_view_count (&self->settings.view) * sizeof *batch->planes);
  if (batch->planes != NULL)
    return batch;
  g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "no memory for a batch of %u pictures of %u x %u: "
               "a smaller batch needs less", n, self->settings.view.side, self->settings.view.side);
  emo_teacher_batch_free (batch);

  return NULL;
}

/**
 * emo_teacher_pictures_next:
 * @self: pictures
 * @notes: (element-type utf8): what the user should know is added
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the next batch; %NULL at the epoch's end,
 *   with @error where memory is short
 */
EmoTeacherBatch *
emo_teacher_pictures_next (EmoTeacherPictures  *self,
                           GPtrArray           *notes,
                           GError             **error)
{
  EmoTeacherBatch *batch;
  const EmoBatchSlot *slots;
  guint n = 0;

  if (self->position >= emo_teacher_pictures_get_n_batches (self))
    return NULL;
  slots = emo_batch_plan_get_batch (self->plan, self->turns[self->position++].batch);
  while (n < self->settings.batch && !slots[n].repeated)
    n++;
  batch = make_batch (self, n, error);
  for (guint i = 0; batch != NULL && i < n; i++)
    add_next (self, batch, slots[i].item, notes);

  return batch;
}

/**
 * emo_teacher_batch_free:
 * @self: (transfer full) (nullable): a batch
 */
void
emo_teacher_batch_free (EmoTeacherBatch *self)
{
  if (self == NULL)
    return;
  g_free (self->labels);
  g_free (self->planes);
  g_free (self);
}
