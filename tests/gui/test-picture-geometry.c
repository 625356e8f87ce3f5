/* test-picture-geometry.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "emo-picture-geometry.h"

/* 600 x 400 and its padding of 12 leave 576 x 376. */
static EmoPictureGeometry
new_geometry (double picture_width,
              double picture_height,
              double scale)
{
  EmoPictureGeometry geometry = { .scale = 1 };

  emo_picture_geometry_set_view (&geometry, 600, 400, scale);
  emo_picture_geometry_set_picture (&geometry, picture_width, picture_height);

  return geometry;
}

static void
assert_rect (const EmoPictureGeometry *geometry,
             double                    x,
             double                    y,
             double                    width,
             double                    height)
{
  double found[4];

  emo_picture_geometry_get_rect (geometry, &found[0], &found[1], &found[2], &found[3]);
  g_assert_cmpfloat_with_epsilon (found[0], x, 1e-9);
  g_assert_cmpfloat_with_epsilon (found[1], y, 1e-9);
  g_assert_cmpfloat_with_epsilon (found[2], width, 1e-9);
  g_assert_cmpfloat_with_epsilon (found[3], height, 1e-9);
}

/* The picture's point under a point of the view. */
static double
point_at (const EmoPictureGeometry *geometry,
          double                    x)
{
  double left, top, width, height;

  emo_picture_geometry_get_rect (geometry, &left, &top, &width, &height);

  return (x - left) / width * geometry->picture_width;
}

static void
test_geometry_fits_with_a_margin (void)
{
  EmoPictureGeometry wide = new_geometry (5760, 1000, 1);
  EmoPictureGeometry high = new_geometry (1000, 3760, 1);
  EmoPictureGeometry tiny = new_geometry (10, 10, 1);
  EmoPictureGeometry nothing = { .scale = 1 };

  g_assert_cmpfloat (wide.zoom, ==, 0.1);
  assert_rect (&wide, 12, 150, 576, 100);
  assert_rect (&high, 250, 12, 100, 376);
  /* A thumbnail is enlarged eight times, not to the whole view. */
  assert_rect (&tiny, 260, 160, 80, 80);
  g_assert_false (emo_picture_geometry_can_pan (&wide));
  g_assert_true (emo_picture_geometry_is_empty (&nothing));
  g_assert_false (emo_picture_geometry_pan (&nothing, 5, 5));
  assert_rect (&nothing, 0, 0, 0, 0);
}

static void
test_geometry_counts_pixels_of_the_screen (void)
{
  EmoPictureGeometry geometry = new_geometry (1200, 800, 2);

  emo_picture_geometry_zoom_to (&geometry, 1, 300, 200);
  assert_rect (&geometry, 0, 0, 600, 400);
  g_assert_false (emo_picture_geometry_can_pan (&geometry));
}

static void
test_geometry_keeps_the_point_that_is_zoomed_at (void)
{
  EmoPictureGeometry geometry = new_geometry (6000, 4000, 1);
  double before = point_at (&geometry, 150);

  for (int i = 0; i < 12; i++)
    {
      emo_picture_geometry_zoom_to (&geometry, geometry.zoom * 1.15, 150, 200);
      /* Once the picture fills the view, its edge no longer holds it. */
      if (i > 2)
        g_assert_cmpfloat_with_epsilon (point_at (&geometry, 150), before, 60);
    }
  g_assert_false (geometry.fit);
  before = point_at (&geometry, 420);
  emo_picture_geometry_zoom_to (&geometry, 1, 420, 200);
  g_assert_cmpfloat_with_epsilon (point_at (&geometry, 420), before, 1e-6);
}

static void
test_geometry_zooms_between_fitted_and_the_largest (void)
{
  EmoPictureGeometry geometry = new_geometry (5760, 1000, 1);
  EmoPictureGeometry small = new_geometry (100, 100, 1);
  double smallest, largest;

  emo_picture_geometry_get_range (&geometry, &smallest, &largest);
  g_assert_cmpfloat (smallest, ==, 0.1);
  emo_picture_geometry_zoom_to (&geometry, 0.0001, 300, 200);
  g_assert_cmpfloat (geometry.zoom, ==, smallest);
  emo_picture_geometry_zoom_to (&geometry, 1e9, 300, 200);
  g_assert_cmpfloat (geometry.zoom, ==, largest);
  /* What is enlarged to fit may be seen at its own size. */
  emo_picture_geometry_zoom_to (&small, 0.01, 300, 200);
  g_assert_cmpfloat (small.zoom, ==, 1);
}

static void
test_geometry_pans_up_to_the_edges (void)
{
  EmoPictureGeometry geometry = new_geometry (1000, 300, 1);
  double x, y, width, height;

  g_assert_false (emo_picture_geometry_pan (&geometry, 10, 10));
  emo_picture_geometry_zoom_to (&geometry, 1, 300, 200);
  g_assert_true (emo_picture_geometry_can_pan (&geometry));
  g_assert_true (emo_picture_geometry_pan (&geometry, 50, 0));
  /* Its height is seen as a whole and stays in the middle. */
  g_assert_false (emo_picture_geometry_pan (&geometry, 0, 50));
  assert_rect (&geometry, -150, 50, 1000, 300);
  g_assert_true (emo_picture_geometry_pan (&geometry, 1000, 0));
  emo_picture_geometry_get_rect (&geometry, &x, &y, &width, &height);
  g_assert_cmpfloat (x, ==, 0);
  g_assert_false (emo_picture_geometry_pan (&geometry, 1, 0));
  g_assert_true (emo_picture_geometry_pan (&geometry, -5000, 0));
  emo_picture_geometry_get_rect (&geometry, &x, &y, &width, &height);
  g_assert_cmpfloat (x + width, ==, 600);
}

static void
test_geometry_follows_the_view (void)
{
  EmoPictureGeometry geometry = new_geometry (6000, 4000, 1);
  double middle;

  emo_picture_geometry_set_view (&geometry, 324, 224, 1);
  g_assert_cmpfloat (geometry.zoom, ==, 0.05);
  emo_picture_geometry_zoom_to (&geometry, 1, 40, 40);
  middle = geometry.centre_x;
  emo_picture_geometry_set_view (&geometry, 600, 400, 1);
  g_assert_cmpfloat (geometry.zoom, ==, 1);
  g_assert_cmpfloat (geometry.centre_x, ==, middle);
  emo_picture_geometry_zoom_to_fit (&geometry);
  g_assert_true (geometry.fit);
  g_assert_cmpfloat_with_epsilon (geometry.zoom, 0.094, 1e-9);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/PictureGeometry/fits-with-a-margin", test_geometry_fits_with_a_margin);
  g_test_add_func ("/Emo/PictureGeometry/counts-pixels-of-the-screen", test_geometry_counts_pixels_of_the_screen);
  g_test_add_func ("/Emo/PictureGeometry/keeps-the-point-that-is-zoomed-at", test_geometry_keeps_the_point_that_is_zoomed_at);
  g_test_add_func ("/Emo/PictureGeometry/zooms-between-fitted-and-the-largest", test_geometry_zooms_between_fitted_and_the_largest);
  g_test_add_func ("/Emo/PictureGeometry/pans-up-to-the-edges", test_geometry_pans_up_to_the_edges);
  g_test_add_func ("/Emo/PictureGeometry/follows-the-view", test_geometry_follows_the_view);

  return g_test_run ();
}
