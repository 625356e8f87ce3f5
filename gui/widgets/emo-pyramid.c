/* emo-pyramid.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-pyramid.h"

/* Why not one texture: without OpenGL the renderer copies a whole texture for
 * each frame, and where it is shrunk by more than a third it takes a slow
 * filter; a 24-megapixel picture then costs 200 ms a frame. Tiles of a level
 * that is near the size on the screen cost some 10. */
#define TILE 512

/* The smallest level's longer side is at most this. */
#define SMALLEST 256

/* A level is enlarged at most so much; half of it is what it is shrunk to. The
 * renderer's quick filter goes down to three quarters. */
#define MAX_ENLARGED 1.5

#define BYTES_PER_PIXEL 4

typedef struct
{
  int          width;
  int          height;
  gsize        stride;
  GBytes      *bytes;      /* rows of the renderer's format, one row longer than needed */
  int          n_columns;  /* of tiles */
  GdkTexture **tiles;      /* (nullable) made when first seen */
  guint        n_tiles;
} Level;

struct _EmoPyramid
{
  gatomicrefcount ref_count;
  int             width;
  int             height;
  guint           n_levels;
  Level          *levels;
};

static gboolean
level_init (Level  *level,
            int     width,
            int     height,
            guint8 *pixels)   /* (transfer full) (nullable) */
{
  if (pixels == NULL)
    return FALSE;
  level->width = width;
  level->height = height;
  level->stride = (gsize) width * BYTES_PER_PIXEL;
  level->bytes = g_bytes_new_take (pixels, level->stride * (height + 1));
  level->n_columns = (width + TILE - 1) / TILE;
  level->n_tiles = level->n_columns * ((height + TILE - 1) / TILE);
  level->tiles = g_new0 (GdkTexture *, level->n_tiles);

  return TRUE;
}

/* A tile begins anywhere in a row and is as long as its rows times the stride:
 * the row more keeps the last one within the buffer. */
static guint8 *
new_pixels (int width,
            int height)
{
  return g_try_malloc_n (height + 1, (gsize) width * BYTES_PER_PIXEL);
}

/* RGB to what cairo and OpenGL take without a conversion: alpha, red, green and
 * blue in one native 32-bit word. */
static guint8 *
widen (EmoImage *image)
{
  gsize n = (gsize) emo_image_get_width (image) * emo_image_get_height (image);
  const guint8 *in = emo_image_get_pixels (image);
  guint32 *out = (guint32 *) new_pixels (emo_image_get_width (image), emo_image_get_height (image));

  for (gsize i = 0; out != NULL && i < n; i++, in += 3)
    out[i] = 0xff000000u | (guint32) in[0] << 16 | (guint32) in[1] << 8 | in[2];

  return (guint8 *) out;
}

/* Means of 2 x 2 pixels, each byte of the word by itself; an odd last row or
 * column counts twice. */
static guint32
mean_of_four (guint32 a,
              guint32 b,
              guint32 c,
              guint32 d)
{
  guint32 odd = 0x00ff00ff;
  guint32 low = ((a & odd) + (b & odd) + (c & odd) + (d & odd) + 0x00020002) >> 2 & odd;
  guint32 high = ((a >> 8 & odd) + (b >> 8 & odd) + (c >> 8 & odd) + (d >> 8 & odd) + 0x00020002) >> 2 & odd;

  return low | high << 8;
}

static gboolean
halve (const Level *larger,
       Level       *smaller)
{
  int width = (larger->width + 1) / 2;
  int height = (larger->height + 1) / 2;
  guint32 *pixels = (guint32 *) new_pixels (width, height);
  const guint32 *in = g_bytes_get_data (larger->bytes, NULL);

  for (int y = 0; pixels != NULL && y < height; y++)
    {
      const guint32 *top = in + (gsize) (2 * y) * larger->width;
      const guint32 *bottom = 2 * y + 1 < larger->height ? top + larger->width : top;
      guint32 *row = pixels + (gsize) y * width;

      for (int x = 0; x < width; x++)
        {
          int next = MIN (2 * x + 1, larger->width - 1);

          row[x] = mean_of_four (top[2 * x], top[next], bottom[2 * x], bottom[next]);
        }
    }

  return level_init (smaller, width, height, (guint8 *) pixels);
}

static guint
count_levels (int width,
              int height)
{
  guint n = 1;

  for (int side = MAX (width, height); side > SMALLEST; side = (side + 1) / 2)
    n++;

  return n;
}

/**
 * emo_pyramid_new:
 * @image: the pixels of the largest level
 * @width: the picture's own, which @image may have been shrunk from
 * @height: the picture's own
 *
 * Returns: (transfer full) (nullable): a pyramid; %NULL where there is no memory
 */
