/* emo-intake.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-intake.h"

#define CHUNK_BYTES (64 * 1024)

/* A read goes through these steps until one gives something: the file list, the
 * bytes, the text. It is one GTask whose data is this. */
typedef struct
{
  GdkDrop      *drop;         /* one of these two */
  GdkClipboard *clipboard;
  EmoIntake    *intake;
  GInputStream *stream;       /* (nullable) while bytes are read */
  GByteArray   *bytes;
} Reading;

static void read_bytes (GTask *task);
static void read_text  (GTask *task);
static void read_chunk (GTask *task);

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_clear_object (&reading->drop);
  g_clear_object (&reading->clipboard);
  g_clear_object (&reading->stream);
  g_clear_pointer (&reading->bytes, g_byte_array_unref);
  g_clear_pointer (&reading->intake, emo_intake_free);
  g_free (reading);
}

/**
 * emo_intake_free:
 * @self: (transfer full): what was read
 */
void
emo_intake_free (EmoIntake *self)
{
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

/**
 * emo_intake_new_formats:
 *
 * Returns: (transfer full): what a drop target accepts: lists of files, and the
 *   image types of the decoder's own list
 */
GdkContentFormats *
emo_intake_new_formats (void)
{
  GdkContentFormatsBuilder *builder = gdk_content_formats_builder_new ();
  const EmoImageFormat *formats;
  guint n_formats;

  gdk_content_formats_builder_add_gtype (builder, GDK_TYPE_FILE_LIST);
  formats = emo_image_format_get_all (&n_formats);
  for (guint i = 0; i < n_formats; i++)
    gdk_content_formats_builder_add_mime_type (builder, formats[i].mime_type);

  return gdk_content_formats_union_deserialize_gtypes (gdk_content_formats_builder_free_to_formats (builder));
}

static GdkContentFormats *
get_formats (Reading *reading)
{
  if (reading->drop != NULL)
    return gdk_drop_get_formats (reading->drop);

  return gdk_clipboard_get_formats (reading->clipboard);
}

static const GValue *
value_finish (Reading       *reading,
              GAsyncResult  *result,
              GError       **error)
{
  if (reading->drop != NULL)
    return gdk_drop_read_value_finish (reading->drop, result, error);

  return gdk_clipboard_read_value_finish (reading->clipboard, result, error);
}

static void
value_async (GTask               *task,
             GType                type,
             GAsyncReadyCallback  callback)
{
  Reading *reading = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (reading->drop != NULL)
    gdk_drop_read_value_async (reading->drop, type, G_PRIORITY_DEFAULT, cancellable, callback, task);
  else
    gdk_clipboard_read_value_async (reading->clipboard, type, G_PRIORITY_DEFAULT, cancellable, callback, task);
}

static void
finish (GTask *task)
{
  Reading *reading = g_task_get_task_data (task);

  g_task_return_pointer (task, g_steal_pointer (&reading->intake), (GDestroyNotify) emo_intake_free);
  g_object_unref (task);
}

static void
finish_with_error (GTask  *task,
                   GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

static gboolean
is_web (GFile *file)
{
  return g_file_has_uri_scheme (file, "http") || g_file_has_uri_scheme (file, "https");
}

static void
keep_local_files (EmoIntake *intake,
                  GSList    *files)
{
  intake->files = g_ptr_array_new_with_free_func (g_object_unref);
  for (GSList *l = files; l != NULL; l = l->next)
    {
      g_autofree char *path = g_file_get_path (l->data);

      if (path != NULL)
        g_ptr_array_add (intake->files, g_object_ref (l->data));
      else if (is_web (l->data))
        intake->web = TRUE;
      else
        intake->remote = TRUE;
    }
  if (intake->files->len == 0)
    g_clear_pointer (&intake->files, g_ptr_array_unref);
}

static void
files_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  GTask *task = user_data;
  Reading *reading = g_task_get_task_data (task);
  const GValue *value = value_finish (reading, result, NULL);

  /* A list that cannot be read is no reason to give up: bytes may follow. */
  if (value != NULL)
    keep_local_files (reading->intake, g_value_get_boxed (value));

  if (reading->intake->files != NULL)
    finish (task);
  else
    read_bytes (task);
}

static void
chunk_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  GTask *task = user_data;
  Reading *reading = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) chunk = g_input_stream_read_bytes_finish (reading->stream, result, &error);

  if (chunk == NULL)
    {
      finish_with_error (task, g_steal_pointer (&error));
      return;
    }

  if (g_bytes_get_size (chunk) == 0)
    {
      if (reading->bytes->len > 0)
        reading->intake->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&reading->bytes));
      finish (task);
      return;
    }

  if (reading->bytes->len + g_bytes_get_size (chunk) > EMO_IMAGE_MAX_BYTES)
    {
      finish_with_error (task, g_error_new (EMO_ERROR, EMO_ERROR_LIMIT,
                                            _("The picture has more than %d MiB"),
                                            EMO_IMAGE_MAX_BYTES / (1024 * 1024)));
      return;
    }

  g_byte_array_append (reading->bytes, g_bytes_get_data (chunk, NULL), g_bytes_get_size (chunk));
  read_chunk (task);
}

