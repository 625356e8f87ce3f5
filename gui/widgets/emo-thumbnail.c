/* emo-thumbnail.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-thumbnail-cache.h"
#include "emo-thumbnail.h"

#define DEFAULT_SIDE 128

/* It is on the screen or off while sizes are given out, as where a narrow window
 * folds its list away, and GTK loses a size that is asked for then: what is shown
 * changes only what is drawn. */

struct _EmoThumbnail
{
  AdwBin        parent_instance;

  EmoSample    *sample;        /* (nullable) */
  int           side;
  GCancellable *cancellable;   /* (nullable) of the load under way */
  GdkTexture   *texture;       /* (nullable) what is drawn */
  gboolean      missing;       /* the icon of the child is */
};

enum
{
  PROP_0,
  PROP_SAMPLE,
  PROP_SIDE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (EmoThumbnail, emo_thumbnail, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* What a worker thread needs; objects stay on the main thread. */
typedef struct
{
  char   *path;       /* (nullable) */
  GBytes *bytes;      /* (nullable) */
  char   *name;
  int     side;
} Load;

/* Who waits for it; main thread only. */
typedef struct
{
  EmoThumbnail *thumbnail;
  EmoSample    *sample;
} Waiter;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_free (load->path);
  g_clear_pointer (&load->bytes, g_bytes_unref);
  g_free (load->name);
  g_free (load);
}

static void
load_worker (gpointer data,
             gpointer pool_data)
{
  g_autoptr (GTask) task = data;
  Load *load = g_task_get_task_data (task);
  g_autoptr (EmoImage) image = NULL;
  g_autoptr (GError) error = NULL;

  /* A list that is scrolled past thousands has given up most of them. */
  if (g_task_return_error_if_cancelled (task))
    return;

  if (load->bytes != NULL)
    image = emo_image_load_bytes_small (load->bytes, load->name, load->side, &error);
  else if (load->path != NULL)
    image = emo_image_load_small (load->path, load->side, &error);

  if (image == NULL)
    g_task_return_pointer (task, NULL, NULL);
  else
    g_task_return_pointer (task,
                           gdk_memory_texture_new (emo_image_get_width (image),
                                                   emo_image_get_height (image),
                                                   GDK_MEMORY_R8G8B8,
                                                   emo_image_get_bytes (image),
                                                   (gsize) emo_image_get_width (image) * 3),
                           g_object_unref);
}

/* A pool of its own: the picture in the middle must not wait behind a list of
 * thumbnails. */
static GThreadPool *
get_pool (void)
{
  static GThreadPool *pool;

  if (pool == NULL)
    pool = g_thread_pool_new (load_worker, NULL, 2, FALSE, NULL);

  return pool;
}

/* @texture: (nullable) */
static void
show (EmoThumbnail *self,
      GdkTexture   *texture,
      gboolean      missing)
{
  g_set_object (&self->texture, texture);
  self->missing = missing;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
load_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Load *load = g_task_get_task_data (G_TASK (result));
  g_autofree Waiter *waiter = user_data;
  g_autoptr (EmoThumbnail) self = waiter->thumbnail;
  g_autoptr (EmoSample) sample = waiter->sample;
  g_autoptr (GdkTexture) texture = g_task_propagate_pointer (G_TASK (result), NULL);

  /* What was decoded in vain is still good for the next time. */
  if (texture != NULL)
    emo_thumbnail_cache_insert (emo_thumbnail_cache_get_default (), sample, load->side, texture);
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;

  g_clear_object (&self->cancellable);
  show (self, texture, texture == NULL);
}

static int
get_pixels (EmoThumbnail *self)
{
  return self->side * gtk_widget_get_scale_factor (GTK_WIDGET (self));
}

static void
begin_load (EmoThumbnail *self)
{
  g_autoptr (GTask) task = NULL;
  GFile *file = emo_sample_get_file (self->sample);
  Load *load = g_new0 (Load, 1);
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->thumbnail = g_object_ref (self);
  waiter->sample = g_object_ref (self->sample);
  load->name = emo_sample_dup_display_name (self->sample);
  load->side = get_pixels (self);
  if (emo_sample_get_bytes (self->sample) != NULL)
    load->bytes = g_bytes_ref (emo_sample_get_bytes (self->sample));
  else if (file != NULL)
    load->path = g_file_get_path (file);

  self->cancellable = g_cancellable_new ();
  task = g_task_new (NULL, self->cancellable, load_cb, waiter);
  g_task_set_source_tag (task, begin_load);
  g_task_set_task_data (task, load, load_free);
  /* The texture is kept though nobody waits for it any more. */
  g_task_set_check_cancellable (task, FALSE);
  g_thread_pool_push (get_pool (), g_steal_pointer (&task), NULL);
}

static void
cancel_load (EmoThumbnail *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
update (EmoThumbnail *self)
{
  GdkTexture *texture = NULL;

  cancel_load (self);
  if (self->sample != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      texture = emo_thumbnail_cache_lookup (emo_thumbnail_cache_get_default (), self->sample, get_pixels (self));
      if (texture == NULL)
        begin_load (self);
    }
  show (self, texture, FALSE);
}

static void
emo_thumbnail_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (emo_thumbnail_parent_class)->map (widget);

  update (EMO_THUMBNAIL (widget));
}

static void
emo_thumbnail_unmap (GtkWidget *widget)
{
  EmoThumbnail *self = EMO_THUMBNAIL (widget);

  /* Off the screen the cache alone decides what is kept. */
  cancel_load (self);
  show (self, NULL, FALSE);

  GTK_WIDGET_CLASS (emo_thumbnail_parent_class)->unmap (widget);
}

/* In the middle, and not larger than it is. */
static void
snapshot_texture (EmoThumbnail *self,
                  GtkSnapshot  *snapshot)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self));
  int height = gtk_widget_get_height (GTK_WIDGET (self));
  double w = gdk_texture_get_width (self->texture);
  double h = gdk_texture_get_height (self->texture);
  double scale = MIN (1, MIN (width / w, height / h));

  w *= scale;
  h *= scale;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (floor ((width - w) / 2), floor ((height - h) / 2)));
  gdk_paintable_snapshot (GDK_PAINTABLE (self->texture), snapshot, w, h);
  gtk_snapshot_restore (snapshot);
}

