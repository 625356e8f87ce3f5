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
#include "emo-recent.h"
#include "emo-skipped-window.h"

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

/* Longer than other toasts: it is there to be pressed. */
#define SHOW_SECONDS 10

typedef struct
{
  GPtrArray *paths;
  guint      n;
} Skipped;

static void
skipped_free (gpointer  data,
              GClosure *closure)
{
  Skipped *skipped = data;

  g_ptr_array_unref (skipped->paths);
  g_free (skipped);
}

static void
show_skipped_cb (AdwToast *toast,
                 Skipped  *skipped)
{
  GtkApplication *app = GTK_APPLICATION (g_application_get_default ());

  gtk_window_present (emo_skipped_window_new (gtk_application_get_active_window (app), skipped->paths, skipped->n));
}

static void
toast_skipped (EmoAnalysePage *self,
               EmoCollection  *collection,
               guint           n_added)
{
  Skipped *skipped = g_new0 (Skipped, 1);
  g_autofree char *markup = NULL;
  g_autofree char *text = NULL;
  AdwToast *toast;

  if (collection->samples->len == 0)
    text = g_strdup_printf (ngettext ("No picture in there: %'u other file", "No picture in there: %'u other files", collection->n_skipped),
                            collection->n_skipped);
  else
    text = g_strdup_printf (_("%'u added, %'u skipped"), n_added, collection->n_skipped);

  skipped->paths = g_ptr_array_ref (collection->skipped);
  skipped->n = collection->n_skipped;
  markup = g_markup_escape_text (text, -1);
  toast = adw_toast_new (markup);
  adw_toast_set_timeout (toast, SHOW_SECONDS);
  adw_toast_set_button_label (toast, C_("the files that were skipped", "Show"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (show_skipped_cb), skipped, skipped_free, 0);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

/* What comes with the application is no document of the person's. */
static void
remember_opened (EmoFileScan *scan)
{
  g_autofree char *path = emo_paths_dup_data ("samples");
  g_autoptr (GFile) samples = path != NULL ? g_file_new_for_path (path) : NULL;

  for (guint i = 0; i < scan->opened->len; i++)
    {
      GFile *file = g_ptr_array_index (scan->opened, i);

      if (samples == NULL || !(g_file_equal (file, samples) || g_file_has_prefix (file, samples)))
        emo_recent_add (file, g_ptr_array_index (scan->types, i));
    }
}

typedef struct
{
  EmoAnalysePage *page;
  GFile          *folder;
} ModelOffer;

static void
model_offer_free (gpointer  data,
                  GClosure *closure)
{
  ModelOffer *offer = data;

  g_object_unref (offer->page);
  g_object_unref (offer->folder);
  g_free (offer);
}

static void scan_files (EmoAnalysePage  *self,
                        GFile          **files,
                        int              n_files,
                        gboolean         find_model);

static void
model_response_cb (AdwMessageDialog *dialog,
                   const char       *response,
                   ModelOffer       *offer)
{
  g_autofree char *path = g_file_get_path (offer->folder);

  if (g_str_equal (response, "model") && path != NULL)
    gtk_widget_activate_action (GTK_WIDGET (offer->page), "app.use-model", "^ay", path);
  else if (g_str_equal (response, "pictures"))
    scan_files (offer->page, &offer->folder, 1, FALSE);
}

/* A model's folder may hold pictures, those that it is checked with, but hardly
 * anybody means them. */
static void
offer_model (EmoAnalysePage *self,
             GFile          *folder)
{
  g_autofree char *base = g_file_get_basename (folder);
  g_autofree char *name = emo_file_escape_name (base);
  ModelOffer *offer = g_new0 (ModelOffer, 1);
  GtkWidget *dialog;

  dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), _("Use This Folder as Model?"), NULL);
  adw_message_dialog_format_body (ADW_MESSAGE_DIALOG (dialog), _("“%s” holds the files of a model."), name);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog),
                                    "cancel", _("_Cancel"),
                                    "pictures", _("Add Its _Pictures"),
                                    "model", _("Use as _Model"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "model", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "model");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  offer->page = g_object_ref (self);
  offer->folder = g_object_ref (folder);
  g_signal_connect_data (dialog, "response", G_CALLBACK (model_response_cb), offer, model_offer_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
scan_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (EmoAnalysePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoFileScan) scan = emo_file_scan_finish (result, &error);
  guint n_added = 0;

  /* The only error is that the page is gone. */
  if (scan == NULL)
    return;

  if (scan->collection->samples->len > 0)
    n_added = _emo_analyse_page_add_samples (self, scan->collection->samples);
  remember_opened (scan);
  if (scan->model != NULL)
    offer_model (self, scan->model);

  if (scan->n_refused > 0)
    toast_refused (self, scan);
  for (guint i = 0; i < scan->collection->problems->len; i++)
    {
      const GError *problem = g_ptr_array_index (scan->collection->problems, i);

      _emo_analyse_page_toast (self, problem->message);
    }
  if (scan->collection->n_skipped > 0)
    toast_skipped (self, scan->collection, n_added);
  else if (scan->collection->samples->len == 0 && scan->n_refused == 0 &&
           scan->collection->problems->len == 0 && scan->model == NULL)
    _emo_analyse_page_toast (self, _("The folder is empty"));
}

static void
scan_files (EmoAnalysePage  *self,
            GFile          **files,
            int              n_files,
            gboolean         find_model)
{
  emo_file_scan_async (files, n_files, find_model, self->cancellable, scan_cb, g_object_ref (self));
}

/**
 * emo_analyse_page_add_files:
 * @self: a page
 * @files: (array length=n_files): pictures and folders
 * @n_files: how many
 *
 * Adds pictures, and all pictures of folders, as if they had been dropped. A
 * model's folder is offered as the model to use.
 */
void
emo_analyse_page_add_files (EmoAnalysePage  *self,
                            GFile          **files,
                            int              n_files)
{
  g_return_if_fail (EMO_IS_ANALYSE_PAGE (self));

  scan_files (self, files, n_files, TRUE);
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
  else if (intake->remote)
    _emo_analyse_page_toast (self, _("Only files on this computer are opened: copy them here first"));
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
  /* GTK takes its outline off when a drag leaves, but not when it ends here. */
  gtk_widget_unset_state_flags (GTK_WIDGET (self), GTK_STATE_FLAG_DROP_ACTIVE);
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
  else if (!take_intake (self, intake) && !intake->web && !intake->remote)
    _emo_analyse_page_toast (self, _("The clipboard holds no picture"));
}

void
_emo_analyse_page_paste (EmoAnalysePage *self)
{
  emo_intake_read_clipboard_async (gtk_widget_get_clipboard (GTK_WIDGET (self)),
                                   self->cancellable, paste_cb, g_object_ref (self));
}
