/* emo-png.c: PNG by libpng
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <setjmp.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

#include "emo-exif-private.h"
#include "emo-raster-private.h"

#define HEADER_LENGTH 8
#define IHDR_LENGTH   13
/* Chunks beside those of pictures and animation frames. */
#define MAX_CHUNKS    10000
/* What one compressed text may unpack to; it is only measured, never kept. */
#define MAX_TEXT      (8 * 1024 * 1024)

/* What the chunks say, before libpng sees the file. */
typedef struct
{
  gint64        width;
  gint64        height;
  guint         n_chunks;
  gboolean      has_end;
  gboolean      is_animated;
  int           exif;          /* orientation, 0: none */
  int           xmp;
} Chunks;

/* libpng's state; its errors jump back to read_pixels(). */
typedef struct
{
  const guint8 *bytes;
  gsize         length;
  gsize         at;
  EmoRaster    *raster;
  guint8       *stored;        /* rows as stored: one, or all where interlaced */
  gboolean      out_of_memory;
  char          message[256];
  png_structp   png;
  png_infop     info;
  guint8        palette[256][3];
  int           key[3];        /* of gray or RGB, -1: none */
} Reader;

static guint32
read_u32 (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static gboolean
is_chunk (const guint8 *type,
          const char   *name)
{
  return memcmp (type, name, 4) == 0;
}

/* Whether a zlib stream unpacks to at most MAX_TEXT bytes; a damaged one does. */
static gboolean
unpacks_small (const guint8 *data,
               gsize         length)
{
  g_autofree guint8 *buffer = g_malloc (64 * 1024);
  z_stream stream = { .next_in = (guint8 *) data, .avail_in = length };
  int status;

  if (inflateInit (&stream) != Z_OK)
    return TRUE;

  do
    {
      stream.next_out = buffer;
      stream.avail_out = 64 * 1024;
      status = inflate (&stream, Z_NO_FLUSH);
    }
  while (status == Z_OK && stream.total_out <= MAX_TEXT);
  inflateEnd (&stream);

  return stream.total_out <= MAX_TEXT;
}

/* Finds the text of an iTXt or zTXt chunk: after the keyword come flags and, in
 * an iTXt, two more strings. */
static const guint8 *
find_text (const guint8 *data,
           gsize         length,
           gboolean      international,
           gboolean     *compressed)
{
  const guint8 *end = data + length;
  const guint8 *at = memchr (data, 0, length);

  if (at == NULL || end - at < (international ? 3 : 2))
    return NULL;

  *compressed = international ? at[1] == 1 : TRUE;
  at += international ? 3 : 2;
  for (int i = 0; international && i < 2; i++)
    {
      at = memchr (at, 0, end - at);
      if (at == NULL)
        return NULL;
      at++;
    }

  return at;
}

static gboolean
read_text (Chunks        *self,
           const guint8  *type,
           const guint8  *data,
           gsize          length,
           GError       **error)
{
  gboolean compressed = FALSE;
  const guint8 *text = find_text (data, length, is_chunk (type, "iTXt"), &compressed);

  if (text == NULL)
    return TRUE;

  if (compressed && !unpacks_small (text, data + length - text))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT,
                   "a text inside the PNG unpacks to more than %d MiB", MAX_TEXT / 1024 / 1024);
      return FALSE;
    }

  if (!compressed && strcmp ((const char *) data, "XML:com.adobe.xmp") == 0)
    self->xmp = _emo_xmp_get_orientation (text, data + length - text);

  return TRUE;
}

static gboolean
read_chunk (Chunks        *self,
            const guint8  *type,
            const guint8  *data,
            gsize          length,
            GError       **error)
{
  if (is_chunk (type, "IDAT") || is_chunk (type, "fcTL") || is_chunk (type, "fdAT"))
    return TRUE;

  if (is_chunk (type, "IEND"))
    self->has_end = TRUE;
  else if (is_chunk (type, "acTL"))
    self->is_animated = length == 8 && read_u32 (data) > 1;
  else if (is_chunk (type, "eXIf"))
    self->exif = _emo_exif_get_orientation (data, length);
  else if (is_chunk (type, "zTXt") || is_chunk (type, "iTXt"))
    if (!read_text (self, type, data, length, error))
      return FALSE;

  if (++self->n_chunks > MAX_CHUNKS)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_LIMIT,
                   "the PNG has more than %d chunks beside its picture", MAX_CHUNKS);
      return FALSE;
    }

  return TRUE;
}

