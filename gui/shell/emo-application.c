/* emo-application.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-about.h"
#include "emo-appearance.h"
#include "emo-application.h"
#include "emo-help.h"
#include "emo-job-keeper.h"
#include "emo-preferences.h"
#include "emo-settings.h"
#include "emo-window.h"

struct _EmoApplication
{
  AdwApplication  parent_instance;

  EmoEngine      *engine;
  EmoJobList     *jobs;
  EmoJobKeeper   *keeper;
  EmoModelLoader *loader;
  EmoRunStore    *store;
  char           *model_path;    /* (nullable) --model */
};

G_DEFINE_FINAL_TYPE (EmoApplication, emo_application, ADW_TYPE_APPLICATION)

static const GOptionEntry option_entries[] = {
  { "model", 'm', 0, G_OPTION_ARG_FILENAME, NULL, N_("Use the model in this folder"), N_("DIR") },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version and exit"), NULL },
  { NULL }
};

/* Help, preferences and others are windows of the application too. */
static GtkWindow *
find_window (EmoApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (EMO_IS_WINDOW (l->data))
      return l->data;

  return NULL;
}

static GtkWindow *
ensure_window (EmoApplication *self)
{
  GtkWindow *window = find_window (self);

  return window != NULL ? window : GTK_WINDOW (emo_window_new (self));
}

/* --- Actions --- */

static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  GtkWindow *window = find_window (user_data);

  if (window == NULL || emo_window_may_quit (EMO_WINDOW (window)))
    g_application_quit (G_APPLICATION (user_data));
}

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  emo_about_present (find_window (user_data), EMO_APPLICATION (user_data)->loader);
}

static void
help_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  emo_help_present (ensure_window (user_data));
}

static void
shortcuts_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  gtk_widget_activate_action (GTK_WIDGET (ensure_window (user_data)), "win.show-help-overlay", NULL);
}

static void
preferences_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  gtk_window_present (emo_preferences_new (find_window (user_data)));
}

static void
load_model_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  emo_model_loader_load (EMO_APPLICATION (user_data)->loader);
}

static void
load_model_anyway_cb (GSimpleAction *action,
                      GVariant      *parameter,
                      gpointer       user_data)
{
  emo_model_loader_load_anyway (EMO_APPLICATION (user_data)->loader);
}

static void
reload_model_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  emo_model_loader_reload (EMO_APPLICATION (user_data)->loader);
}

static void
unload_model_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  emo_model_loader_unload (EMO_APPLICATION (user_data)->loader);
}

static void
stop_loading_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       user_data)
{
  emo_model_loader_cancel (EMO_APPLICATION (user_data)->loader);
}

static void
use_model_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       user_data)
{
  emo_model_loader_use (EMO_APPLICATION (user_data)->loader, g_variant_get_bytestring (parameter), NULL);
}

static void
use_base_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       user_data)
{
  EmoModelLoader *loader = EMO_APPLICATION (user_data)->loader;
  g_autofree char *path = g_strdup (emo_model_loader_get_path (loader));

  if (path != NULL)
    emo_model_loader_use (loader, path, g_variant_get_bytestring (parameter));
}

/* Paths are bytes: a folder's name need not be text. */
static const GActionEntry action_entries[] = {
  { .name = "quit", .activate = quit_cb },
  { .name = "about", .activate = about_cb },
  { .name = "help", .activate = help_cb },
  { .name = "shortcuts", .activate = shortcuts_cb },
  { .name = "preferences", .activate = preferences_cb },
  { .name = "load-model", .activate = load_model_cb },
  { .name = "load-model-anyway", .activate = load_model_anyway_cb },
  { .name = "reload-model", .activate = reload_model_cb },
  { .name = "unload-model", .activate = unload_model_cb },
  { .name = "stop-loading", .activate = stop_loading_cb },
  { .name = "use-model", .activate = use_model_cb, .parameter_type = "ay" },
  { .name = "use-base", .activate = use_base_cb, .parameter_type = "ay" },
};

