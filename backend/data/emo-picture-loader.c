/* emo-picture-loader.c: pictures of a list, decoded ahead and in order
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-file.h"
#include "emo-picture-loader.h"

#define MAX_THREADS       64
#define DEFAULT_MAX_BYTES ((gsize) 512 * 1024 * 1024)

/* Threads take the places of the list in order and put what they made into a
 * ring. The picture that next() waits for is always begun: it was taken before
 * all that is held, so neither limit can keep it out. */
struct _EmoPictureLoader
{
  const char * const      *paths;       /* [n_paths] */
  guint                    n_paths;
  EmoPictureLoaderOptions  options;
  GPtrArray               *threads;     /* of GThread; the caller's thread only */
  guint                    n_broken;    /* the caller's thread only */

  GMutex                   mutex;       /* guards what follows */
  GCond                    ready;       /* a picture is */
  GCond                    room;        /* there is, or the end has come */
  EmoLoadedPicture       **ring;        /* [n_ahead] */
  guint                    n_begun;     /* the next place to be taken */
  guint                    n_given;     /* the next place to be given */
  gsize                    n_bytes;     /* held in the ring */
  gboolean                 closed;
};

/**
 * emo_loaded_picture_free:
 * @self: (transfer full) (nullable): a picture
 */
void
emo_loaded_picture_free (EmoLoadedPicture *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->image, emo_image_unref);
  g_clear_pointer (&self->values, g_bytes_unref);
  g_clear_error (&self->error);
  g_free (self->sha256);
  g_free (self);
}

static gsize
bytes_of (EmoLoadedPicture *picture)
{
  if (picture->values != NULL)
    return g_bytes_get_size (picture->values);

  return picture->image != NULL ? g_bytes_get_size (emo_image_get_bytes (picture->image)) : 0;
}

/* What prepares knows pixels, no names. */
static void
prepare (EmoPictureLoader *self,
         EmoLoadedPicture *picture)
{
  g_autofree char *name = NULL;

  picture->values = self->options.prepare (picture->image, picture->place, self->options.user_data, &picture->error);
  g_clear_pointer (&picture->image, emo_image_unref);
  if (picture->values != NULL)
    return;
  name = emo_file_escape_name (self->paths[picture->place]);
  g_prefix_error (&picture->error, "%s: ", name);
}

/* A cut picture is a broken one: nobody should learn from gray. */
static EmoLoadedPicture *
load (EmoPictureLoader *self,
      guint             place)
{
  EmoLoadedPicture *picture = g_new0 (EmoLoadedPicture, 1);

  picture->place = place;
  picture->image = self->options.find != NULL ? self->options.find (place, self->options.user_data) : NULL;
  if (picture->image == NULL)
    picture->image = emo_image_load (self->paths[place], FALSE, &picture->error);
  if (picture->image == NULL)
    return picture;
  picture->sha256 = g_strdup (emo_image_get_sha256 (picture->image));
  if (self->options.prepare != NULL)
    prepare (self, picture);

  return picture;
}

/* Takes the next place once there is room; FALSE: there is nothing left to do. */
static gboolean
begin (EmoPictureLoader *self,
       guint            *place)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  while (!self->closed && self->n_begun < self->n_paths &&
         (self->n_begun - self->n_given >= self->options.n_ahead || self->n_bytes > self->options.max_bytes))
    g_cond_wait (&self->room, &self->mutex);
  if (self->closed || self->n_begun == self->n_paths)
    return FALSE;
  *place = self->n_begun++;

  return TRUE;
}

static void
put (EmoPictureLoader *self,
     EmoLoadedPicture *picture)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  self->ring[picture->place % self->options.n_ahead] = picture;
  self->n_bytes += bytes_of (picture);
  g_cond_signal (&self->ready);
}

static gpointer
load_worker (gpointer data)
{
  EmoPictureLoader *self = data;
  guint place;

  while (begin (self, &place))
    put (self, load (self, place));

  return NULL;
}

