/* emo-augment.c: the part of a picture that a teacher sees
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-augment.h"
#include "emo-draw.h"

/* The rule of torchvision's RandomResizedCrop with its defaults: a share of the
 * area, uniform, and a ratio of the sides, uniform in its logarithm; what does
 * not fit is drawn anew. */
#define MAX_SHARE 1.0
#define MIN_RATIO (3.0 / 4.0)
#define MAX_RATIO (4.0 / 3.0)
#define N_TRIES   10

/* Longer pictures are cut to this before the resize, which would make gigabytes
 * of what the crop then throws away. The vision tower refuses them. */
#define MAX_SIDES 200

/* rint() rounds halves to even, as Python's round() does. */
static int
round_side (double value)
{
  return (int) rint (value);
}

static gboolean
try_crop (EmoDraw *draw,
          int      width,
          int      height,
          double   min_share,
          EmoCrop *crop)
{
  double area = (double) width * height * (min_share + (MAX_SHARE - min_share) * emo_draw_uniform (draw));
  double log_ratio = log (MIN_RATIO) + (log (MAX_RATIO) - log (MIN_RATIO)) * emo_draw_uniform (draw);
  double ratio = exp (log_ratio);

  crop->width = round_side (sqrt (area * ratio));
  crop->height = round_side (sqrt (area / ratio));
  if (crop->width < 1 || crop->width > width || crop->height < 1 || crop->height > height)
    return FALSE;
  crop->x = (int) emo_draw_below (draw, (guint) (width - crop->width) + 1);
  crop->y = (int) emo_draw_below (draw, (guint) (height - crop->height) + 1);

  return TRUE;
}

/* The largest part about the centre whose sides keep to the ratios. */
static EmoCrop
centre_crop (int width,
             int height)
{
  EmoCrop crop = { .width = width, .height = height };
  double ratio = (double) width / height;

  if (ratio < MIN_RATIO)
    crop.height = MAX (1, round_side (width / MIN_RATIO));
  else if (ratio > MAX_RATIO)
    crop.width = MAX (1, round_side (height * MAX_RATIO));
  crop.x = (width - crop.width) / 2;
  crop.y = (height - crop.height) / 2;

  return crop;
}

/**
 * emo_augment_draw:
 * @width: of the picture
 * @height: of the picture
 * @min_share: of the picture's area that is shown at least
 * @seed: of the training
 * @epoch: which one
 * @picture: what tells the picture from the others, whatever their order
 *
 * Returns: the part that the epoch shows, inside the picture
 */
EmoCrop
emo_augment_draw (int     width,
                  int     height,
                  double  min_share,
                  guint64 seed,
                  guint   epoch,
                  guint64 picture)
{
  EmoDraw draw = emo_draw_begin (seed, "crop", epoch, picture, 0);
  EmoDraw mirror = emo_draw_begin (seed, "mirror", epoch, picture, 0);
  EmoCrop crop = { 0 };
  gboolean fits = FALSE;

  g_return_val_if_fail (width > 0 && height > 0, crop);

  for (guint i = 0; i < N_TRIES && !fits; i++)
    fits = try_crop (&draw, width, height, min_share, &crop);
  if (!fits)
    crop = centre_crop (width, height);
  crop.mirrored = emo_draw_uniform (&mirror) < 0.5;

  return crop;
}

static EmoImage *
cut (EmoImage *image,
     int       x,
     int       y,
     int       width,
     int       height)
{
  gsize length = (gsize) width * 3;
  gsize stride = (gsize) emo_image_get_width (image) * 3;
  const guint8 *from = emo_image_get_pixels (image) + (gsize) y * stride + (gsize) x * 3;
  guint8 *pixels;

  if (width == emo_image_get_width (image) && height == emo_image_get_height (image))
    return emo_image_ref (image);
  pixels = g_try_malloc_n ((gsize) height, length);
  if (pixels == NULL)
    return NULL;
  for (int row = 0; row < height; row++)
    memcpy (pixels + row * length, from + row * stride, length);

  return emo_image_new (width, height, g_bytes_new_take (pixels, height * length));
}

