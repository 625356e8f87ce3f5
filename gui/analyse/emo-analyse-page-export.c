/* emo-analyse-page-export.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-analyse-page-private.h"
#include "emo-exporter.h"

/* What leaves the page as a file. The actions are the window's, so that its menu
 * and scripts reach them; what they do is here. */

static void
saved_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (EmoAnalysePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  int n_rows = emo_exporter_save_finish (result, &error);

  if (n_rows >= 0)
    text = g_strdup_printf (ngettext ("%d row exported", "%d rows exported", n_rows), n_rows);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    text = g_strdup_printf (_("Nothing was exported: %s"), error->message);

  if (text != NULL)
    _emo_analyse_page_toast (self, text);
}

static void
save (EmoAnalysePage *self,
      GFile          *file)
{
  EmoExportOptions options = EMO_EXPORT_OPTIONS_INIT;
  EmoClassifier *classifier = emo_session_get_classifier (self->session);

  if (classifier == NULL)
    return;

  emo_exporter_save_async (&options,
                           emo_classifier_get_info (classifier),
                           emo_session_get_samples (self->session),
                           file,
                           NULL,
                           saved_cb,
                           g_object_ref (self));
}

static void
chooser_cb (GtkNativeDialog *dialog,
            int              response,
            EmoAnalysePage  *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

      save (self, file);
    }

  g_clear_object (&self->chooser);
}

static void
export_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (user_data);
  g_autoptr (GtkFileChooserNative) chooser = NULL;

  chooser = gtk_file_chooser_native_new (_("Export Results as CSV"),
                                         GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                         GTK_FILE_CHOOSER_ACTION_SAVE,
                                         _("_Export"),
                                         _("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), "emotions.csv");
  g_set_object (&self->chooser, chooser);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (chooser_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* The same without a dialog, for scripts that drive the window over D-Bus. */
static void
export_to_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_string (parameter, NULL));

  save (EMO_ANALYSE_PAGE (user_data), file);
}

static const GActionEntry action_entries[] = {
  { .name = "export", .activate = export_cb },
  { .name = "export-to", .activate = export_to_cb, .parameter_type = "s" },
};

void
_emo_analyse_page_init_export (EmoAnalysePage *self)
{
  self->actions = g_simple_action_group_new ();
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), action_entries, G_N_ELEMENTS (action_entries), self);
}

void
_emo_analyse_page_update_export (EmoAnalysePage *self)
{
  guint n_done, n_failed;
  gboolean can_export;

  g_object_get (self->session, "n-done", &n_done, "n-failed", &n_failed, NULL);
  can_export = n_done + n_failed > 0 && emo_session_get_classifier (self->session) != NULL;
  for (guint i = 0; i < G_N_ELEMENTS (action_entries); i++)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), action_entries[i].name)),
                                 can_export);
}

/**
 * emo_analyse_page_add_actions:
 * @self: a page
 * @map: the actions of the window that shows it
 *
 * Adds what can be done with the page's pictures and results. The actions must not be used
 * after the page is gone.
 */
void
emo_analyse_page_add_actions (EmoAnalysePage *self,
                              GActionMap     *map)
{
  g_auto (GStrv) names = NULL;

  g_return_if_fail (EMO_IS_ANALYSE_PAGE (self));
  g_return_if_fail (G_IS_ACTION_MAP (map));

  names = g_action_group_list_actions (G_ACTION_GROUP (self->actions));
  for (guint i = 0; names[i] != NULL; i++)
    g_action_map_add_action (map, g_action_map_lookup_action (G_ACTION_MAP (self->actions), names[i]));
}
