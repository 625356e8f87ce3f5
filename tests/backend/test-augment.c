/* test-augment.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-augment.h"

/* Each pixel says where it was: red the column, green the row, blue the sum. */
static EmoImage *
make_image (int width,
            int height)
{
  guint8 *pixels = g_malloc ((gsize) width * height * 3);

  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        guint8 *pixel = pixels + ((gsize) y * width + x) * 3;

        pixel[0] = (guint8) (x * 7);
        pixel[1] = (guint8) (y * 11);
        pixel[2] = (guint8) (x + y);
      }

  return emo_image_new (width, height, g_bytes_new_take (pixels, (gsize) width * height * 3));
}

static const guint8 *
pixel_at (EmoImage *image,
          int       x,
          int       y)
{
  return emo_image_get_pixels (image) + ((gsize) y * emo_image_get_width (image) + x) * 3;
}

/* @part [side, side] is what @image has from (@x, @y) on. */
static void
assert_part (EmoImage *part,
             EmoImage *image,
             int       x,
             int       y,
             int       side,
             gboolean  mirrored)
{
  g_assert_cmpint (emo_image_get_width (part), ==, side);
  g_assert_cmpint (emo_image_get_height (part), ==, side);
  for (int row = 0; row < side; row++)
    for (int column = 0; column < side; column++)
      g_assert_cmpmem (pixel_at (part, mirrored ? side - 1 - column : column, row), 3,
                       pixel_at (image, x + column, y + row), 3);
}

/* Computed apart from this code, by the same rules in Python; a resumed run may
 * come from another build. */
