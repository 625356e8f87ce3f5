/* emo-train-stage-group.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-train-setting-row.h"
#include "emo-train-stage-group.h"

struct _EmoTrainStageGroup
{
  AdwPreferencesGroup  parent_instance;

  EmoTrainStageId      stage;
  GPtrArray           *rows;      /* of EmoTrainSettingRow (unowned): children */
  gboolean             valid;
  gboolean             published;
};

enum
{
  PROP_0,
  PROP_VALID,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoTrainStageGroup, emo_train_stage_group, ADW_TYPE_PREFERENCES_GROUP)

static GParamSpec *properties[N_PROPS];

/* What each stage makes, and of what. */
static const char * const descriptions[EMO_TRAIN_N_STAGES] = {
  [EMO_TRAIN_VLM] = N_("The VLM learns to name the emotion and why"),
  [EMO_TRAIN_TEACHER] = N_("An image network learns the labels, for the distilled head to learn from"),
  [EMO_TRAIN_DISTILLED] = N_("A small head on the VLM’s features learns from labels and teacher"),
  [EMO_TRAIN_GATE] = N_("The gate learns when to trust which branch"),
};

static void
emo_train_stage_group_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  EmoTrainStageGroup *self = EMO_TRAIN_STAGE_GROUP (object);

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
emo_train_stage_group_finalize (GObject *object)
{
  g_ptr_array_unref (EMO_TRAIN_STAGE_GROUP (object)->rows);

  G_OBJECT_CLASS (emo_train_stage_group_parent_class)->finalize (object);
}

static void
emo_train_stage_group_class_init (EmoTrainStageGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = emo_train_stage_group_finalize;
  object_class->get_property = emo_train_stage_group_get_property;

  properties[PROP_VALID] =
    g_param_spec_boolean ("valid", NULL, NULL,
                          TRUE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_train_stage_group_init (EmoTrainStageGroup *self)
{
  self->rows = g_ptr_array_new ();
  self->valid = TRUE;
}

static void
valid_cb (EmoTrainStageGroup *self)
{
  gboolean valid = TRUE;

  for (guint i = 0; i < self->rows->len; i++)
    valid = valid && emo_train_setting_row_get_valid (g_ptr_array_index (self->rows, i));
  if (self->valid == valid)
    return;

  self->valid = valid;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VALID]);
}

static void
add_rows (EmoTrainStageGroup *self)
{
  GtkWidget *more = adw_expander_row_new ();
  const EmoTrainSetting *settings;
  guint n_settings;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (more), _("More Settings"));
  settings = emo_train_setting_get_all (&n_settings);
  for (guint i = 0; i < n_settings; i++)
    {
      GtkWidget *row;

      if (settings[i].stage != self->stage)
        continue;
      row = emo_train_setting_row_new (&settings[i]);
      g_ptr_array_add (self->rows, row);
      g_signal_connect_object (row, "notify::valid", G_CALLBACK (valid_cb), self, G_CONNECT_SWAPPED);
      if (settings[i].more)
        adw_expander_row_add_row (ADW_EXPANDER_ROW (more), row);
      else
        adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
    }
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), more);
}

/**
 * emo_train_stage_group_new:
 * @stage: a stage
 *
 * Returns: (transfer floating): its settings, as the recipe has them at first
 */
GtkWidget *
emo_train_stage_group_new (EmoTrainStageId stage)
{
  EmoTrainStageGroup *self;

  g_return_val_if_fail (stage < EMO_TRAIN_N_STAGES, NULL);

  self = g_object_new (EMO_TYPE_TRAIN_STAGE_GROUP,
                       "title", emo_train_stage_title (emo_train_stage_id_get_name (stage)),
                       "description", _(descriptions[stage]),
                       NULL);
  self->stage = stage;
  add_rows (self);

  return GTK_WIDGET (self);
}

/**
 * emo_train_stage_group_get_stage:
 * @self: a group
 *
 * Returns: whose settings these are
 */
EmoTrainStageId
emo_train_stage_group_get_stage (EmoTrainStageGroup *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_STAGE_GROUP (self), EMO_TRAIN_VLM);

  return self->stage;
}

/**
 * emo_train_stage_group_get_valid:
 * @self: a group
 *
 * Returns: whether the recipe takes what is written
 */
gboolean
emo_train_stage_group_get_valid (EmoTrainStageGroup *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_STAGE_GROUP (self), FALSE);

  return self->valid;
}

/* What the published way sets itself. */
static gboolean
is_preset (const EmoTrainSetting *setting)
{
  static const char * const keys[] = { "patience", "loss_on", "vlm_input", NULL };

  return g_strv_contains (keys, setting->key);
}

/**
 * emo_train_stage_group_set_published:
 * @self: a group
 * @published: whether the published way is asked for
 *
 * What that way sets itself cannot be set then, and is not written.
 */
void
emo_train_stage_group_set_published (EmoTrainStageGroup *self,
                                     gboolean            published)
{
  g_return_if_fail (EMO_IS_TRAIN_STAGE_GROUP (self));

  self->published = published;
  for (guint i = 0; i < self->rows->len; i++)
    if (is_preset (emo_train_setting_row_get_setting (g_ptr_array_index (self->rows, i))))
      gtk_widget_set_sensitive (g_ptr_array_index (self->rows, i), !published);
}

/**
 * emo_train_stage_group_append_json:
 * @self: a group
 * @out: text of JSON
 *
 * Appends the stage's settings as a member of an object.
 */
void
emo_train_stage_group_append_json (EmoTrainStageGroup *self,
                                   GString            *out)
{
  g_return_if_fail (EMO_IS_TRAIN_STAGE_GROUP (self));
  g_return_if_fail (out != NULL);

  emo_json_append_string (out, emo_train_stage_id_get_name (self->stage));
  g_string_append (out, ":{");
  for (guint i = 0; i < self->rows->len; i++)
    {
      EmoTrainSettingRow *row = g_ptr_array_index (self->rows, i);

      if (self->published && is_preset (emo_train_setting_row_get_setting (row)))
        continue;
      if (out->str[out->len - 1] != '{')
        g_string_append_c (out, ',');
      emo_train_setting_row_append_json (row, out);
    }
  g_string_append_c (out, '}');
}