static gboolean
read_header (Chunks        *self,
             const guint8  *bytes,
             gsize          length,
             GError       **error)
{
  if (length < HEADER_LENGTH + 12 + IHDR_LENGTH)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_TRUNCATED, "the PNG ends inside its header");
      return FALSE;
    }

  if (read_u32 (bytes + 8) != IHDR_LENGTH || !is_chunk (bytes + 12, "IHDR"))
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "the PNG does not begin with its header");
      return FALSE;
    }

  self->width = read_u32 (bytes + 16);
  self->height = read_u32 (bytes + 20);

  return _emo_raster_check (self->width, self->height, error);
}

static gboolean
read_chunks (Chunks        *self,
             const guint8  *bytes,
             gsize          length,
             GError       **error)
{
  gsize at = HEADER_LENGTH;

  if (!read_header (self, bytes, length, error))
    return FALSE;

  while (!self->has_end && length - at >= 12)
    {
      gsize size = read_u32 (bytes + at);
      const guint8 *type = bytes + at + 4;

      if (!g_ascii_isalpha (type[0]) || !g_ascii_isalpha (type[1]) ||
          !g_ascii_isalpha (type[2]) || !g_ascii_isalpha (type[3]))
        {
          g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                       "the PNG has no chunk at byte %" G_GSIZE_FORMAT, at);
          return FALSE;
        }
      if (size > length - at - 12)
        break;
      if (!read_chunk (self, type, type + 4, size, error))
        return FALSE;
      at += size + 12;
    }

  if (!self->has_end)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_TRUNCATED,
                   "the PNG is cut short: its end chunk is missing");
      return FALSE;
    }

  return TRUE;
}

static void
error_cb (png_structp png,
          const char *message)
{
  Reader *self = png_get_error_ptr (png);

  g_strlcpy (self->message, message, sizeof self->message);
  png_longjmp (png, 1);
}

static void
warning_cb (png_structp png,
            const char *message)
{
}

static void
read_cb (png_structp png,
         png_bytep   out,
         gsize       n_bytes)
{
  Reader *self = png_get_io_ptr (png);

  if (n_bytes > self->length - self->at)
    png_error (png, "the data ends early");
  memcpy (out, self->bytes + self->at, n_bytes);
  self->at += n_bytes;
}

/* The palette over white. Entries that the file leaves out are black, as
 * Pillow has them. */
static void
read_palette (Reader *self)
{
  png_colorp colors = NULL;
  png_bytep alphas = NULL;
  int n_colors = 0, n_alphas = 0;

  png_get_PLTE (self->png, self->info, &colors, &n_colors);
  png_get_tRNS (self->png, self->info, &alphas, &n_alphas, NULL);

  for (int i = 0; i < 256; i++)
    {
      guint alpha = i < n_alphas ? alphas[i] : 255;
      gboolean known = i < n_colors;

      self->palette[i][0] = _emo_raster_over_white (known ? colors[i].red : 0, alpha);
      self->palette[i][1] = _emo_raster_over_white (known ? colors[i].green : 0, alpha);
      self->palette[i][2] = _emo_raster_over_white (known ? colors[i].blue : 0, alpha);
    }
}

/* The colour (tRNS of gray and RGB) whose pixels are clear. Pillow scales it for
 * one bit only, compares the low byte of RGB and knows none for 16-bit gray. */
static void
read_key (Reader *self)
{
  png_color_16p key = NULL;
  int depth = png_get_bit_depth (self->png, self->info);

  self->key[0] = -1;
  if (!png_get_tRNS (self->png, self->info, NULL, NULL, &key) || key == NULL)
    return;
  if (png_get_color_type (self->png, self->info) == PNG_COLOR_TYPE_RGB)
    {
      self->key[0] = key->red & 0xff;
      self->key[1] = key->green & 0xff;
      self->key[2] = key->blue & 0xff;
    }
  else if (depth < 16)
    {
      self->key[0] = depth == 1 ? (key->gray != 0) * 255 : key->gray;
    }
}

static void
convert_rgb (const Reader *self,
             const guint8 *in,
             guint8       *out)
{
  gsize n_bytes = (gsize) self->raster->width * 3;

  memcpy (out, in, n_bytes);
  for (gsize i = 0; self->key[0] >= 0 && i < n_bytes; i += 3)
    if (in[i] == self->key[0] && in[i + 1] == self->key[1] && in[i + 2] == self->key[2])
      memset (out + i, 255, 3);
}