static void
enable (EmoApplication *self,
        const char     *name,
        gboolean        enabled)
{
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self), name)), enabled);
}

static void
update_actions (EmoApplication *self)
{
  EmoModelState state = emo_model_loader_get_state (self->loader);

  enable (self, "load-model", state != EMO_MODEL_LOADING && state != EMO_MODEL_READY);
  enable (self, "load-model-anyway", state == EMO_MODEL_TOO_LARGE);
  enable (self, "unload-model", state == EMO_MODEL_READY);
  enable (self, "stop-loading", state == EMO_MODEL_LOADING);
  enable (self, "reload-model", emo_model_loader_get_outdated (self->loader));
}

/* What a person may set is an action, so that a script may too. */
static void
add_settings_actions (EmoApplication *self,
                      GSettings      *settings)
{
  g_autoptr (GSettingsSchema) schema = NULL;
  g_auto (GStrv) keys = NULL;

  g_object_get (settings, "settings-schema", &schema, NULL);
  keys = g_settings_schema_list_keys (schema);
  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autoptr (GAction) action = NULL;

      if (g_str_has_prefix (keys[i], "window-"))
        continue;
      action = g_settings_create_action (settings, keys[i]);
      g_action_map_add_action (G_ACTION_MAP (self), action);
    }
}

/* --- The application --- */

