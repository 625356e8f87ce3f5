/* emo-window.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-analyse-page.h"
#include "emo-settings.h"
#include "emo-window.h"

struct _EmoWindow
{
  AdwApplicationWindow  parent_instance;

  EmoModelLoader       *loader;
  EmoAnalysePage       *analyse;          /* a child */
  GtkFileChooserNative *chooser;          /* (nullable) GTK keeps none alive */
  gulong                first_paint_id;

  AdwViewStack         *stack;
  AdwWindowTitle       *title;
  GtkWidget            *back_button;
  GtkWidget            *open_button;
};

G_DEFINE_FINAL_TYPE (EmoWindow, emo_window, ADW_TYPE_APPLICATION_WINDOW)

/* The one table of pages. A page is a widget with a construct-only "loader". */
static const struct
{
  const char *name;
  const char *title;
  const char *icon_name;
  GType     (*get_type) (void);
} pages[] = {
  { "analyse", N_("Analyse"), "image-x-generic-symbolic", emo_analyse_page_get_type },
};

static void
take_chooser (EmoWindow            *self,
              GtkFileChooserNative *chooser,
              GCallback             response_cb)
{
  g_set_object (&self->chooser, chooser);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_object (chooser, "response", response_cb, self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
open_response_cb (GtkNativeDialog *dialog,
                  int              response,
                  EmoWindow       *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GListModel) files = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (dialog));
      g_autoptr (GPtrArray) array = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint i = 0; i < g_list_model_get_n_items (files); i++)
        g_ptr_array_add (array, g_list_model_get_item (files, i));
      emo_window_open_files (self, (GFile **) array->pdata, array->len);
    }

  g_clear_object (&self->chooser);
}

static void
export_response_cb (GtkNativeDialog *dialog,
                    int              response,
                    EmoWindow       *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

      emo_analyse_page_export (self->analyse, file);
    }

  g_clear_object (&self->chooser);
}

/* The decoder's own list of formats feeds the filter. */
static GtkFileFilter *
new_picture_filter (void)
{
  GtkFileFilter *filter = gtk_file_filter_new ();
  const EmoImageFormat *formats;
  guint n_formats;

  gtk_file_filter_set_name (filter, _("Pictures"));
  formats = emo_image_format_get_all (&n_formats);
  for (guint i = 0; i < n_formats; i++)
    {
      g_auto (GStrv) extensions = g_strsplit (formats[i].extensions, " ", -1);

      gtk_file_filter_add_mime_type (filter, formats[i].mime_type);
      for (guint j = 0; extensions[j] != NULL; j++)
        gtk_file_filter_add_suffix (filter, extensions[j]);
    }

  return filter;
}

static void
open_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  EmoWindow *self = EMO_WINDOW (user_data);
  g_autoptr (GtkFileChooserNative) chooser = NULL;
  g_autoptr (GtkFileFilter) filter = new_picture_filter ();

  chooser = gtk_file_chooser_native_new (_("Open Pictures"),
                                         GTK_WINDOW (self),
                                         GTK_FILE_CHOOSER_ACTION_OPEN,
                                         _("_Open"),
                                         _("_Cancel"));
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (chooser), TRUE);
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
  take_chooser (self, chooser, G_CALLBACK (open_response_cb));
}

static void
open_folder_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  EmoWindow *self = EMO_WINDOW (user_data);
  g_autoptr (GtkFileChooserNative) chooser = NULL;

  chooser = gtk_file_chooser_native_new (_("Open Folder"),
                                         GTK_WINDOW (self),
                                         GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
                                         _("_Open"),
                                         _("_Cancel"));
  take_chooser (self, chooser, G_CALLBACK (open_response_cb));
}

static void
open_samples_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  EmoWindow *self = EMO_WINDOW (user_data);
  g_autofree char *path = emo_paths_dup_data ("samples");
  g_autoptr (GFile) folder = NULL;

  g_return_if_fail (path != NULL);

  folder = g_file_new_for_path (path);
  emo_window_open_files (self, &folder, 1);
}

static void
export_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       user_data)
{
  EmoWindow *self = EMO_WINDOW (user_data);
  g_autoptr (GtkFileChooserNative) chooser = NULL;

  chooser = gtk_file_chooser_native_new (_("Export Results as CSV"),
                                         GTK_WINDOW (self),
                                         GTK_FILE_CHOOSER_ACTION_SAVE,
                                         _("_Export"),
                                         _("_Cancel"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), "emotions.csv");
  take_chooser (self, chooser, G_CALLBACK (export_response_cb));
}

/* The same without a dialog, for scripts that drive the window over D-Bus. */
static void
export_to_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  EmoWindow *self = EMO_WINDOW (user_data);
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_string (parameter, NULL));

  emo_analyse_page_export (self->analyse, file);
}

static void
back_cb (EmoWindow *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self->analyse), "page.back", NULL);
}

static const GActionEntry action_entries[] = {
  { .name = "open", .activate = open_cb },
  { .name = "open-folder", .activate = open_folder_cb },
  { .name = "open-samples", .activate = open_samples_cb },
  { .name = "export", .activate = export_cb },
  { .name = "export-to", .activate = export_to_cb, .parameter_type = "s" },
};

static void
update_export (EmoWindow *self)
{
  gboolean can_export = FALSE;

  g_object_get (self->analyse, "can-export", &can_export, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (action_entries); i++)
    if (g_str_has_prefix (action_entries[i].name, "export"))
      g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), action_entries[i].name)), can_export);
}

