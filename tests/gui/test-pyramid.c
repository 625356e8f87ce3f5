/* test-pyramid.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-pyramid.h"

/* Every pixel differs from its neighbours, and says where it is. */
static guint32
color_at (int x,
          int y)
{
  return 0xff000000u | (guint32) (x & 0xff) << 16 | (guint32) (y & 0xff) << 8 | (guint32) ((x >> 8) * 16 + (y >> 8));
}

static EmoImage *
new_image (int width,
           int height)
{
  guint8 *rgb = g_malloc ((gsize) width * height * 3);
  GBytes *bytes = g_bytes_new_take (rgb, (gsize) width * height * 3);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++, rgb += 3)
      {
        rgb[0] = color_at (x, y) >> 16;
        rgb[1] = color_at (x, y) >> 8;
        rgb[2] = color_at (x, y);
      }

  return emo_image_new (width, height, bytes);
}

/* What the renderer without OpenGL makes of it. */
static cairo_surface_t *
draw (EmoPyramid            *pyramid,
      guint                  level,
      const graphene_rect_t *bounds,
      int                    width,
      int                    height)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  graphene_rect_t clip = GRAPHENE_RECT_INIT (0, 0, width, height);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_t *cr = cairo_create (surface);
  GskRenderNode *node;

  emo_pyramid_snapshot (pyramid, level, snapshot, bounds, &clip, 1);
  node = gtk_snapshot_free_to_node (snapshot);
  g_assert_nonnull (node);
  gsk_render_node_draw (node, cr);
  gsk_render_node_unref (node);
  cairo_destroy (cr);
  cairo_surface_flush (surface);

  return surface;
}

static guint32
pixel (cairo_surface_t *surface,
       int              x,
       int              y)
{
  const guint8 *row = cairo_image_surface_get_data (surface) + (gsize) y * cairo_image_surface_get_stride (surface);

  return ((const guint32 *) row)[x];
}

/* Three by two tiles, the last ones cut, at their own size: pixel for pixel. */
static void
test_pyramid_draws_every_tile_in_its_place (void)
{
  g_autoptr (EmoImage) image = new_image (1100, 700);
  g_autoptr (EmoPyramid) pyramid = emo_pyramid_new (image, 1100, 700);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (-40, -30, 1100, 700);
  cairo_surface_t *surface = draw (pyramid, 0, &bounds, 1060, 670);

  for (int y = 0; y < 670; y++)
    for (int x = 0; x < 1060; x++)
      g_assert_cmphex (pixel (surface, x, y), ==, color_at (x + 40, y + 30));
  cairo_surface_destroy (surface);
}

static void
test_pyramid_halves_down_to_a_thumbnail (void)
{
  g_autoptr (EmoImage) image = new_image (1025, 33);
  g_autoptr (EmoPyramid) pyramid = emo_pyramid_new (image, 4100, 132);
  const int widths[] = { 1025, 513, 257, 129 };
  const int heights[] = { 33, 17, 9, 5 };
  int width, height;

  g_assert_cmpuint (emo_pyramid_get_n_levels (pyramid), ==, 4);
  for (guint i = 0; i < 4; i++)
    {
      emo_pyramid_get_size (pyramid, i, &width, &height);
      g_assert_cmpint (width, ==, widths[i]);
      g_assert_cmpint (height, ==, heights[i]);
    }
  /* The picture's own size is what it was before it was shrunk. */
  g_assert_cmpint (emo_pyramid_get_width (pyramid), ==, 4100);
  g_assert_cmpint (emo_pyramid_get_height (pyramid), ==, 132);
}

static void
test_pyramid_levels_are_means (void)
{
  g_autoptr (EmoImage) image = new_image (301, 201);
  g_autoptr (EmoPyramid) pyramid = emo_pyramid_new (image, 301, 201);
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, 151, 101);
  cairo_surface_t *surface = draw (pyramid, 1, &bounds, 151, 101);

  for (int y = 0; y < 100; y++)
    for (int x = 0; x < 127; x++)
      for (int shift = 0; shift < 24; shift += 8)
        {
          int sum = 0;

          for (int i = 0; i < 4; i++)
            sum += color_at (2 * x + i % 2, 2 * y + i / 2) >> shift & 0xff;
          g_assert_cmpint (pixel (surface, x, y) >> shift & 0xff, ==, (sum + 2) / 4);
        }
  /* The corner that stands alone is as it was. */
  g_assert_cmphex (pixel (surface, 150, 100), ==, color_at (300, 200));
  cairo_surface_destroy (surface);
}

/* However it is zoomed, what is drawn is neither shrunk by more than a quarter
 * nor enlarged more than it must be. */
static void
test_pyramid_finds_a_level_near_the_screen (void)
{
  g_autoptr (EmoImage) image = new_image (4096, 10);
  g_autoptr (EmoPyramid) pyramid = emo_pyramid_new (image, 6000, 15);

  for (double zoom = 0.03; zoom < 8; zoom *= 1.07)
    {
      guint level = emo_pyramid_find_level (pyramid, zoom);
      int width, height;
      double scale;

      emo_pyramid_get_size (pyramid, level, &width, &height);
      scale = zoom * 6000 / width;
      g_assert_cmpfloat (scale, >, level + 1 < emo_pyramid_get_n_levels (pyramid) ? 0.75 : 0);
      if (level > 0)
        g_assert_cmpfloat (scale, <=, 1.5);
    }
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Pyramid/draws-every-tile-in-its-place", test_pyramid_draws_every_tile_in_its_place);
  g_test_add_func ("/Emo/Pyramid/halves-down-to-a-thumbnail", test_pyramid_halves_down_to_a_thumbnail);
  g_test_add_func ("/Emo/Pyramid/levels-are-means", test_pyramid_levels_are_means);
  g_test_add_func ("/Emo/Pyramid/finds-a-level-near-the-screen", test_pyramid_finds_a_level_near_the_screen);

  return g_test_run ();
}
