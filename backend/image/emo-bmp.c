/* emo-bmp.c: Windows bitmaps
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-raster-private.h"

#define FILE_HEADER 14

enum
{
  COMPRESSION_NONE,
  COMPRESSION_RLE8,
  COMPRESSION_RLE4,
  COMPRESSION_FIELDS,
};

typedef struct
{
  const guint8 *bytes;
  gsize         length;
  gsize         header;         /* length of the second header */
  gsize         start;          /* of the pixels */
  gsize         palette;        /* offset behind the headers and masks */
  gint64        width;
  gint64        height;
  gboolean      top_down;
  int           bits;
  guint32       compression;
  guint32       n_colors;
  guint32       masks[4];       /* r, g, b, a */
  guint8        colors[256][3];
} Reader;

static guint32
read_u16 (const guint8 *bytes)
{
  return bytes[0] | bytes[1] << 8;
}

static guint32
read_u32 (const guint8 *bytes)
{
  return read_u16 (bytes) | read_u16 (bytes + 2) << 16;
}

static gboolean
set_cut (GError **error)
{
  g_set_error (error, EMO_ERROR, EMO_ERROR_TRUNCATED, "the BMP is cut short");

  return FALSE;
}

static gboolean
set_unsupported (const Reader  *self,
                 GError       **error)
{
  g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
               "the BMP has %d bits a pixel in compression %u, which is not read: export it as PNG",
               self->bits, self->compression);

  return FALSE;
}

/* The masks lie inside the longer headers and behind the one of 40 bytes. */
static gboolean
read_masks (Reader  *self,
            GError **error)
{
  const guint8 *masks = self->bytes + FILE_HEADER + 40;
  gboolean has_alpha = self->header >= 56;

  if (self->length < FILE_HEADER + 40 + (has_alpha ? 16 : 12))
    return set_cut (error);
  for (int i = 0; i < (has_alpha ? 4 : 3); i++)
    self->masks[i] = read_u32 (masks + i * 4);
  if (self->header == 40)
    self->palette += 12;

  return TRUE;
}

static gboolean
read_header (Reader  *self,
             GError **error)
{
  const guint8 *info = self->bytes + FILE_HEADER;

  self->start = read_u32 (self->bytes + 10);
  self->header = read_u32 (info);
  self->palette = FILE_HEADER + self->header;
  if (self->length < self->palette)
    return set_cut (error);

  if (self->header == 12)
    {
      self->width = read_u16 (info + 4);
      self->height = read_u16 (info + 6);
      self->bits = read_u16 (info + 10);
    }
  else
    {
      self->width = (gint32) read_u32 (info + 4);
      self->height = (gint32) read_u32 (info + 8);
      self->bits = read_u16 (info + 14);
      self->compression = read_u32 (info + 16);
      self->n_colors = read_u32 (info + 32);
      if (self->compression == COMPRESSION_FIELDS && !read_masks (self, error))
        return FALSE;
    }

  self->top_down = self->height < 0;
  self->height = ABS (self->height);

  return _emo_raster_check (self->width, self->height, error);
}

static gboolean
check_coding (const Reader  *self,
              GError       **error)
{
  static const guint8 depths[] = { 1, 4, 8, 16, 24, 32 };

  if (self->bits > 255 || memchr (depths, self->bits, sizeof depths) == NULL ||
      self->compression > COMPRESSION_FIELDS ||
      (self->compression == COMPRESSION_RLE8 && self->bits != 8) ||
      (self->compression == COMPRESSION_RLE4 && self->bits != 4) ||
      (self->compression == COMPRESSION_FIELDS && self->bits < 16))
    return set_unsupported (self, error);

  return TRUE;
}

/* Four bytes a color, or three under the oldest header; colors that the file
 * leaves out are a gray ramp. */
static gboolean
read_palette (Reader  *self,
              GError **error)
{
  gsize size = self->header == 12 ? 3 : 4;
  guint32 n_colors = self->n_colors != 0 ? self->n_colors : 1u << self->bits;
  const guint8 *color = self->bytes + self->palette;

  if (n_colors > 65536)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "the BMP claims %u colors", n_colors);
      return FALSE;
    }
  if (self->length - self->palette < n_colors * size)
    return set_cut (error);

  for (guint i = 0; i < 256; i++, color += size)
    for (int c = 0; c < 3; c++)
      self->colors[i][c] = i < n_colors ? color[2 - c] : i;

  return TRUE;
}

/* A 5- or 6-bit field as Pillow widens it: scaled to 255 and cut. */
static guint8
widen (guint32 value,
       guint32 mask)
{
  guint32 most;

  if (mask == 0)
    return 0;
  most = mask >> __builtin_ctz (mask);

  return (guint64) ((value & mask) >> __builtin_ctz (mask)) * 255 / most;
}

