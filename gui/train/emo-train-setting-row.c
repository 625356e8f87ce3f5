/* emo-train-setting-row.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>
#include <math.h>

#include "emo-drop-down.h"
#include "emo-train-setting-row.h"

struct _EmoTrainSettingRow
{
  AdwActionRow           parent_instance;

  const EmoTrainSetting *setting;
  GtkWidget             *control;     /* (unowned): a child */
  gboolean               valid;
};

enum
{
  PROP_0,
  PROP_VALID,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoTrainSettingRow, emo_train_setting_row, ADW_TYPE_ACTION_ROW)

static GParamSpec *properties[N_PROPS];

/* Rates are written with a point, and in some languages with a comma. */
static double
parse_rate (const char *text)
{
  g_autofree char *copy = g_strstrip (g_strdelimit (g_strdup (text), ",", '.'));
  char *end;
  double number = g_ascii_strtod (copy, &end);

  return *copy != '\0' && *end == '\0' ? number : NAN;
}

static void
text_cb (EmoTrainSettingRow *self)
{
  double number = parse_rate (gtk_editable_get_text (GTK_EDITABLE (self->control)));
  gboolean valid = number >= self->setting->low && number <= self->setting->high;

  if (valid)
    gtk_widget_remove_css_class (self->control, "error");
  else
    gtk_widget_add_css_class (self->control, "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->control),
                               GTK_ACCESSIBLE_STATE_INVALID, valid ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE,
                               -1);
  if (self->valid == valid)
    return;

  self->valid = valid;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VALID]);
}

static GtkWidget *
new_entry (EmoTrainSettingRow *self,
           const char         *value)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_editable_set_text (GTK_EDITABLE (entry), value);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 8);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (entry), 8);
  gtk_entry_set_alignment (GTK_ENTRY (entry), 1);
  gtk_entry_set_input_purpose (GTK_ENTRY (entry), GTK_INPUT_PURPOSE_NUMBER);
  g_signal_connect_object (entry, "changed", G_CALLBACK (text_cb), self, G_CONNECT_SWAPPED);

  return entry;
}

static GtkWidget *
new_spin_button (const EmoTrainSetting *setting,
                 const char            *value)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (setting->low, setting->high, setting->step);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), setting->digits);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (spin), TRUE);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), g_ascii_strtod (value, NULL));
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 5);

  return spin;
}

static GtkWidget *
new_drop_down (const EmoTrainSetting *setting,
               const char            *value)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  GtkWidget *drop_down;
  guint selected = 0;

  for (guint i = 0; setting->values[i] != NULL; i++)
    {
      gtk_string_list_append (list, setting->names != NULL ? _(setting->names[i]) : setting->values[i]);
      if (g_str_equal (setting->values[i], value))
        selected = i;
    }
  drop_down = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&list)), NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (drop_down), selected);
  emo_drop_down_set_name (GTK_DROP_DOWN (drop_down), _(setting->title));

  return drop_down;
}

static GtkWidget *
new_control (EmoTrainSettingRow *self,
             const char         *value)
{
  GtkWidget *control;

  switch (self->setting->kind)
    {
    case EMO_TRAIN_SETTING_RATE:
      return new_entry (self, value);
    case EMO_TRAIN_SETTING_CHOICE:
      return new_drop_down (self->setting, value);
    case EMO_TRAIN_SETTING_SWITCH:
      control = gtk_switch_new ();
      gtk_switch_set_active (GTK_SWITCH (control), g_str_equal (value, "true"));
      return control;
    case EMO_TRAIN_SETTING_COUNT:
    case EMO_TRAIN_SETTING_NUMBER:
    default:
      return new_spin_button (self->setting, value);
    }
}

