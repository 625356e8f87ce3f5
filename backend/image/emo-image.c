/* emo-image.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-file.h"
#include "emo-image-format-private.h"
#include "emo-raster-private.h"
#include "emo-resample-private.h"

/**
 * EmoImage:
 *
 * A decoded picture. It never changes once it is made, so that threads may
 * share it; there is one loader for the screen, the thumbnails and the model,
 * and what the user sees is what the model sees.
 *
 * The type is found by content, never by name, and each decoder is called by
 * its type: no library guesses. The pixels equal those of Pillow's
 * exif_transpose(), over white, convert("RGB"); README.md lists where not.
 */
struct _EmoImage
{
  int            width;
  int            height;
  GBytes        *rgb;      /* [height, width, 3] */
  EmoImageMarks  marks;
  char          *sha256;
};

G_DEFINE_BOXED_TYPE (EmoImage, emo_image, emo_image_ref, emo_image_unref)

/* In the order of the format list's names. */
static const struct
{
  const char *name;
  EmoDecode   decode;
} decoders[] = {
  { "PNG",  _emo_png_decode },
  { "JPEG", _emo_jpeg_decode },
  { "WebP", _emo_webp_decode },
  { "GIF",  _emo_gif_decode },
  { "BMP",  _emo_bmp_decode },
};

static void
image_free (gpointer data)
{
  EmoImage *self = data;

  g_bytes_unref (self->rgb);
  g_free (self->sha256);
}

/**
 * emo_image_new:
 * @width: pixels in a row
 * @height: rows
 * @rgb: (transfer full): @width * @height * 3 bytes, tightly packed
 *
 * Wraps pixels that come from no file.
 *
 * Returns: (transfer full): a new image
 */
EmoImage *
emo_image_new (int     width,
               int     height,
               GBytes *rgb)
{
  EmoImage *self;

  g_return_val_if_fail (width > 0 && height > 0, NULL);
  g_return_val_if_fail (rgb != NULL, NULL);
  g_return_val_if_fail (g_bytes_get_size (rgb) == (gsize) width * height * 3, NULL);

  self = g_atomic_rc_box_new0 (EmoImage);
  self->width = width;
  self->height = height;
  self->rgb = rgb;

  return self;
}

/**
 * emo_image_ref:
 * @self: an image
 *
 * Returns: (transfer full): @self
 */
EmoImage *
emo_image_ref (EmoImage *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_rc_box_acquire (self);
}

/**
 * emo_image_unref:
 * @self: (transfer full): an image
 */
void
emo_image_unref (EmoImage *self)
{
  g_return_if_fail (self != NULL);

  g_atomic_rc_box_release_full (self, image_free);
}

static EmoDecode
find_decoder (const EmoImageFormat *format)
{
  for (guint i = 0; i < G_N_ELEMENTS (decoders); i++)
    if (strcmp (decoders[i].name, format->name) == 0)
      return decoders[i].decode;

  return _emo_plugin_decode;
}

static gboolean
decode (GBytes      *bytes,
        const char  *name,
        gboolean     allow_cut,
        EmoRaster   *raster,
        GError     **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  const EmoImageFormat *format;

  if (length == 0)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_TRUNCATED, "the file is empty");
      return FALSE;
    }

  if (length > EMO_IMAGE_MAX_BYTES)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT,
                   "the file has %" G_GSIZE_FORMAT " bytes, at most %d MiB are read",
                   length, EMO_IMAGE_MAX_BYTES / 1024 / 1024);
      return FALSE;
    }

  format = emo_image_format_sniff (data, length);
  /* Many cameras' files are TIFF with a thumbnail in front; the name tells. */
  if (format != NULL && strcmp (format->name, "TIFF") == 0 && _emo_image_format_is_known (data, length, name))
    format = NULL;
  if (format == NULL)
    {
      g_autofree char *why = emo_image_format_describe_refused (data, length, name);
      gboolean known = _emo_image_format_is_known (data, length, name);

      g_set_error (error, EMO_ERROR, known ? EMO_ERROR_UNSUPPORTED : EMO_ERROR_INVALID_FILE, "%s", why);
      return FALSE;
    }

  return find_decoder (format) (data, length, allow_cut, raster, error) &&
         _emo_raster_turn (raster, error);
}

