/* emo-export-dialog.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-csv-group.h"
#include "emo-drop-down.h"
#include "emo-export-dialog.h"
#include "emo-settings.h"

struct _EmoExportDialog
{
  AdwWindow    parent_instance;

  guint        counts[EMO_N_EXPORT_ROWS];

  AdwComboRow *format;
  AdwComboRow *rows;
  EmoCsvGroup *csv_group;
  GtkWidget   *export_button;
};

enum
{
  PROP_0,
  PROP_ROWS,
  N_PROPS
};

enum
{
  SIGNAL_ACCEPTED,
  N_SIGNALS
};

G_DEFINE_ENUM_TYPE (EmoExportRows, emo_export_rows,
                    G_DEFINE_ENUM_VALUE (EMO_EXPORT_ROWS_ALL, "all"),
                    G_DEFINE_ENUM_VALUE (EMO_EXPORT_ROWS_SHOWN, "shown"),
                    G_DEFINE_ENUM_VALUE (EMO_EXPORT_ROWS_SELECTED, "selected"))

G_DEFINE_FINAL_TYPE (EmoExportDialog, emo_export_dialog, ADW_TYPE_WINDOW)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* What the settings call the items of each list, in its order. */
static const char *const formats[] = { "csv", "jsonl", NULL };
static const char *const rows[] = { "all", "shown", "selected", NULL };

static gboolean
get_position (GValue   *value,
              GVariant *variant,
              gpointer  user_data)
{
  const char *const *names = user_data;

  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], g_variant_get_string (variant, NULL)))
      g_value_set_uint (value, i);

  return TRUE;
}

static GVariant *
set_position (const GValue       *value,
              const GVariantType *type,
              gpointer            user_data)
{
  const char *const *names = user_data;
  guint position = g_value_get_uint (value);

  return position < g_strv_length ((char **) names) ? g_variant_new_string (names[position]) : NULL;
}

static void
update (EmoExportDialog *self)
{
  EmoExportRows chosen = emo_export_dialog_get_rows (self);
  guint n = self->counts[chosen];
  gboolean csv = adw_combo_row_get_selected (self->format) == 0;
  g_autofree char *text = NULL;

  if (n > 0)
    text = g_strdup_printf (ngettext ("%u picture is finished", "%u pictures are finished", n), n);
  else if (chosen == EMO_EXPORT_ROWS_SELECTED)
    text = g_strdup (_("No finished picture is selected"));
  else if (chosen == EMO_EXPORT_ROWS_SHOWN)
    text = g_strdup (_("No finished picture is shown"));
  else
    text = g_strdup (_("No picture is finished"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->rows), text);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->format),
                               csv ? _("For spreadsheets and statistics") : _("Every number exactly, for programs"));
  gtk_widget_set_visible (GTK_WIDGET (self->csv_group), csv);
  gtk_widget_set_sensitive (self->export_button, n > 0);
}

static void
selected_cb (EmoExportDialog *self,
             GParamSpec      *pspec,
             GObject         *row)
{
  update (self);
  if (row == G_OBJECT (self->rows))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROWS]);
}

static void
export_cb (EmoExportDialog *self)
{
  g_signal_emit (self, signals[SIGNAL_ACCEPTED], 0);
  gtk_window_close (GTK_WINDOW (self));
}

static void
emo_export_dialog_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  EmoExportDialog *self = EMO_EXPORT_DIALOG (object);

  switch (prop_id)
    {
    case PROP_ROWS:
      g_value_set_enum (value, emo_export_dialog_get_rows (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_export_dialog_class_init (EmoExportDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = emo_export_dialog_get_property;

  properties[PROP_ROWS] =
    g_param_spec_enum ("rows", NULL, NULL,
                       EMO_TYPE_EXPORT_ROWS, EMO_EXPORT_ROWS_ALL,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * EmoExportDialog::accepted:
   * @self: the dialog
   *
   * Emitted when the person goes on to choosing a file.
   */
  signals[SIGNAL_ACCEPTED] =
    g_signal_new ("accepted", EMO_TYPE_EXPORT_DIALOG, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, NULL, G_TYPE_NONE, 0);

  g_type_ensure (EMO_TYPE_CSV_GROUP);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_set_template_from_resource (widget_class, EMO_RESOURCE_PATH "/analyse/emo-export-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoExportDialog, format);
  gtk_widget_class_bind_template_child (widget_class, EmoExportDialog, rows);
  gtk_widget_class_bind_template_child (widget_class, EmoExportDialog, csv_group);
  gtk_widget_class_bind_template_child (widget_class, EmoExportDialog, export_button);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, export_cb);
}

static void
emo_export_dialog_init (EmoExportDialog *self)
{
  GSettings *settings = emo_settings_get ();

  gtk_widget_init_template (GTK_WIDGET (self));
  emo_drop_down_name_choices (GTK_WIDGET (self));
  if (settings != NULL)
    {
      g_settings_bind_with_mapping (settings, "export-format", self->format, "selected", G_SETTINGS_BIND_DEFAULT,
                                    get_position, set_position, (gpointer) formats, NULL);
      g_settings_bind_with_mapping (settings, "export-rows", self->rows, "selected", G_SETTINGS_BIND_DEFAULT,
                                    get_position, set_position, (gpointer) rows, NULL);
    }
  gtk_window_set_focus (GTK_WINDOW (self), GTK_WIDGET (self->format));
  update (self);
}

/**
 * emo_export_dialog_new:
 * @parent: (nullable): the window to stand before
 *
 * Returns: (transfer none): a dialog, owned by GTK until it is closed
 */
EmoExportDialog *
emo_export_dialog_new (GtkWindow *parent)
{
  EmoExportDialog *self = g_object_new (EMO_TYPE_EXPORT_DIALOG, "transient-for", parent, NULL);
  int width, height;

  /* No larger than a narrow window. */
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  if (parent != NULL && gtk_widget_get_width (GTK_WIDGET (parent)) > 0)
    gtk_window_set_default_size (GTK_WINDOW (self), MIN (width, gtk_widget_get_width (GTK_WIDGET (parent))), height);

  return self;
}

/**
 * emo_export_dialog_get_rows:
 * @self: a dialog
 *
 * Returns: which pictures are chosen
 */
EmoExportRows
emo_export_dialog_get_rows (EmoExportDialog *self)
{
  guint selected;

  g_return_val_if_fail (EMO_IS_EXPORT_DIALOG (self), EMO_EXPORT_ROWS_ALL);

  selected = adw_combo_row_get_selected (self->rows);

  return selected < EMO_N_EXPORT_ROWS ? (EmoExportRows) selected : EMO_EXPORT_ROWS_ALL;
}

/**
 * emo_export_dialog_set_counts:
 * @self: a dialog
 * @counts: (array fixed-size=3): finished pictures of each choice
 *
 * Says how many results there are; a choice without any cannot be exported.
 */
void
emo_export_dialog_set_counts (EmoExportDialog *self,
                              const guint     *counts)
{
  g_return_if_fail (EMO_IS_EXPORT_DIALOG (self));

  for (guint i = 0; i < EMO_N_EXPORT_ROWS; i++)
    self->counts[i] = counts[i];
  update (self);
}
