/* emo-chart.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

#include "emo-answer-figure.h"
#include "emo-chart.h"
#include "emo-settings.h"

/* Twice what the picture takes on a sheet. */
#define PICTURE_SIDE 512

struct _EmoChart
{
  EmoFigureSheet    sheet;
  EmoImage         *image;        /* (nullable) small */
  EmoFigurePicture  picture;      /* its pixels */
  char             *font;
  char             *name;         /* of the picture, for messages */
  char             *path;         /* (nullable) where it is */
  char             *sha256;       /* (nullable) of the picture that was answered */
  GBytes           *bytes;        /* (nullable) or what it is */
};

typedef struct
{
  EmoChart *chart;
  char     *path;
} Save;

static char *
dup_font (void)
{
  char *font = NULL;

  g_object_get (gtk_settings_get_default (), "gtk-font-name", &font, NULL);

  return font != NULL ? font : g_strdup ("Sans 11");
}

/* As the person has ordered the bars. */
static gboolean
is_by_wheel (void)
{
  GSettings *settings = emo_settings_get ();
  g_autofree char *order = settings != NULL ? g_settings_get_string (settings, "results-order") : NULL;

  return g_strcmp0 (order, "wheel") == 0;
}

/**
 * emo_chart_new:
 * @sample: a picture
 * @prediction: the answer to show, which is the sample's or was
 * @scheme: the colours
 *
 * Returns: (transfer full): a sheet without its picture
 */
EmoChart *
emo_chart_new (EmoSample       *sample,
               EmoPrediction   *prediction,
               EmoFigureScheme  scheme)
{
  EmoChart *self;
  GFile *file;

  g_return_val_if_fail (EMO_IS_SAMPLE (sample), NULL);
  g_return_val_if_fail (EMO_IS_PREDICTION (prediction), NULL);

  self = g_new0 (EmoChart, 1);
  self->sheet = (EmoFigureSheet) EMO_FIGURE_SHEET_INIT;
  self->name = emo_sample_dup_display_name (sample);
  self->font = dup_font ();
  self->sheet.answer = emo_answer_figure_new (prediction, self->name, is_by_wheel ());
  self->sheet.scheme = scheme;
  self->sheet.font = self->font;
  self->sheet.right_to_left = gtk_widget_get_default_direction () == GTK_TEXT_DIR_RTL;
  file = emo_sample_get_file (sample);
  self->path = file != NULL ? g_file_get_path (file) : NULL;
  self->sha256 = g_strdup (emo_sample_get_image_sha256 (sample));
  if (emo_sample_get_bytes (sample) != NULL)
    self->bytes = g_bytes_ref (emo_sample_get_bytes (sample));

  return self;
}

/**
 * emo_chart_free:
 * @self: (transfer full): a sheet
 */
void
emo_chart_free (EmoChart *self)
{
  g_return_if_fail (self != NULL);

  emo_figure_answer_unref (self->sheet.answer);
  g_clear_pointer (&self->image, emo_image_unref);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self->path);
  g_free (self->sha256);
  g_free (self->name);
  g_free (self->font);
  g_free (self);
}

/* The picture that the numbers are of: a file may have been written anew. */
static GBytes *
read_bytes (EmoChart  *self,
            GError   **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *found = NULL;

  if (self->bytes != NULL)
    return g_bytes_ref (self->bytes);
  bytes = self->path != NULL ? emo_file_read (self->path, EMO_IMAGE_MAX_BYTES, error) : NULL;
  if (bytes == NULL || self->sha256 == NULL)
    return g_steal_pointer (&bytes);

  found = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  if (g_str_equal (found, self->sha256))
    return g_steal_pointer (&bytes);
  g_set_error (error, EMO_ERROR, EMO_ERROR_CHECKSUM, "“%s” has changed since it was looked at", self->name);

  return NULL;
}

/**
 * emo_chart_load_picture:
 * @self: a sheet
 */
void
emo_chart_load_picture (EmoChart *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_return_if_fail (self != NULL);

  self->sheet.picture = NULL;
  g_clear_pointer (&self->image, emo_image_unref);
  bytes = read_bytes (self, &error);
  if (bytes != NULL)
    self->image = emo_image_load_bytes_small (bytes, self->name, PICTURE_SIDE, &error);

  if (self->image != NULL)
    {
      self->picture = (EmoFigurePicture) { emo_image_get_width (self->image),
                                           emo_image_get_height (self->image),
                                           emo_image_get_pixels (self->image) };
      self->sheet.picture = &self->picture;
    }
  if (error != NULL)
    g_debug ("A chart goes without its picture: %s", error->message);
}