static void
read_chunk (GTask *task)
{
  Reading *reading = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (reading->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), chunk_cb, task);
}

static void
stream_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  GTask *task = user_data;
  Reading *reading = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (reading->drop != NULL)
    reading->stream = gdk_drop_read_finish (reading->drop, result, NULL, &error);
  else
    reading->stream = gdk_clipboard_read_finish (reading->clipboard, result, NULL, &error);

  if (reading->stream == NULL)
    {
      finish_with_error (task, g_steal_pointer (&error));
      return;
    }

  reading->bytes = g_byte_array_new ();
  read_chunk (task);
}

static void
read_bytes (GTask *task)
{
  Reading *reading = g_task_get_task_data (task);
  GdkContentFormats *formats = get_formats (reading);
  g_autoptr (GPtrArray) types = g_ptr_array_new ();
  const EmoImageFormat *all;
  guint n_all;

  all = emo_image_format_get_all (&n_all);
  for (guint i = 0; i < n_all; i++)
    if (gdk_content_formats_contain_mime_type (formats, all[i].mime_type))
      g_ptr_array_add (types, (gpointer) all[i].mime_type);

  if (types->len == 0)
    {
      read_text (task);
      return;
    }

  g_ptr_array_add (types, NULL);
  if (reading->drop != NULL)
    gdk_drop_read_async (reading->drop, (const char **) types->pdata, G_PRIORITY_DEFAULT,
                         g_task_get_cancellable (task), stream_cb, task);
  else
    gdk_clipboard_read_async (reading->clipboard, (const char **) types->pdata, G_PRIORITY_DEFAULT,
                              g_task_get_cancellable (task), stream_cb, task);
}

static void
text_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  GTask *task = user_data;
  Reading *reading = g_task_get_task_data (task);
  const GValue *value = value_finish (reading, result, NULL);
  const char *text = value != NULL ? g_value_get_string (value) : NULL;

  if (text != NULL && (g_str_has_prefix (text, "http://") || g_str_has_prefix (text, "https://")))
    reading->intake->web = TRUE;

  finish (task);
}

static void
read_text (GTask *task)
{
  Reading *reading = g_task_get_task_data (task);

  if (!reading->intake->web && gdk_content_formats_contain_gtype (get_formats (reading), G_TYPE_STRING))
    value_async (task, G_TYPE_STRING, text_cb);
  else
    finish (task);
}

static void
begin (Reading             *reading,
       GCancellable        *cancellable,
       GAsyncReadyCallback  callback,
       gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (GdkContentFormats) formats = NULL;

  reading->intake = g_new0 (EmoIntake, 1);
  g_task_set_source_tag (task, begin);
  g_task_set_task_data (task, reading, reading_free);

  formats = gdk_content_formats_union_deserialize_gtypes (gdk_content_formats_ref (get_formats (reading)));
  if (gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST))
    value_async (task, GDK_TYPE_FILE_LIST, files_cb);
  else
    read_bytes (task);
}

/**
 * emo_intake_read_drop_async:
 * @drop: a drop that was accepted; the caller finishes it
 * @cancellable: (nullable): gives up
 * @callback: called on the main context
 * @user_data: for @callback
 *
 * Reads what a drop holds, files before bytes.
 */
void
emo_intake_read_drop_async (GdkDrop             *drop,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  Reading *reading;

  g_return_if_fail (GDK_IS_DROP (drop));

  reading = g_new0 (Reading, 1);
  reading->drop = g_object_ref (drop);
  begin (reading, cancellable, callback, user_data);
}

/**
 * emo_intake_read_clipboard_async:
 * @clipboard: the clipboard
 * @cancellable: (nullable): gives up
 * @callback: called on the main context
 * @user_data: for @callback
 *
 * Reads what the clipboard holds, files before bytes.
 */
void
emo_intake_read_clipboard_async (GdkClipboard        *clipboard,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  Reading *reading;

  g_return_if_fail (GDK_IS_CLIPBOARD (clipboard));

  reading = g_new0 (Reading, 1);
  reading->clipboard = g_object_ref (clipboard);
  begin (reading, cancellable, callback, user_data);
}

/**
 * emo_intake_read_finish:
 * @result: the result
 * @error: where to say what went wrong
 *
 * Errors: LIMIT for more bytes than a picture may have, and those of the other
 * application's transfer.
 *
 * Returns: (transfer full): what there was; every field is empty where it was
 *   nothing for us
 */
EmoIntake *
emo_intake_read_finish (GAsyncResult  *result,
                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
