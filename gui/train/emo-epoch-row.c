/* emo-epoch-row.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-epoch-row.h"
#include "emo-train-words.h"

struct _EmoEpochRow
{
  AdwBin        parent_instance;

  EmoEpochItem *item;         /* (nullable) */

  GtkLabel     *epoch;
  GtkLabel     *loss;
  GtkLabel     *val_loss;
  GtkLabel     *accuracy;
  GtkLabel     *macro_f1;
};

enum
{
  PROP_0,
  PROP_ITEM,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoEpochRow, emo_epoch_row, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* The list wraps each row in a widget of its own, which is what a screen reader
 * lands on and which is nameless unless told. */
static void
update_accessible (EmoEpochRow *self)
{
  GtkWidget *line = gtk_widget_get_parent (GTK_WIDGET (self));
  g_autofree char *text = NULL;

  if (line == NULL || self->item == NULL)
    return;

  text = emo_train_words_dup_epoch (emo_epoch_item_get_numbers (self->item));
  gtk_accessible_update_property (GTK_ACCESSIBLE (line), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

static void
update (EmoEpochRow *self)
{
  const EmoTrainEpoch *numbers = emo_epoch_item_get_numbers (self->item);
  g_autofree char *epoch = g_strdup_printf ("%u", numbers->epoch);
  g_autofree char *loss = emo_train_words_dup_loss (numbers->loss);
  g_autofree char *val_loss = emo_train_words_dup_loss (numbers->val_loss);
  g_autofree char *accuracy = emo_train_words_dup_score (numbers->val_accuracy);
  g_autofree char *macro_f1 = emo_train_words_dup_score (numbers->val_macro_f1);

  gtk_label_set_text (self->epoch, epoch);
  gtk_label_set_text (self->loss, loss);
  gtk_label_set_text (self->val_loss, val_loss);
  gtk_label_set_text (self->accuracy, accuracy);
  gtk_label_set_text (self->macro_f1, macro_f1);
  update_accessible (self);
}

static void
emo_epoch_row_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (emo_epoch_row_parent_class)->root (widget);

  update_accessible (EMO_EPOCH_ROW (widget));
}

static void
emo_epoch_row_dispose (GObject *object)
{
  EmoEpochRow *self = EMO_EPOCH_ROW (object);

  g_clear_object (&self->item);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_EPOCH_ROW);

  G_OBJECT_CLASS (emo_epoch_row_parent_class)->dispose (object);
}

static void
emo_epoch_row_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_ITEM:
      g_value_set_object (value, EMO_EPOCH_ROW (object)->item);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_epoch_row_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_ITEM:
      emo_epoch_row_set_item (EMO_EPOCH_ROW (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_epoch_row_class_init (EmoEpochRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_epoch_row_dispose;
  object_class->get_property = emo_epoch_row_get_property;
  object_class->set_property = emo_epoch_row_set_property;

  widget_class->root = emo_epoch_row_root;

  properties[PROP_ITEM] =
    g_param_spec_object ("item", NULL, NULL,
                         EMO_TYPE_EPOCH_ITEM,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, EMO_RESOURCE_PATH "/train/emo-epoch-row.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoEpochRow, epoch);
  gtk_widget_class_bind_template_child (widget_class, EmoEpochRow, loss);
  gtk_widget_class_bind_template_child (widget_class, EmoEpochRow, val_loss);
  gtk_widget_class_bind_template_child (widget_class, EmoEpochRow, accuracy);
  gtk_widget_class_bind_template_child (widget_class, EmoEpochRow, macro_f1);
}

static void
emo_epoch_row_init (EmoEpochRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_epoch_row_set_item:
 * @self: a row
 * @item: (nullable): what to show; of %NULL nothing changes, for a list takes the
 *   item out before the row
 */
void
emo_epoch_row_set_item (EmoEpochRow  *self,
                        EmoEpochItem *item)
{
  g_return_if_fail (EMO_IS_EPOCH_ROW (self));

  if (!g_set_object (&self->item, item))
    return;

  if (item != NULL)
    update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ITEM]);
}
