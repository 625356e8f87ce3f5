/* emo-decoder.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-decoder.h"
#include "emo-error.h"
#include "emo-file.h"

/* One picture to read. Everything the thread needs is copied in, so that it
 * never touches a sample, which belongs to the main thread. */
typedef struct
{
  guint64     number;
  GFile      *file;       /* (nullable) */
  GBytes     *bytes;      /* (nullable) */
  char       *name;
  EmoDecoded *decoded;    /* filled by the thread */
} EmoDecodeTask;

/* The thread's own state: it outlives the decoder's owner, because a decode in
 * progress cannot be interrupted and nobody should wait for it. */
struct _EmoDecoder
{
  gatomicrefcount  ref_count;
  GMainContext    *context;
  EmoDecodedFunc   func;
  gpointer         user_data;
  GThread         *thread;       /* owner's thread only */
  guint64          last_number;  /* owner's thread only */

  GMutex           mutex;        /* guards what follows */
  GCond            cond;
  GQueue           tasks;        /* EmoDecodeTask */
  GHashTable      *cancelled;    /* numbers of begun tasks nobody wants */
  gboolean         closed;
};

typedef struct
{
  EmoDecoder    *decoder;
  EmoDecodeTask *task;
} EmoDelivery;

static void
emo_decode_task_free (EmoDecodeTask *task)
{
  g_clear_object (&task->file);
  g_clear_pointer (&task->bytes, g_bytes_unref);
  g_clear_pointer (&task->name, g_free);
  g_clear_pointer (&task->decoded, emo_decoded_free);
  g_free (task);
}

static EmoDecoder *
emo_decoder_ref (EmoDecoder *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

static void
emo_decoder_unref (EmoDecoder *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->tasks, (GDestroyNotify) emo_decode_task_free);
  g_hash_table_unref (self->cancelled);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

/**
 * emo_decoded_free:
 * @self: a result
 *
 * Frees it and drops what it holds.
 */
void
emo_decoded_free (EmoDecoded *self)
{
  g_clear_object (&self->classifier);
  g_clear_pointer (&self->image, emo_image_unref);
  g_clear_pointer (&self->patches, emo_patches_unref);
  g_clear_pointer (&self->sha256, g_free);
  g_clear_error (&self->error);
  g_free (self);
}

static EmoImage *
load_image (EmoDecodeTask  *task,
            GError        **error)
{
  const char *path;

  if (task->bytes != NULL)
    return emo_image_load_bytes (task->bytes, task->name, FALSE, error);

  path = g_file_peek_path (task->file);
  if (path == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                   "%s is an address, not a file on this computer; save the picture and open that",
                   task->name);
      return NULL;
    }

  return emo_image_load (path, FALSE, error);
}

/* Reading names the file in its errors; preparing knows pixels alone. */
static void
name_file (EmoDecodeTask  *task,
           GError        **error)
{
  const char *path = task->file != NULL ? g_file_peek_path (task->file) : NULL;
  g_autofree char *name = emo_file_escape_name (path != NULL ? path : task->name);

  g_prefix_error (error, "%s: ", name);
}

/* Reads the picture unless it was, and prepares it where a classifier is known. */
static void
decode (EmoDecodeTask *task)
{
  EmoDecoded *decoded = task->decoded;
  gint64 begin = g_get_monotonic_time ();

  if (decoded->image == NULL)
    {
      decoded->image = load_image (task, &decoded->error);
      decoded->unreadable = decoded->image == NULL;
      if (decoded->image != NULL)
        {
          decoded->sha256 = g_strdup (emo_image_get_sha256 (decoded->image));
          decoded->marks = emo_image_get_marks (decoded->image);
        }
    }

  if (decoded->image != NULL && decoded->classifier != NULL)
    {
      decoded->patches = emo_classifier_prepare (decoded->classifier, decoded->image, &decoded->error);
      if (decoded->patches == NULL)
        name_file (task, &decoded->error);
      g_clear_pointer (&decoded->image, emo_image_unref);
    }

  decoded->ms += (g_get_monotonic_time () - begin) / 1000.0;
}

static void
emo_delivery_free (EmoDelivery *delivery)
{
  g_clear_pointer (&delivery->task, emo_decode_task_free);
  emo_decoder_unref (delivery->decoder);
  g_free (delivery);
}

static gboolean
deliver_cb (gpointer user_data)
{
  EmoDelivery *delivery = user_data;
  EmoDecoder *self = delivery->decoder;
  EmoDecodeTask *task = delivery->task;
  gboolean dropped;

  g_mutex_lock (&self->mutex);
  dropped = g_hash_table_remove (self->cancelled, &task->number) || self->closed;
  g_mutex_unlock (&self->mutex);

  if (!dropped)
    self->func (task->number, g_steal_pointer (&task->decoded), self->user_data);

  return G_SOURCE_REMOVE;
}

static void
deliver (EmoDecoder    *self,
         EmoDecodeTask *task)
{
  EmoDelivery *delivery = g_new0 (EmoDelivery, 1);
  g_autoptr(GSource) source = g_idle_source_new ();

  delivery->decoder = emo_decoder_ref (self);
  delivery->task = task;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver_cb, delivery, (GDestroyNotify) emo_delivery_free);
  g_source_set_static_name (source, "[emo] decoded picture");
  g_source_attach (source, self->context);
}

