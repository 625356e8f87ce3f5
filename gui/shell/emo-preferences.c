/* emo-preferences.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-application.h"
#include "emo-csv-group.h"
#include "emo-deletion-toast.h"
#include "emo-drop-down.h"
#include "emo-preferences.h"
#include "emo-settings.h"

struct _EmoPreferences
{
  AdwPreferencesWindow  parent_instance;

  AdwComboRow          *device;
  AdwComboRow          *dtype;
  GtkSpinButton        *threads;
  GtkSpinButton        *max_pixels;
  GtkSpinButton        *seed;
  GtkSpinButton        *memory_cap;
  GtkSwitch            *explain;
  GtkSwitch            *explain_batch;
  GtkSpinButton        *explain_tokens;
  AdwComboRow          *chart_colors;
  GtkSwitch            *keep_history;
  GtkWidget            *clear_history;
  AdwComboRow          *color_scheme;
  GtkScale             *text_scale;
};

G_DEFINE_FINAL_TYPE (EmoPreferences, emo_preferences, ADW_TYPE_PREFERENCES_WINDOW)

/* What the settings call the items of each list, in its order. */
static const char *const devices[] = { "auto", "cpu", "cuda", NULL };
static const char *const dtypes[] = { "auto", "float32", "bfloat16", "nf4", NULL };
static const char *const chart_colors[] = { "window", "light", "dark", NULL };
static const char *const color_schemes[] = { "system", "light", "dark", NULL };

/* A value that the list does not have, such as a second GPU's, stays until
 * another is chosen. */
static gboolean
get_position (GValue   *value,
              GVariant *variant,
              gpointer  user_data)
{
  const char *const *names = user_data;
  guint position = GTK_INVALID_LIST_POSITION;

  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], g_variant_get_string (variant, NULL)))
      position = i;
  g_value_set_uint (value, position);

  return TRUE;
}

static GVariant *
set_position (const GValue       *value,
              const GVariantType *type,
              gpointer            user_data)
{
  const char *const *names = user_data;
  guint position = g_value_get_uint (value);

  if (position >= g_strv_length ((char **) names))
    return NULL;

  return g_variant_new_string (names[position]);
}

static void
bind_combo (GSettings         *settings,
            const char        *key,
            AdwComboRow       *row,
            const char *const *names)
{
  g_settings_bind_with_mapping (settings, key, row, "selected", G_SETTINGS_BIND_DEFAULT,
                                get_position, set_position, (gpointer) names, NULL);
}

static void
bind_number (GSettings  *settings,
             const char *key,
             gpointer    widget)
{
  GtkAdjustment *adjustment = NULL;

  g_object_get (widget, "adjustment", &adjustment, NULL);
  g_settings_bind (settings, key, adjustment, "value", G_SETTINGS_BIND_DEFAULT);
  g_object_unref (adjustment);
}

static void
bind_settings (EmoPreferences *self,
               GSettings      *settings)
{
  bind_combo (settings, "device", self->device, devices);
  bind_combo (settings, "dtype", self->dtype, dtypes);
  bind_combo (settings, "chart-colors", self->chart_colors, chart_colors);
  bind_combo (settings, "color-scheme", self->color_scheme, color_schemes);
  bind_number (settings, "threads", self->threads);
  bind_number (settings, "max-pixels", self->max_pixels);
  bind_number (settings, "seed", self->seed);
  bind_number (settings, "memory-cap", self->memory_cap);
  bind_number (settings, "explain-tokens", self->explain_tokens);
  bind_number (settings, "text-scale", self->text_scale);
  g_settings_bind (settings, "explain", self->explain, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "explain-batch", self->explain_batch, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "keep-history", self->keep_history, "active", G_SETTINGS_BIND_DEFAULT);
}

/* Undo instead of a question: nothing is gone before the toast is. */
static void
clear_history_cb (EmoPreferences *self)
{
  GApplication *application = g_application_get_default ();
  EmoRunDay all = { .from = 0, .to = G_MAXINT64, .every_model = TRUE };
  EmoRunStore *store;
  AdwToast *toast;

  if (!EMO_IS_APPLICATION (application))
    return;

  store = emo_application_get_store (EMO_APPLICATION (application));
  toast = emo_deletion_toast_new (store, NULL, emo_run_store_delete_day (store, &all), 0, _("History cleared"));
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), toast);
}

#define BIND(child) gtk_widget_class_bind_template_child (widget_class, EmoPreferences, child)

static void
emo_preferences_class_init (EmoPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (EMO_TYPE_CSV_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, EMO_RESOURCE_PATH "/shell/emo-preferences.ui");
  BIND (device);
  BIND (dtype);
  BIND (threads);
  BIND (max_pixels);
  BIND (seed);
  BIND (memory_cap);
  BIND (explain);
  BIND (explain_batch);
  BIND (explain_tokens);
  BIND (chart_colors);
  BIND (keep_history);
  BIND (clear_history);
  BIND (color_scheme);
  BIND (text_scale);
  gtk_widget_class_bind_template_callback (widget_class, clear_history_cb);
}

/* libadwaita 1.2 leaves the button that begins its search without a name. */
static void
name_search_button (GtkWidget *widget)
{
  if (GTK_IS_TOGGLE_BUTTON (widget) &&
      g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (widget)), "edit-find-symbolic") == 0)
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget),
                                    GTK_ACCESSIBLE_PROPERTY_LABEL, _("Search Preferences"),
                                    -1);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    name_search_button (child);
}

static void
emo_preferences_init (EmoPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  emo_drop_down_name_choices (GTK_WIDGET (self));
  name_search_button (GTK_WIDGET (self));
}

/**
 * emo_preferences_new:
 * @parent: (nullable): the window to stand before
 *
 * Returns: (transfer none): a window, owned by GTK until it is closed
 */
GtkWindow *
emo_preferences_new (GtkWindow *parent)
{
  EmoPreferences *self = g_object_new (EMO_TYPE_PREFERENCES, "transient-for", parent, NULL);
  GSettings *settings = emo_settings_get ();

  if (settings != NULL)
    bind_settings (self, settings);

  return GTK_WINDOW (self);
}