/* @fit: as in EmoRaster. */
static EmoImage *
load_bytes (GBytes      *bytes,
            const char  *name,
            gboolean     allow_cut,
            int          fit,
            GError     **error)
{
  g_auto(EmoRaster) raster = { .orientation = 1, .fit = fit };
  EmoImage *self;

  if (!decode (bytes, name, allow_cut, &raster, error))
    {
      g_autofree char *shown = emo_file_escape_name (name != NULL ? name : "picture");

      g_prefix_error (error, "%s: ", shown);
      return NULL;
    }

  self = emo_image_new (raster.width, raster.height,
                        g_bytes_new_take (g_steal_pointer (&raster.pixels),
                                          (gsize) raster.width * raster.height * 3));
  self->marks = raster.marks;

  return self;
}

/**
 * emo_image_load_bytes:
 * @bytes: an encoded picture
 * @name: (nullable): what to call it in errors; says nothing about its type
 * @allow_cut: %FALSE refuses a JPEG that was cut short
 * @error: return location for an error: %EMO_ERROR_TRUNCATED,
 *   %EMO_ERROR_INVALID_FILE, %EMO_ERROR_UNSUPPORTED, %EMO_ERROR_LIMIT or
 *   %EMO_ERROR_OUT_OF_MEMORY
 *
 * Decodes a picture, turns it upright and lays it over white.
 *
 * Returns: (transfer full): the picture, or %NULL
 */
EmoImage *
emo_image_load_bytes (GBytes      *bytes,
                      const char  *name,
                      gboolean     allow_cut,
                      GError     **error)
{
  EmoImage *self;

  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = load_bytes (bytes, name, allow_cut, 0, error);
  if (self != NULL)
    self->sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  return self;
}

/**
 * emo_image_load:
 * @path: (type filename): a regular local file
 * @allow_cut: %FALSE refuses a JPEG that was cut short
 * @error: return location for an error: those of emo_image_load_bytes() and
 *   %EMO_ERROR_IO
 *
 * Reads and decodes a picture. A file larger than 64 MiB is refused unread.
 *
 * Returns: (transfer full): the picture, or %NULL
 */
EmoImage *
emo_image_load (const char  *path,
                gboolean     allow_cut,
                GError     **error)
{
  g_autoptr(GBytes) bytes = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  bytes = emo_file_read (path, EMO_IMAGE_MAX_BYTES, error);
  if (bytes == NULL)
    return NULL;

  return emo_image_load_bytes (bytes, path, allow_cut, error);
}

/**
 * emo_image_load_bytes_small:
 * @bytes: an encoded picture
 * @name: (nullable): what to call it in errors; says nothing about its type
 * @max_side: the largest width or height in pixels
 * @error: return location for an error: those of emo_image_load_bytes()
 *
 * Decodes a picture for the screen, upright and over white, and shrinks it where
 * it is larger. A JPEG is decoded small to begin with, so its pixels are not
 * those that the model sees.
 *
 * Returns: (transfer full): the picture, or %NULL
 */