/* Where the system gives no thread at all, next() decodes. */
static void
start_threads (EmoPictureLoader *self)
{
  guint n = MIN (self->options.n_threads, self->n_paths);

  while (self->threads->len < n)
    {
      g_autoptr(GError) error = NULL;
      GThread *thread = g_thread_try_new ("emo-pictures", load_worker, self, &error);

      if (thread == NULL)
        {
          g_debug ("%u threads decode pictures, not %u: %s", self->threads->len, n, error->message);
          break;
        }
      g_ptr_array_add (self->threads, thread);
    }
}

/**
 * emo_picture_loader_new:
 * @paths: (array length=n_paths): local files, bytes
 * @n_paths: how many
 * @options: (nullable): how many at once
 *
 * Begins to decode.
 *
 * Returns: (transfer full): free with emo_picture_loader_free()
 */
EmoPictureLoader *
emo_picture_loader_new (const char * const            *paths,
                        guint                          n_paths,
                        const EmoPictureLoaderOptions *options)
{
  EmoPictureLoader *self;

  g_return_val_if_fail (paths != NULL || n_paths == 0, NULL);

  self = g_new0 (EmoPictureLoader, 1);
  self->paths = paths;
  self->n_paths = n_paths;
  if (options != NULL)
    self->options = *options;
  if (self->options.n_threads == 0)
    self->options.n_threads = g_get_num_processors ();
  self->options.n_threads = MIN (self->options.n_threads, MAX_THREADS);
  if (self->options.n_ahead == 0)
    self->options.n_ahead = 2 * self->options.n_threads;
  if (self->options.max_bytes == 0)
    self->options.max_bytes = DEFAULT_MAX_BYTES;
  self->ring = g_new0 (EmoLoadedPicture *, self->options.n_ahead);
  self->threads = g_ptr_array_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->ready);
  g_cond_init (&self->room);
  start_threads (self);

  return self;
}

/**
 * emo_picture_loader_free:
 * @self: (transfer full) (nullable): a loader
 *
 * Begins no more pictures and waits for those in work: what prepares them uses
 * what is the caller's.
 */
void
emo_picture_loader_free (EmoPictureLoader *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->closed = TRUE;
  g_cond_broadcast (&self->room);
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (self->threads->pdata[i]);
  g_ptr_array_unref (self->threads);
  for (guint i = 0; i < self->options.n_ahead; i++)
    emo_loaded_picture_free (self->ring[i]);
  g_free (self->ring);
  g_cond_clear (&self->room);
  g_cond_clear (&self->ready);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static EmoLoadedPicture *
take (EmoPictureLoader *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  EmoLoadedPicture **slot = &self->ring[self->n_given % self->options.n_ahead];
  EmoLoadedPicture *picture;

  while (*slot == NULL)
    g_cond_wait (&self->ready, &self->mutex);
  picture = g_steal_pointer (slot);
  self->n_given++;
  self->n_bytes -= bytes_of (picture);
  g_cond_broadcast (&self->room);

  return picture;
}

/**
 * emo_picture_loader_next:
 * @self: a loader
 *
 * Waits for the next picture of the list. A broken one comes in its turn, with
 * the reason.
 *
 * Returns: (transfer full) (nullable): the picture, or %NULL after the last
 */
EmoLoadedPicture *
emo_picture_loader_next (EmoPictureLoader *self)
{
  EmoLoadedPicture *picture;

  g_return_val_if_fail (self != NULL, NULL);

  /* Only this thread writes it. */
  if (self->n_given == self->n_paths)
    return NULL;
  picture = self->threads->len > 0 ? take (self) : load (self, self->n_given++);
  self->n_broken += picture->error != NULL;

  return picture;
}

/**
 * emo_picture_loader_get_n_broken:
 * @self: a loader
 *
 * Returns: how many of the pictures given so far are broken
 */
guint
emo_picture_loader_get_n_broken (EmoPictureLoader *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_broken;
}
