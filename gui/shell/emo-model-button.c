/* emo-model-button.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-model-button.h"
#include "emo-model-popover.h"
#include "emo-model-words.h"

struct _EmoModelButton
{
  AdwBin           parent_instance;

  EmoModelLoader  *loader;

  GtkMenuButton   *button;
  EmoModelPopover *popover;
  GtkLabel        *label;
  GtkImage        *icon;
};

G_DEFINE_FINAL_TYPE (EmoModelButton, emo_model_button, ADW_TYPE_BIN)

static const char *
get_icon_name (EmoModelState state)
{
  switch (state)
    {
    case EMO_MODEL_LOADING:
      return "content-loading-symbolic";
    case EMO_MODEL_READY:
      return "emblem-ok-symbolic";
    case EMO_MODEL_FAILED:
      return "dialog-error-symbolic";
    case EMO_MODEL_TOO_LARGE:
      return "dialog-warning-symbolic";
    case EMO_MODEL_NOT_LOADED:
    default:
      return "system-run-symbolic";
    }
}

static void
update (EmoModelButton *self)
{
  g_autofree char *words = emo_model_words_dup_state (self->loader);
  g_autofree char *name = emo_model_loader_dup_name (self->loader);
  g_autofree char *label = NULL;

  if (name != NULL)
    /* Translators: a model's name and its state, "EmoScenes: Ready · 3M · CPU" */
    label = g_strdup_printf (_("Model %s: %s"), name, words);
  else
    label = g_strdup_printf (_("Model: %s"), words);

  if (g_strcmp0 (gtk_label_get_text (self->label), words) != 0)
    gtk_label_set_text (self->label, words);
  gtk_image_set_from_icon_name (self->icon, get_icon_name (emo_model_loader_get_state (self->loader)));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
}

static void
emo_model_button_dispose (GObject *object)
{
  EmoModelButton *self = EMO_MODEL_BUTTON (object);

  if (self->loader != NULL)
    g_signal_handlers_disconnect_by_data (self->loader, self);
  g_clear_object (&self->loader);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_MODEL_BUTTON);

  G_OBJECT_CLASS (emo_model_button_parent_class)->dispose (object);
}

static void
emo_model_button_class_init (EmoModelButtonClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_model_button_dispose;

  g_type_ensure (EMO_TYPE_MODEL_POPOVER);
  gtk_widget_class_set_template_from_resource (widget_class, EMO_RESOURCE_PATH "/shell/emo-model-button.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoModelButton, button);
  gtk_widget_class_bind_template_child (widget_class, EmoModelButton, popover);
  gtk_widget_class_bind_template_child (widget_class, EmoModelButton, label);
  gtk_widget_class_bind_template_child (widget_class, EmoModelButton, icon);
}

static void
emo_model_button_init (EmoModelButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_model_button_set_loader:
 * @self: a button
 * @loader: what to tell of; once
 */
void
emo_model_button_set_loader (EmoModelButton *self,
                             EmoModelLoader *loader)
{
  g_return_if_fail (EMO_IS_MODEL_BUTTON (self));
  g_return_if_fail (EMO_IS_MODEL_LOADER (loader) && self->loader == NULL);

  self->loader = g_object_ref (loader);
  emo_model_popover_set_loader (self->popover, loader);
  g_signal_connect_object (loader, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

/**
 * emo_model_button_popup:
 * @self: a button
 *
 * Opens what is below it.
 */
void
emo_model_button_popup (EmoModelButton *self)
{
  g_return_if_fail (EMO_IS_MODEL_BUTTON (self));

  gtk_menu_button_popup (self->button);
}
