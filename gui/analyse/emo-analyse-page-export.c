/* emo-analyse-page-export.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-analyse-page-private.h"
#include "emo-export-dialog.h"
#include "emo-exporter.h"
#include "emo-settings.h"
#include "emo-show-file.h"

/* What leaves the page as a file: a dialog asks what, the file chooser where, a
 * toast says how that went. The actions are the window's, so that its menu and
 * scripts reach them; what they do is here. */

/* One file that is being written, and then the toast or question about it. */
typedef struct
{
  EmoAnalysePage   *page;
  EmoExportOptions  options;
  EmoExportRows     rows;
  GFile            *file;
} Export;

static void choose_file (EmoAnalysePage *self,
                         EmoExportRows   rows);

static Export *
export_new (EmoAnalysePage   *self,
            EmoExportOptions  options,
            EmoExportRows     rows,
            GFile            *file)
{
  Export *export = g_new0 (Export, 1);

  export->page = g_object_ref (self);
  export->options = options;
  export->rows = rows;
  export->file = g_object_ref (file);

  return export;
}

static void
export_free (gpointer data)
{
  Export *export = data;

  g_object_unref (export->page);
  g_object_unref (export->file);
  g_free (export);
}

static void
export_closure_free (gpointer  data,
                     GClosure *closure)
{
  export_free (data);
}

static char *
dup_file_name (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);

  return emo_file_escape_name (name);
}

/* --- Which pictures --- */

static GPtrArray *
list_samples (GListModel *model)
{
  guint n = g_list_model_get_n_items (model);
  GPtrArray *samples = g_ptr_array_new_full (n, g_object_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (samples, g_list_model_get_item (model, i));

  return samples;
}

static GPtrArray *
list_rows (EmoAnalysePage *self,
           EmoExportRows   rows)
{
  switch (rows)
    {
    case EMO_EXPORT_ROWS_SHOWN:
      return list_samples (emo_list_pane_get_shown (self->list_pane));
    case EMO_EXPORT_ROWS_SELECTED:
      return emo_list_pane_dup_selected (self->list_pane);
    case EMO_EXPORT_ROWS_ALL:
    default:
      return list_samples (emo_session_get_samples (self->session));
    }
}

/* The labels that name columns: of the model in use, else of the one that
 * answered first. */
static EmoModelInfo *
get_info (EmoAnalysePage *self,
          GPtrArray      *samples)
{
  EmoClassifier *classifier = emo_session_get_classifier (self->session);

  if (classifier != NULL)
    return emo_classifier_get_info (classifier);
  for (guint i = 0; i < samples->len; i++)
    {
      EmoPrediction *prediction = emo_sample_get_prediction (g_ptr_array_index (samples, i));

      if (prediction != NULL)
        return emo_prediction_get_info (prediction);
    }

  return NULL;
}

/* --- How it went --- */

static void
shown_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  if (!emo_show_file_finish (result, &error))
    _emo_analyse_page_toast (EMO_ANALYSE_PAGE (object), _("No application opens folders"));
}

static void
show_cb (AdwToast *toast,
         Export   *export)
{
  emo_show_file_async (GTK_WIDGET (export->page), export->file, shown_cb, NULL);
}

static void
tell_success (Export *export,
              int     n_rows)
{
  g_autofree char *text = g_strdup_printf (ngettext ("%d row exported", "%d rows exported", n_rows), n_rows);
  g_autofree char *markup = g_markup_escape_text (text, -1);
  AdwToast *toast;

  if (export->page->toasts == NULL)
    return;

  toast = adw_toast_new (markup);
  adw_toast_set_button_label (toast, _("Show"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (show_cb),
                         export_new (export->page, export->options, export->rows, export->file),
                         export_closure_free, 0);
  adw_toast_overlay_add_toast (export->page->toasts, toast);
}

static void
failure_cb (AdwMessageDialog *dialog,
            const char       *response,
            Export           *export)
{
  if (g_str_equal (response, "elsewhere"))
    choose_file (export->page, export->rows);
}

/* A file that could not be written is asked about: the person waits for it, and
 * another place may do. */
static void
tell_failure (Export       *export,
              const GError *error)
{
  g_autofree char *name = dup_file_name (export->file);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (export->page));
  GtkWidget *dialog;

  if (root == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  dialog = adw_message_dialog_new (GTK_WINDOW (root), NULL, NULL);
  adw_message_dialog_format_heading (ADW_MESSAGE_DIALOG (dialog), _("“%s” Was Not Written"), name);
  if (g_error_matches (error, EMO_ERROR, EMO_ERROR_NO_SPACE))
    adw_message_dialog_format_body (ADW_MESSAGE_DIALOG (dialog),
                                    _("The disk is full. Nothing was changed.\n%s"), error->message);
  else
    adw_message_dialog_format_body (ADW_MESSAGE_DIALOG (dialog),
                                    _("%s. Nothing was changed."), error->message);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog),
                                    "cancel", _("_Cancel"),
                                    "elsewhere", _("Choose _Another Place…"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "elsewhere", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "elsewhere");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (failure_cb),
                         export_new (export->page, export->options, export->rows, export->file),
                         export_closure_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
saved_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  Export *export = user_data;
  g_autoptr (GError) error = NULL;
  int n_rows = emo_exporter_save_finish (result, &error);

  if (n_rows >= 0)
    tell_success (export, n_rows);
  else
    tell_failure (export, error);
  export_free (export);
}