static void
emo_thumbnail_snapshot (GtkWidget   *widget,
                        GtkSnapshot *snapshot)
{
  EmoThumbnail *self = EMO_THUMBNAIL (widget);

  if (self->texture != NULL)
    snapshot_texture (self, snapshot);
  else if (self->missing)
    GTK_WIDGET_CLASS (emo_thumbnail_parent_class)->snapshot (widget, snapshot);
}

static void
emo_thumbnail_dispose (GObject *object)
{
  EmoThumbnail *self = EMO_THUMBNAIL (object);

  cancel_load (self);
  g_clear_object (&self->texture);
  g_clear_object (&self->sample);

  G_OBJECT_CLASS (emo_thumbnail_parent_class)->dispose (object);
}

static void
emo_thumbnail_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  EmoThumbnail *self = EMO_THUMBNAIL (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      g_value_set_object (value, self->sample);
      break;
    case PROP_SIDE:
      g_value_set_int (value, self->side);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_thumbnail_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  EmoThumbnail *self = EMO_THUMBNAIL (object);

  switch (prop_id)
    {
    case PROP_SAMPLE:
      emo_thumbnail_set_sample (self, g_value_get_object (value));
      break;
    case PROP_SIDE:
      emo_thumbnail_set_side (self, g_value_get_int (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
emo_thumbnail_class_init (EmoThumbnailClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = emo_thumbnail_dispose;
  object_class->get_property = emo_thumbnail_get_property;
  object_class->set_property = emo_thumbnail_set_property;

  widget_class->map = emo_thumbnail_map;
  widget_class->unmap = emo_thumbnail_unmap;
  widget_class->snapshot = emo_thumbnail_snapshot;

  properties[PROP_SAMPLE] =
    g_param_spec_object ("sample", NULL, NULL,
                         EMO_TYPE_SAMPLE,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_SIDE] =
    g_param_spec_int ("side", NULL, NULL,
                      16, 2048, DEFAULT_SIDE,
                      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_css_name (widget_class, "thumbnail");
  /* What it stands in says what it shows. */
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
emo_thumbnail_init (EmoThumbnail *self)
{
  GtkWidget *icon = g_object_new (GTK_TYPE_IMAGE,
                                  "accessible-role", GTK_ACCESSIBLE_ROLE_PRESENTATION,
                                  "icon-name", "image-missing-symbolic",
                                  "icon-size", GTK_ICON_SIZE_LARGE,
                                  NULL);

  self->side = DEFAULT_SIDE;
  gtk_widget_add_css_class (icon, "dim-label");
  adw_bin_set_child (ADW_BIN (self), icon);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (update), NULL);
}

/**
 * emo_thumbnail_get_sample:
 * @self: a thumbnail
 *
 * Returns: (transfer none) (nullable): whose picture it shows
 */
EmoSample *
emo_thumbnail_get_sample (EmoThumbnail *self)
{
  g_return_val_if_fail (EMO_IS_THUMBNAIL (self), NULL);

  return self->sample;
}

/**
 * emo_thumbnail_set_sample:
 * @self: a thumbnail
 * @sample: (nullable): what to show
 *
 * Decodes as soon as the widget is on the screen.
 */
void
emo_thumbnail_set_sample (EmoThumbnail *self,
                          EmoSample    *sample)
{
  g_return_if_fail (EMO_IS_THUMBNAIL (self));

  if (!g_set_object (&self->sample, sample))
    return;

  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SAMPLE]);
}

/**
 * emo_thumbnail_retry:
 * @self: a thumbnail
 *
 * Tries once more where the picture could not be read; its file may have been
 * mended.
 */
void
emo_thumbnail_retry (EmoThumbnail *self)
{
  g_return_if_fail (EMO_IS_THUMBNAIL (self));

  if (self->missing)
    update (self);
}

/**
 * emo_thumbnail_get_side:
 * @self: a thumbnail
 *
 * Returns: how many application pixels the longer side has
 */
int
emo_thumbnail_get_side (EmoThumbnail *self)
{
  g_return_val_if_fail (EMO_IS_THUMBNAIL (self), 0);

  return self->side;
}

/**
 * emo_thumbnail_set_side:
 * @self: a thumbnail
 * @side: how many application pixels the longer side should have
 *
 * Says how large to decode; the widget's size is its parent's business.
 */
void
emo_thumbnail_set_side (EmoThumbnail *self,
                        int           side)
{
  g_return_if_fail (EMO_IS_THUMBNAIL (self));

  if (self->side == side)
    return;

  self->side = side;
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIDE]);
}
