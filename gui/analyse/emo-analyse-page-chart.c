/* emo-analyse-page-chart.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include <glib/gi18n.h>

#include "emo-analyse-page-private.h"
#include "emo-answer-figure.h"
#include "emo-chart.h"
#include "emo-result-printer.h"
#include "emo-settings.h"

/* What leaves the page as a drawing: the selected picture's result as a file, on
 * the clipboard and on paper. */

static EmoSample *
get_answered (EmoAnalysePage *self)
{
  EmoSample *sample = _emo_analyse_page_get_shown (self);

  return sample != NULL && emo_result_printer_can_print (sample) ? sample : NULL;
}

/* A chart is made for somewhere else, which may well be lighter or darker than
 * the window. */
static EmoFigureScheme
get_scheme (void)
{
  GSettings *settings = emo_settings_get ();
  EmoFigureScheme scheme = emo_answer_figure_get_scheme ();
  gboolean high_contrast = scheme == EMO_FIGURE_HIGH_CONTRAST || scheme == EMO_FIGURE_HIGH_CONTRAST_DARK;
  g_autofree char *colors = settings != NULL ? g_settings_get_string (settings, "chart-colors") : NULL;

  if (g_strcmp0 (colors, "light") == 0)
    return high_contrast ? EMO_FIGURE_HIGH_CONTRAST : EMO_FIGURE_LIGHT;
  if (g_strcmp0 (colors, "dark") == 0)
    return high_contrast ? EMO_FIGURE_HIGH_CONTRAST_DARK : EMO_FIGURE_DARK;

  return scheme;
}

static EmoChart *
new_chart (EmoAnalysePage *self)
{
  EmoSample *sample = get_answered (self);

  if (sample == NULL)
    return NULL;

  return emo_chart_new (sample, emo_sample_get_prediction (sample), get_scheme ());
}

/* --- As a file --- */

typedef struct
{
  EmoAnalysePage *page;
  char           *name;     /* of the file, for the screen */
} Saving;

static void
saving_free (Saving *saving)
{
  g_object_unref (saving->page);
  g_free (saving->name);
  g_free (saving);
}

static void
saved_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  Saving *saving = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (emo_chart_save_finish (result, &error))
    text = g_strdup_printf (_("Chart saved as “%s”"), saving->name);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    text = g_strdup_printf (_("No chart was saved: %s"), error->message);

  if (text != NULL)
    _emo_analyse_page_toast (saving->page, text);
  saving_free (saving);
}

static void
save_chart (EmoAnalysePage *self,
            GFile          *file)
{
  g_autofree char *name = g_file_get_basename (file);
  EmoSample *sample = get_answered (self);
  Saving *saving;

  if (sample == NULL)
    return;
  if (emo_sample_get_file (sample) != NULL && g_file_equal (emo_sample_get_file (sample), file))
    {
      _emo_analyse_page_toast (self, _("No chart was saved: that file is the picture itself"));
      return;
    }

  saving = g_new0 (Saving, 1);
  saving->page = g_object_ref (self);
  saving->name = emo_file_escape_name (name);
  emo_chart_save_async (new_chart (self), file, self->cancellable, saved_cb, saving);
}

static void
chooser_cb (GtkNativeDialog *dialog,
            int              response,
            EmoAnalysePage  *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

      save_chart (self, file);
    }

  g_clear_object (&self->chooser);
}

static GtkFileFilter *
new_filter (void)
{
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _("SVG and PNG"));
  gtk_file_filter_add_suffix (filter, "svg");
  gtk_file_filter_add_suffix (filter, "png");

  return filter;
}

/* Never the name of the picture itself, which may well be a PNG. */
static char *
dup_chart_name (EmoSample *sample)
{
  g_autofree char *name = emo_sample_dup_display_name (sample);
  char *dot = strrchr (name, '.');

  if (dot != NULL && dot != name)
    *dot = '\0';
  /* It came in a folder that the name tells, or from the web. */
  for (char *c = name; *c != '\0'; c++)
    if (G_IS_DIR_SEPARATOR (*c))
      *c = '-';

  return g_strdup_printf ("%s-emotion.svg", name);
}

static void
save_chart_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (user_data);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autoptr (GtkFileChooserNative) chooser = NULL;
  g_autoptr (GtkFileFilter) filter = new_filter ();
  g_autofree char *name = NULL;

  if (root == NULL || get_answered (self) == NULL)
    return;

  name = dup_chart_name (get_answered (self));
  chooser = gtk_file_chooser_native_new (_("Save Chart as SVG or PNG"),
                                         GTK_WINDOW (root),
                                         GTK_FILE_CHOOSER_ACTION_SAVE,
                                         _("_Save"),
                                         _("_Cancel"));
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  g_set_object (&self->chooser, chooser);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", G_CALLBACK (chooser_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/* The same without a dialog, for scripts that drive the window over D-Bus. */
static void
save_chart_to_cb (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       user_data)
{
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_string (parameter, NULL));

  save_chart (EMO_ANALYSE_PAGE (user_data), file);
}

