/* emo-analyse-page-intake.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-analyse-page-private.h"
#include "emo-file-scan.h"
#include "emo-intake.h"

/* How pictures come in. Files, folders, drops and pastes all end in
 * _emo_analyse_page_add_samples(); what does not become a picture is told in a
 * toast, never dropped in silence. */

static void
toast_refused (EmoAnalysePage *self,
               EmoFileScan    *scan)
{
  g_autofree char *text = NULL;

  if (scan->n_refused == 1)
    text = g_strdup (scan->refused);
  else
    text = g_strdup_printf (ngettext ("%s (and %u other file)", "%s (and %u other files)", scan->n_refused - 1),
                            scan->refused, scan->n_refused - 1);
  _emo_analyse_page_toast (self, text);
}

static void
toast_skipped (EmoAnalysePage *self,
               EmoCollection  *collection)
{
  g_autofree char *text = NULL;

  if (collection->samples->len == 0)
    text = g_strdup_printf (ngettext ("No picture in there: %u other file", "No picture in there: %u other files", collection->n_skipped),
                            collection->n_skipped);
  else
    text = g_strdup_printf (_("%u added, %u skipped"), collection->samples->len, collection->n_skipped);
  _emo_analyse_page_toast (self, text);
}

static void
scan_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (EmoAnalysePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoFileScan) scan = emo_file_scan_finish (result, &error);

  /* The only error is that the page is gone. */
  if (scan == NULL)
    return;

  if (scan->collection->samples->len > 0)
    _emo_analyse_page_add_samples (self, scan->collection->samples);

  if (scan->n_refused > 0)
    toast_refused (self, scan);
  for (guint i = 0; i < scan->collection->problems->len; i++)
    {
      const GError *problem = g_ptr_array_index (scan->collection->problems, i);

      _emo_analyse_page_toast (self, problem->message);
    }
  if (scan->collection->n_skipped > 0)
    toast_skipped (self, scan->collection);
  else if (scan->collection->samples->len == 0 && scan->n_refused == 0 && scan->collection->problems->len == 0)
    _emo_analyse_page_toast (self, _("The folder is empty"));
}

/**
 * emo_analyse_page_add_files:
 * @self: a page
 * @files: (array length=n_files): pictures and folders
 * @n_files: how many
 *
 * Adds pictures, and all pictures of folders, as if they had been dropped.
 */
void
emo_analyse_page_add_files (EmoAnalysePage  *self,
                            GFile          **files,
                            int              n_files)
{
  g_return_if_fail (EMO_IS_ANALYSE_PAGE (self));

  emo_file_scan_async (files, n_files, self->cancellable, scan_cb, g_object_ref (self));
}

/* Bytes have no name of their own; they get one with their type's ending. */
static void
add_bytes (EmoAnalysePage *self,
           GBytes         *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  const EmoImageFormat *format = emo_image_format_sniff (data, length);
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func (g_object_unref);
  g_auto (GStrv) extensions = NULL;
  g_autofree char *name = NULL;

  if (format == NULL)
    {
      g_autofree char *text = emo_image_format_describe_refused (data, length, _("Picture"));

      _emo_analyse_page_toast (self, text);
      return;
    }

  extensions = g_strsplit (format->extensions, " ", 2);
  name = g_strdup_printf ("picture-%u.%s", ++self->n_loose, extensions[0]);
  g_ptr_array_add (samples, emo_sample_new_for_bytes (bytes, name));
  _emo_analyse_page_add_samples (self, samples);
}

/* TRUE when something came of it. */
static gboolean
take_intake (EmoAnalysePage *self,
             EmoIntake      *intake)
{
  if (intake->files != NULL)
    emo_analyse_page_add_files (self, (GFile **) intake->files->pdata, intake->files->len);
  else if (intake->bytes != NULL)
    add_bytes (self, intake->bytes);
  else if (intake->web)
    _emo_analyse_page_toast (self, _("Nothing is fetched from the web: copy the image in the browser and paste it here"));
  else
    return FALSE;

  return intake->files != NULL || intake->bytes != NULL;
}

typedef struct
{
  EmoAnalysePage *page;
  GdkDrop        *drop;
} DropData;

static void
drop_read_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  DropData *data = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoIntake) intake = emo_intake_read_finish (result, &error);
  gboolean taken = FALSE;

  if (intake != NULL)
    taken = take_intake (data->page, intake);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    _emo_analyse_page_toast (data->page, error->message);

  gdk_drop_finish (data->drop, taken ? GDK_ACTION_COPY : 0);
  g_object_unref (data->page);
  g_object_unref (data->drop);
  g_free (data);
}

static gboolean
drop_cb (GtkDropTargetAsync *target,
         GdkDrop            *drop,
         double              x,
         double              y,
         EmoAnalysePage     *self)
{
  DropData *data = g_new0 (DropData, 1);

  gtk_widget_set_visible (self->drop_highlight, FALSE);
  data->page = g_object_ref (self);
  data->drop = g_object_ref (drop);
  emo_intake_read_drop_async (drop, self->cancellable, drop_read_cb, data);

  return TRUE;
}

static GdkDragAction
drag_enter_cb (GtkDropTargetAsync *target,
               GdkDrop            *drop,
               double              x,
               double              y,
               EmoAnalysePage     *self)
{
  gtk_widget_set_visible (self->drop_highlight, TRUE);

  return GDK_ACTION_COPY;
}

static void
drag_leave_cb (GtkDropTargetAsync *target,
               GdkDrop            *drop,
               EmoAnalysePage     *self)
{
  gtk_widget_set_visible (self->drop_highlight, FALSE);
}

void
_emo_analyse_page_init_drop (EmoAnalysePage *self)
{
  GtkDropTargetAsync *target = gtk_drop_target_async_new (emo_intake_new_formats (), GDK_ACTION_COPY);

  g_signal_connect (target, "drag-enter", G_CALLBACK (drag_enter_cb), self);
  g_signal_connect (target, "drag-leave", G_CALLBACK (drag_leave_cb), self);
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}

static void
paste_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (EmoAnalysePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoIntake) intake = emo_intake_read_finish (result, &error);

  if (intake == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        _emo_analyse_page_toast (self, error->message);
    }
  else if (!take_intake (self, intake) && !intake->web)
    _emo_analyse_page_toast (self, _("The clipboard holds no picture"));
}

void
_emo_analyse_page_paste (EmoAnalysePage *self)
{
  emo_intake_read_clipboard_async (gtk_widget_get_clipboard (GTK_WIDGET (self)),
                                   self->cancellable, paste_cb, g_object_ref (self));
}
