/* emo-window.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-analyse-page.h"
#include "emo-job-button.h"
#include "emo-leave.h"
#include "emo-model-button.h"
#include "emo-model-words.h"
#include "emo-recent.h"
#include "emo-settings.h"
#include "emo-train-page.h"
#include "emo-window.h"

/* In a window less wide, words of the header bar would be cut. */
#define NARROW_WIDTH 460

/* The sample that a first launch shows. */
#define WELCOME_SAMPLE "samples/15-contentment.png"

struct _EmoWindow
{
  AdwApplicationWindow  parent_instance;

  EmoModelLoader       *loader;
  EmoAnalysePage       *analyse;          /* a child */
  EmoLeave             *leave;
  GtkFileChooserNative *chooser;          /* (nullable) GTK keeps none alive */
  AdwLeaflet           *leaflet;          /* (unowned): the analyse page's */
  EmoModelState         last_state;
  gulong                first_paint_id;
  guint                 list_id;
  guint                 width_id;
  gboolean              narrow;
  guint                 switcher_id;
  guint                 outdated_id;

  AdwViewStack         *stack;
  AdwViewSwitcherTitle *title;
  GtkWidget            *switcher_bar;
  GtkWidget            *back_button;
  GtkWidget            *open_button;
  GtkMenuButton        *menu_button;
  EmoModelButton       *model_button;
  GtkInfoBar           *welcome_bar;
  GtkInfoBar           *outdated_bar;
  GtkLabel             *outdated_label;
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
  { "train", N_("Train"), "applications-science-symbolic", emo_train_page_get_type },
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
open_recent_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  emo_window_open_files (EMO_WINDOW (user_data), &file, 1);
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

/* What a chooser of folders gave, as an argument of an action of the
 * application. */
static void
use_folder (EmoWindow       *self,
            GtkNativeDialog *dialog,
            int              response,
            const char      *action)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);

      if (path != NULL)
        gtk_widget_activate_action (GTK_WIDGET (self), action, "^ay", path);
    }

  g_clear_object (&self->chooser);
}

static void
model_response_cb (GtkNativeDialog *dialog,
                   int              response,
                   EmoWindow       *self)
{
  use_folder (self, dialog, response, "app.use-model");
}

static void
base_response_cb (GtkNativeDialog *dialog,
                  int              response,
                  EmoWindow       *self)
{
  use_folder (self, dialog, response, "app.use-base");
}

static void
choose_folder (EmoWindow  *self,
               const char *title,
               GCallback   response_cb)
{
  g_autoptr (GtkFileChooserNative) chooser = NULL;

  chooser = gtk_file_chooser_native_new (title,
                                         GTK_WINDOW (self),
                                         GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER,
                                         _("_Choose"),
                                         _("_Cancel"));
  take_chooser (self, chooser, response_cb);
}

static void
choose_model_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  choose_folder (user_data, _("Choose a Model’s Folder"), G_CALLBACK (model_response_cb));
}

static void
choose_base_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  choose_folder (user_data, _("Choose the Folder of the Adapter’s Base"), G_CALLBACK (base_response_cb));
}

static void
show_model_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  emo_model_button_popup (EMO_WINDOW (user_data)->model_button);
}

static void
run_again_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  emo_session_run_again (emo_analyse_page_get_session (EMO_WINDOW (user_data)->analyse));
}

static void
back_cb (EmoWindow *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self->analyse), "page.back", NULL);
}

/* The states below are no GPropertyActions: those would hold the window and what is
 * in it, and be held by the window. */
static void
fullscreen_cb (GSimpleAction *action,
               GVariant      *state,
               gpointer       user_data)
{
  if (g_variant_get_boolean (state))
    gtk_window_fullscreen (GTK_WINDOW (user_data));
  else
    gtk_window_unfullscreen (GTK_WINDOW (user_data));
}

static void
view_cb (GSimpleAction *action,
         GVariant      *state,
         gpointer       user_data)
{
  EmoWindow *self = EMO_WINDOW (user_data);
  const char *name = g_variant_get_string (state, NULL);

  if (adw_view_stack_get_child_by_name (self->stack, name) != NULL)
    adw_view_stack_set_visible_child_name (self->stack, name);
}

static void
set_state (EmoWindow  *self,
           const char *action,
           GVariant   *state)
{
  g_simple_action_set_state (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), action)), state);
}

static void
fullscreened_cb (EmoWindow *self)
{
  set_state (self, "fullscreen", g_variant_new_boolean (gtk_window_is_fullscreen (GTK_WINDOW (self))));
}