/* --- On the clipboard --- */

static void
drawn_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (EmoAnalysePage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) png = emo_chart_to_png_finish (result, &error);

  if (png != NULL)
    {
      g_autoptr (GdkContentProvider) provider = gdk_content_provider_new_for_bytes ("image/png", png);

      gdk_clipboard_set_content (gtk_widget_get_clipboard (GTK_WIDGET (self)), provider);
      _emo_analyse_page_toast (self, _("Chart copied"));
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autofree char *text = g_strdup_printf (_("No chart was copied: %s"), error->message);

      _emo_analyse_page_toast (self, text);
    }
}

static void
copy_chart_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (user_data);
  EmoChart *chart = new_chart (self);

  if (chart != NULL)
    emo_chart_to_png_async (chart, self->cancellable, drawn_cb, g_object_ref (self));
}

/* --- On paper --- */

/* The printer and the paper that were chosen last, until the window closes. */
static void
done_cb (GtkPrintOperation       *operation,
         GtkPrintOperationResult  result,
         EmoAnalysePage          *self)
{
  g_autoptr (GError) error = NULL;

  if (result == GTK_PRINT_OPERATION_RESULT_APPLY)
    {
      g_set_object (&self->print_settings, gtk_print_operation_get_print_settings (operation));
      g_set_object (&self->page_setup, gtk_print_operation_get_default_page_setup (operation));
    }
  else if (result == GTK_PRINT_OPERATION_RESULT_ERROR)
    {
      g_autofree char *text = NULL;

      gtk_print_operation_get_error (operation, &error);
      text = g_strdup_printf (_("Nothing was printed: %s"), error != NULL ? error->message : "");
      _emo_analyse_page_toast (self, text);
    }
}

/* All that the list shows, with the selected one as the current page; of the
 * history what is open. (nullable) */
static GtkPrintOperation *
new_operation (EmoAnalysePage *self,
               EmoSample      *sample)
{
  g_autoptr (GListStore) open = NULL;

  if (!_emo_analyse_page_has_history_open (self))
    return emo_result_printer_new (emo_list_pane_get_shown (self->list_pane), sample);

  open = g_list_store_new (EMO_TYPE_SAMPLE);
  g_list_store_append (open, sample);

  return emo_result_printer_new (G_LIST_MODEL (open), sample);
}

static void
print_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  EmoAnalysePage *self = EMO_ANALYSE_PAGE (user_data);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autoptr (GtkPrintOperation) operation = NULL;

  if (root == NULL || get_answered (self) == NULL)
    return;

  operation = new_operation (self, get_answered (self));
  if (operation == NULL)
    return;

  if (self->print_settings != NULL)
    {
      gtk_print_settings_set_print_pages (self->print_settings, GTK_PRINT_PAGES_CURRENT);
      gtk_print_operation_set_print_settings (operation, self->print_settings);
    }
  if (self->page_setup != NULL)
    gtk_print_operation_set_default_page_setup (operation, self->page_setup);
  g_signal_connect_object (operation, "done", G_CALLBACK (done_cb), self, 0);
  gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG, GTK_WINDOW (root), NULL);
}

/* --- The actions --- */

static const GActionEntry action_entries[] = {
  { .name = "save-chart", .activate = save_chart_cb },
  { .name = "save-chart-to", .activate = save_chart_to_cb, .parameter_type = "s" },
  { .name = "copy-chart", .activate = copy_chart_cb },
  { .name = "print", .activate = print_cb },
};

static void
enable_actions (EmoAnalysePage *self,
                gboolean        answered)
{
  for (guint i = 0; i < G_N_ELEMENTS (action_entries); i++)
    _emo_analyse_page_enable (self, action_entries[i].name, answered);
}

static void
change_cb (EmoSampleChange change,
           gpointer        user_data)
{
  if (change != EMO_SAMPLE_CHANGE_TEXT && change != EMO_SAMPLE_CHANGE_MARKS)
    enable_actions (user_data, get_answered (user_data) != NULL);
}

void
_emo_analyse_page_init_chart (EmoAnalysePage *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), action_entries, G_N_ELEMENTS (action_entries), self);
  self->chart_watch = emo_sample_watch_new (change_cb, self);
  enable_actions (self, FALSE);
}

void
_emo_analyse_page_dispose_chart (EmoAnalysePage *self)
{
  g_clear_pointer (&self->chart_watch, emo_sample_watch_free);
  g_clear_object (&self->print_settings);
  g_clear_object (&self->page_setup);
}

/* The selection is another, or none. */
void
_emo_analyse_page_update_chart (EmoAnalysePage *self)
{
  emo_sample_watch_set_sample (self->chart_watch, _emo_analyse_page_get_shown (self));
}
