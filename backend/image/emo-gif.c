/* emo-gif.c: the first frame of a GIF
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-raster-private.h"

/* A reader of our own: the first frame alone is decoded, whatever follows, and
 * no pixel is shown that the file does not set. */
#define MAX_CODES 4096

typedef struct
{
  const guint8 *bytes;
  gsize         length;
  gsize         at;
} Reader;

typedef struct
{
  int      x, y;
  int      width, height;
  gboolean interlaced;
} Frame;

typedef struct
{
  int            screen_width;
  int            screen_height;
  const guint8  *colors;        /* [n_colors, 3] of the frame, or NULL */
  int            n_colors;
  int            transparent;   /* index, -1: none */
  Frame          frame;
  guint8        *indices;       /* [frame height, frame width] */
} Picture;

/* The string table: every code is its prefix's string and one more index. */
typedef struct
{
  guint16 prefix[MAX_CODES];
  guint8  last[MAX_CODES];
  guint8  first[MAX_CODES];
  guint8  stack[MAX_CODES];
} Table;

/* The bits of the chain of sub-blocks. */
typedef struct
{
  Reader  *reader;
  gsize    block_left;
  guint32  bits;
  int      n_bits;
} Bits;

static gboolean
set_cut (GError **error)
{
  g_set_error (error, EMO_ERROR, EMO_ERROR_TRUNCATED, "the GIF is cut short: its trailer is missing");

  return FALSE;
}

static const guint8 *
take (Reader *self,
      gsize   n_bytes)
{
  const guint8 *taken = self->bytes + self->at;

  if (n_bytes > self->length - self->at)
    return NULL;
  self->at += n_bytes;

  return taken;
}

static int
read_u16 (const guint8 *bytes)
{
  return bytes[0] | bytes[1] << 8;
}

/* Skips sub-blocks up to and with the empty one. */
static gboolean
skip_blocks (Reader *self)
{
  const guint8 *size;

  while ((size = take (self, 1)) != NULL)
    {
      if (*size == 0)
        return TRUE;
      if (take (self, *size) == NULL)
        return FALSE;
    }

  return FALSE;
}

/* The next code, or -1 at the end of the chain, or -2 at the end of the file. */
static int
read_code (Bits *self,
           int   width)
{
  int code;

  while (self->n_bits < width)
    {
      const guint8 *byte;

      if (self->block_left == 0)
        {
          byte = take (self->reader, 1);
          if (byte == NULL)
            return -2;
          if (*byte == 0)
            {
              /* Left for skip_blocks(). */
              self->reader->at--;
              return -1;
            }
          self->block_left = *byte;
        }
      byte = take (self->reader, 1);
      if (byte == NULL)
        return -2;
      self->block_left--;
      self->bits |= (guint32) *byte << self->n_bits;
      self->n_bits += 8;
    }

  code = self->bits & ((1u << width) - 1);
  self->bits >>= width;
  self->n_bits -= width;

  return code;
}

/* Writes a code's string at @out, as much of it as there is room for. */
static gsize
write_string (Table  *table,
              int     code,
              int     clear,
              guint8 *out,
              gsize   room)
{
  gsize depth = 0;
  gsize n_written;

  while (code >= clear && depth < MAX_CODES - 1)
    {
      table->stack[depth++] = table->last[code];
      code = table->prefix[code];
    }
  table->stack[depth++] = code;

  n_written = MIN (depth, room);
  for (gsize i = 0; i < n_written; i++)
    out[i] = table->stack[depth - 1 - i];

  return n_written;
}

static guint8
first_of (const Table *table,
          int          code,
          int          clear)
{
  return code < clear ? code : table->first[code];
}