static void
emo_train_setting_row_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  EmoTrainSettingRow *self = EMO_TRAIN_SETTING_ROW (object);

  switch (prop_id)
    {
    case PROP_VALID:
      g_value_set_boolean (value, self->valid);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_train_setting_row_class_init (EmoTrainSettingRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = emo_train_setting_row_get_property;

  properties[PROP_VALID] =
    g_param_spec_boolean ("valid", NULL, NULL,
                          TRUE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_train_setting_row_init (EmoTrainSettingRow *self)
{
  self->valid = TRUE;
}

/**
 * emo_train_setting_row_new:
 * @setting: what is set
 *
 * Returns: (transfer floating): a row with the recipe's value
 */
GtkWidget *
emo_train_setting_row_new (const EmoTrainSetting *setting)
{
  EmoTrainSettingRow *self;
  g_autofree char *value = NULL;

  g_return_val_if_fail (setting != NULL, NULL);

  value = emo_train_setting_dup_default (setting);
  self = g_object_new (EMO_TYPE_TRAIN_SETTING_ROW, "use-markup", FALSE, "title", _(setting->title), NULL);
  if (setting->subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self), _(setting->subtitle));
  self->setting = setting;
  self->control = new_control (self, value != NULL ? value : "");
  gtk_widget_set_valign (self->control, GTK_ALIGN_CENTER);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), self->control);

  return GTK_WIDGET (self);
}

/**
 * emo_train_setting_row_get_setting:
 * @self: a row
 *
 * Returns: (transfer none): what it sets
 */
const EmoTrainSetting *
emo_train_setting_row_get_setting (EmoTrainSettingRow *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_SETTING_ROW (self), NULL);

  return self->setting;
}

/**
 * emo_train_setting_row_get_valid:
 * @self: a row
 *
 * Returns: whether the value is one that the recipe takes
 */
gboolean
emo_train_setting_row_get_valid (EmoTrainSettingRow *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_SETTING_ROW (self), FALSE);

  return self->valid;
}

static char *
dup_number (double number,
            guint  digits)
{
  g_autofree char *format = g_strdup_printf ("%%.%uf", digits);
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (buffer, sizeof buffer, format, number));
}

/**
 * emo_train_setting_row_dup_value:
 * @self: a row
 *
 * Returns: (transfer full): the value as the recipe takes it
 */
char *
emo_train_setting_row_dup_value (EmoTrainSettingRow *self)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_return_val_if_fail (EMO_IS_TRAIN_SETTING_ROW (self), NULL);

  switch (self->setting->kind)
    {
    case EMO_TRAIN_SETTING_RATE:
      return g_strdup (g_ascii_dtostr (buffer, sizeof buffer,
                                       parse_rate (gtk_editable_get_text (GTK_EDITABLE (self->control)))));
    case EMO_TRAIN_SETTING_CHOICE:
      return g_strdup (self->setting->values[gtk_drop_down_get_selected (GTK_DROP_DOWN (self->control))]);
    case EMO_TRAIN_SETTING_SWITCH:
      return g_strdup (gtk_switch_get_active (GTK_SWITCH (self->control)) ? "true" : "false");
    case EMO_TRAIN_SETTING_COUNT:
    case EMO_TRAIN_SETTING_NUMBER:
    default:
      /* What was typed and not yet confirmed counts. */
      gtk_spin_button_update (GTK_SPIN_BUTTON (self->control));
      return dup_number (gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->control)), self->setting->digits);
    }
}

/**
 * emo_train_setting_row_append_json:
 * @self: a row
 * @out: text of JSON
 *
 * Appends the setting as a member of an object.
 */
void
emo_train_setting_row_append_json (EmoTrainSettingRow *self,
                                   GString            *out)
{
  g_autofree char *value = emo_train_setting_row_dup_value (self);

  g_return_if_fail (out != NULL);

  emo_json_append_string (out, self->setting->key);
  g_string_append_c (out, ':');
  if (self->setting->kind == EMO_TRAIN_SETTING_CHOICE)
    emo_json_append_string (out, value);
  else
    g_string_append (out, value);
}
