/* emo-synth.c: a folder of drawn scenes
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "emo-error.h"
#include "emo-file.h"
#include "emo-synth-lists-private.h"
#include "emo-synth-paint.h"
#include "emo-synth.h"

/* Pictures that a thread takes at a time. */
#define CHUNK 32

/* How often the calling thread looks up. */
#define POLL_US (G_USEC_PER_SEC / 10)

/* A folder in the making. Threads take chunks from a pool; a picture depends on
 * its seed, split and index alone, so who draws it does not matter. */
typedef struct
{
  const EmoSynthOptions *options;
  EmoSynthRule          *rule;
  EmoSynthGlyphs        *glyphs;
  EmoSynthSplit          splits[EMO_N_SPLITS];
  guint                  n;
  gboolean               may_be_there;      /* pictures from before */
  GCancellable          *cancellable;
  int                    n_done;            /* atomic */
  GMutex                 mutex;
  GCond                  cond;
  guint                  n_chunks;          /* not yet done */
  GError                *error;             /* (nullable) the first one */
  int                    failed;            /* atomic */
} Synth;

typedef struct
{
  EmoSplit split;
  guint    from;
  guint    to;
} Chunk;

/* --- The folder --- */

static gboolean
make_folder (const char  *path,
             GError     **error)
{
  g_autofree char *shown = NULL;

  if (g_mkdir_with_parents (path, 0777) == 0)
    return TRUE;
  shown = emo_file_escape_name (path);
  g_set_error (error, EMO_ERROR, errno == ENOSPC || errno == EDQUOT ? EMO_ERROR_NO_SPACE : EMO_ERROR_IO,
               "%s: the folder cannot be made: %s", shown, g_strerror (errno));

  return FALSE;
}

static gboolean
is_empty (const char  *path,
          gboolean    *empty,
          GError     **error)
{
  g_autoptr(GDir) dir = g_dir_open (path, 0, error);

  if (dir == NULL)
    return FALSE;
  *empty = g_dir_read_name (dir) == NULL;

  return TRUE;
}

/* A new or empty folder; or one that may be resumed. */
static gboolean
prepare_folder (Synth   *self,
                GError **error)
{
  const EmoSynthOptions *options = self->options;
  g_autofree char *shown = emo_file_escape_name (options->path);
  gboolean empty;

  if (!make_folder (options->path, error) || !is_empty (options->path, &empty, error))
    return FALSE;
  if (!empty && !options->resume)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "%s: the folder is not empty: expected a new or an empty one, or one of scenes to be resumed", shown);
      return FALSE;
    }
  self->may_be_there = !empty;
  if (!empty && !_emo_synth_check_settings (options, emo_synth_glyphs_get_sha256 (self->glyphs), error))
    return FALSE;

  return _emo_synth_write_settings (options, emo_synth_glyphs_get_sha256 (self->glyphs), error);
}

static gboolean
make_label_folders (Synth   *self,
                    GError **error)
{
  EmoLabelSet *labels = self->options->labels;

  for (guint split = 0; split < EMO_N_SPLITS; split++)
    for (guint i = 0; i < emo_label_set_get_size (labels) && self->splits[split].n > 0; i++)
      {
        g_autofree char *path = g_build_filename (self->options->path, emo_split_get_name (split),
                                                  emo_label_set_get_label (labels, i), NULL);

        if (!make_folder (path, error))
          return FALSE;
      }

  return TRUE;
}

/* --- Pictures, on any thread --- */

/* After a loss of power a file may be there and hold nothing. */
static gboolean
is_there (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 && status.st_size > 0;
}

static gboolean
write_picture (Synth                *self,
               const EmoSynthScene  *scene,
               GError              **error)
{
  g_autofree char *name = _emo_synth_dup_name (scene, self->rule);
  g_autofree char *path = g_build_filename (self->options->path, name, NULL);
  g_autoptr(EmoImage) image = NULL;
  g_autoptr(GBytes) png = NULL;

  if (self->may_be_there && is_there (path))
    return TRUE;
  image = emo_synth_scene_paint (scene, self->glyphs);
  png = emo_image_encode_png (image, error);

  return png != NULL &&
         emo_file_write_many (path, g_bytes_get_data (png, NULL), g_bytes_get_size (png), error);
}

static void
take_error (Synth  *self,
            GError *error)
{
  g_mutex_lock (&self->mutex);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  g_mutex_unlock (&self->mutex);
  g_clear_error (&error);
  g_atomic_int_set (&self->failed, TRUE);
}