static void
convert_fields (const Reader *self,
                const guint8 *in,
                guint8       *out)
{
  int n_bytes = self->bits / 8;

  for (int x = 0; x < self->width; x++, in += n_bytes, out += 3)
    {
      guint32 value = n_bytes == 2 ? read_u16 (in) : n_bytes == 3 ? read_u16 (in) | (guint32) in[2] << 16 : read_u32 (in);
      guint alpha = self->masks[3] != 0 ? widen (value, self->masks[3]) : 255;

      for (int c = 0; c < 3; c++)
        out[c] = _emo_raster_over_white (widen (value, self->masks[c]), alpha);
    }
}

static void
convert_row (const Reader *self,
             const guint8 *in,
             guint8       *out)
{
  int per_byte = 8 / self->bits;

  for (int x = 0; x < self->width; x++)
    {
      int shift = (per_byte - 1 - x % per_byte) * self->bits;
      int index = (in[x / per_byte] >> shift) & ((1 << self->bits) - 1);

      memcpy (out + x * 3, self->colors[index], 3);
    }
}

static guint8 *
row_at (const Reader *self,
        EmoRaster    *raster,
        gint64        n)
{
  return raster->pixels + (self->top_down ? n : self->height - 1 - n) * self->width * 3;
}

static gboolean
read_rows (const Reader  *self,
           EmoRaster     *raster,
           GError       **error)
{
  gsize stride = (self->width * self->bits + 31) / 32 * 4;
  /* Files without the padding of their last row are about. */
  gsize needed = stride * (self->height - 1) + (self->width * self->bits + 7) / 8;

  if (self->start > self->length || self->length - self->start < needed)
    return set_cut (error);

  for (gint64 y = 0; y < self->height; y++)
    {
      const guint8 *in = self->bytes + self->start + y * stride;

      if (self->bits <= 8)
        convert_row (self, in, row_at (self, raster, y));
      else
        convert_fields (self, in, row_at (self, raster, y));
    }

  return TRUE;
}

/* Writes a run of @count indices; what does not fit its row is dropped. */
static void
write_run (const Reader *self,
           EmoRaster    *raster,
           gint64       *x,
           gint64        y,
           const guint8 *in,
           int           count,
           gboolean      repeat)
{
  guint8 *row = row_at (self, raster, y);

  for (int i = 0; i < count && *x < self->width; i++, (*x)++)
    {
      int index;

      if (self->bits == 8)
        index = in[repeat ? 0 : i];
      else
        index = in[repeat ? 0 : i / 2] >> (i % 2 == 0 ? 4 : 0) & 0xF;
      memcpy (row + *x * 3, self->colors[index], 3);
    }
}

/* What the runs leave out has the first color. */
static gboolean
read_runs (const Reader  *self,
           EmoRaster     *raster,
           GError       **error)
{
  gsize at = self->start;
  gint64 x = 0, y = 0;

  for (gsize i = 0; i < (gsize) self->width * self->height; i++)
    memcpy (raster->pixels + i * 3, self->colors[0], 3);

  while (y < self->height && at <= self->length && self->length - at >= 2)
    {
      int count = self->bytes[at];
      int value = self->bytes[at + 1];
      gsize size = self->bits == 8 ? value : (value + 1) / 2;

      at += 2;
      if (count > 0)
        {
          write_run (self, raster, &x, y, self->bytes + at - 1, count, TRUE);
        }
      else if (value == 0)
        {
          x = 0;
          y++;
        }
      else if (value == 1)
        {
          return TRUE;
        }
      else if (self->length - at < (value == 2 ? 2 : size))
        {
          return set_cut (error);
        }
      else if (value == 2)
        {
          x = MIN (x + self->bytes[at], self->width);
          y += self->bytes[at + 1];
          at += 2;
        }
      else
        {
          write_run (self, raster, &x, y, self->bytes + at, value, FALSE);
          at += (size + 1) & ~(gsize) 1;
        }
    }

  return y >= self->height ? TRUE : set_cut (error);
}

/* Where there are no masks: 5 bits a color in two bytes, 8 in three or four. */
static void
set_default_masks (Reader *self)
{
  if (self->compression == COMPRESSION_FIELDS && self->masks[0] != 0)
    return;

  self->masks[0] = self->bits == 16 ? 0x7C00 : 0xFF0000;
  self->masks[1] = self->bits == 16 ? 0x03E0 : 0x00FF00;
  self->masks[2] = self->bits == 16 ? 0x001F : 0x0000FF;
  self->masks[3] = 0;
}

/*
 * _emo_bmp_decode:
 * Bitmaps of 1, 4, 8, 16, 24 and 32 bits, with runs or masks.
 */
gboolean
_emo_bmp_decode (const guint8  *bytes,
                 gsize          length,
                 gboolean       allow_cut,
                 EmoRaster     *raster,
                 GError       **error)
{
  Reader reader = { .bytes = bytes, .length = length };

  if (!read_header (&reader, error) ||
      !check_coding (&reader, error) ||
      (reader.bits <= 8 && !read_palette (&reader, error)) ||
      !_emo_raster_allocate (raster, reader.width, reader.height, error))
    return FALSE;

  set_default_masks (&reader);
  if (reader.compression == COMPRESSION_RLE8 || reader.compression == COMPRESSION_RLE4)
    return read_runs (&reader, raster, error);

  return read_rows (&reader, raster, error);
}