EmoImage *
emo_image_load_bytes_small (GBytes      *bytes,
                            const char  *name,
                            int          max_side,
                            GError     **error)
{
  g_autoptr(EmoImage) image = NULL;
  EmoImage *small;
  double scale;

  g_return_val_if_fail (bytes != NULL, NULL);
  g_return_val_if_fail (max_side > 0, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  image = load_bytes (bytes, name, TRUE, max_side, error);
  if (image == NULL)
    return NULL;
  scale = (double) max_side / MAX (image->width, image->height);
  if (scale >= 1)
    return g_steal_pointer (&image);

  /* Bilinear as Pillow does it widens its support when it shrinks, so it
   * averages and does not alias; it is the cheapest of the three. */
  small = emo_image_resize (image, MAX (1, (int) (image->width * scale)), MAX (1, (int) (image->height * scale)),
                            EMO_FILTER_BILINEAR);
  if (small == NULL)
    {
      g_autofree char *shown = emo_file_escape_name (name != NULL ? name : "picture");

      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "%s: not enough memory to scale the picture", shown);
    }

  return small;
}

/**
 * emo_image_load_small:
 * @path: (type filename): a regular local file
 * @max_side: the largest width or height in pixels
 * @error: return location for an error: those of emo_image_load()
 *
 * Reads a file as emo_image_load_bytes_small() does bytes.
 *
 * Returns: (transfer full): the picture, or %NULL
 */
EmoImage *
emo_image_load_small (const char  *path,
                      int          max_side,
                      GError     **error)
{
  g_autoptr(GBytes) bytes = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  bytes = emo_file_read (path, EMO_IMAGE_MAX_BYTES, error);
  if (bytes == NULL)
    return NULL;

  return emo_image_load_bytes_small (bytes, path, max_side, error);
}

/**
 * emo_image_get_width:
 * @self: an image
 *
 * Returns: pixels in a row of the upright picture
 */
int
emo_image_get_width (EmoImage *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->width;
}

/**
 * emo_image_get_height:
 * @self: an image
 *
 * Returns: rows of the upright picture
 */
int
emo_image_get_height (EmoImage *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->height;
}

/**
 * emo_image_get_pixels:
 * @self: an image
 *
 * Returns: (transfer none): [height, width, 3] bytes, tightly packed
 */
const guint8 *
emo_image_get_pixels (EmoImage *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_bytes_get_data (self->rgb, NULL);
}

/**
 * emo_image_get_bytes:
 * @self: an image
 *
 * Returns: (transfer none): the same pixels as emo_image_get_pixels()
 */
GBytes *
emo_image_get_bytes (EmoImage *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->rgb;
}

/**
 * emo_image_get_marks:
 * @self: an image
 *
 * Returns: what the user should know about how it was read
 */
EmoImageMarks
emo_image_get_marks (EmoImage *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->marks;
}

/**
 * emo_image_get_sha256:
 * @self: an image
 *
 * Returns: (nullable): the SHA-256 of the file's bytes in hexadecimal digits,
 *   %NULL for an image that comes from no file
 */
const char *
emo_image_get_sha256 (EmoImage *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->sha256;
}

/**
 * emo_image_resize:
 * @self: an image
 * @width: the new number of pixels in a row, at least 1
 * @height: the new number of rows, at least 1
 * @filter: the filter
 *
 * Resizes as Pillow's Image.resize() does on RGB, to the last bit. Marks and
 * checksum stay with the result.
 *
 * Returns: (transfer full) (nullable): the resized image (@self where the size
 *   is the same), or %NULL where memory is short
 */
EmoImage *
emo_image_resize (EmoImage  *self,
                  int        width,
                  int        height,
                  EmoFilter  filter)
{
  EmoImage *resized;
  guint8 *rgb;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (width > 0 && height > 0, NULL);
  g_return_val_if_fail (filter <= EMO_FILTER_LANCZOS, NULL);

  if (width == self->width && height == self->height)
    return emo_image_ref (self);

  rgb = _emo_resample (emo_image_get_pixels (self), self->width, self->height, width, height, filter, TRUE);
  if (rgb == NULL)
    return NULL;

  resized = emo_image_new (width, height, g_bytes_new_take (rgb, (gsize) width * height * 3));
  resized->marks = self->marks;
  resized->sha256 = g_strdup (self->sha256);

  return resized;
}
