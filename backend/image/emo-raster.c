/* emo-raster.c: the buffer that the decoders share
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-raster-private.h"

/*
 * _emo_raster_check:
 * Refuses a size before anything is allocated for it: INVALID_FILE for an empty
 * picture, LIMIT above 32,768 a side or 100 million pixels.
 */
gboolean
_emo_raster_check (gint64   width,
                   gint64   height,
                   GError **error)
{
  if (width <= 0 || height <= 0)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "the picture is empty (%" G_GINT64_FORMAT " x %" G_GINT64_FORMAT " pixels)",
                   width, height);
      return FALSE;
    }

  if (width > EMO_IMAGE_MAX_SIDE || height > EMO_IMAGE_MAX_SIDE)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT,
                   "the picture is %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                   " pixels, a side may have %d at most",
                   width, height, EMO_IMAGE_MAX_SIDE);
      return FALSE;
    }

  if (width * height > EMO_IMAGE_MAX_PIXELS)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT,
                   "the picture has %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
                   " pixels, at most %d million are read",
                   width, height, EMO_IMAGE_MAX_PIXELS / 1000000);
      return FALSE;
    }

  return TRUE;
}

/*
 * _emo_raster_allocate:
 * Checks the size, then allocates rows that start out black, so that no pixel
 * which a decoder leaves alone shows foreign memory.
 */
gboolean
_emo_raster_allocate (EmoRaster  *self,
                      gint64      width,
                      gint64      height,
                      GError    **error)
{
  g_assert (self->pixels == NULL);

  if (!_emo_raster_check (width, height, error))
    return FALSE;

  self->pixels = g_try_malloc0 ((gsize) width * height * 3);
  if (self->pixels == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY,
                   "no memory for %" G_GINT64_FORMAT " x %" G_GINT64_FORMAT " pixels",
                   width, height);
      return FALSE;
    }

  self->width = width;
  self->height = height;

  return TRUE;
}

void
_emo_raster_clear (EmoRaster *self)
{
  g_clear_pointer (&self->pixels, g_free);
}

/*
 * _emo_raster_over_white:
 * One channel over white in the integer arithmetic of Pillow's
 * Image.alpha_composite (AlphaComposite.c) for an opaque ground: 7 extra bits,
 * rounded divisions by 255.
 */
guint8
_emo_raster_over_white (guint value,
                        guint alpha)
{
  guint32 over = alpha << 7;
  guint32 under = (255 << 7) - over;
  guint32 sum = value * over + 255 * under + (0x80 << 7);

  if (alpha == 0)
    return 255;

  return (((sum >> 8) + sum) >> 8) >> 7;
}

/* Where the first pixel of the upright picture lies in the stored one, and how
 * far one step right and one step down lead. */
static const guint8 *
start_of (const EmoRaster *self,
          gssize          *right,
          gssize          *down)
{
  gssize pixel = 3;
  gssize row = (gssize) self->width * 3;
  const guint8 *last_in_row = self->pixels + row - 3;
  gsize last_row = (gsize) row * (self->height - 1);

  switch (self->orientation)
    {
    case 2: *right = -pixel; *down = row;    return last_in_row;
    case 3: *right = -pixel; *down = -row;   return last_in_row + last_row;
    case 4: *right = pixel;  *down = -row;   return self->pixels + last_row;
    case 5: *right = row;    *down = pixel;  return self->pixels;
    case 6: *right = -row;   *down = pixel;  return self->pixels + last_row;
    case 7: *right = -row;   *down = -pixel; return last_in_row + last_row;
    case 8: *right = row;    *down = -pixel; return last_in_row;
    default: g_assert_not_reached ();
    }
}

/*
 * _emo_raster_turn:
 * Turns the picture upright as its Exif orientation says.
 */
gboolean
_emo_raster_turn (EmoRaster  *self,
                  GError    **error)
{
  int width = self->orientation >= 5 ? self->height : self->width;
  int height = self->orientation >= 5 ? self->width : self->height;
  gssize right, down;
  const guint8 *start;
  guint8 *turned, *out;

  if (self->orientation <= 1 || self->orientation > 8)
    return TRUE;

  turned = out = g_try_malloc_n ((gsize) width * height, 3);
  if (turned == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY,
                   "no memory to turn %d x %d pixels", width, height);
      return FALSE;
    }

  start = start_of (self, &right, &down);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++, out += 3)
      memcpy (out, start + y * down + x * right, 3);

  g_free (self->pixels);
  self->pixels = turned;
  self->width = width;
  self->height = height;
  self->orientation = 1;

  return TRUE;
}