static void
update_title (EmoWindow *self)
{
  EmoClassifier *classifier = emo_model_loader_get_classifier (self->loader);
  g_autofree char *text = NULL;

  switch (emo_model_loader_get_state (self->loader))
    {
    case EMO_MODEL_LOADING:
      if (emo_model_loader_get_progress (self->loader) >= 0)
        text = g_strdup_printf (_("Loading model: %d %%"), (int) (emo_model_loader_get_progress (self->loader) * 100));
      else
        text = g_strdup (_("Loading model"));
      break;
    case EMO_MODEL_FAILED:
      text = g_strdup (_("The model could not be loaded"));
      break;
    case EMO_MODEL_READY:
      text = g_strdup (emo_classifier_get_info (classifier)->name);
      break;
    case EMO_MODEL_NOT_LOADED:
    default:
      text = g_strdup (_("No model loaded"));
      break;
    }

  adw_window_title_set_subtitle (self->title, text);
}

/* Reading weights would compete with the first frame, so it begins after it. */
static void
first_paint_cb (GdkFrameClock *clock,
                EmoWindow     *self)
{
  g_clear_signal_handler (&self->first_paint_id, clock);
  emo_model_loader_load (self->loader);
}

static void
emo_window_map (GtkWidget *widget)
{
  EmoWindow *self = EMO_WINDOW (widget);

  GTK_WIDGET_CLASS (emo_window_parent_class)->map (widget);

  if (self->first_paint_id == 0 && emo_model_loader_get_state (self->loader) == EMO_MODEL_NOT_LOADED)
    self->first_paint_id = g_signal_connect_object (gtk_widget_get_frame_clock (widget), "after-paint",
                                                    G_CALLBACK (first_paint_cb), self, 0);
}

static void
add_pages (EmoWindow *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      GtkWidget *page = g_object_new (pages[i].get_type (), "loader", self->loader, NULL);

      adw_view_stack_add_titled (self->stack, page, pages[i].name, _(pages[i].title));
      adw_view_stack_page_set_icon_name (adw_view_stack_get_page (self->stack, page), pages[i].icon_name);
      if (EMO_IS_ANALYSE_PAGE (page))
        self->analyse = EMO_ANALYSE_PAGE (page);
    }
}

static void
emo_window_dispose (GObject *object)
{
  EmoWindow *self = EMO_WINDOW (object);

  g_clear_object (&self->chooser);
  if (self->loader != NULL)
    g_signal_handlers_disconnect_by_data (self->loader, self);
  g_clear_object (&self->loader);
  self->analyse = NULL;

  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_WINDOW);

  G_OBJECT_CLASS (emo_window_parent_class)->dispose (object);
}

static void
emo_window_class_init (EmoWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_window_dispose;

  widget_class->map = emo_window_map;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/shell/emo-window.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, EmoWindow, title);
  gtk_widget_class_bind_template_child (widget_class, EmoWindow, back_button);
  gtk_widget_class_bind_template_child (widget_class, EmoWindow, open_button);
  gtk_widget_class_bind_template_callback (widget_class, back_cb);
}

static void
emo_window_init (EmoWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  /* The split button's arrow has a tooltip, which is no name. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_last_child (self->open_button)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("Open a Folder or the Samples"),
                                  -1);
}

/* The size is that of the window before it was maximised: GTK keeps both. */
static void
restore_state (EmoWindow *self)
{
  GSettings *settings = emo_settings_get ();

  if (settings == NULL)
    return;

  g_settings_bind (settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
}

/**
 * emo_window_new:
 * @application: the running application
 *
 * Makes a window with every page; present it with gtk_window_present(). The
 * model begins to load after its first frame.
 *
 * Returns: (transfer none): the window, owned by GTK until it is closed
 */
EmoWindow *
emo_window_new (EmoApplication *application)
{
  EmoWindow *self;

  g_return_val_if_fail (EMO_IS_APPLICATION (application), NULL);

  self = g_object_new (EMO_TYPE_WINDOW, "application", application, NULL);
  self->loader = g_object_ref (emo_application_get_model_loader (application));

  g_action_map_add_action_entries (G_ACTION_MAP (self), action_entries, G_N_ELEMENTS (action_entries), self);
  add_pages (self);
  restore_state (self);

  g_object_bind_property (self->analyse, "can-go-back", self->back_button, "visible", G_BINDING_SYNC_CREATE);
  /* Both beside the window's own buttons are wider than the narrowest window. */
  g_object_bind_property (self->analyse, "can-go-back", self->open_button, "visible",
                          G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
  g_signal_connect_object (self->analyse, "notify::can-export", G_CALLBACK (update_export), self, G_CONNECT_SWAPPED);
  update_export (self);

  g_signal_connect_object (self->loader, "notify::state", G_CALLBACK (update_title), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->loader, "notify::progress", G_CALLBACK (update_title), self, G_CONNECT_SWAPPED);
  update_title (self);

  return self;
}

/**
 * emo_window_open_files:
 * @self: a window
 * @files: (array length=n_files): pictures and folders
 * @n_files: how many
 *
 * Adds pictures, as if they had been dropped.
 */
void
emo_window_open_files (EmoWindow  *self,
                       GFile     **files,
                       int         n_files)
{
  g_return_if_fail (EMO_IS_WINDOW (self));

  emo_analyse_page_add_files (self->analyse, files, n_files);
}
