/* emo-csv-group.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-backend.h"
#include "emo-csv-group.h"
#include "emo-settings.h"

/* The rows of columns come from the groups that the backend writes, in its order
 * and with its names. */
static const struct
{
  EmoExportColumns  group;
  const char       *title;
} columns[] = {
  { EMO_EXPORT_DATASET, NC_("columns of CSV", "Data Set") },
  { EMO_EXPORT_ANSWERS, NC_("columns of CSV", "Answers") },
  { EMO_EXPORT_PROBABILITIES, NC_("columns of CSV", "Probabilities") },
  { EMO_EXPORT_FUSION, NC_("columns of CSV", "Fusion") },
  { EMO_EXPORT_EXPLANATION, NC_("columns of CSV", "Explanation") },
  { EMO_EXPORT_STATUS, NC_("columns of CSV", "Status") },
  { EMO_EXPORT_PICTURE, NC_("columns of CSV", "Picture") },
  { EMO_EXPORT_MODEL, NC_("columns of CSV", "Model") },
  { EMO_EXPORT_ANNOTATIONS, NC_("columns of CSV", "Your Flags, Labels and Notes") },
};

#define N_COLUMNS G_N_ELEMENTS (columns)

struct _EmoCsvGroup
{
  AdwPreferencesGroup  parent_instance;

  GtkCheckButton      *checks[N_COLUMNS];
  gboolean             updating;

  AdwExpanderRow      *columns_row;
  GtkSwitch           *bom;
  GtkSwitch           *formula_guard;
};

G_DEFINE_FINAL_TYPE (EmoCsvGroup, emo_csv_group, ADW_TYPE_PREFERENCES_GROUP)

/* One always stays: none at all would mean every column. */
static void
update_columns (EmoCsvGroup *self)
{
  EmoExportOptions options = emo_settings_get_export ();
  g_autofree char *text = NULL;
  guint n = 0;

  for (guint i = 0; i < N_COLUMNS; i++)
    n += (options.columns & columns[i].group) != 0;

  self->updating = TRUE;
  for (guint i = 0; i < N_COLUMNS; i++)
    {
      gboolean active = (options.columns & columns[i].group) != 0;

      gtk_check_button_set_active (self->checks[i], active);
      gtk_widget_set_sensitive (GTK_WIDGET (self->checks[i]), !active || n > 1);
    }
  self->updating = FALSE;

  if (n == N_COLUMNS)
    text = g_strdup (C_("columns of CSV", "All"));
  else
    text = g_strdup_printf (ngettext ("%u of %u group", "%u of %u groups", N_COLUMNS), n, (guint) N_COLUMNS);
  adw_expander_row_set_subtitle (self->columns_row, text);
}

static void
toggled_cb (EmoCsvGroup *self)
{
  EmoExportColumns chosen = 0;

  if (self->updating)
    return;

  for (guint i = 0; i < N_COLUMNS; i++)
    if (gtk_check_button_get_active (self->checks[i]))
      chosen |= columns[i].group;
  emo_settings_set_export_columns (chosen);
}

static void
add_column (EmoCsvGroup *self,
            guint        i)
{
  const char *title = g_dpgettext2 (NULL, "columns of CSV", columns[i].title);
  g_autofree char *names = emo_export_columns_dup_names (columns[i].group);
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *check = gtk_check_button_new ();

  self->checks[i] = GTK_CHECK_BUTTON (check);
  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (check, "toggled", G_CALLBACK (toggled_cb), self);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), names);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
  adw_expander_row_add_row (self->columns_row, row);
}

static void
emo_csv_group_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), EMO_TYPE_CSV_GROUP);

  G_OBJECT_CLASS (emo_csv_group_parent_class)->dispose (object);
}

static void
emo_csv_group_class_init (EmoCsvGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_csv_group_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, EMO_RESOURCE_PATH "/widgets/emo-csv-group.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoCsvGroup, columns_row);
  gtk_widget_class_bind_template_child (widget_class, EmoCsvGroup, bom);
  gtk_widget_class_bind_template_child (widget_class, EmoCsvGroup, formula_guard);
}

static void
emo_csv_group_init (EmoCsvGroup *self)
{
  GSettings *settings = emo_settings_get ();

  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < N_COLUMNS; i++)
    add_column (self, i);
  update_columns (self);
  if (settings == NULL)
    return;

  g_settings_bind (settings, "export-bom", self->bom, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "export-formula-guard", self->formula_guard, "active", G_SETTINGS_BIND_DEFAULT);
  g_signal_connect_object (settings, "changed::export-columns", G_CALLBACK (update_columns), self, G_CONNECT_SWAPPED);
}