static void
chunk_worker (gpointer data,
              gpointer user_data)
{
  g_autofree Chunk *chunk = data;
  Synth *self = user_data;

  for (guint i = chunk->from; i < chunk->to; i++)
    {
      EmoSynthScene scene;
      GError *error = NULL;

      if (g_atomic_int_get (&self->failed) || g_cancellable_is_cancelled (self->cancellable))
        break;
      emo_synth_scene_draw (&scene, self->rule, self->options->seed, chunk->split, i);
      if (!write_picture (self, &scene, &error))
        {
          take_error (self, error);
          break;
        }
      self->splits[chunk->split].there[i] = TRUE;
      g_atomic_int_inc (&self->n_done);
    }

  g_mutex_lock (&self->mutex);
  if (--self->n_chunks == 0)
    g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/* --- The calling thread --- */

static void
push_chunks (Synth       *self,
             GThreadPool *pool)
{
  for (guint split = 0; split < EMO_N_SPLITS; split++)
    for (guint from = 0; from < self->splits[split].n; from += CHUNK)
      {
        Chunk *chunk = g_new (Chunk, 1);

        *chunk = (Chunk) { split, from, MIN (from + CHUNK, self->splits[split].n) };
        g_mutex_lock (&self->mutex);
        self->n_chunks++;
        g_mutex_unlock (&self->mutex);
        g_thread_pool_push (pool, chunk, NULL);
      }
}

static void
wait_for_chunks (Synth            *self,
                 EmoSynthProgress  progress,
                 gpointer          user_data)
{
  gboolean busy;

  do
    {
      gint64 until = g_get_monotonic_time () + POLL_US;

      g_mutex_lock (&self->mutex);
      while (self->n_chunks > 0 && g_cond_wait_until (&self->cond, &self->mutex, until))
        ;
      busy = self->n_chunks > 0;
      g_mutex_unlock (&self->mutex);
      if (progress != NULL)
        progress (g_atomic_int_get (&self->n_done), self->n, user_data);
    }
  while (busy);
}

static gboolean
draw_pictures (Synth             *self,
               EmoSynthProgress   progress,
               gpointer           user_data,
               GError           **error)
{
  guint n_threads = self->options->n_threads > 0 ? self->options->n_threads : g_get_num_processors ();
  GThreadPool *pool = g_thread_pool_new (chunk_worker, self, n_threads, TRUE, error);

  if (pool == NULL)
    return FALSE;
  push_chunks (self, pool);
  wait_for_chunks (self, progress, user_data);
  g_thread_pool_free (pool, FALSE, TRUE);
  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return FALSE;
    }

  return !g_cancellable_set_error_if_cancelled (self->cancellable, error);
}

static gboolean
write_folder (Synth             *self,
              EmoSynthProgress   progress,
              gpointer           user_data,
              GError           **error)
{
  gboolean drawn, listed;

  if (!prepare_folder (self, error) || !make_label_folders (self, error))
    return FALSE;
  drawn = draw_pictures (self, progress, user_data, error);
  /* What was drawn before an error is worth a list; the first error is the one
   * to tell. */
  listed = _emo_synth_write_lists (self->options->path, self->rule, self->options->seed, self->splits,
                                   drawn ? error : NULL);

  return drawn && listed;
}

static void
synth_init (Synth                 *self,
            const EmoSynthOptions *options)
{
  self->options = options;
  self->splits[EMO_SPLIT_TRAIN].n = options->n_train;
  self->splits[EMO_SPLIT_VAL].n = options->n_val;
  self->splits[EMO_SPLIT_TEST].n = options->n_test;
  for (guint split = 0; split < EMO_N_SPLITS; split++)
    {
      self->splits[split].there = g_new0 (guint8, self->splits[split].n);
      self->n += self->splits[split].n;
    }
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
}

static void
synth_clear (Synth *self)
{
  for (guint split = 0; split < EMO_N_SPLITS; split++)
    g_free (self->splits[split].there);
  g_clear_pointer (&self->rule, emo_synth_rule_unref);
  g_clear_pointer (&self->glyphs, emo_synth_glyphs_unref);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
}

/**
 * emo_synth_write:
 * @options: what and where
 * @progress: (nullable) (scope call): called a few times a second
 * @user_data: for @progress
 * @cancellable: (nullable): tested at every picture
 * @error: return location
 *
 * Returns: whether all pictures and both lists are there, else %FALSE with
 *   %EMO_ERROR_IO, %EMO_ERROR_NO_SPACE, %EMO_ERROR_UNSUPPORTED,
 *   %EMO_ERROR_INVALID_FILE, %EMO_ERROR_OUT_OF_MEMORY or %G_IO_ERROR_CANCELLED
 */
gboolean
emo_synth_write (const EmoSynthOptions  *options,
                 EmoSynthProgress        progress,
                 gpointer                user_data,
                 GCancellable           *cancellable,
                 GError                **error)
{
  Synth self = { .cancellable = cancellable };
  gboolean written;

  g_return_val_if_fail (options != NULL && options->path != NULL && options->labels != NULL, FALSE);
  g_return_val_if_fail (MAX (MAX (options->n_train, options->n_val), options->n_test) <= EMO_SYNTH_MAX_PICTURES, FALSE);

  synth_init (&self, options);
  self.rule = emo_synth_rule_new (options->labels, error);
  self.glyphs = self.rule != NULL ? emo_synth_glyphs_new (error) : NULL;
  written = self.glyphs != NULL && write_folder (&self, progress, user_data, error);
  synth_clear (&self);

  return written;
}
