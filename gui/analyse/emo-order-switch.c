/* emo-order-switch.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-button-label.h"
#include "emo-order-switch.h"

struct _EmoOrderSwitch
{
  AdwBin           parent_instance;

  EmoLabelOrder    order;
  GtkToggleButton *by_probability;
  GtkToggleButton *by_wheel;
};

enum
{
  PROP_0,
  PROP_ORDER,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoOrderSwitch, emo_order_switch, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* One of the two buttons is always down, so one of them tells of both. */
static void
toggled_cb (EmoOrderSwitch *self)
{
  emo_order_switch_set_order (self, gtk_toggle_button_get_active (self->by_probability)
                                      ? EMO_LABEL_ORDER_PROBABILITY
                                      : EMO_LABEL_ORDER_WHEEL);
}

static void
emo_order_switch_dispose (GObject *object)
{
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), EMO_TYPE_ORDER_SWITCH);

  G_OBJECT_CLASS (emo_order_switch_parent_class)->dispose (object);
}

static void
emo_order_switch_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_ORDER:
      g_value_set_enum (value, emo_order_switch_get_order (EMO_ORDER_SWITCH (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_order_switch_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_ORDER:
      emo_order_switch_set_order (EMO_ORDER_SWITCH (object), g_value_get_enum (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_order_switch_class_init (EmoOrderSwitchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_order_switch_dispose;
  object_class->get_property = emo_order_switch_get_property;
  object_class->set_property = emo_order_switch_set_property;

  properties[PROP_ORDER] =
    g_param_spec_enum ("order", NULL, NULL,
                       EMO_TYPE_LABEL_ORDER, EMO_LABEL_ORDER_PROBABILITY,
                       G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/analyse/emo-order-switch.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoOrderSwitch, by_probability);
  gtk_widget_class_bind_template_child (widget_class, EmoOrderSwitch, by_wheel);
  gtk_widget_class_bind_template_callback (widget_class, toggled_cb);
}

static void
emo_order_switch_init (EmoOrderSwitch *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  emo_order_switch_set_labels (self, NULL);
  emo_button_label_ellipsize (GTK_BUTTON (self->by_probability));
  emo_button_label_ellipsize (GTK_BUTTON (self->by_wheel));
}

/**
 * emo_order_switch_get_order:
 * @self: a switch
 *
 * Returns: the order that is chosen
 */
EmoLabelOrder
emo_order_switch_get_order (EmoOrderSwitch *self)
{
  g_return_val_if_fail (EMO_IS_ORDER_SWITCH (self), EMO_LABEL_ORDER_PROBABILITY);

  return self->order;
}

/**
 * emo_order_switch_set_order:
 * @self: a switch
 * @order: of the rows
 */
void
emo_order_switch_set_order (EmoOrderSwitch *self,
                            EmoLabelOrder   order)
{
  g_return_if_fail (EMO_IS_ORDER_SWITCH (self));

  if (self->order == order)
    return;

  self->order = order;
  gtk_toggle_button_set_active (order == EMO_LABEL_ORDER_WHEEL ? self->by_wheel : self->by_probability, TRUE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ORDER]);
}

/**
 * emo_order_switch_set_labels:
 * @self: a switch
 * @labels: (nullable): the labels of the rows
 *
 * Names the second button after the wheel where the labels have places on it,
 * else after the model, whose order it gives.
 */
void
emo_order_switch_set_labels (EmoOrderSwitch *self,
                             EmoLabelSet    *labels)
{
  gboolean on_wheel = TRUE;

  g_return_if_fail (EMO_IS_ORDER_SWITCH (self));

  if (labels != NULL)
    g_free (emo_label_set_dup_wheel_order (labels, &on_wheel));
  gtk_button_set_label (GTK_BUTTON (self->by_wheel),
                        on_wheel ? C_("order of the rows", "Wheel") : C_("order of the rows", "Model"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->by_wheel),
                               on_wheel ? _("Rows in the Order of the Emotion Wheel") : _("Rows in the Model’s Order"));
}
