/* emo-jpeg.c: JPEG by libjpeg
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

#include "emo-exif-private.h"
#include "emo-raster-private.h"

/* A progressive file costs its whole area once a scan. Cameras and encoders
 * write about ten; both the count and the work are limited. */
#define MAX_SCANS       500
#define MAX_SCAN_PIXELS G_GINT64_CONSTANT (4000000000)

/* What the markers say, before libjpeg sees the file. */
typedef struct
{
  int           frame;         /* SOF marker, 0: none seen */
  int           precision;
  int           width;
  int           height;
  int           n_components;
  int           n_scans;
  gboolean      has_end;
  int           exif;          /* orientation, 0: none */
  int           xmp;
} Markers;

/* libjpeg's state; its errors jump back to read_pixels(). */
typedef struct
{
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr         errors;
  jmp_buf                       jump;
  char                          message[JMSG_LENGTH_MAX];
  int                           code;
  gboolean                      is_cut;
  int                           eighths;    /* of the size that is coded */
  guint8                       *inks;       /* [width, 4] one row of CMYK */
  EmoRaster                    *raster;
} Reader;

static gboolean
is_frame (int marker)
{
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

static void
read_segment (Markers      *self,
              int           marker,
              const guint8 *data,
              gsize         length)
{
  static const char xmp_name[] = "http://ns.adobe.com/xap/1.0/";

  if (is_frame (marker) && self->frame == 0 && length >= 6)
    {
      self->frame = marker;
      self->precision = data[0];
      self->height = data[1] << 8 | data[2];
      self->width = data[3] << 8 | data[4];
      self->n_components = data[5];
    }
  else if (marker == 0xDA)
    {
      self->n_scans++;
    }
  else if (marker == 0xE1 && length >= 6 && memcmp (data, "Exif\0\0", 6) == 0)
    {
      if (self->exif == 0)
        self->exif = _emo_exif_get_orientation (data, length);
    }
  else if (marker == 0xE1 && length >= sizeof xmp_name && memcmp (data, xmp_name, sizeof xmp_name) == 0)
    {
      self->xmp = _emo_xmp_get_orientation (data, length);
    }
}

/* Walks the markers up to the end of the first picture. Coded data needs no
 * case of its own: its FF bytes are stuffed or restart markers. */
static void
read_markers (Markers      *self,
              const guint8 *bytes,
              gsize         length)
{
  gsize at = 2;

  while (at < length)
    {
      const guint8 *next = memchr (bytes + at, 0xFF, length - at);
      gsize size;
      int marker;

      if (next == NULL)
        return;
      at = next - bytes;
      while (at < length && bytes[at] == 0xFF)
        at++;
      if (at >= length)
        return;
      marker = bytes[at++];
      if (marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8))
        continue;
      if (marker == 0xD9)
        {
          self->has_end = TRUE;
          return;
        }
      if (length - at < 2)
        return;
      size = bytes[at] << 8 | bytes[at + 1];
      if (size < 2 || size > length - at)
        return;
      read_segment (self, marker, bytes + at + 2, size - 2);
      at += size;
    }
}

static gboolean
check_markers (const Markers  *self,
               gboolean        allow_cut,
               GError        **error)
{
  if (self->frame == 0 || self->n_scans == 0)
    {
      if (self->has_end)
        g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "the JPEG holds no picture data");
      else
        g_set_error (error, EMO_ERROR, EMO_ERROR_TRUNCATED, "the JPEG ends inside its header");
      return FALSE;
    }

  if (self->n_components != 1 && self->n_components != 3 && self->n_components != 4)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                   "the JPEG has %d colour components; 1, 3 or 4 are read: export it as RGB",
                   self->n_components);
      return FALSE;
    }

  if (self->precision != 8 || (self->frame & 3) == 3)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                   "the JPEG is %s with %d bits a sample; 8-bit baseline and progressive are read: export it as those",
                   (self->frame & 3) == 3 ? "lossless" : "coded", self->precision);
      return FALSE;
    }

  if (!_emo_raster_check (self->width, self->height, error))
    return FALSE;

  if (self->n_scans > MAX_SCANS ||
      (gint64) self->width * self->height * self->n_scans > MAX_SCAN_PIXELS)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT,
                   "the JPEG has %d scans, at most %d are read (fewer in a large picture)",
                   self->n_scans, MAX_SCANS);
      return FALSE;
    }

  if (!self->has_end && !allow_cut)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_TRUNCATED,
                   "the JPEG is cut short: its end marker is missing");
      return FALSE;
    }

  return TRUE;
}

static void
error_exit_cb (j_common_ptr codec)
{
  Reader *self = codec->client_data;

  self->code = codec->err->msg_code;
  codec->err->format_message (codec, self->message);
  longjmp (self->jump, 1);
}

/* Warnings are silent as in Pillow, but data that runs out before its picture
 * does is a cut, whatever marker follows. */
static void
emit_message_cb (j_common_ptr codec,
                 int          level)
{
  Reader *self = codec->client_data;

  if (level >= 0)
    return;
  if (codec->err->msg_code == JWRN_HIT_MARKER || codec->err->msg_code == JWRN_JPEG_EOF)
    self->is_cut = TRUE;
}