static void
save (EmoAnalysePage   *self,
      EmoExportOptions  options,
      EmoExportRows     rows,
      GFile            *file)
{
  g_autoptr (GPtrArray) samples = NULL;
  EmoModelInfo *info;

  emo_annotation_bar_commit (self->annotations);
  samples = list_rows (self, rows);
  info = get_info (self, samples);
  if (info == NULL)
    return;

  emo_exporter_save_async (&options, info, samples, file, self->cancellable,
                           saved_cb, export_new (self, options, rows, file));
}

/* --- Where to --- */

static void
chooser_cb (GtkNativeDialog *dialog,
            int              response,
            EmoAnalysePage  *self)
{
  EmoExportRows rows = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (dialog), "emo-rows"));

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

      save (self, emo_settings_get_export (), rows, file);
    }

  g_clear_object (&self->chooser);
}

static void
choose_file (EmoAnalysePage *self,
             EmoExportRows   rows)
{
  EmoExportOptions options = emo_settings_get_export ();
  g_autoptr (GtkFileChooserNative) chooser = NULL;
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (root == NULL)
    return;

  chooser = gtk_file_chooser_native_new (_("Export Results"),
                                         GTK_WINDOW (root),
                                         GTK_FILE_CHOOSER_ACTION_SAVE,
                                         _("_Export"),
                                         _("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser),
                                     options.format == EMO_EXPORT_CSV ? "emotions.csv" : "emotions.jsonl");
  g_object_set_data (G_OBJECT (chooser), "emo-rows", GUINT_TO_POINTER (rows));
  g_set_object (&self->chooser, chooser);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (chooser_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* --- What --- */

static void
accepted_cb (EmoAnalysePage  *self,
             EmoExportDialog *dialog)
{
  choose_file (self, emo_export_dialog_get_rows (dialog));
}

static guint
count_written (GPtrArray *samples)
{
  guint n = 0;

  for (guint i = 0; i < samples->len; i++)
    n += emo_export_is_written (g_ptr_array_index (samples, i));

  return n;
}

static void
update_counts (EmoAnalysePage  *self,
               EmoExportDialog *dialog)
{
  guint counts[EMO_N_EXPORT_ROWS];

  for (guint i = 0; i < EMO_N_EXPORT_ROWS; i++)
    {
      g_autoptr (GPtrArray) samples = list_rows (self, i);

      counts[i] = count_written (samples);
    }
  emo_export_dialog_set_counts (dialog, counts);
}

/* A batch may run on behind the dialog. */
static void
counts_cb (EmoExportDialog *dialog)
{
  GtkWindow *window = gtk_window_get_transient_for (GTK_WINDOW (dialog));
  EmoAnalysePage *self = g_object_get_data (G_OBJECT (dialog), "emo-page");

  if (window != NULL)
    update_counts (self, dialog);
}

static void
export_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (user_data);
  EmoExportDialog *dialog = emo_export_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));

  g_object_set_data (G_OBJECT (dialog), "emo-page", self);
  update_counts (self, dialog);
  g_signal_connect_object (dialog, "accepted", G_CALLBACK (accepted_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dialog, "notify::rows", G_CALLBACK (counts_cb), dialog, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::n-done", G_CALLBACK (counts_cb), dialog, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* The same without a dialog, for scripts that drive the window over D-Bus: all
 * of it, in the format that the name says. */
static void
export_to_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  const char *path = g_variant_get_string (parameter, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  EmoExportOptions options = emo_settings_get_export ();

  options.format = g_str_has_suffix (path, ".jsonl") ? EMO_EXPORT_JSONL : EMO_EXPORT_CSV;
  save (EMO_ANALYSE_PAGE (user_data), options, EMO_EXPORT_ROWS_ALL, file);
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
_emo_analyse_page_enable (EmoAnalysePage *self,
                          const char     *action,
                          gboolean        enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), action)),
                               enabled);
}

void
_emo_analyse_page_update_export (EmoAnalysePage *self)
{
  guint n_done, n_failed;
  gboolean can_export;

  g_object_get (self->session, "n-done", &n_done, "n-failed", &n_failed, NULL);
  can_export = n_done > 0 || (n_failed > 0 && emo_session_get_classifier (self->session) != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (action_entries); i++)
    _emo_analyse_page_enable (self, action_entries[i].name, can_export);
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