/**
 * emo_chart_save:
 * @self: a sheet
 * @path: a local file, .svg or .png; replaced atomically
 * @error: UNSUPPORTED for another suffix, IO or NO_SPACE
 *
 * Returns: whether it is on the disk
 */
gboolean
emo_chart_save (EmoChart    *self,
                const char  *path,
                GError     **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return emo_figure_sheet_save (&self->sheet, path, error);
}

/**
 * emo_chart_to_png:
 * @self: a sheet
 * @error: LIMIT or OUT_OF_MEMORY
 *
 * Returns: (transfer full): a PNG picture
 */
GBytes *
emo_chart_to_png (EmoChart  *self,
                  GError   **error)
{
  g_return_val_if_fail (self != NULL, NULL);

  return emo_figure_sheet_to_png (&self->sheet, error);
}

/**
 * emo_chart_draw:
 * @self: a sheet
 * @cr: a page
 * @width: of the room on it
 * @height: of the room on it
 *
 * Draws as large as it fits.
 */
void
emo_chart_draw (EmoChart *self,
                cairo_t  *cr,
                double    width,
                double    height)
{
  g_return_if_fail (self != NULL);

  emo_figure_sheet_draw (&self->sheet, cr, width, height);
}

/* --- On another thread --- */

static void
save_free (gpointer data)
{
  Save *save = data;

  emo_chart_free (save->chart);
  g_free (save->path);
  g_free (save);
}

static void
save_worker (GTask        *task,
             gpointer      source,
             gpointer      task_data,
             GCancellable *cancellable)
{
  Save *save = task_data;
  GError *error = NULL;

  emo_chart_load_picture (save->chart);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (emo_chart_save (save->chart, save->path, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * emo_chart_save_async:
 * @chart: (transfer full): a sheet
 * @file: a local file, .svg or .png; replaced atomically
 * @cancellable: (nullable): gives up before the file is touched
 * @callback: called on the main context
 * @user_data: for @callback
 *
 * Decodes the picture, draws and writes.
 */
void
emo_chart_save_async (EmoChart            *chart,
                      GFile               *file,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Save *save = g_new0 (Save, 1);
  GError *error = NULL;

  save->chart = chart;
  save->path = g_file_get_path (file);
  g_task_set_task_data (task, save, save_free);
  g_task_set_source_tag (task, emo_chart_save_async);
  if (save->path == NULL)
    g_task_return_new_error (task, EMO_ERROR, EMO_ERROR_IO, _("The place is not on this computer"));
  else if (!emo_figure_sheet_can_save (save->path, &error))
    g_task_return_error (task, error);
  else
    g_task_run_in_thread (task, save_worker);
}

/**
 * emo_chart_save_finish:
 * @result: the result
 * @error: as emo_chart_save() gives it; the file that was there is untouched
 *
 * Returns: whether it is on the disk
 */
gboolean
emo_chart_save_finish (GAsyncResult  *result,
                       GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
png_worker (GTask        *task,
            gpointer      source,
            gpointer      task_data,
            GCancellable *cancellable)
{
  GError *error = NULL;
  GBytes *png;

  emo_chart_load_picture (task_data);
  png = emo_chart_to_png (task_data, &error);
  if (png != NULL)
    g_task_return_pointer (task, png, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

/**
 * emo_chart_to_png_async:
 * @chart: (transfer full): a sheet
 * @cancellable: (nullable): gives up
 * @callback: called on the main context
 * @user_data: for @callback
 *
 * Decodes the picture and draws.
 */
void
emo_chart_to_png_async (EmoChart            *chart,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, emo_chart_to_png_async);
  g_task_set_task_data (task, chart, (GDestroyNotify) emo_chart_free);
  g_task_run_in_thread (task, png_worker);
}

/**
 * emo_chart_to_png_finish:
 * @result: the result
 * @error: as emo_chart_to_png() gives it
 *
 * Returns: (transfer full): a PNG picture
 */
GBytes *
emo_chart_to_png_finish (GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
