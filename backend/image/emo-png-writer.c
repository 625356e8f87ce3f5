/* emo-png-writer.c: pictures as PNG
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <setjmp.h>

#include <png.h>
#include <zlib.h>

#include "emo-error.h"
#include "emo-image.h"

static void
write_cb (png_structp png,
          png_bytep   data,
          size_t      length)
{
  g_byte_array_append (png_get_io_ptr (png), data, length);
}

static void
flush_cb (png_structp png)
{
}

/* libpng would print it. The jump takes it back to encode(). */
static void
error_cb (png_structp      png,
          png_const_charp  message)
{
  longjmp (*(jmp_buf *) png_get_error_ptr (png), 1);
}

static void
warning_cb (png_structp     png,
            png_const_charp message)
{
}

static void
write_rows (png_structp  png,
            png_infop    info,
            EmoImage    *image)
{
  const guint8 *pixels = emo_image_get_pixels (image);
  int width = emo_image_get_width (image);
  int height = emo_image_get_height (image);

  png_set_IHDR (png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_filter (png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
  png_set_compression_level (png, 1);
  png_set_compression_strategy (png, Z_RLE);
  png_write_info (png, info);
  for (int y = 0; y < height; y++)
    png_write_row (png, pixels + (gsize) y * width * 3);
  png_write_end (png, info);
}

/* FALSE: libpng gave up, which it does where memory is short. */
static gboolean
encode (EmoImage   *image,
        GByteArray *out)
{
  jmp_buf jump;
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, &jump, error_cb, warning_cb);
  png_infop info = png != NULL ? png_create_info_struct (png) : NULL;
  volatile gboolean done = FALSE;

  if (info != NULL && setjmp (jump) == 0)
    {
      png_set_write_fn (png, out, write_cb, flush_cb);
      write_rows (png, info, image);
      done = TRUE;
    }
  png_destroy_write_struct (&png, &info);

  return done;
}

/**
 * emo_image_encode_png:
 * @self: an image
 * @error: return location
 *
 * Encodes quickly rather than tightly: drawn pictures compress well as they are,
 * and thousands of them are written at once.
 *
 * Returns: (transfer full) (nullable): a PNG of the same pixels, or %NULL with
 *   %EMO_ERROR_OUT_OF_MEMORY
 */
GBytes *
emo_image_encode_png (EmoImage  *self,
                      GError   **error)
{
  g_autoptr(GByteArray) out = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  out = g_byte_array_sized_new (64 * 1024);
  if (!encode (self, out))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY, "not enough memory to encode a picture of %d × %d pixels",
                   emo_image_get_width (self), emo_image_get_height (self));
      return NULL;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
