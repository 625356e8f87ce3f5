/* emo-application.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-application.h"
#include "emo-settings.h"
#include "emo-window.h"

struct _EmoApplication
{
  AdwApplication  parent_instance;

  EmoEngine      *engine;
  EmoModelLoader *loader;
  char           *model_path;    /* (nullable) --model */
};

G_DEFINE_FINAL_TYPE (EmoApplication, emo_application, ADW_TYPE_APPLICATION)

static const GOptionEntry option_entries[] = {
  { "model", 'm', 0, G_OPTION_ARG_FILENAME, NULL, N_("Use the model in this folder"), N_("DIR") },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version and exit"), NULL },
  { NULL }
};

static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  g_application_quit (G_APPLICATION (user_data));
}

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  EmoApplication *self = EMO_APPLICATION (user_data);

  adw_show_about_window (gtk_application_get_active_window (GTK_APPLICATION (self)),
                         "application-name", _("EmoVLM"),
                         "application-icon", EMO_APP_ID,
                         "version", EMO_VERSION,
                         "developer-name", _("The EmoVLM-KD desktop authors"),
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "comments", _("Says which emotion a picture evokes in those who look at it. "
                                       "It does not say what a person in the picture feels."),
                         NULL);
}

static const GActionEntry action_entries[] = {
  { .name = "quit", .activate = quit_cb },
  { .name = "about", .activate = about_cb },
};

static GtkWindow *
ensure_window (EmoApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window == NULL)
    window = GTK_WINDOW (emo_window_new (self));

  return window;
}

static void
set_accels (GtkApplication *application,
            const char     *action,
            const char     *accel)
{
  const char *accels[] = { accel, NULL };

  gtk_application_set_accels_for_action (application, action, accels);
}

static void
emo_application_startup (GApplication *application)
{
  EmoApplication *self = EMO_APPLICATION (application);

  G_APPLICATION_CLASS (emo_application_parent_class)->startup (application);

  g_action_map_add_action_entries (G_ACTION_MAP (self), action_entries, G_N_ELEMENTS (action_entries), self);

  /* Only keys without a meaning in a text entry; Ctrl+V, Delete and Escape are
   * bindings of the page. */
  set_accels (GTK_APPLICATION (self), "app.quit", "<Control>q");
  set_accels (GTK_APPLICATION (self), "window.close", "<Control>w");
  set_accels (GTK_APPLICATION (self), "win.open", "<Control>o");
  set_accels (GTK_APPLICATION (self), "win.open-folder", "<Control><Shift>o");
  set_accels (GTK_APPLICATION (self), "win.export", "<Control>e");

  self->engine = emo_engine_new ();
  self->loader = emo_model_loader_new (self->engine, self->model_path);
}

static void
emo_application_activate (GApplication *application)
{
  gtk_window_present (ensure_window (EMO_APPLICATION (application)));
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

static int
emo_application_handle_local_options (GApplication *application,
                                      GVariantDict *options)
{
  EmoApplication *self = EMO_APPLICATION (application);

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("emovlm-desktop %s\n", EMO_VERSION);
      return 0;
    }

  g_clear_pointer (&self->model_path, g_free);
  g_variant_dict_lookup (options, "model", "^ay", &self->model_path);

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

  if (self->loader != NULL)
    emo_model_loader_cancel (self->loader);
  if (self->engine != NULL)
    emo_engine_shutdown (self->engine);

  emo_settings_release ();

  G_APPLICATION_CLASS (emo_application_parent_class)->shutdown (application);
}

static void
emo_application_finalize (GObject *object)
{
  EmoApplication *self = EMO_APPLICATION (object);

  g_clear_object (&self->loader);
  g_clear_object (&self->engine);
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