static void
set_accels (GtkApplication *application)
{
  /* Only keys without a meaning in a text entry; Ctrl+V, Delete and Escape are
   * bindings of the page. */
  static const struct
  {
    const char *action;
    const char *accels[3];
  } table[] = {
    { "app.quit", { "<Control>q" } },
    { "app.preferences", { "<Control>comma" } },
    { "app.help", { "F1" } },
    { "window.close", { "<Control>w" } },
    { "win.open", { "<Control>o" } },
    { "win.open-folder", { "<Control><Shift>o" } },
    { "win.export", { "<Control>e" } },
    { "win.print", { "<Control>p" } },
    { "app.list-visible", { "F9" } },
    { "win.fullscreen", { "F11" } },
    { "win.view::analyse", { "<Alt>1" } },
    { "win.view::train", { "<Alt>2" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    gtk_application_set_accels_for_action (application, table[i].action, table[i].accels);
}

static void
emo_application_startup (GApplication *application)
{
  EmoApplication *self = EMO_APPLICATION (application);
  GSettings *settings = emo_settings_get ();
  g_autofree char *data = emo_paths_dup_user_data (NULL);

  G_APPLICATION_CLASS (emo_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name (EMO_APP_ID);
  g_action_map_add_action_entries (G_ACTION_MAP (self), action_entries, G_N_ELEMENTS (action_entries), self);
  if (settings != NULL)
    {
      add_settings_actions (self, settings);
      emo_appearance_follow_settings (settings);
    }
  set_accels (GTK_APPLICATION (self));

  self->store = emo_run_store_new (data);
  self->engine = emo_engine_new ();
  self->jobs = emo_job_list_new ();
  self->keeper = emo_job_keeper_new (GTK_APPLICATION (self), self->jobs);
  self->loader = emo_model_loader_new (self->engine, self->jobs, self->model_path);
  g_signal_connect_object (self->loader, "changed", G_CALLBACK (update_actions), self, G_CONNECT_SWAPPED);
  update_actions (self);
}

static void
emo_application_activate (GApplication *application)
{
  EmoApplication *self = EMO_APPLICATION (application);
  gboolean first = find_window (self) == NULL;
  GtkWindow *window = ensure_window (self);

  if (first)
    emo_window_welcome (EMO_WINDOW (window));
  gtk_window_present (window);
}

static void
emo_application_open (GApplication  *application,
                      GFile        **files,
                      int            n_files,
                      const char    *hint)
{
  GtkWindow *window = ensure_window (EMO_APPLICATION (application));

  emo_window_open_files (EMO_WINDOW (window), files, n_files);
  gtk_window_present (window);
}

/* What this process was told belongs to the one that runs already, if there is
 * one; files follow on their own. */
static void
hand_over_model (EmoApplication *self)
{
  if (!g_application_register (G_APPLICATION (self), NULL, NULL) ||
      !g_application_get_is_remote (G_APPLICATION (self)))
    return;

  g_action_group_activate_action (G_ACTION_GROUP (self), "use-model",
                                  g_variant_new_bytestring (self->model_path));
}

static int
emo_application_handle_local_options (GApplication *application,
                                      GVariantDict *options)
{
  EmoApplication *self = EMO_APPLICATION (application);
  g_autofree char *model = NULL;

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("emovlm-desktop %s\n", EMO_VERSION);
      return 0;
    }

  if (g_variant_dict_lookup (options, "model", "^ay", &model))
    {
      /* Relative to where the command was given, which the other may not be. */
      g_free (self->model_path);
      self->model_path = g_canonicalize_filename (model, NULL);
      hand_over_model (self);
    }

  return -1;
}

static void
emo_application_shutdown (GApplication *application)
{
  EmoApplication *self = EMO_APPLICATION (application);
  GList *window;

  /* Windows go first: they hold what the engine still works for. */
  while ((window = gtk_application_get_windows (GTK_APPLICATION (self))) != NULL)
    gtk_window_destroy (window->data);

  g_clear_object (&self->keeper);
  if (self->loader != NULL)
    emo_model_loader_cancel (self->loader);
  if (self->engine != NULL)
    emo_engine_shutdown (self->engine);
  if (self->store != NULL)
    emo_run_store_close (self->store);
  emo_settings_release ();

  G_APPLICATION_CLASS (emo_application_parent_class)->shutdown (application);
}

static void
emo_application_finalize (GObject *object)
{
  EmoApplication *self = EMO_APPLICATION (object);

  g_clear_object (&self->loader);
  g_clear_object (&self->jobs);
  g_clear_object (&self->engine);
  g_clear_object (&self->store);
  g_clear_pointer (&self->model_path, g_free);

  G_OBJECT_CLASS (emo_application_parent_class)->finalize (object);
}

static void
emo_application_class_init (EmoApplicationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  object_class->finalize = emo_application_finalize;

  application_class->startup = emo_application_startup;
  application_class->activate = emo_application_activate;
  application_class->open = emo_application_open;
  application_class->handle_local_options = emo_application_handle_local_options;
  application_class->shutdown = emo_application_shutdown;
}

static void
emo_application_init (EmoApplication *self)
{
  g_application_add_main_option_entries (G_APPLICATION (self), option_entries);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _("[PICTURE OR FOLDER…]"));
}

/**
 * emo_application_new:
 *
 * Makes the application; run it with g_application_run().
 *
 * Returns: (transfer full): the application
 */
EmoApplication *
emo_application_new (void)
{
  return g_object_new (EMO_TYPE_APPLICATION,
                       "application-id", EMO_APP_ID,
                       "flags", G_APPLICATION_HANDLES_OPEN,
                       NULL);
}

/**
 * emo_application_get_model_loader:
 * @self: the application, after startup
 *
 * Returns: (transfer none): the model that all windows use
 */
EmoModelLoader *
emo_application_get_model_loader (EmoApplication *self)
{
  g_return_val_if_fail (EMO_IS_APPLICATION (self), NULL);

  return self->loader;
}

/**
 * emo_application_get_store:
 * @self: the application, after startup
 *
 * Returns: (transfer none): where results are kept
 */
EmoRunStore *
emo_application_get_store (EmoApplication *self)
{
  g_return_val_if_fail (EMO_IS_APPLICATION (self), NULL);

  return self->store;
}

/**
 * emo_application_seen:
 * @self: the application
 *
 * A window has the person's attention: what was told meanwhile is known.
 */
void
emo_application_seen (EmoApplication *self)
{
  g_return_if_fail (EMO_IS_APPLICATION (self));

  if (self->keeper != NULL)
    emo_job_keeper_seen (self->keeper);
}