/* Returns how many indices were written, or -1 for a code that cannot be. */
static gssize
unpack (Bits   *bits,
        Table  *table,
        int     depth,
        guint8 *out,
        gsize   length)
{
  int clear = 1 << depth;
  int next = clear + 2;
  int width = depth + 1;
  int previous = -1;
  gsize at = 0;

  while (at < length)
    {
      int code = read_code (bits, width);

      if (code < 0 || code == clear + 1)
        break;
      if (code == clear)
        {
          next = clear + 2;
          width = depth + 1;
          previous = -1;
          continue;
        }
      if (code > next || (code == next && previous < 0) || (previous < 0 && code >= clear))
        return -1;

      if (previous >= 0 && next < MAX_CODES)
        {
          table->prefix[next] = previous;
          table->first[next] = first_of (table, previous, clear);
          table->last[next] = code == next ? table->first[next] : first_of (table, code, clear);
          next++;
          if (next == 1 << width && width < 12)
            width++;
        }
      else if (code >= next)
        {
          return -1;
        }
      at += write_string (table, code, clear, out + at, length - at);
      previous = code;
    }

  return at;
}

static gboolean
read_indices (Reader   *reader,
              Picture  *picture,
              GError  **error)
{
  gsize length = (gsize) picture->frame.width * picture->frame.height;
  g_autofree Table *table = g_new0 (Table, 1);
  Bits bits = { .reader = reader };
  const guint8 *depth = take (reader, 1);
  gssize n_indices;

  if (depth == NULL)
    return set_cut (error);
  if (*depth < 1 || *depth > 8)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "the GIF codes %d bits a pixel", *depth);
      return FALSE;
    }

  picture->indices = g_try_malloc0 (length);
  if (picture->indices == NULL)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY,
                   "no memory for %" G_GSIZE_FORMAT " pixels", length);
      return FALSE;
    }

  n_indices = unpack (&bits, table, *depth, picture->indices, length);
  if (n_indices == (gssize) length)
    return take (reader, bits.block_left) != NULL && skip_blocks (reader) ? TRUE : set_cut (error);
  if (n_indices >= 0 && reader->at >= reader->length)
    return set_cut (error);

  g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
               "the GIF's picture data is damaged after %" G_GSSIZE_FORMAT " of %" G_GSIZE_FORMAT " pixels",
               MAX (n_indices, 0), length);

  return FALSE;
}

static gboolean
read_frame (Reader   *reader,
            Picture  *picture,
            GError  **error)
{
  const guint8 *header = take (reader, 9);
  Frame *frame = &picture->frame;

  if (header == NULL)
    return set_cut (error);

  frame->x = read_u16 (header);
  frame->y = read_u16 (header + 2);
  frame->width = read_u16 (header + 4);
  frame->height = read_u16 (header + 6);
  frame->interlaced = (header[8] & 0x40) != 0;
  if (frame->width == 0 || frame->height == 0 ||
      frame->x + frame->width > picture->screen_width ||
      frame->y + frame->height > picture->screen_height)
    {
      g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE,
                   "the GIF's first frame (%d x %d at %d, %d) leaves its screen of %d x %d",
                   frame->width, frame->height, frame->x, frame->y,
                   picture->screen_width, picture->screen_height);
      return FALSE;
    }

  if (header[8] & 0x80)
    {
      picture->n_colors = 2 << (header[8] & 7);
      picture->colors = take (reader, picture->n_colors * 3);
      if (picture->colors == NULL)
        return set_cut (error);
    }

  return read_indices (reader, picture, error);
}

static gboolean
read_extension (Reader  *reader,
                Picture *picture)
{
  const guint8 *label = take (reader, 1);

  if (label == NULL)
    return FALSE;

  /* A graphic control: flags, delay, transparent index. */
  if (*label == 0xF9 && picture->indices == NULL && reader->length - reader->at >= 5 &&
      reader->bytes[reader->at] >= 4 && (reader->bytes[reader->at + 1] & 1))
    picture->transparent = reader->bytes[reader->at + 4];

  return skip_blocks (reader);
}

/* A later frame is stepped over: it only tells that the picture moves. */
static gboolean
skip_frame (Reader *reader)
{
  const guint8 *header = take (reader, 9);

  if (header == NULL)
    return FALSE;
  if ((header[8] & 0x80) && take (reader, (gsize) (2 << (header[8] & 7)) * 3) == NULL)
    return FALSE;

  return take (reader, 1) != NULL && skip_blocks (reader);
}

