/* emo-exif.c: which way up a picture is
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define _GNU_SOURCE
#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-exif-private.h"

#define TAG_ORIENTATION 0x0112
#define TAG_STRIP_OFFSETS 273
#define TAG_STRIP_BYTES   279
#define TAG_TILE_OFFSETS  324
#define TAG_TILE_BYTES    325
#define TYPE_SHORT      3
#define TYPE_LONG       4

typedef struct
{
  const guint8 *bytes;
  gsize         length;
  gboolean      big_endian;
} Reader;

static guint32
read_number (const Reader *self,
             gsize         offset,
             int           width)
{
  guint32 value = 0;

  for (int i = 0; i < width; i++)
    value = (value << 8) | self->bytes[offset + (self->big_endian ? i : width - 1 - i)];

  return value;
}

/* The value of one 12-byte entry, 1 for one of another type. */
static int
read_entry (const Reader *self,
            gsize         offset)
{
  guint32 type = read_number (self, offset + 2, 2);
  guint32 value;

  if (read_number (self, offset + 4, 4) != 1)
    return 1;

  if (type == TYPE_SHORT)
    value = read_number (self, offset + 8, 2);
  else if (type == TYPE_LONG)
    value = read_number (self, offset + 8, 4);
  else
    return 1;

  return value >= 1 && value <= 8 ? (int) value : 1;
}

/* Opens a TIFF header with or without "Exif\0\0" before it. */
static gboolean
open_block (Reader       *self,
            const guint8 *bytes,
            gsize         length)
{
  while (length >= 6 && memcmp (bytes, "Exif\0\0", 6) == 0)
    {
      bytes += 6;
      length -= 6;
    }

  self->bytes = bytes;
  self->length = length;
  self->big_endian = length >= 4 && memcmp (bytes, "MM\0*", 4) == 0;

  return length >= 8 && (self->big_endian || memcmp (bytes, "II*\0", 4) == 0);
}

/* The offset of the @n-th entry of the first directory that has this tag, 0
 * where there are no more. */
static gsize
find_entry (const Reader *self,
            guint         tag,
            guint         n)
{
  gsize directory = read_number (self, 4, 4);
  gsize n_entries;

  if (directory < 8 || directory > self->length - 2)
    return 0;

  n_entries = read_number (self, directory, 2);
  for (gsize i = 0; i < n_entries; i++)
    {
      gsize entry = directory + 2 + i * 12;

      if (entry + 12 > self->length)
        return 0;
      if (read_number (self, entry, 2) == tag && n-- == 0)
        return entry;
    }

  return 0;
}

/*
 * _emo_exif_get_orientation:
 * @bytes: an Exif block, or a TIFF file
 *
 * Reads the orientation of the first directory and nothing else, so that there
 * is no chain to loop in. A SHORT and, as Pillow has it, a LONG are taken; the
 * last of several entries wins.
 *
 * Returns: 1 to 8, 1 for an entry that says anything else, 0 where there is none
 */
int
_emo_exif_get_orientation (const guint8 *bytes,
                           gsize         length)
{
  Reader reader;
  int orientation = 0;
  gsize entry;

  if (!open_block (&reader, bytes, length))
    return 0;

  for (guint n = 0; (entry = find_entry (&reader, TAG_ORIENTATION, n)) != 0; n++)
    orientation = read_entry (&reader, entry);

  return orientation;
}

/*
 * _emo_exif_get_number:
 * @bytes: a TIFF file
 * @tag: a tag of the first directory
 *
 * Returns: the value of the tag's entry, 0 where it is no SHORT or LONG
 */
guint32
_emo_exif_get_number (const guint8 *bytes,
                      gsize         length,
                      guint         tag)
{
  Reader reader;
  gsize entry = 0;
  guint32 type;

  if (open_block (&reader, bytes, length))
    entry = find_entry (&reader, tag, 0);
  if (entry == 0)
    return 0;

  type = read_number (&reader, entry + 2, 2);
  if (type == TYPE_SHORT)
    return read_number (&reader, entry + 8, 2);

  return type == TYPE_LONG ? read_number (&reader, entry + 8, 4) : 0;
}

/* The @i-th number of an entry that may hold many; FALSE where it lies past the
 * end. */