static void
test_augment_draws_what_it_did (void)
{
  static const struct
  {
    int     width;
    int     height;
    guint   epoch;
    guint   picture;
    EmoCrop crop;
  } cases[] = {
    { 640, 480, 0, 0, { 2, 60, 500, 420, 0 } },
    { 640, 480, 0, 1, { 14, 9, 583, 468, 0 } },
    { 640, 480, 1, 0, { 14, 79, 212, 199, 1 } },
    { 333, 1000, 0, 7, { 100, 28, 220, 220, 0 } },
    { 1000, 10, 0, 7, { 493, 0, 13, 10, 0 } },
    { 3, 2000, 2, 7, { 0, 998, 3, 4, 1 } },
    { 1, 1, 0, 0, { 0, 0, 1, 1, 0 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      EmoCrop crop = emo_augment_draw (cases[i].width, cases[i].height, EMO_AUGMENT_MIN_SHARE, 42, cases[i].epoch, cases[i].picture);

      g_assert_cmpint (crop.x, ==, cases[i].crop.x);
      g_assert_cmpint (crop.y, ==, cases[i].crop.y);
      g_assert_cmpint (crop.width, ==, cases[i].crop.width);
      g_assert_cmpint (crop.height, ==, cases[i].crop.height);
      g_assert_cmpint (crop.mirrored, ==, cases[i].crop.mirrored);
    }
}

static void
test_augment_draws_inside (void)
{
  static const int sides[] = { 1, 2, 3, 7, 50, 333, 1000, 32768 };

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (sides); j++)
      for (guint picture = 0; picture < 200; picture++)
        {
          EmoCrop crop = emo_augment_draw (sides[i], sides[j], EMO_AUGMENT_MIN_SHARE, 1, 0, picture);

          g_assert_true (crop.x >= 0 && crop.y >= 0 && crop.width > 0 && crop.height > 0);
          g_assert_cmpint (crop.x + crop.width, <=, sides[i]);
          g_assert_cmpint (crop.y + crop.height, <=, sides[j]);
        }
}

static void
test_augment_draws_within_its_ranges (void)
{
  double smallest = 1, largest = 0, narrowest = 10, widest = 0;
  guint n_mirrored = 0, n_left = 0, n_small = 0;

  for (guint picture = 0; picture < 20000; picture++)
    {
      EmoCrop crop = emo_augment_draw (2000, 1500, EMO_AUGMENT_MIN_SHARE, 3, 1, picture);
      double share = (double) crop.width * crop.height / (2000 * 1500);
      double ratio = (double) crop.width / crop.height;

      smallest = MIN (smallest, share);
      largest = MAX (largest, share);
      narrowest = MIN (narrowest, ratio);
      widest = MAX (widest, ratio);
      n_mirrored += crop.mirrored;
      n_left += crop.x < (2000 - crop.width + 1) / 2.0;
      n_small += share < 0.31;
    }
  g_assert_cmpfloat_with_epsilon (smallest, 0.08, 0.002);
  g_assert_cmpfloat (largest, >, 0.95);
  g_assert_cmpfloat (largest, <=, 1);
  g_assert_cmpfloat_with_epsilon (narrowest, 0.75, 0.005);
  g_assert_cmpfloat_with_epsilon (widest, 4.0 / 3, 0.005);
  /* Five standard deviations of 20,000 even draws. */
  g_assert_cmpint (ABS ((int) n_mirrored - 10000), <, 354);
  g_assert_cmpint (ABS ((int) n_left - 10000), <, 354);
  /* A quarter of the drawn shares, and more of those that fit. */
  g_assert_cmpuint (n_small, >, 5000);
}

static void
test_augment_differs_by_epoch_and_picture (void)
{
  EmoCrop crop = emo_augment_draw (640, 480, EMO_AUGMENT_MIN_SHARE, 1, 0, 0);
  EmoCrop others[] = {
    emo_augment_draw (640, 480, EMO_AUGMENT_MIN_SHARE, 2, 0, 0), emo_augment_draw (640, 480, EMO_AUGMENT_MIN_SHARE, 1, 1, 0), emo_augment_draw (640, 480, EMO_AUGMENT_MIN_SHARE, 1, 0, 1)
  };
  EmoCrop same = emo_augment_draw (640, 480, EMO_AUGMENT_MIN_SHARE, 1, 0, 0);

  g_assert_cmpmem (&crop, sizeof crop, &same, sizeof same);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_true (crop.x != others[i].x || crop.y != others[i].y || crop.width != others[i].width);
}

static void
test_augment_crops_and_mirrors (void)
{
  g_autoptr(EmoImage) image = make_image (20, 13);

  for (int mirrored = 0; mirrored < 2; mirrored++)
    {
      const EmoCrop crop = { 7, 4, 9, 9, mirrored };
      const EmoCrop corner = { 11, 4, 9, 9, mirrored };
      g_autoptr(EmoImage) part = emo_augment_crop (image, &crop, 9);
      g_autoptr(EmoImage) last = emo_augment_crop (image, &corner, 9);

      assert_part (part, image, 7, 4, 9, mirrored);
      assert_part (last, image, 11, 4, 9, mirrored);
    }
}

/* The part is cut out before it is resized: what lies beside it leaves no trace. */
static void
test_augment_resizes_the_part_alone (void)
{
  g_autoptr(EmoImage) image = make_image (20, 13);
  g_autoptr(EmoImage) small = make_image (10, 8);
  g_autoptr(EmoImage) expected = emo_image_resize (small, 6, 6, EMO_FILTER_BILINEAR);
  const EmoCrop crop = { 0, 0, 10, 8, FALSE };
  g_autoptr(EmoImage) part = emo_augment_crop (image, &crop, 6);

  assert_part (part, expected, 0, 0, 6, FALSE);
}

/* Halves go to the even side: (7 - 4) / 2 is 2, (5 - 4) / 2 is 0. */
static void
test_augment_fits_the_centre (void)
{
  static const struct
  {
    int width;
    int height;
    int x;
    int y;
  } cases[] = {
    { 4, 4, 0, 0 }, { 5, 4, 0, 0 }, { 6, 4, 1, 0 }, { 7, 4, 2, 0 }, { 8, 4, 2, 0 }, { 9, 4, 2, 0 }, { 11, 4, 4, 0 },
    { 4, 5, 0, 0 }, { 4, 7, 0, 2 }, { 4, 11, 0, 4 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(EmoImage) image = make_image (cases[i].width, cases[i].height);
      g_autoptr(EmoImage) fitted = emo_augment_fit (image, 4);

      assert_part (fitted, image, cases[i].x, cases[i].y, 4, FALSE);
    }
}

/* 500 x 333 to 224: the long side is 336.3, so 336, and 56 are cut off left. */
static void
test_augment_fits_the_short_side (void)
{
  g_autoptr(EmoImage) image = make_image (500, 333);
  g_autoptr(EmoImage) expected = emo_image_resize (image, 336, 224, EMO_FILTER_BILINEAR);
  g_autoptr(EmoImage) fitted = emo_augment_fit (image, 224);
  g_autoptr(EmoImage) tall = make_image (33, 50);
  g_autoptr(EmoImage) tall_expected = emo_image_resize (tall, 224, 339, EMO_FILTER_BILINEAR);
  g_autoptr(EmoImage) tall_fitted = emo_augment_fit (tall, 224);

  assert_part (fitted, expected, 56, 0, 224, FALSE);
  /* 57.5 goes to 58. */
  assert_part (tall_fitted, tall_expected, 0, 58, 224, FALSE);
}

/* Resized whole, a line of the longest side allowed would take 14 GB. */
static void
test_augment_fits_a_line (void)
{
  g_autoptr(EmoImage) across = make_image (EMO_IMAGE_MAX_SIDE, 1);
  g_autoptr(EmoImage) down = make_image (1, EMO_IMAGE_MAX_SIDE);
  g_autoptr(EmoImage) dot = make_image (1, 1);
  g_autoptr(EmoImage) a = emo_augment_fit (across, 384);
  g_autoptr(EmoImage) b = emo_augment_fit (down, 384);
  g_autoptr(EmoImage) c = emo_augment_fit (dot, 384);

  g_assert_cmpint (emo_image_get_width (a), ==, 384);
  g_assert_cmpint (emo_image_get_height (a), ==, 384);
  g_assert_cmpint (emo_image_get_width (b), ==, 384);
  g_assert_cmpint (emo_image_get_height (b), ==, 384);
  g_assert_cmpint (emo_image_get_width (c), ==, 384);
  /* Its middle, in blue: 16383 and its neighbours, in eight bits. */
  g_assert_cmpint (pixel_at (a, 0, 0)[2], ==, (EMO_IMAGE_MAX_SIDE / 2 - 1) & 255);
}

/* Numpy's float32 values for ImageNet's mean and deviation. */
static void
test_augment_normalises_as_the_reference (void)
{
  static const double mean[3] = { 0.485, 0.456, 0.406 }, std[3] = { 0.229, 0.224, 0.225 };
  static const float expected[3][4] = {
    { -0x1.0f177ap+1, -0x1.0ce656p+1, 0x1.2f5e64p-4, 0x1.1fdc3ap+1 },
    { -0x1.049248p+1, -0x1.02549ep+1, 0x1.a43690p-3, 0x1.36db6ep+1 },
    { -0x1.cdf012p+0, -0x1.c979d4p+0, 0x1.b4ba78p-2, 0x1.51eb86p+1 },
  };
  static const guint8 values[4] = { 0, 1, 128, 255 };
  guint8 *pixels = g_malloc (12);
  g_autoptr(EmoImage) image = NULL;
  float planes[3][4];

  for (int i = 0; i < 12; i++)
    pixels[i] = values[i / 3];
  image = emo_image_new (2, 2, g_bytes_new_take (pixels, 12));
  emo_augment_normalise (image, mean, std, planes[0]);
  g_assert_cmpmem (planes, sizeof planes, expected, sizeof expected);
}

static void
test_augment_keeps_channels_and_rows_apart (void)
{
  static const double zero[3] = { 0, 0, 0 }, one[3] = { 1 / 255.0, 1 / 255.0, 1 / 255.0 };
  g_autoptr(EmoImage) image = make_image (3, 2);
  float planes[18];

  emo_augment_normalise (image, zero, one, planes);
  for (int channel = 0; channel < 3; channel++)
    for (int y = 0; y < 2; y++)
      for (int x = 0; x < 3; x++)
        g_assert_cmpfloat_with_epsilon (planes[(channel * 2 + y) * 3 + x], pixel_at (image, x, y)[channel], 1e-4);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Augment/draws-what-it-did", test_augment_draws_what_it_did);
  g_test_add_func ("/Emo/Augment/draws-inside", test_augment_draws_inside);
  g_test_add_func ("/Emo/Augment/draws-within-its-ranges", test_augment_draws_within_its_ranges);
  g_test_add_func ("/Emo/Augment/differs-by-epoch-and-picture", test_augment_differs_by_epoch_and_picture);
  g_test_add_func ("/Emo/Augment/crops-and-mirrors", test_augment_crops_and_mirrors);
  g_test_add_func ("/Emo/Augment/resizes-the-part-alone", test_augment_resizes_the_part_alone);
  g_test_add_func ("/Emo/Augment/fits-the-centre", test_augment_fits_the_centre);
  g_test_add_func ("/Emo/Augment/fits-the-short-side", test_augment_fits_the_short_side);
  g_test_add_func ("/Emo/Augment/fits-a-line", test_augment_fits_a_line);
  g_test_add_func ("/Emo/Augment/normalises-as-the-reference", test_augment_normalises_as_the_reference);
  g_test_add_func ("/Emo/Augment/keeps-channels-and-rows-apart", test_augment_keeps_channels_and_rows_apart);

  return g_test_run ();
}