/* Both beside the window's own buttons are wider than the narrowest window. */
static void
update_start_buttons (EmoWindow *self)
{
  gboolean back = FALSE;

  if (self->analyse != NULL && adw_view_stack_get_visible_child (self->stack) == GTK_WIDGET (self->analyse))
    g_object_get (self->analyse, "can-go-back", &back, NULL);
  gtk_widget_set_visible (self->back_button, back);
  gtk_widget_set_visible (self->open_button, !back);
}

static void
visible_child_cb (EmoWindow *self)
{
  const char *name = adw_view_stack_get_visible_child_name (self->stack);

  set_state (self, "view", g_variant_new_string (name != NULL ? name : ""));
  update_start_buttons (self);
}

static void
close_bar_cb (GtkInfoBar *bar)
{
  gtk_info_bar_set_revealed (bar, FALSE);
}

static const GActionEntry action_entries[] = {
  { .name = "open", .activate = open_cb },
  { .name = "open-folder", .activate = open_folder_cb },
  { .name = "open-recent", .activate = open_recent_cb, .parameter_type = "s" },
  { .name = "open-samples", .activate = open_samples_cb },
  { .name = "choose-model", .activate = choose_model_cb },
  { .name = "choose-base", .activate = choose_base_cb },
  { .name = "show-model", .activate = show_model_cb },
  { .name = "run-again", .activate = run_again_cb },
  { .name = "fullscreen", .state = "false", .change_state = fullscreen_cb },
  { .name = "view", .parameter_type = "s", .state = "''", .change_state = view_cb },
};

static void
update_title (EmoWindow *self)
{
  g_autofree char *name = emo_model_loader_dup_name (self->loader);
  const char *text = name;

  switch (emo_model_loader_get_state (self->loader))
    {
    case EMO_MODEL_FAILED:
      text = _("The model could not be loaded");
      break;
    case EMO_MODEL_TOO_LARGE:
      text = _("The model waits for memory");
      break;
    case EMO_MODEL_NOT_LOADED:
      text = _("No model loaded");
      break;
    case EMO_MODEL_LOADING:
    case EMO_MODEL_READY:
    default:
      break;
    }

  /* The model's button has it, too. */
  if (self->narrow)
    text = "";
  if (g_strcmp0 (adw_view_switcher_title_get_subtitle (self->title), text) != 0)
    adw_view_switcher_title_set_subtitle (self->title, text);
}

static gboolean
width_idle_cb (gpointer user_data)
{
  EmoWindow *self = user_data;
  gboolean narrow = gtk_widget_get_width (GTK_WIDGET (self)) < NARROW_WIDTH;

  self->width_id = 0;
  if (self->narrow == narrow)
    return G_SOURCE_REMOVE;

  self->narrow = narrow;
  if (narrow)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self), "narrow");
      adw_split_button_set_icon_name (ADW_SPLIT_BUTTON (self->open_button), "document-open-symbolic");
    }
  else
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self), "narrow");
      adw_split_button_set_label (ADW_SPLIT_BUTTON (self->open_button), C_("header bar", "Open"));
    }
  update_title (self);

  return G_SOURCE_REMOVE;
}

/* The surface has its width before the window's parts have theirs. */
static void
surface_width_cb (EmoWindow *self)
{
  if (self->width_id == 0)
    self->width_id = g_idle_add (width_idle_cb, self);
}

/* --- A model that may not fit --- */

static void
too_large_response_cb (EmoWindow  *self,
                       const char *response)
{
  if (g_str_equal (response, "anyway"))
    emo_model_loader_load_anyway (self->loader);
  else if (g_str_equal (response, "choose"))
    g_action_group_activate_action (G_ACTION_GROUP (self), "choose-model", NULL);
}

