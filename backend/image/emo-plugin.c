/* emo-plugin.c: TIFF, AVIF and HEIF by gdk-pixbuf's loaders
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define _GNU_SOURCE
#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "emo-exif-private.h"
#include "emo-image-format.h"
#include "emo-raster-private.h"

#define TAG_WIDTH    256
#define TAG_HEIGHT   257
#define TAG_SAMPLES  277

/* The loader is named by its type, so that gdk-pixbuf guesses nothing, and is
 * fed bytes, so that it opens nothing. Where a plug-in is not installed the
 * error says which. */

/* Refuses a size before the plug-in allocates for it. */
static void
size_prepared_cb (GdkPixbufLoader *loader,
                  int              width,
                  int              height,
                  gpointer         user_data)
{
  GError **error = user_data;

  if (*error == NULL && !_emo_raster_check (width, height, error))
    gdk_pixbuf_loader_set_size (loader, 0, 0);
}

/* The sizes that an AVIF or HEIF file declares: four zero bytes, width, height
 * behind each "ispe". */
static gboolean
check_declared (const guint8  *bytes,
                gsize          length,
                GError       **error)
{
  const guint8 *end = bytes + length;
  const guint8 *at = bytes;

  while ((at = memmem (at, end - at, "ispe\0\0\0\0", 8)) != NULL && end - at >= 16)
    {
      gint64 width = (guint32) at[8] << 24 | at[9] << 16 | at[10] << 8 | at[11];
      gint64 height = (guint32) at[12] << 24 | at[13] << 16 | at[14] << 8 | at[15];

      if (!_emo_raster_check (width, height, error))
        return FALSE;
      at += 8;
    }

  return TRUE;
}

static GdkPixbufLoader *
open_loader (const EmoImageFormat  *format,
             GError               **error)
{
  GdkPixbufLoader *loader = gdk_pixbuf_loader_new_with_mime_type (format->mime_type, NULL);

  if (loader == NULL)
    g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                 "%s picture: no gdk-pixbuf loader for %s is installed; install one or export it as PNG",
                 format->name, format->mime_type);

  return loader;
}

/* libtiff multiplies the colors of RGB by alpha before it hands them out; over
 * white then only what alpha leaves is added. */
static guint8
over_white_multiplied (guint value,
                       guint alpha)
{
  return MIN (value + 255 - alpha, 255);
}

static void
copy_pixels (GdkPixbuf *pixbuf,
             gboolean   multiplied,
             EmoRaster *raster)
{
  const guint8 *pixels = gdk_pixbuf_read_pixels (pixbuf);
  int n_channels = gdk_pixbuf_get_n_channels (pixbuf);
  gsize stride = gdk_pixbuf_get_rowstride (pixbuf);
  guint8 *out = raster->pixels;

  for (int y = 0; y < raster->height; y++)
    {
      const guint8 *in = pixels + y * stride;

      for (int x = 0; x < raster->width; x++, in += n_channels, out += 3)
        for (int c = 0; c < 3; c++)
          if (n_channels == 3)
            out[c] = in[c];
          else
            out[c] = (multiplied ? over_white_multiplied : _emo_raster_over_white) (in[c], in[3]);
    }
}

/* gdk-pixbuf's errors in ours. */
static void
translate (const EmoImageFormat  *format,
           GError                *refused,
           GError                *found,
           GError               **error)
{
  EmoError code = EMO_ERROR_INVALID_FILE;

  if (refused != NULL)
    {
      g_propagate_error (error, refused);
      g_clear_error (&found);
      return;
    }

  if (g_error_matches (found, GDK_PIXBUF_ERROR, GDK_PIXBUF_ERROR_INSUFFICIENT_MEMORY))
    code = EMO_ERROR_OUT_OF_MEMORY;
  g_set_error (error, EMO_ERROR, code, "the %s cannot be decoded: %s",
               format->name, found != NULL ? found->message : "no picture came out");
  g_clear_error (&found);
}

static GdkPixbuf *
run_loader (const EmoImageFormat  *format,
            const guint8          *bytes,
            gsize                  length,
            GError               **error)
{
  g_autoptr(GdkPixbufLoader) loader = open_loader (format, error);
  GError *refused = NULL;
  GError *found = NULL;
  GdkPixbuf *pixbuf = NULL;
  gboolean written, closed;

  if (loader == NULL)
    return NULL;

  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_prepared_cb), &refused);
  written = gdk_pixbuf_loader_write (loader, bytes, length, &found);
  /* A loader must be closed even after an error. */
  closed = gdk_pixbuf_loader_close (loader, found == NULL ? &found : NULL);
  if (written && closed && refused == NULL)
    pixbuf = gdk_pixbuf_loader_get_pixbuf (loader);
  if (pixbuf != NULL && gdk_pixbuf_get_bits_per_sample (pixbuf) == 8 && found == NULL)
    return g_object_ref (pixbuf);

  translate (format, refused, found, error);

  return NULL;
}

/*
 * _emo_plugin_decode:
 * The formats that have no decoder of their own here. A TIFF is turned by us
 * alone: its plug-in would mirror it and leave the rest to others. AVIF and HEIF
 * carry their turn in the picture's own properties, which their readers follow.
 */
gboolean
_emo_plugin_decode (const guint8  *bytes,
                    gsize          length,
                    gboolean       allow_cut,
                    EmoRaster     *raster,
                    GError       **error)
{
  const EmoImageFormat *format = emo_image_format_sniff (bytes, length);
  gboolean is_tiff = strcmp (format->name, "TIFF") == 0;
  g_autofree guint8 *upright = NULL;
  gboolean multiplied = FALSE;
  g_autoptr(GdkPixbuf) pixbuf = NULL;

  if (is_tiff && _emo_tiff_is_cut (bytes, length))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_TRUNCATED, "the TIFF is cut short: its directory names data past the file's end");
      return FALSE;
    }
  if (is_tiff)
    {
      if (!_emo_raster_check (_emo_exif_get_number (bytes, length, TAG_WIDTH),
                              _emo_exif_get_number (bytes, length, TAG_HEIGHT), error))
        return FALSE;
      multiplied = _emo_exif_get_number (bytes, length, TAG_SAMPLES) >= 4;
      raster->orientation = MAX (_emo_exif_get_orientation (bytes, length), 1);
      upright = g_memdup2 (bytes, length);
      _emo_exif_clear_orientation (upright, length);
    }
  else if (!check_declared (bytes, length, error))
    {
      return FALSE;
    }

  pixbuf = run_loader (format, is_tiff ? upright : bytes, length, error);
  if (pixbuf == NULL ||
      !_emo_raster_allocate (raster, gdk_pixbuf_get_width (pixbuf), gdk_pixbuf_get_height (pixbuf), error))
    return FALSE;

  copy_pixels (pixbuf, multiplied, raster);

  return TRUE;
}