static gboolean
read_item (const Reader *self,
           gsize         entry,
           gsize         i,
           guint32      *value)
{
  gsize width = read_number (self, entry + 2, 2) == TYPE_SHORT ? 2 : 4;
  gsize at = entry + 8;

  if (read_number (self, entry + 4, 4) * (guint64) width > 4)
    at = read_number (self, entry + 8, 4);
  at += i * width;
  if (at + width > self->length)
    return FALSE;

  *value = read_number (self, at, width);

  return TRUE;
}

/* Whether the directory, or what its entries keep elsewhere, lies past the end. */
static gboolean
is_directory_cut (const Reader *self)
{
  static const guint8 sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8 };
  gsize directory = read_number (self, 4, 4);
  gsize n;

  if (directory > self->length - 2)
    return TRUE;
  n = read_number (self, directory, 2);
  if (directory + 2 + 12 * n > self->length)
    return TRUE;

  for (gsize i = 0; i < n; i++)
    {
      gsize entry = directory + 2 + 12 * i;
      guint type = read_number (self, entry + 2, 2);
      guint64 size = (guint64) read_number (self, entry + 4, 4) * (type < G_N_ELEMENTS (sizes) ? sizes[type] : 0);

      if (size > 4 && read_number (self, entry + 8, 4) + size > self->length)
        return TRUE;
    }

  return FALSE;
}

/*
 * _emo_tiff_is_cut:
 * @bytes: a TIFF file
 *
 * A TIFF says where its directory is and where each strip or tile of its data
 * begins and ends.
 *
 * Returns: whether some of that lies past the end of the file
 */
gboolean
_emo_tiff_is_cut (const guint8 *bytes,
                  gsize         length)
{
  static const guint tags[2][2] = {
    { TAG_STRIP_OFFSETS, TAG_STRIP_BYTES },
    { TAG_TILE_OFFSETS, TAG_TILE_BYTES },
  };
  Reader reader;

  if (!open_block (&reader, bytes, length))
    return length < 8;
  if (is_directory_cut (&reader))
    return TRUE;

  for (guint t = 0; t < G_N_ELEMENTS (tags); t++)
    {
      gsize offsets = find_entry (&reader, tags[t][0], 0);
      gsize sizes = find_entry (&reader, tags[t][1], 0);
      gsize n = offsets != 0 && sizes != 0 ? MIN (read_number (&reader, offsets + 4, 4), read_number (&reader, sizes + 4, 4)) : 0;
      guint32 offset, size;

      for (gsize i = 0; i < n; i++)
        if (!read_item (&reader, offsets, i, &offset) || !read_item (&reader, sizes, i, &size) ||
            (gsize) offset + size > length)
          return TRUE;
    }

  return FALSE;
}

/*
 * _emo_exif_clear_orientation:
 * @bytes: a TIFF file
 *
 * Makes the first directory say "upright", so that another reader leaves the
 * picture as it is stored.
 */
void
_emo_exif_clear_orientation (guint8 *bytes,
                             gsize   length)
{
  /* Type SHORT, count 1, value 1 in both byte orders. */
  static const guint8 upright[2][10] = {
    { 3, 0, 1, 0, 0, 0, 1, 0, 0, 0 },
    { 0, 3, 0, 0, 0, 1, 0, 1, 0, 0 },
  };
  Reader reader;
  gsize entry;

  if (!open_block (&reader, bytes, length))
    return;

  for (guint n = 0; (entry = find_entry (&reader, TAG_ORIENTATION, n)) != 0; n++)
    memcpy (bytes + (reader.bytes - bytes) + entry + 2, upright[reader.big_endian], 10);
}

/*
 * _emo_xmp_get_orientation:
 * @bytes: an XMP packet
 *
 * The first tiff:Orientation of a packet, which Pillow follows where Exif names
 * none.
 *
 * Returns: 1 to 8, or 0
 */
int
_emo_xmp_get_orientation (const guint8 *bytes,
                          gsize         length)
{
  static const char name[] = "tiff:Orientation";
  const guint8 *end = bytes + length;
  const guint8 *found = bytes;

  while ((found = memmem (found, end - found, name, strlen (name))) != NULL)
    {
      found += strlen (name);
      if (end - found >= 2 && found[0] == '>' && g_ascii_isdigit (found[1]))
        return found[1] >= '1' && found[1] <= '8' ? found[1] - '0' : 1;
      if (end - found >= 3 && found[0] == '=' && found[1] == '"' && g_ascii_isdigit (found[2]))
        return found[2] >= '1' && found[2] <= '8' ? found[2] - '0' : 1;
    }

  return 0;
}