static EmoImage *
mirror (EmoImage *image)
{
  int width = emo_image_get_width (image), height = emo_image_get_height (image);
  const guint8 *from = emo_image_get_pixels (image);
  guint8 *pixels = g_try_malloc_n ((gsize) height, (gsize) width * 3);

  if (pixels == NULL)
    return NULL;
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      memcpy (pixels + ((gsize) y * width + x) * 3, from + ((gsize) y * width + (width - 1 - x)) * 3, 3);

  return emo_image_new (width, height, g_bytes_new_take (pixels, (gsize) height * width * 3));
}

/**
 * emo_augment_crop:
 * @image: a picture
 * @crop: a part of it
 * @side: of the result
 *
 * Returns: (transfer full) (nullable): the part, [side, side]; %NULL where
 *   memory is short
 */
EmoImage *
emo_augment_crop (EmoImage      *image,
                  const EmoCrop *crop,
                  int            side)
{
  g_autoptr(EmoImage) part = NULL;
  g_autoptr(EmoImage) resized = NULL;

  g_return_val_if_fail (image != NULL && crop != NULL && side > 0, NULL);
  g_return_val_if_fail (crop->x >= 0 && crop->y >= 0 && crop->width > 0 && crop->height > 0, NULL);
  g_return_val_if_fail (crop->width <= emo_image_get_width (image) - crop->x, NULL);
  g_return_val_if_fail (crop->height <= emo_image_get_height (image) - crop->y, NULL);

  part = cut (image, crop->x, crop->y, crop->width, crop->height);
  resized = part != NULL ? emo_image_resize (part, side, side, EMO_FILTER_BILINEAR) : NULL;
  if (resized == NULL)
    return NULL;

  return crop->mirrored ? mirror (resized) : g_steal_pointer (&resized);
}

/* The centre of a picture whose sides differ too much, as near to them as can
 * be computed; any other as it is. */
static EmoImage *
shorten (EmoImage *image)
{
  int width = emo_image_get_width (image), height = emo_image_get_height (image);
  gint64 longest = (gint64) MIN (width, height) * MAX_SIDES;
  int kept_width = (int) MIN (width, longest), kept_height = (int) MIN (height, longest);

  return cut (image, (width - kept_width) / 2, (height - kept_height) / 2, kept_width, kept_height);
}

/**
 * emo_augment_fit:
 * @image: a picture
 * @side: of the result
 *
 * The short side becomes @side and the long one follows, its fraction cut off;
 * of the long one the centre is kept.
 *
 * Returns: (transfer full) (nullable): [side, side]; %NULL where memory is short
 */
EmoImage *
emo_augment_fit (EmoImage *image,
                 int       side)
{
  g_autoptr(EmoImage) shortened = NULL;
  g_autoptr(EmoImage) resized = NULL;
  int width, height, short_side;

  g_return_val_if_fail (image != NULL && side > 0, NULL);

  shortened = shorten (image);
  if (shortened == NULL)
    return NULL;
  width = emo_image_get_width (shortened);
  height = emo_image_get_height (shortened);
  short_side = MIN (width, height);
  width = (int) ((double) side * width / short_side);
  height = (int) ((double) side * height / short_side);
  resized = emo_image_resize (shortened, width, height, EMO_FILTER_BILINEAR);
  if (resized == NULL)
    return NULL;

  return cut (resized, round_side ((width - side) / 2.0), round_side ((height - side) / 2.0), side, side);
}

/**
 * emo_augment_normalise:
 * @image: a picture
 * @mean: (array fixed-size=3): of red, green and blue in 0 to 1
 * @std: (array fixed-size=3): of the same
 * @planes: (out caller-allocates): [3, height, width]
 *
 * In the order of operations of the reference and in float32: 256 values a
 * channel, looked up.
 */
void
emo_augment_normalise (EmoImage     *image,
                       const double *mean,
                       const double *std,
                       float        *planes)
{
  const guint8 *pixels;
  gsize n_pixels;

  g_return_if_fail (image != NULL && mean != NULL && std != NULL && planes != NULL);

  pixels = emo_image_get_pixels (image);
  n_pixels = (gsize) emo_image_get_width (image) * emo_image_get_height (image);
  for (int channel = 0; channel < 3; channel++)
    {
      float table[256];

      for (int value = 0; value < 256; value++)
        table[value] = ((float) value / 255.0f - (float) mean[channel]) / (float) std[channel];
      for (gsize i = 0; i < n_pixels; i++)
        planes[channel * n_pixels + i] = table[pixels[i * 3 + channel]];
    }
}