static gpointer
decode_worker (gpointer data)
{
  EmoDecoder *self = data;

  for (;;)
    {
      EmoDecodeTask *task;
      gboolean closed;

      g_mutex_lock (&self->mutex);
      while (!self->closed && g_queue_is_empty (&self->tasks))
        g_cond_wait (&self->cond, &self->mutex);
      task = self->closed ? NULL : g_queue_pop_head (&self->tasks);
      g_mutex_unlock (&self->mutex);

      if (task == NULL)
        break;

      decode (task);

      g_mutex_lock (&self->mutex);
      closed = self->closed;
      g_mutex_unlock (&self->mutex);
      if (closed)
        emo_decode_task_free (task);
      else
        deliver (self, task);
    }

  emo_decoder_unref (self);

  return NULL;
}

/* Without a thread nothing that waits would ever be read: each says so. The next
 * picture tries again, as what was lacking may be back. */
static void
refuse_all (EmoDecoder   *self,
            const GError *reason)
{
  EmoDecodeTask *task;

  g_mutex_lock (&self->mutex);
  while ((task = g_queue_pop_head (&self->tasks)) != NULL)
    {
      g_set_error (&task->decoded->error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "cannot be read now: %s", reason->message);
      name_file (task, &task->decoded->error);
      deliver (self, task);
    }
  g_mutex_unlock (&self->mutex);
}

static void
ensure_thread (EmoDecoder *self)
{
  g_autoptr(GError) error = NULL;

  if (self->thread != NULL)
    return;

  self->thread = g_thread_try_new ("emo-decode", decode_worker, emo_decoder_ref (self), &error);
  if (self->thread == NULL)
    {
      emo_decoder_unref (self);
      refuse_all (self, error);
    }
}

/**
 * emo_decoder_new:
 * @func: called with each result on the caller's main context
 * @user_data: for @func
 *
 * Makes a decoder. Its thread starts with the first picture.
 *
 * Returns: (transfer full): free with emo_decoder_free()
 */
EmoDecoder *
emo_decoder_new (EmoDecodedFunc func,
                 gpointer       user_data)
{
  EmoDecoder *self = g_new0 (EmoDecoder, 1);

  g_return_val_if_fail (func != NULL, NULL);

  g_atomic_ref_count_init (&self->ref_count);
  self->context = g_main_context_ref_thread_default ();
  self->func = func;
  self->user_data = user_data;
  self->cancelled = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  g_queue_init (&self->tasks);

  return self;
}

/**
 * emo_decoder_free:
 * @self: (transfer full): a decoder
 *
 * Ends the thread after the picture in work, without waiting for it. The
 * function given to emo_decoder_new() is not called again.
 */
void
emo_decoder_free (EmoDecoder *self)
{
  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->mutex);
  self->closed = TRUE;
  g_queue_clear_full (&self->tasks, (GDestroyNotify) emo_decode_task_free);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);

  g_clear_pointer (&self->thread, g_thread_unref);
  emo_decoder_unref (self);
}

/**
 * emo_decoder_push:
 * @self: a decoder
 * @sample: the picture
 * @so_far: (nullable) (transfer full): an earlier result that holds an image
 * @classifier: (nullable): whose prepare to call
 * @first: before those that wait
 *
 * Queues a picture.
 *
 * Returns: the task's number
 */
guint64
emo_decoder_push (EmoDecoder    *self,
                  EmoSample     *sample,
                  EmoDecoded    *so_far,
                  EmoClassifier *classifier,
                  gboolean       first)
{
  EmoDecodeTask *task;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (EMO_IS_SAMPLE (sample), 0);

  task = g_new0 (EmoDecodeTask, 1);
  task->number = ++self->last_number;
  task->name = g_strdup (emo_sample_get_file_name (sample));
  if (emo_sample_get_bytes (sample) != NULL)
    task->bytes = g_bytes_ref (emo_sample_get_bytes (sample));
  else
    task->file = g_object_ref (emo_sample_get_file (sample));
  task->decoded = so_far != NULL ? so_far : g_new0 (EmoDecoded, 1);
  g_set_object (&task->decoded->classifier, classifier);

  g_mutex_lock (&self->mutex);
  if (first)
    g_queue_push_head (&self->tasks, task);
  else
    g_queue_push_tail (&self->tasks, task);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);

  ensure_thread (self);

  return self->last_number;
}

/**
 * emo_decoder_cancel:
 * @self: a decoder
 * @task: a number that emo_decoder_push() gave and whose result did not come yet
 *
 * Forgets a picture.
 */
void
emo_decoder_cancel (EmoDecoder *self,
                    guint64     task)
{
  EmoDecodeTask *found = NULL;

  g_return_if_fail (self != NULL);

  g_mutex_lock (&self->mutex);
  for (GList *l = self->tasks.head; l != NULL && found == NULL; l = l->next)
    {
      if (((EmoDecodeTask *) l->data)->number == task)
        {
          found = l->data;
          g_queue_delete_link (&self->tasks, l);
          break;
        }
    }
  /* Begun, or its delivery is on the way: the delivery looks here. */
  if (found == NULL)
    {
      guint64 *number = g_new (guint64, 1);

      *number = task;
      g_hash_table_add (self->cancelled, number);
    }
  g_mutex_unlock (&self->mutex);

  g_clear_pointer (&found, emo_decode_task_free);
}