static void
ask_about_memory (EmoWindow *self)
{
  const EmoModelNeed *need = emo_model_loader_get_need (self->loader);
  g_autofree char *name = emo_model_loader_dup_name (self->loader);
  g_autofree char *memory = emo_model_words_dup_memory (need);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _("Load This Model?"), NULL);

  adw_message_dialog_format_body (ADW_MESSAGE_DIALOG (dialog),
                                  _("%s: %s. The computer may become very slow."),
                                  name, memory);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog),
                                    "cancel", _("_Cancel"),
                                    "choose", _("Choose _Another…"),
                                    "anyway", _("_Load Anyway"),
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "anyway", ADW_RESPONSE_DESTRUCTIVE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (too_large_response_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* --- Answers of another model --- */

static void
update_outdated (EmoWindow *self)
{
  guint n = emo_session_count_outdated (emo_analyse_page_get_session (self->analyse));
  g_autofree char *text = NULL;

  if (n > 0)
    {
      text = g_strdup_printf (ngettext ("%u picture has the answer of another model.",
                                        "%u pictures have answers of another model.", n), n);
      gtk_label_set_text (self->outdated_label, text);
    }
  gtk_info_bar_set_revealed (self->outdated_bar, n > 0);
}

/* Counting takes a walk over the list: only while there is something to count
 * down. */
static void
finished_cb (EmoWindow *self)
{
  if (gtk_info_bar_get_revealed (self->outdated_bar))
    update_outdated (self);
}

static gboolean
outdated_idle_cb (gpointer user_data)
{
  EmoWindow *self = user_data;

  self->outdated_id = 0;
  update_outdated (self);

  return G_SOURCE_REMOVE;
}

/* Pictures go, what comes back may have been answered before the model was changed,
 * and what a Stop keeps from a new answer has its old one. Many changes are counted
 * once. */
static void
queue_outdated (EmoWindow *self)
{
  if (self->outdated_id == 0)
    self->outdated_id = g_idle_add (outdated_idle_cb, self);
}

static void
loader_cb (EmoWindow *self)
{
  EmoModelState state = emo_model_loader_get_state (self->loader);

  update_title (self);
  if (state == self->last_state)
    return;

  self->last_state = state;
  update_outdated (self);
  if (state == EMO_MODEL_TOO_LARGE)
    ask_about_memory (self);
}

/* --- The batch --- */

static void
job_cb (EmoWindow *self)
{
  g_autoptr (EmoJob) job = NULL;

  g_object_get (emo_analyse_page_get_session (self->analyse), "job", &job, NULL);
  if (job == NULL)
    return;

  emo_job_set_title (job, _("Analysing Pictures"));
  emo_job_list_add_unattended (emo_model_loader_get_jobs (self->loader), job, _("Pictures Analysed"));
}

/* --- The list pane, which F9 puts away --- */

static gboolean
list_idle_cb (gpointer user_data)
{
  EmoWindow *self = user_data;
  GtkWidget *list = GTK_WIDGET (emo_analyse_page_get_list_pane (self->analyse));
  gboolean wanted = emo_settings_get () == NULL || g_settings_get_boolean (emo_settings_get (), "list-visible");
  gboolean visible = wanted || adw_leaflet_get_folded (self->leaflet);

  self->list_id = 0;
  if (!visible && adw_leaflet_get_visible_child (self->leaflet) == list)
    adw_leaflet_navigate (self->leaflet, ADW_NAVIGATION_DIRECTION_FORWARD);
  gtk_widget_set_visible (list, visible);

  return G_SOURCE_REMOVE;
}

static gboolean
switcher_idle_cb (gpointer user_data)
{
  EmoWindow *self = user_data;

  self->switcher_id = 0;
  gtk_widget_set_visible (self->switcher_bar, adw_view_switcher_title_get_title_visible (self->title));

  return G_SOURCE_REMOVE;
}

/* The title gives way to the views while sizes are being allocated, too. Why not an AdwViewSwitcherBar: it slides in, and with each
 * frame the page has another height, for which its scrollers want another layout
 * while they are drawn. */
static void
update_switcher (EmoWindow *self)
{
  if (self->switcher_id == 0)
    self->switcher_id = g_idle_add_full (G_PRIORITY_DEFAULT, switcher_idle_cb, self, NULL);
}

/* The leaflet folds while sizes are being allocated; what follows from it has to
 * wait for the end of that. */
static void
update_list (EmoWindow *self)
{
  if (self->list_id == 0)
    self->list_id = g_idle_add_full (G_PRIORITY_DEFAULT, list_idle_cb, self, NULL);
}

/* Reading weights would compete with the first frame, so it begins after it. */
static void
first_paint_cb (GdkFrameClock *clock,
                EmoWindow     *self)
{
  g_clear_signal_handler (&self->first_paint_id, clock);
  g_debug ("The first frame is painted");
  emo_model_loader_load (self->loader);
}

static void
emo_window_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (emo_window_parent_class)->realize (widget);

  g_signal_connect_object (gtk_native_get_surface (GTK_NATIVE (widget)), "notify::width",
                           G_CALLBACK (surface_width_cb), widget, G_CONNECT_SWAPPED);
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
      if (EMO_IS_TRAIN_PAGE (page))
        {
          emo_train_page_add_actions (EMO_TRAIN_PAGE (page), G_ACTION_MAP (self));
          self->leave = emo_leave_new (GTK_WINDOW (self), EMO_TRAIN_PAGE (page));
        }
    }
}