/* One row of 8-bit samples to RGB over white. */
static void
convert_row (const Reader *self,
             const guint8 *in,
             guint8       *out)
{
  int type = png_get_color_type (self->png, self->info);
  int depth = png_get_bit_depth (self->png, self->info);
  int step = depth < 8 ? 255 / ((1 << depth) - 1) : 1;
  int width = self->raster->width;

  switch (type)
    {
    case PNG_COLOR_TYPE_GRAY:
      for (int x = 0; x < width; x++)
        memset (out + x * 3, in[x] * step == self->key[0] ? 255 : in[x] * step, 3);
      break;

    case PNG_COLOR_TYPE_PALETTE:
      for (int x = 0; x < width; x++)
        memcpy (out + x * 3, self->palette[in[x]], 3);
      break;

    case PNG_COLOR_TYPE_GRAY_ALPHA:
      for (int x = 0; x < width; x++)
        memset (out + x * 3, _emo_raster_over_white (in[x * 2], in[x * 2 + 1]), 3);
      break;

    case PNG_COLOR_TYPE_RGB_ALPHA:
      for (int x = 0; x < width; x++)
        for (int c = 0; c < 3; c++)
          out[x * 3 + c] = _emo_raster_over_white (in[x * 4 + c], in[x * 4 + 3]);
      break;

    default:
      convert_rgb (self, in, out);
    }
}

static void
read_rows (Reader *self,
           gsize   stride,
           int     n_passes)
{
  EmoRaster *raster = self->raster;

  for (int pass = 0; pass < n_passes; pass++)
    for (int y = 0; y < raster->height; y++)
      {
        guint8 *row = self->stored + (n_passes > 1 ? y * stride : 0);

        png_read_row (self->png, row, NULL);
        if (pass == n_passes - 1)
          convert_row (self, row, raster->pixels + (gsize) y * raster->width * 3);
      }
}

static gboolean
read_pixels (Reader *self)
{
  gsize stride;
  int n_passes;

  /* Nothing that is needed after the jump lives in a local variable. */
  if (setjmp (png_jmpbuf (self->png)) != 0)
    return FALSE;

  png_set_read_fn (self->png, self, read_cb);
  png_set_user_limits (self->png, EMO_IMAGE_MAX_SIDE, EMO_IMAGE_MAX_SIDE);
  png_set_chunk_malloc_max (self->png, MAX_TEXT);
  png_set_chunk_cache_max (self->png, 1000);
  /* Only the picture's own chunks matter: IHDR, PLTE, tRNS, IDAT, IEND. */
  png_set_keep_unknown_chunks (self->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info (self->png, self->info);

  /* The high byte of 16 bits, a byte for each sample below 8. */
  png_set_strip_16 (self->png);
  png_set_packing (self->png);
  n_passes = png_set_interlace_handling (self->png);
  png_start_read_image (self->png);
  if (png_get_color_type (self->png, self->info) == PNG_COLOR_TYPE_PALETTE)
    read_palette (self);
  else
    read_key (self);

  /* At most four bytes a pixel once 16 bits are halved. */
  stride = (gsize) self->raster->width * 4;
  self->stored = g_try_malloc0_n (n_passes > 1 ? self->raster->height : 1, stride);
  if (self->stored == NULL)
    {
      self->out_of_memory = TRUE;
      g_strlcpy (self->message, "no memory for an interlaced picture", sizeof self->message);
      return FALSE;
    }

  read_rows (self, stride, n_passes);
  png_read_end (self->png, NULL);

  return TRUE;
}

static gboolean
run_reader (Reader  *self,
            GError **error)
{
  gboolean done = FALSE;

  self->png = png_create_read_struct (PNG_LIBPNG_VER_STRING, self, error_cb, warning_cb);
  if (self->png != NULL)
    self->info = png_create_info_struct (self->png);
  if (self->info != NULL)
    done = read_pixels (self);
  else
    self->out_of_memory = TRUE;

  png_destroy_read_struct (&self->png, &self->info, NULL);
  g_clear_pointer (&self->stored, g_free);
  if (!done)
    g_set_error (error, EMO_ERROR,
                 self->out_of_memory ? EMO_ERROR_OUT_OF_MEMORY : EMO_ERROR_INVALID_FILE,
                 "the PNG cannot be decoded: %s", self->message);

  return done;
}

/*
 * _emo_png_decode:
 * Every colour type and depth of PNG; an APNG gives its default picture.
 */
gboolean
_emo_png_decode (const guint8  *bytes,
                 gsize          length,
                 gboolean       allow_cut,
                 EmoRaster     *raster,
                 GError       **error)
{
  g_autofree Reader *reader = g_new0 (Reader, 1);
  Chunks chunks = { 0 };

  if (!read_chunks (&chunks, bytes, length, error) ||
      !_emo_raster_allocate (raster, chunks.width, chunks.height, error))
    return FALSE;

  reader->bytes = bytes;
  reader->length = length;
  reader->raster = raster;
  if (!run_reader (reader, error))
    return FALSE;

  if (chunks.is_animated)
    raster->marks |= EMO_IMAGE_MARK_ANIMATED;
  raster->orientation = chunks.exif != 0 ? chunks.exif : chunks.xmp;

  return TRUE;
}
