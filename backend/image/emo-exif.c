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

/*
 * _emo_exif_get_orientation:
 * @bytes: an Exif block: a TIFF header with or without "Exif\0\0" before it
 *
 * Reads the orientation of the first directory and nothing else, so that there
 * is no chain to loop in. A SHORT and, as Pillow has it, a LONG are taken; the
 * last of several entries wins.
 *
 * Returns: 1 to 8, 1 for whatever is cut or malformed, 0 where there is no entry
 */
int
_emo_exif_get_orientation (const guint8 *bytes,
                           gsize         length)
{
  Reader reader = { bytes, length, FALSE };
  gsize directory, n_entries;
  int orientation = 0;

  while (reader.length >= 6 && memcmp (reader.bytes, "Exif\0\0", 6) == 0)
    {
      reader.bytes += 6;
      reader.length -= 6;
    }

  if (reader.length < 8)
    return 0;
  if (memcmp (reader.bytes, "MM\0*", 4) == 0)
    reader.big_endian = TRUE;
  else if (memcmp (reader.bytes, "II*\0", 4) != 0)
    return 0;

  directory = read_number (&reader, 4, 4);
  if (directory < 8 || directory > reader.length - 2)
    return 0;

  n_entries = read_number (&reader, directory, 2);
  for (gsize i = 0; i < n_entries; i++)
    {
      gsize entry = directory + 2 + i * 12;

      if (entry + 12 > reader.length)
        break;
      if (read_number (&reader, entry, 2) == TAG_ORIENTATION)
        orientation = read_entry (&reader, entry);
    }

  return orientation;
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
