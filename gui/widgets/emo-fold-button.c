/* emo-fold-button.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-fold-button.h"

struct _EmoFoldButton
{
  GtkToggleButton parent_instance;

  GtkImage       *arrow;
  GtkLabel       *label;
};

enum
{
  PROP_0,
  PROP_TITLE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoFoldButton, emo_fold_button, GTK_TYPE_TOGGLE_BUTTON)

static GParamSpec *properties[N_PROPS];

static void
emo_fold_button_toggled (GtkToggleButton *button)
{
  EmoFoldButton *self = EMO_FOLD_BUTTON (button);
  gboolean expanded = gtk_toggle_button_get_active (button);

  if (GTK_TOGGLE_BUTTON_CLASS (emo_fold_button_parent_class)->toggled != NULL)
    GTK_TOGGLE_BUTTON_CLASS (emo_fold_button_parent_class)->toggled (button);

  gtk_image_set_from_icon_name (self->arrow, expanded ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self),
                               GTK_ACCESSIBLE_STATE_EXPANDED, expanded,
                               -1);
}

static void
emo_fold_button_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, emo_fold_button_get_title (EMO_FOLD_BUTTON (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_fold_button_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_TITLE:
      emo_fold_button_set_title (EMO_FOLD_BUTTON (object), g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_fold_button_class_init (EmoFoldButtonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = emo_fold_button_get_property;
  object_class->set_property = emo_fold_button_set_property;

  GTK_TOGGLE_BUTTON_CLASS (klass)->toggled = emo_fold_button_toggled;

  properties[PROP_TITLE] =
    g_param_spec_string ("title", NULL, NULL,
                         "",
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/widgets/emo-fold-button.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoFoldButton, arrow);
  gtk_widget_class_bind_template_child (widget_class, EmoFoldButton, label);
}

static void
emo_fold_button_init (EmoFoldButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_state (GTK_ACCESSIBLE (self),
                               GTK_ACCESSIBLE_STATE_EXPANDED, FALSE,
                               -1);
}

/**
 * emo_fold_button_get_title:
 * @self: a button
 *
 * Returns: (transfer none): what it unfolds
 */
const char *
emo_fold_button_get_title (EmoFoldButton *self)
{
  g_return_val_if_fail (EMO_IS_FOLD_BUTTON (self), NULL);

  return gtk_label_get_text (self->label);
}

/**
 * emo_fold_button_set_title:
 * @self: a button
 * @title: what it unfolds
 */
void
emo_fold_button_set_title (EmoFoldButton *self,
                           const char    *title)
{
  g_return_if_fail (EMO_IS_FOLD_BUTTON (self));
  g_return_if_fail (title != NULL);

  if (g_str_equal (gtk_label_get_text (self->label), title))
    return;

  gtk_label_set_text (self->label, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}
