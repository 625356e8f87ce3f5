/* emo-train-page.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-train-page.h"
#include "emo-train-view.h"

struct _EmoTrainPage
{
  AdwBin          parent_instance;

  EmoModelLoader *loader;
  EmoTrainView   *view;        /* (nullable) (unowned): the child */
};

enum
{
  PROP_0,
  PROP_LOADER,
  PROP_ACTIVE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoTrainPage, emo_train_page, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

static void
active_cb (EmoTrainPage *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
}

static EmoTrainView *
ensure_view (EmoTrainPage *self)
{
  if (self->view == NULL)
    {
      self->view = EMO_TRAIN_VIEW (emo_train_view_new (self->loader));
      adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->view));
      g_signal_connect_object (self->view, "notify::active", G_CALLBACK (active_cb), self, G_CONNECT_SWAPPED);
    }

  return self->view;
}

/* --- What the window offers --- */

static void
set_cb (GSimpleAction *action,
        GVariant      *parameter,
        gpointer       user_data)
{
  static const struct
  {
    const char *name;
    void      (*set) (EmoTrainView *view, const char *value);
  } setters[] = {
    { "train-dataset", emo_train_view_set_dataset },
    { "train-model", emo_train_view_set_model },
    { "train-output", emo_train_view_set_output },
    { "train-stage", emo_train_view_set_stage },
  };

  for (guint i = 0; i < G_N_ELEMENTS (setters); i++)
    if (g_str_equal (setters[i].name, g_action_get_name (G_ACTION (action))))
      setters[i].set (ensure_view (user_data), g_variant_get_string (parameter, NULL));
}

static const GActionEntry action_entries[] = {
  { .name = "train-dataset", .activate = set_cb, .parameter_type = "s" },
  { .name = "train-model", .activate = set_cb, .parameter_type = "s" },
  { .name = "train-output", .activate = set_cb, .parameter_type = "s" },
  { .name = "train-stage", .activate = set_cb, .parameter_type = "s" },
};

/* --- The object --- */

static void
emo_train_page_map (GtkWidget *widget)
{
  ensure_view (EMO_TRAIN_PAGE (widget));

  GTK_WIDGET_CLASS (emo_train_page_parent_class)->map (widget);
}

static void
emo_train_page_dispose (GObject *object)
{
  EmoTrainPage *self = EMO_TRAIN_PAGE (object);

  self->view = NULL;
  g_clear_object (&self->loader);

  G_OBJECT_CLASS (emo_train_page_parent_class)->dispose (object);
}

static void
emo_train_page_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  EmoTrainPage *self = EMO_TRAIN_PAGE (object);

  switch (prop_id)
    {
    case PROP_LOADER:
      g_value_set_object (value, self->loader);
      break;
    case PROP_ACTIVE:
      g_value_set_boolean (value, emo_train_page_get_active (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_train_page_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_LOADER:
      EMO_TRAIN_PAGE (object)->loader = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_train_page_class_init (EmoTrainPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_train_page_dispose;
  object_class->get_property = emo_train_page_get_property;
  object_class->set_property = emo_train_page_set_property;

  widget_class->map = emo_train_page_map;

  properties[PROP_LOADER] =
    g_param_spec_object ("loader", NULL, NULL,
                         EMO_TYPE_MODEL_LOADER,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_ACTIVE] =
    g_param_spec_boolean ("active", NULL, NULL,
                          FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
emo_train_page_init (EmoTrainPage *self)
{
}

/**
 * emo_train_page_add_actions:
 * @self: a page
 * @map: the window
 *
 * So that what can be chosen can be scripted, too.
 */
void
emo_train_page_add_actions (EmoTrainPage *self,
                            GActionMap   *map)
{
  g_return_if_fail (EMO_IS_TRAIN_PAGE (self));
  g_return_if_fail (G_IS_ACTION_MAP (map));

  g_action_map_add_action_entries (map, action_entries, G_N_ELEMENTS (action_entries), self);
}

/**
 * emo_train_page_get_active:
 * @self: a page
 *
 * Returns: whether a training runs
 */
gboolean
emo_train_page_get_active (EmoTrainPage *self)
{
  g_return_val_if_fail (EMO_IS_TRAIN_PAGE (self), FALSE);

  return self->view != NULL && emo_train_view_get_active (self->view);
}

/**
 * emo_train_page_stop:
 * @self: a page
 *
 * Stops the training after its step, with a checkpoint; asked again, at once.
 */
void
emo_train_page_stop (EmoTrainPage *self)
{
  g_return_if_fail (EMO_IS_TRAIN_PAGE (self));

  if (self->view != NULL)
    emo_train_view_stop (self->view);
}