/* The size is that of the window before it was maximised: GTK keeps both. */
static void
bind_state (EmoWindow *self)
{
  GSettings *settings = emo_settings_get ();

  if (settings == NULL)
    return;

  g_settings_bind (settings, "window-width", self, "default-width", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-height", self, "default-height", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "window-maximized", self, "maximized", G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (settings, "changed::list-visible", G_CALLBACK (update_list), self, G_CONNECT_SWAPPED);
}

static void
add_actions (EmoWindow *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), action_entries, G_N_ELEMENTS (action_entries), self);
  g_signal_connect (self, "notify::fullscreened", G_CALLBACK (fullscreened_cb), NULL);
  g_signal_connect_object (self->stack, "notify::visible-child-name", G_CALLBACK (visible_child_cb), self, G_CONNECT_SWAPPED);
}

/* Reading what is recent takes a file, so it is read when somebody looks. */
static void
open_menu_cb (GMenu *recent)
{
  emo_recent_fill (recent);
}

static void
set_open_menu (EmoWindow      *self,
               GtkApplication *app)
{
  AdwSplitButton *button = ADW_SPLIT_BUTTON (self->open_button);
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) recent = g_menu_new ();

  g_menu_append_section (menu, NULL, G_MENU_MODEL (gtk_application_get_menu_by_id (app, "open-menu")));
  g_menu_append_section (menu, C_("what was opened before", "Recent"), G_MENU_MODEL (recent));
  adw_split_button_set_menu_model (button, G_MENU_MODEL (menu));
  g_signal_connect_object (adw_split_button_get_popover (button), "map", G_CALLBACK (open_menu_cb), recent, G_CONNECT_SWAPPED);
}

