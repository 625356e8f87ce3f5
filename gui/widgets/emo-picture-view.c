/* emo-picture-view.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-picture-loader.h"
#include "emo-picture-view.h"

struct _EmoPictureView
{
  AdwBin        parent_instance;

  EmoSample    *sample;        /* (nullable) */
  GCancellable *cancellable;   /* (nullable) the load under way */

  GtkStack     *stack;
  GtkPicture   *picture;
  GtkLabel     *reason;
};

enum
{
  PROP_0,
  PROP_SAMPLE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoPictureView, emo_picture_view, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* The picture is fitted to the pane, so more pixels than a large pane has would
 * only alias; it is well under EMO_PICTURE_MAX_SIDE. */
#define FITTED_SIDE 2048

static void
cancel_load (EmoPictureView *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
load_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (EmoPictureView) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = emo_picture_load_finish (result, &error);

  /* A later selection has cancelled this one and owns the view now. */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;

  g_clear_object (&self->cancellable);
  if (texture != NULL)
    {
      gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (texture));
      gtk_stack_set_visible_child_name (self->stack, "picture");
    }
  else
    {
      gtk_label_set_text (self->reason, error->message);
      gtk_stack_set_visible_child_name (self->stack, "failed");
    }
}

static void
begin_load (EmoPictureView *self)
{
  g_autofree char *name = emo_sample_dup_display_name (self->sample);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->picture),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  self->cancellable = g_cancellable_new ();
  emo_picture_load_async (self->sample, FITTED_SIDE, self->cancellable, load_cb, g_object_ref (self));
}

static void
emo_picture_view_dispose (GObject *object)
{
  EmoPictureView *self = EMO_PICTURE_VIEW (object);

  cancel_load (self);
  g_clear_object (&self->sample);
  /* dispose_template unparents bound children, of which AdwBin keeps a pointer. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), EMO_TYPE_PICTURE_VIEW);

  G_OBJECT_CLASS (emo_picture_view_parent_class)->dispose (object);
}

static void
emo_picture_view_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  EmoPictureView *self = EMO_PICTURE_VIEW (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      g_value_set_object (value, self->sample);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_picture_view_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  EmoPictureView *self = EMO_PICTURE_VIEW (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      emo_picture_view_set_sample (self, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_picture_view_class_init (EmoPictureViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_picture_view_dispose;
  object_class->get_property = emo_picture_view_get_property;
  object_class->set_property = emo_picture_view_set_property;

  properties[PROP_SAMPLE] =
    g_param_spec_object ("sample", NULL, NULL,
                         EMO_TYPE_SAMPLE,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/emovlm/EmoVLM/widgets/emo-picture-view.ui");
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, stack);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, picture);
  gtk_widget_class_bind_template_child (widget_class, EmoPictureView, reason);
}

static void
emo_picture_view_init (EmoPictureView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * emo_picture_view_get_sample:
 * @self: a view
 *
 * Returns: (transfer none) (nullable): what is shown
 */
EmoSample *
emo_picture_view_get_sample (EmoPictureView *self)
{
  g_return_val_if_fail (EMO_IS_PICTURE_VIEW (self), NULL);

  return self->sample;
}

/**
 * emo_picture_view_set_sample:
 * @self: a view
 * @sample: (nullable): what to show
 *
 * Decodes off the main thread; the picture before stays until the new one is
 * there.
 */
void
emo_picture_view_set_sample (EmoPictureView *self,
                             EmoSample      *sample)
{
  g_return_if_fail (EMO_IS_PICTURE_VIEW (self));

  if (!g_set_object (&self->sample, sample))
    return;

  cancel_load (self);
  if (sample != NULL)
    begin_load (self);
  else
    gtk_picture_set_paintable (self->picture, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAMPLE]);
}
