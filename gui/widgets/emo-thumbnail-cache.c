/* emo-thumbnail-cache.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-thumbnail-cache.h"

/* What a scrolled list of thousands may keep: some 1,300 thumbnails of 128
 * pixels. */
#define DEFAULT_BYTES (64 * 1024 * 1024)

struct _EmoThumbnailCache
{
  GHashTable *entries;     /* EmoSample (unowned) -> Entry */
  GQueue      order;       /* of Entry, the latest used first */
  gsize       bytes;
  gsize       max_bytes;
};

typedef struct
{
  EmoThumbnailCache *cache;
  EmoSample         *sample;    /* (unowned), watched */
  GdkTexture        *texture;
  int                side;      /* what was asked for */
  gsize              bytes;
  GList              link;      /* in the order */
} Entry;

static void sample_gone_cb (gpointer  data,
                            GObject  *where_the_object_was);

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_queue_unlink (&entry->cache->order, &entry->link);
  entry->cache->bytes -= entry->bytes;
  if (entry->sample != NULL)
    g_object_weak_unref (G_OBJECT (entry->sample), sample_gone_cb, entry);
  g_object_unref (entry->texture);
  g_free (entry);
}

static void
sample_gone_cb (gpointer  data,
                GObject  *where_the_object_was)
{
  Entry *entry = data;

  entry->sample = NULL;
  g_hash_table_remove (entry->cache->entries, where_the_object_was);
}

/**
 * emo_thumbnail_cache_new:
 * @max_bytes: of pixels; the latest picture is kept whatever its size
 *
 * Returns: (transfer full): an empty cache
 */
EmoThumbnailCache *
emo_thumbnail_cache_new (gsize max_bytes)
{
  EmoThumbnailCache *self = g_new0 (EmoThumbnailCache, 1);

  self->entries = g_hash_table_new_full (NULL, NULL, NULL, entry_free);
  g_queue_init (&self->order);
  self->max_bytes = max_bytes;

  return self;
}

/**
 * emo_thumbnail_cache_free:
 * @self: (transfer full): a cache
 */
void
emo_thumbnail_cache_free (EmoThumbnailCache *self)
{
  g_hash_table_unref (self->entries);
  g_free (self);
}

/**
 * emo_thumbnail_cache_get_default:
 *
 * Returns: (transfer none): the cache of all thumbnails
 */
EmoThumbnailCache *
emo_thumbnail_cache_get_default (void)
{
  static EmoThumbnailCache *cache;

  if (cache == NULL)
    cache = emo_thumbnail_cache_new (DEFAULT_BYTES);

  return cache;
}

/**
 * emo_thumbnail_cache_lookup:
 * @self: a cache
 * @sample: a picture
 * @side: how many pixels its longer side should have
 *
 * Returns: (transfer none) (nullable): the thumbnail; %NULL where there is none,
 *   or one for a smaller side only
 */
GdkTexture *
emo_thumbnail_cache_lookup (EmoThumbnailCache *self,
                            EmoSample         *sample,
                            int                side)
{
  Entry *entry = g_hash_table_lookup (self->entries, sample);

  if (entry == NULL || entry->side < side)
    return NULL;

  g_queue_unlink (&self->order, &entry->link);
  g_queue_push_head_link (&self->order, &entry->link);

  return entry->texture;
}

/**
 * emo_thumbnail_cache_insert:
 * @self: a cache
 * @sample: a picture
 * @side: how many pixels were asked for
 * @texture: its thumbnail
 *
 * Keeps a thumbnail, and gives up the least recently used ones beyond the limit.
 */
void
emo_thumbnail_cache_insert (EmoThumbnailCache *self,
                            EmoSample         *sample,
                            int                side,
                            GdkTexture        *texture)
{
  Entry *entry = g_new0 (Entry, 1);

  g_hash_table_remove (self->entries, sample);

  entry->cache = self;
  entry->sample = sample;
  g_object_weak_ref (G_OBJECT (sample), sample_gone_cb, entry);
  entry->texture = g_object_ref (texture);
  entry->side = side;
  entry->bytes = (gsize) gdk_texture_get_width (texture) * gdk_texture_get_height (texture) * 3;
  entry->link.data = entry;
  g_queue_push_head_link (&self->order, &entry->link);
  g_hash_table_insert (self->entries, sample, entry);

  self->bytes += entry->bytes;
  while (self->bytes > self->max_bytes && self->order.tail != &entry->link)
    {
      Entry *last = self->order.tail->data;

      g_hash_table_remove (self->entries, last->sample);
    }
}

/**
 * emo_thumbnail_cache_get_bytes:
 * @self: a cache
 *
 * Returns: how many bytes of pixels it holds
 */
gsize
emo_thumbnail_cache_get_bytes (EmoThumbnailCache *self)
{
  return self->bytes;
}