EmoPyramid *
emo_pyramid_new (EmoImage *image,
                 int       width,
                 int       height)
{
  g_autoptr(EmoPyramid) self = NULL;

  g_return_val_if_fail (image != NULL, NULL);

  self = g_new0 (EmoPyramid, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->width = width;
  self->height = height;
  self->n_levels = count_levels (emo_image_get_width (image), emo_image_get_height (image));
  self->levels = g_new0 (Level, self->n_levels);
  if (!level_init (&self->levels[0], emo_image_get_width (image), emo_image_get_height (image), widen (image)))
    return NULL;
  for (guint i = 1; i < self->n_levels; i++)
    if (!halve (&self->levels[i - 1], &self->levels[i]))
      return NULL;

  return g_steal_pointer (&self);
}

/**
 * emo_pyramid_ref:
 * @self: a pyramid
 *
 * Returns: (transfer full): @self
 */
EmoPyramid *
emo_pyramid_ref (EmoPyramid *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * emo_pyramid_unref:
 * @self: (transfer full): a pyramid
 */
void
emo_pyramid_unref (EmoPyramid *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_levels; i++)
    {
      Level *level = &self->levels[i];

      for (guint t = 0; t < level->n_tiles; t++)
        g_clear_object (&level->tiles[t]);
      g_free (level->tiles);
      g_clear_pointer (&level->bytes, g_bytes_unref);
    }
  g_free (self->levels);
  g_free (self);
}

/**
 * emo_pyramid_get_width:
 * @self: a pyramid
 *
 * Returns: the width of the picture itself
 */
int
emo_pyramid_get_width (EmoPyramid *self)
{
  return self->width;
}

/**
 * emo_pyramid_get_height:
 * @self: a pyramid
 *
 * Returns: the height of the picture itself
 */
int
emo_pyramid_get_height (EmoPyramid *self)
{
  return self->height;
}

/**
 * emo_pyramid_get_n_levels:
 * @self: a pyramid
 *
 * Returns: how many sizes it holds
 */
guint
emo_pyramid_get_n_levels (EmoPyramid *self)
{
  return self->n_levels;
}

/**
 * emo_pyramid_get_size:
 * @self: a pyramid
 * @level: 0 is the largest
 * @width: (out): pixels
 * @height: (out): pixels
 */
void
emo_pyramid_get_size (EmoPyramid *self,
                      guint       level,
                      int        *width,
                      int        *height)
{
  g_return_if_fail (level < self->n_levels);

  *width = self->levels[level].width;
  *height = self->levels[level].height;
}

/**
 * emo_pyramid_find_level:
 * @self: a pyramid
 * @zoom: pixels of the screen for one of the picture
 *
 * Returns: the smallest level that is not enlarged by more than half
 */
guint
emo_pyramid_find_level (EmoPyramid *self,
                        double      zoom)
{
  guint level = 0;

  while (level + 1 < self->n_levels &&
         zoom * self->width <= MAX_ENLARGED * self->levels[level + 1].width)
    level++;

  return level;
}

static GdkTexture *
get_tile (Level *level,
          int    column,
          int    row)
{
  GdkTexture **tile = &level->tiles[row * level->n_columns + column];

  if (*tile == NULL)
    {
      int width = MIN (TILE, level->width - column * TILE);
      int height = MIN (TILE, level->height - row * TILE);
      gsize offset = (gsize) row * TILE * level->stride + (gsize) column * TILE * BYTES_PER_PIXEL;
      g_autoptr(GBytes) part = g_bytes_new_from_bytes (level->bytes, offset, (gsize) height * level->stride);

      *tile = gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, part, level->stride);
    }

  return *tile;
}

/* Tiles meet on whole pixels of the screen, or their softened edges would let
 * the background through. */
static double
snap (double value,
      double scale)
{
  return round (value * scale) / scale;
}

/**
 * emo_pyramid_snapshot:
 * @self: a pyramid
 * @level: from emo_pyramid_find_level()
 * @snapshot: a snapshot
 * @bounds: where the whole picture lies
 * @clip: what is seen of it
 * @scale: pixels of the screen for one of the toolkit's
 */
void
emo_pyramid_snapshot (EmoPyramid            *self,
                      guint                  level,
                      GtkSnapshot           *snapshot,
                      const graphene_rect_t *bounds,
                      const graphene_rect_t *clip,
                      double                 scale)
{
  Level *shown = &self->levels[level];
  double x_step = bounds->size.width / shown->width;
  double y_step = bounds->size.height / shown->height;
  int n_rows = shown->n_tiles / shown->n_columns;

  for (int row = 0; row < n_rows; row++)
    for (int column = 0; column < shown->n_columns; column++)
      {
        double x0 = snap (bounds->origin.x + column * TILE * x_step, scale);
        double y0 = snap (bounds->origin.y + row * TILE * y_step, scale);
        double x1 = snap (bounds->origin.x + MIN ((column + 1) * TILE, shown->width) * x_step, scale);
        double y1 = snap (bounds->origin.y + MIN ((row + 1) * TILE, shown->height) * y_step, scale);
        graphene_rect_t place = GRAPHENE_RECT_INIT (x0, y0, x1 - x0, y1 - y0);

        if (x1 > x0 && y1 > y0 && graphene_rect_intersection (&place, clip, NULL))
          gtk_snapshot_append_texture (snapshot, get_tile (shown, column, row), &place);
      }
}