static void
connect_page (EmoWindow *self)
{
  EmoSession *session = emo_analyse_page_get_session (self->analyse);
  EmoListPane *list = emo_analyse_page_get_list_pane (self->analyse);
  EmoJobList *jobs = emo_model_loader_get_jobs (self->loader);
  EmoApplication *application = EMO_APPLICATION (gtk_window_get_application (GTK_WINDOW (self)));

  g_signal_connect_object (self->analyse, "notify::can-go-back", G_CALLBACK (update_start_buttons), self, G_CONNECT_SWAPPED);
  update_start_buttons (self);
  emo_analyse_page_set_store (self->analyse, emo_application_get_store (application));
  emo_analyse_page_add_actions (self->analyse, G_ACTION_MAP (self));

  emo_list_pane_set_job_button (list, emo_job_button_new (jobs));
  self->leaflet = ADW_LEAFLET (gtk_widget_get_ancestor (GTK_WIDGET (list), ADW_TYPE_LEAFLET));
  g_signal_connect_object (self->leaflet, "notify::folded", G_CALLBACK (update_list), self, G_CONNECT_SWAPPED);
  update_list (self);

  g_signal_connect_object (session, "notify::job", G_CALLBACK (job_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "finished", G_CALLBACK (finished_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (emo_session_get_samples (session), "items-changed", G_CALLBACK (queue_outdated), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::running", G_CALLBACK (queue_outdated), self, G_CONNECT_SWAPPED);
  emo_settings_bind_session (session);
}

static gboolean
emo_window_close_request (GtkWindow *window)
{
  if (!emo_leave_may (EMO_WINDOW (window)->leave, FALSE))
    return TRUE;

  return GTK_WINDOW_CLASS (emo_window_parent_class)->close_request (window);
}

static void
active_cb (EmoWindow *self)
{
  if (gtk_window_is_active (GTK_WINDOW (self)) && gtk_window_get_application (GTK_WINDOW (self)) != NULL)
    emo_application_seen (EMO_APPLICATION (gtk_window_get_application (GTK_WINDOW (self))));
}

static void
emo_window_dispose (GObject *object)
{
  EmoWindow *self = EMO_WINDOW (object);

  g_clear_handle_id (&self->list_id, g_source_remove);
  g_clear_handle_id (&self->width_id, g_source_remove);
  g_clear_handle_id (&self->switcher_id, g_source_remove);
  g_clear_handle_id (&self->outdated_id, g_source_remove);
  g_clear_object (&self->chooser);
  if (self->loader != NULL)
    g_signal_handlers_disconnect_by_data (self->loader, self);
  g_clear_object (&self->loader);
  g_clear_object (&self->leave);
  self->analyse = NULL;
  self->leaflet = NULL;

  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_WINDOW);

  G_OBJECT_CLASS (emo_window_parent_class)->dispose (object);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, EmoWindow, child)

static void
emo_window_class_init (EmoWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_window_dispose;

  widget_class->realize = emo_window_realize;
  widget_class->map = emo_window_map;

  GTK_WINDOW_CLASS (klass)->close_request = emo_window_close_request;

  g_type_ensure (EMO_TYPE_MODEL_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class, EMO_RESOURCE_PATH "/shell/emo-window.ui");
  BIND (stack);
  BIND (title);
  BIND (switcher_bar);
  BIND (back_button);
  BIND (open_button);
  BIND (menu_button);
  BIND (model_button);
  BIND (welcome_bar);
  BIND (outdated_bar);
  BIND (outdated_label);
  gtk_widget_class_bind_template_callback (widget_class, back_cb);
  gtk_widget_class_bind_template_callback (widget_class, close_bar_cb);
}

static void
emo_window_init (EmoWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  /* An icon is no name. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (self->open_button)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, C_("header bar", "Open"),
                                  -1);
  /* The split button's arrow has a tooltip, which is no name. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_last_child (self->open_button)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _("Open a Folder or the Samples"),
                                  -1);
  g_signal_connect_object (self->title, "notify::title-visible", G_CALLBACK (update_switcher), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::is-active", G_CALLBACK (active_cb), NULL);
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
  GtkApplication *app = GTK_APPLICATION (application);
  EmoWindow *self;

  g_return_val_if_fail (EMO_IS_APPLICATION (application), NULL);

  self = g_object_new (EMO_TYPE_WINDOW, "application", application, NULL);
  self->loader = g_object_ref (emo_application_get_model_loader (application));
  self->last_state = emo_model_loader_get_state (self->loader);

  set_open_menu (self, app);
  gtk_menu_button_set_menu_model (self->menu_button,
                                  G_MENU_MODEL (gtk_application_get_menu_by_id (app, "main-menu")));
  add_actions (self);
  add_pages (self);
  adw_view_switcher_title_set_view_switcher_enabled (self->title, G_N_ELEMENTS (pages) > 1);
  bind_state (self);
  connect_page (self);

  emo_model_button_set_loader (self->model_button, self->loader);
  g_signal_connect_object (self->loader, "changed", G_CALLBACK (loader_cb), self, G_CONNECT_SWAPPED);
  update_title (self);

  return self;
}

/**
 * emo_window_welcome:
 * @self: a window that opens without pictures
 *
 * The first time that the application is started, shows one sample and what
 * happens to pictures.
 */
void
emo_window_welcome (EmoWindow *self)
{
  GSettings *settings = emo_settings_get ();
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;

  g_return_if_fail (EMO_IS_WINDOW (self));

  if (settings == NULL || !g_settings_get_boolean (settings, "first-launch"))
    return;

  g_settings_set_boolean (settings, "first-launch", FALSE);
  gtk_info_bar_set_revealed (self->welcome_bar, TRUE);
  path = emo_paths_dup_data (WELCOME_SAMPLE);
  if (path == NULL)
    return;
  file = g_file_new_for_path (path);
  emo_window_open_files (self, &file, 1);
}

/**
 * emo_window_open_files:
 * @self: a window
 * @files: (array length=n_files): pictures and folders
 * @n_files: how many
 *
 * Adds pictures, as if they had been dropped, and shows them.
 */
void
emo_window_open_files (EmoWindow  *self,
                       GFile     **files,
                       int         n_files)
{
  g_return_if_fail (EMO_IS_WINDOW (self));

  adw_view_stack_set_visible_child (self->stack, GTK_WIDGET (self->analyse));
  emo_analyse_page_add_files (self->analyse, files, n_files);
}

/**
 * emo_window_may_quit:
 * @self: a window
 *
 * Asks the person where a training would be stopped; the application ends then,
 * once the training has.
 *
 * Returns: whether nothing stands against ending now
 */
gboolean
emo_window_may_quit (EmoWindow *self)
{
  g_return_val_if_fail (EMO_IS_WINDOW (self), TRUE);

  return emo_leave_may (self->leave, TRUE);
}