static gboolean
read_screen (Reader   *reader,
             Picture  *picture,
             GError  **error)
{
  const guint8 *header = take (reader, 13);

  if (header == NULL)
    return set_cut (error);

  picture->screen_width = read_u16 (header + 6);
  picture->screen_height = read_u16 (header + 8);
  if (header[10] & 0x80)
    {
      picture->n_colors = 2 << (header[10] & 7);
      picture->colors = take (reader, picture->n_colors * 3);
      if (picture->colors == NULL)
        return set_cut (error);
    }

  return _emo_raster_check (picture->screen_width, picture->screen_height, error);
}

static gboolean
read_blocks (Reader         *reader,
             Picture        *picture,
             EmoImageMarks  *marks,
             GError        **error)
{
  const guint8 *kind;

  while ((kind = take (reader, 1)) != NULL && *kind != ';')
    {
      gboolean whole = TRUE;

      if (*kind == '!')
        {
          whole = read_extension (reader, picture);
        }
      else if (*kind == ',' && picture->indices == NULL)
        {
          if (!read_frame (reader, picture, error))
            return FALSE;
        }
      else if (*kind == ',')
        {
          whole = skip_frame (reader);
          *marks |= EMO_IMAGE_MARK_ANIMATED;
        }

      if (!whole)
        return set_cut (error);
    }

  if (kind == NULL)
    return set_cut (error);
  if (picture->indices == NULL)
    g_set_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE, "the GIF holds no picture");

  return picture->indices != NULL;
}

/* A palette that is the gray ramp itself counts as gray, and goes on behind its
 * last color, as in the reference. */
static gboolean
is_gray (const Picture *picture)
{
  for (int i = 0; i < picture->n_colors; i++)
    for (int c = 0; c < 3; c++)
      if (picture->colors[i * 3 + c] != i)
        return FALSE;

  return TRUE;
}

/* Colors that the file leaves out are black. */
static void
fill_palette (const Picture *picture,
              guint8         palette[256][3])
{
  gboolean gray = is_gray (picture);

  for (int i = 0; i < 256; i++)
    if (i < picture->n_colors && !gray)
      memcpy (palette[i], picture->colors + i * 3, 3);
    else
      memset (palette[i], gray ? i : 0, 3);

  if (picture->transparent >= 0)
    memset (palette[picture->transparent], 255, 3);
}

/* The row of the frame that its @n-th stored row is. */
static int
row_of (const Frame *frame,
        int          n)
{
  static const int starts[] = { 0, 4, 2, 1 };
  static const int steps[] = { 8, 8, 4, 2 };

  if (!frame->interlaced)
    return n;

  for (int pass = 0; pass < 4; pass++)
    {
      int n_rows = MAX ((frame->height - starts[pass] + steps[pass] - 1) / steps[pass], 0);

      if (n < n_rows)
        return starts[pass] + n * steps[pass];
      n -= n_rows;
    }

  g_assert_not_reached ();
}

static void
paint (const Picture *picture,
       EmoRaster     *raster)
{
  const Frame *frame = &picture->frame;
  const guint8 *index = picture->indices;
  int ground = MAX (picture->transparent, 0);
  guint8 palette[256][3];

  fill_palette (picture, palette);
  for (gsize i = 0; i < (gsize) raster->width * raster->height; i++)
    memcpy (raster->pixels + i * 3, palette[ground], 3);

  for (int n = 0; n < frame->height; n++)
    {
      gsize y = frame->y + row_of (frame, n);
      guint8 *out = raster->pixels + (y * raster->width + frame->x) * 3;

      for (int x = 0; x < frame->width; x++, out += 3)
        memcpy (out, palette[*index++], 3);
    }
}

/*
 * _emo_gif_decode:
 * The first frame on its screen, as Pillow opens it.
 */
gboolean
_emo_gif_decode (const guint8  *bytes,
                 gsize          length,
                 gboolean       allow_cut,
                 EmoRaster     *raster,
                 GError       **error)
{
  Reader reader = { bytes, length, 0 };
  Picture picture = { .transparent = -1 };
  gboolean done = read_screen (&reader, &picture, error) &&
                  read_blocks (&reader, &picture, &raster->marks, error) &&
                  _emo_raster_allocate (raster, picture.screen_width, picture.screen_height, error);

  if (done)
    paint (&picture, raster);
  g_free (picture.indices);

  return done;
}
