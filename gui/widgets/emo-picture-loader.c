/* emo-picture-loader.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "emo-picture-loader.h"

/* What a worker thread needs; the sample itself stays on the main thread. */
typedef struct
{
  char     *path;       /* (nullable) */
  GBytes   *bytes;      /* (nullable) */
  char     *name;
  int       max_side;
  gboolean  pyramid;    /* an EmoPicture, else a texture */
} LoadData;

static void
load_data_free (gpointer data)
{
  LoadData *load = data;

  g_free (load->path);
  g_clear_pointer (&load->bytes, g_bytes_unref);
  g_free (load->name);
  g_free (load);
}

static EmoImage *
shrink (EmoImage *image,
        int       max_side)
{
  int width = emo_image_get_width (image);
  int height = emo_image_get_height (image);
  double scale = (double) max_side / MAX (width, height);

  if (scale >= 1)
    return emo_image_ref (image);

  /* Bilinear as Pillow does it widens its support when it shrinks, so it
   * averages and does not alias; it is the cheapest of the three. */
  return emo_image_resize (image,
                           MAX (1, (int) (width * scale)),
                           MAX (1, (int) (height * scale)),
                           EMO_FILTER_BILINEAR);
}

static gboolean
is_gone (const char *path)
{
  return g_access (path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static EmoImage *
decode (LoadData  *load,
        GError   **error)
{
  EmoImage *image;

  if (load->bytes != NULL)
    return emo_image_load_bytes (load->bytes, load->name, TRUE, error);
  if (load->path == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED, _("“%s” is not a file on this computer"), load->name);
      return NULL;
    }

  image = emo_image_load (load->path, TRUE, error);
  if (image == NULL && is_gone (load->path))
    {
      g_clear_error (error);
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _("“%s” is not there any more"), load->name);
    }

  return image;
}

static EmoPicture *
make_picture (LoadData *load,
              EmoImage *image,
              EmoImage *scaled)
{
  EmoPyramid *pyramid = emo_pyramid_new (scaled, emo_image_get_width (image), emo_image_get_height (image));
  EmoPicture *picture;
  GStatBuf status;

  if (pyramid == NULL)
    return NULL;
  picture = g_new0 (EmoPicture, 1);
  picture->pyramid = pyramid;
  picture->marks = emo_image_get_marks (image);
  picture->sha256 = g_strdup (emo_image_get_sha256 (image));
  if (load->bytes != NULL)
    picture->n_bytes = g_bytes_get_size (load->bytes);
  else if (g_stat (load->path, &status) == 0)
    picture->n_bytes = status.st_size;

  return picture;
}

static GdkTexture *
make_texture (EmoImage *scaled)
{
  return gdk_memory_texture_new (emo_image_get_width (scaled),
                                 emo_image_get_height (scaled),
                                 GDK_MEMORY_R8G8B8,
                                 emo_image_get_bytes (scaled),
                                 (gsize) emo_image_get_width (scaled) * 3);
}

static void
load_worker (gpointer data,
             gpointer pool_data)
{
  g_autoptr (GTask) task = data;
  LoadData *load = g_task_get_task_data (task);
  g_autoptr (EmoImage) image = NULL;
  g_autoptr (EmoImage) scaled = NULL;
  GError *error = NULL;
  gpointer result = NULL;

  if (g_task_return_error_if_cancelled (task))
    return;

  image = decode (load, &error);
  if (image != NULL)
    scaled = shrink (image, load->max_side);
  if (scaled != NULL)
    result = load->pyramid ? (gpointer) make_picture (load, image, scaled) : (gpointer) make_texture (scaled);

  if (result != NULL)
    {
      g_task_return_pointer (task, result, load->pyramid ? (GDestroyNotify) emo_picture_free : g_object_unref);
      return;
    }
  if (error == NULL)
    g_set_error (&error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, _("“%s”: not enough memory to scale the picture"), load->name);
  g_task_return_error (task, error);
}

static GThreadPool *
get_pool (void)
{
  static GThreadPool *pool;

  /* Two at a time: one may be a slow giant, the next selection must not wait. */
  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, g_thread_pool_new (load_worker, NULL, 2, FALSE, NULL));

  return pool;
}

static void
push (EmoSample           *sample,
      int                  max_side,
      gboolean             pyramid,
      gpointer             source_tag,
      GCancellable        *cancellable,
      GAsyncReadyCallback  callback,
      gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  LoadData *load = g_new0 (LoadData, 1);

  load->name = emo_sample_dup_display_name (sample);
  load->max_side = max_side;
  load->pyramid = pyramid;
  if (emo_sample_get_bytes (sample) != NULL)
    load->bytes = g_bytes_ref (emo_sample_get_bytes (sample));
  else if (emo_sample_get_file (sample) != NULL)
    load->path = g_file_get_path (emo_sample_get_file (sample));

  g_task_set_source_tag (task, source_tag);
  g_task_set_task_data (task, load, load_data_free);
  g_thread_pool_push (get_pool (), g_steal_pointer (&task), NULL);
}

/**
 * emo_picture_load_async:
 * @sample: the picture
 * @max_side: the largest width or height in pixels, at most
 *   %EMO_PICTURE_MAX_SIDE
 * @cancellable: (nullable): drops the work where it has not begun
 * @callback: called on the main context
 * @user_data: for @callback
 *
 * Decodes and shrinks a picture off the main thread.
 */
void
emo_picture_load_async (EmoSample           *sample,
                        int                  max_side,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_return_if_fail (EMO_IS_SAMPLE (sample));
  g_return_if_fail (max_side > 0 && max_side <= EMO_PICTURE_MAX_SIDE);

  push (sample, max_side, FALSE, emo_picture_load_async, cancellable, callback, user_data);
}

/**
 * emo_picture_load_finish:
 * @result: the result
 * @error: where to say what went wrong
 *
 * Errors are those of emo_image_load(), %G_IO_ERROR_NOT_FOUND where the file is
 * gone, and %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the picture, upright
 */
GdkTexture *
emo_picture_load_finish (GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * emo_picture_load_whole_async:
 * @sample: the picture
 * @cancellable: (nullable): drops the work where it has not begun
 * @callback: called on the main context
 * @user_data: for @callback
 *
 * Decodes a picture off the main thread for a view that zooms.
 */
void
emo_picture_load_whole_async (EmoSample           *sample,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_return_if_fail (EMO_IS_SAMPLE (sample));

  push (sample, EMO_PICTURE_MAX_SIDE, TRUE, emo_picture_load_whole_async, cancellable, callback, user_data);
}

/**
 * emo_picture_load_whole_finish:
 * @result: the result
 * @error: where to say what went wrong, as emo_picture_load_finish()
 *
 * Returns: (transfer full): the picture, upright
 */
EmoPicture *
emo_picture_load_whole_finish (GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * emo_picture_free:
 * @self: (transfer full): a picture
 */
void
emo_picture_free (EmoPicture *self)
{
  emo_pyramid_unref (self->pyramid);
  g_free (self->sha256);
  g_free (self);
}