static void
output_message_cb (j_common_ptr codec)
{
}

/* CMYK as Pillow takes it: always stored inverted, and mixed without profile
 * (Convert.c: cmyk2rgb). */
static void
mix_inks (const guint8 *inks,
          guint8       *rgb,
          int           width)
{
  for (int x = 0; x < width; x++)
    {
      int light = inks[x * 4 + 3];

      for (int c = 0; c < 3; c++)
        {
          int product = (255 - inks[x * 4 + c]) * light + 128;

          rgb[x * 3 + c] = CLAMP (light - (((product >> 8) + product) >> 8), 0, 255);
        }
    }
}

static gboolean
read_pixels (Reader       *self,
             const guint8 *bytes,
             gsize         length)
{
  self->codec.err = jpeg_std_error (&self->errors);
  self->codec.client_data = self;
  self->errors.error_exit = error_exit_cb;
  self->errors.emit_message = emit_message_cb;
  self->errors.output_message = output_message_cb;

  /* Nothing that is needed after the jump lives in a local variable. */
  if (setjmp (self->jump) != 0)
    return FALSE;

  jpeg_create_decompress (&self->codec);
  self->codec.client_data = self;
  jpeg_mem_src (&self->codec, bytes, length);
  jpeg_read_header (&self->codec, TRUE);
  self->codec.out_color_space = self->codec.num_components == 4 ? JCS_CMYK : JCS_RGB;
  self->codec.scale_num = self->eighths;
  self->codec.scale_denom = 8;
  jpeg_start_decompress (&self->codec);

  /* The header that libjpeg read is the one that was measured. */
  if ((int) self->codec.output_width != self->raster->width ||
      (int) self->codec.output_height != self->raster->height)
    {
      g_strlcpy (self->message, "two frame headers differ", sizeof self->message);
      return FALSE;
    }

  while (self->codec.output_scanline < self->codec.output_height)
    {
      guint8 *rgb = self->raster->pixels + (gsize) self->codec.output_scanline * self->raster->width * 3;
      JSAMPROW row = self->codec.out_color_space == JCS_CMYK ? self->inks : rgb;

      jpeg_read_scanlines (&self->codec, &row, 1);
      if (row == self->inks)
        mix_inks (self->inks, rgb, self->raster->width);
    }

  jpeg_finish_decompress (&self->codec);

  return TRUE;
}

static void
set_error (const Reader  *self,
           GError       **error)
{
  EmoError code = EMO_ERROR_INVALID_FILE;

  if (self->code == JERR_OUT_OF_MEMORY)
    code = EMO_ERROR_OUT_OF_MEMORY;
  else if (self->code == JERR_SOF_UNSUPPORTED || self->code == JERR_CONVERSION_NOTIMPL ||
           self->code == JERR_BAD_PRECISION || self->code == JERR_ARITH_NOTIMPL)
    code = EMO_ERROR_UNSUPPORTED;

  g_set_error (error, EMO_ERROR, code, "the JPEG cannot be decoded: %s", self->message);
}

/* A smaller inverse transform gives each block in fewer pixels, for a fraction
 * of the time: a thumbnail needs no more. */
static int
find_eighths (const Markers *markers,
              int            fit)
{
  int side = MAX (markers->width, markers->height);

  for (int eighths = 1; fit > 0 && eighths < 8; eighths++)
    if ((gint64) side * eighths / 8 >= fit)
      return eighths;

  return 8;
}

/*
 * _emo_jpeg_decode:
 * Baseline and progressive JPEG of 1, 3 or 4 components, with the exact inverse
 * transform and smooth chroma that Pillow uses (libjpeg-turbo's defaults).
 */
gboolean
_emo_jpeg_decode (const guint8  *bytes,
                  gsize          length,
                  gboolean       allow_cut,
                  EmoRaster     *raster,
                  GError       **error)
{
  g_autofree Reader *reader = g_new0 (Reader, 1);
  g_autofree guint8 *inks = NULL;
  Markers markers = { 0 };
  int eighths;
  gboolean done;

  read_markers (&markers, bytes, length);
  if (!check_markers (&markers, allow_cut, error))
    return FALSE;
  eighths = find_eighths (&markers, raster->fit);
  if (!_emo_raster_allocate (raster, (markers.width * eighths + 7) / 8, (markers.height * eighths + 7) / 8, error))
    return FALSE;

  reader->raster = raster;
  reader->eighths = eighths;
  reader->inks = inks = g_malloc0 ((gsize) raster->width * 4);
  done = read_pixels (reader, bytes, length);
  jpeg_destroy_decompress (&reader->codec);
  if (!done)
    {
      set_error (reader, error);
      return FALSE;
    }

  if (!markers.has_end || reader->is_cut)
    raster->marks |= EMO_IMAGE_MARK_CUT_SHORT;
  raster->orientation = markers.exif != 0 ? markers.exif : markers.xmp;
  if ((raster->marks & EMO_IMAGE_MARK_CUT_SHORT) && !allow_cut)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_TRUNCATED,
                   "the JPEG is cut short: its data ends before the picture does");
      return FALSE;
    }

  return TRUE;
}
