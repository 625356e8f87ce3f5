/* emo-image-format.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define _GNU_SOURCE
#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-image-format-private.h"

/* A text-based kind shows itself this early, or not at all. */
#define TEXT_WINDOW 4096

enum
{
  FORMAT_PNG,
  FORMAT_JPEG,
  FORMAT_WEBP,
  FORMAT_GIF,
  FORMAT_BMP,
  FORMAT_TIFF,
  FORMAT_AVIF,
  FORMAT_HEIF,
};

static const EmoImageFormat formats[] = {
  [FORMAT_PNG]  = { "PNG",  "image/png",  "png apng" },
  [FORMAT_JPEG] = { "JPEG", "image/jpeg", "jpg jpeg jpe jfif" },
  [FORMAT_WEBP] = { "WebP", "image/webp", "webp" },
  [FORMAT_GIF]  = { "GIF",  "image/gif",  "gif" },
  [FORMAT_BMP]  = { "BMP",  "image/bmp",  "bmp dib" },
  [FORMAT_TIFF] = { "TIFF", "image/tiff", "tif tiff" },
  [FORMAT_AVIF] = { "AVIF", "image/avif", "avif" },
  [FORMAT_HEIF] = { "HEIF", "image/heif", "heic heif hif" },
};

#define WAY_EXPORT "export it as PNG"
#define WAY_PAGE   "export the page as PNG"
#define WAY_RAW    "develop it and export a JPEG or PNG"
#define WAY_VIDEO  "save a frame of it as PNG"
#define WAY_UNPACK "unpack it and add the pictures"

/* Kinds that are refused on purpose: drawings that can name other files, video,
 * camera data, and formats whose readers are little tested. The magic bytes may
 * hold NULs, so each has its length; at most one of them is needed. */
typedef struct
{
  const char *kind;
  const char *way;
  gsize       offset;
  gsize       length;
  const char *magic;
} Refused;

#define MAGIC(text) sizeof text - 1, text

static const Refused refused[] = {
  { "PDF document",              WAY_PAGE  , 0, MAGIC ("%PDF") },
  { "PostScript drawing",        WAY_EXPORT, 0, MAGIC ("%!PS") },
  { "PostScript drawing",        WAY_EXPORT, 0, MAGIC ("\xC5\xD0\xD3\xC6") },
  { "XPM icon",                  WAY_EXPORT, 0, MAGIC ("/* XPM") },
  { "XPM icon",                  WAY_EXPORT, 0, MAGIC ("! XPM2") },
  { "Windows animated cursor",   WAY_EXPORT, 8, MAGIC ("ACON") },
  { "AVI video",                 WAY_VIDEO,  8, MAGIC ("AVI ") },
  { "Windows icon",              WAY_EXPORT, 0, MAGIC ("\0\0\1\0") },
  { "Windows cursor",            WAY_EXPORT, 0, MAGIC ("\0\0\2\0") },
  { "Apple icon",                WAY_EXPORT, 0, MAGIC ("icns") },
  { "Photoshop picture",         WAY_EXPORT, 0, MAGIC ("8BPS") },
  { "GIMP picture",              WAY_EXPORT, 0, MAGIC ("gimp xcf") },
  { "JPEG 2000 picture",         WAY_EXPORT, 0, MAGIC ("\0\0\0\x0CjP  ") },
  { "JPEG 2000 picture",         WAY_EXPORT, 0, MAGIC ("\xFF\x4F\xFF\x51") },
  { "JPEG XL picture",           WAY_EXPORT, 0, MAGIC ("\0\0\0\x0CJXL ") },
  { "JPEG XL picture",           WAY_EXPORT, 0, MAGIC ("\xFF\x0A") },
  { "JPEG XR picture",           WAY_EXPORT, 0, MAGIC ("II\xBC\x01") },
  { "BigTIFF picture",           WAY_EXPORT, 0, MAGIC ("II+\0") },
  { "BigTIFF picture",           WAY_EXPORT, 0, MAGIC ("MM\0+") },
  { "MNG animation",             WAY_EXPORT, 0, MAGIC ("\x8AMNG") },
  { "JNG picture",               WAY_EXPORT, 0, MAGIC ("\x8BJNG") },
  { "QOI picture",               WAY_EXPORT, 0, MAGIC ("qoif") },
  { "DDS texture",               WAY_EXPORT, 0, MAGIC ("DDS ") },
  { "PCX picture",               WAY_EXPORT, 0, MAGIC ("\x0A\x05\x01") },
  { "SGI picture",               WAY_EXPORT, 0, MAGIC ("\x01\xDA\x00\x01") },
  { "SGI picture",               WAY_EXPORT, 0, MAGIC ("\x01\xDA\x01\x01") },
  { "Sun raster picture",        WAY_EXPORT, 0, MAGIC ("\x59\xA6\x6A\x95") },
  { "OpenEXR picture",           WAY_EXPORT, 0, MAGIC ("\x76\x2F\x31\x01") },
  { "Radiance picture",          WAY_EXPORT, 0, MAGIC ("#?RADIANCE") },
  { "FITS picture",              WAY_EXPORT, 0, MAGIC ("SIMPLE  =") },
  { "DICOM picture",             WAY_EXPORT, 128, MAGIC ("DICM") },
  { "Windows metafile",          WAY_EXPORT, 0, MAGIC ("\xD7\xCD\xC6\x9A") },
  { "Windows metafile",          WAY_EXPORT, 40, MAGIC (" EMF") },
  { "camera RAW picture (CR2)",  WAY_RAW,    8, MAGIC ("CR\2\0") },
  { "camera RAW picture (CRW)",  WAY_RAW,    6, MAGIC ("HEAPCCDR") },
  { "camera RAW picture (RAF)",  WAY_RAW,    0, MAGIC ("FUJIFILMCCD-RAW") },
  { "camera RAW picture (ORF)",  WAY_RAW,    0, MAGIC ("IIRO") },
  { "camera RAW picture (ORF)",  WAY_RAW,    0, MAGIC ("IIRS") },
  { "camera RAW picture (RW2)",  WAY_RAW,    0, MAGIC ("IIU\0") },
  { "camera RAW picture (CR3)",  WAY_RAW,    4, MAGIC ("ftypcrx ") },
  { "camera RAW picture (MRW)",  WAY_RAW,    0, MAGIC ("\0MRM") },
  { "video",                     WAY_VIDEO,  4, MAGIC ("ftyp") },
  { "QuickTime video",           WAY_VIDEO,  4, MAGIC ("moov") },
  { "QuickTime video",           WAY_VIDEO,  4, MAGIC ("mdat") },
  { "Matroska or WebM video",    WAY_VIDEO,  0, MAGIC ("\x1A\x45\xDF\xA3") },
  { "Ogg video or sound",        WAY_VIDEO,  0, MAGIC ("OggS") },
  { "Flash video",               WAY_VIDEO,  0, MAGIC ("FLV\1") },
  { "MPEG video",                WAY_VIDEO,  0, MAGIC ("\0\0\1\xBA") },
  { "MPEG video",                WAY_VIDEO,  0, MAGIC ("\0\0\1\xB3") },
  { "Windows Media video",       WAY_VIDEO,  0, MAGIC ("\x30\x26\xB2\x75") },
  { "ZIP archive",               WAY_UNPACK, 0, MAGIC ("PK\3\4") },
  { "gzip archive",              WAY_UNPACK, 0, MAGIC ("\x1F\x8B") },
  { "7z archive",                WAY_UNPACK, 0, MAGIC ("7z\xBC\xAF\x27\x1C") },
};

static const Refused svg = { "SVG drawing", WAY_EXPORT };
static const Refused xbm = { "XBM icon", WAY_EXPORT };
static const Refused pnm = { "PNM picture", WAY_EXPORT };
static const Refused tga = { "TGA picture", WAY_EXPORT };
static const Refused raw = { "camera RAW picture", WAY_RAW };

static gboolean
has_bytes (const guint8 *bytes,
           gsize         length,
           gsize         offset,
           const char   *magic,
           gsize         magic_length)
{
  return length >= offset + magic_length && memcmp (bytes + offset, magic, magic_length) == 0;
}

/* Like has_bytes() at the start, but a file cut inside its magic bytes counts,
 * so that it is called cut and not foreign. */
static gboolean
begins_with (const guint8 *bytes,
             gsize         length,
             const char   *magic,
             gsize         magic_length)
{
  return length >= 3 && memcmp (bytes, magic, MIN (length, magic_length)) == 0;
}

static gboolean
name_ends_in (const char *name,
              const char *extensions)
{
  const char *dot = name != NULL ? strrchr (name, '.') : NULL;
  g_auto(GStrv) list = NULL;

  if (dot == NULL)
    return FALSE;

  list = g_strsplit (extensions, " ", -1);
  for (guint i = 0; list[i] != NULL; i++)
    if (g_ascii_strcasecmp (dot + 1, list[i]) == 0)
      return TRUE;

  return FALSE;
}

/* An ISO media file whose brand is one of a list of four-letter names. */
static gboolean
has_brand (const guint8 *bytes,
           gsize         length,
           const char   *brands)
{
  if (!has_bytes (bytes, length, 4, "ftyp", 4) || length < 12)
    return FALSE;

  for (; *brands != '\0'; brands += 4)
    if (memcmp (bytes + 8, brands, 4) == 0)
      return TRUE;

  return FALSE;
}

/* Two letters would be little: the length of the second header is one of a few. */
static gboolean
is_bmp (const guint8 *bytes,
        gsize         length)
{
  static const guint8 header_lengths[] = { 12, 40, 52, 56, 64, 108, 124 };

  return length >= 18 && bytes[0] == 'B' && bytes[1] == 'M' &&
         bytes[15] == 0 && bytes[16] == 0 && bytes[17] == 0 &&
         memchr (header_lengths, bytes[14], sizeof header_lengths) != NULL;
}

/**
 * emo_image_format_get_all:
 * @n_formats: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_formats): the formats that are read
 */
const EmoImageFormat *
emo_image_format_get_all (guint *n_formats)
{
  g_return_val_if_fail (n_formats != NULL, NULL);

  *n_formats = G_N_ELEMENTS (formats);

  return formats;
}

/**
 * emo_image_format_sniff:
 * @bytes: (array length=length) (nullable): the first bytes of a file, or all
 * @length: how many
 *
 * Tells a format by its magic bytes alone.
 *
 * Returns: (transfer none) (nullable): the format, or %NULL
 */
const EmoImageFormat *
emo_image_format_sniff (const guint8 *bytes,
                        gsize         length)
{
  g_return_val_if_fail (bytes != NULL || length == 0, NULL);

  if (begins_with (bytes, length, "\x89PNG\r\n\x1A\n", 8))
    return &formats[FORMAT_PNG];
  if (begins_with (bytes, length, "\xFF\xD8\xFF", 3))
    return &formats[FORMAT_JPEG];
  if (begins_with (bytes, length, "GIF87a", 6) || begins_with (bytes, length, "GIF89a", 6))
    return &formats[FORMAT_GIF];
  if (has_bytes (bytes, length, 0, "RIFF", 4) && has_bytes (bytes, length, 8, "WEBP", 4))
    return &formats[FORMAT_WEBP];
  if (is_bmp (bytes, length))
    return &formats[FORMAT_BMP];
  if ((has_bytes (bytes, length, 0, "II*\0", 4) || has_bytes (bytes, length, 0, "MM\0*", 4)) &&
      !has_bytes (bytes, length, 8, "CR\2\0", 4))
    return &formats[FORMAT_TIFF];
  if (has_brand (bytes, length, "avifavis"))
    return &formats[FORMAT_AVIF];
  if (has_brand (bytes, length, "heicheixheimheishevchevxmif1msf1"))
    return &formats[FORMAT_HEIF];

  return NULL;
}

/**
 * emo_image_format_takes_name:
 * @name: (type filename): a file's name
 *
 * Says by a name's ending whether a file of a folder is worth opening.
 *
 * Returns: whether it looks like a picture that is read
 */
gboolean
emo_image_format_takes_name (const char *name)
{
  g_return_val_if_fail (name != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (name_ends_in (name, formats[i].extensions))
      return TRUE;

  return FALSE;
}

static gboolean
is_pnm (const guint8 *bytes,
        gsize         length)
{
  return length >= 3 && bytes[0] == 'P' &&
         ((bytes[1] >= '1' && bytes[1] <= '7') || bytes[1] == 'F' || bytes[1] == 'f') &&
         g_ascii_isspace (bytes[2]);
}

/* The kinds that are text, behind a byte order mark and white space. */
static const Refused *
find_text (const guint8 *bytes,
           gsize         length)
{
  const guint8 *end = bytes + MIN (length, TEXT_WINDOW);

  if (has_bytes (bytes, length, 0, "\xEF\xBB\xBF", 3))
    bytes += 3;
  while (bytes < end && g_ascii_isspace (*bytes))
    bytes++;

  if (bytes < end && *bytes == '<' && memmem (bytes, end - bytes, "<svg", 4) != NULL)
    return &svg;
  if (bytes < end && *bytes == '<' && memmem (bytes, end - bytes, ":svg", 4) != NULL)
    return &svg;
  if (memmem (bytes, end - bytes, "/* XPM", 6) != NULL)
    return &refused[3];
  if (bytes < end && *bytes == '#' && memmem (bytes, end - bytes, "_width", 6) != NULL)
    return &xbm;

  return NULL;
}

static const Refused *
find_refused (const guint8 *bytes,
              gsize         length,
              const char   *name)
{
  static const char footer[] = "TRUEVISION-XFILE.";

  /* Before the table: a plain TGA begins as a cursor file without cursors. */
  if ((length >= sizeof footer && memcmp (bytes + length - sizeof footer, footer, sizeof footer) == 0) ||
      has_bytes (bytes, length, 0, "\0\0\2\0\0\0", 6))
    return &tga;

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    if (has_bytes (bytes, length, refused[i].offset, refused[i].magic, refused[i].length))
      return &refused[i];

  if (is_pnm (bytes, length))
    return &pnm;
  /* Old TGA files have no magic bytes at all, only a name. */
  if (name_ends_in (name, "tga vda icb vst"))
    return &tga;
  if (name_ends_in (name, "nef nrw arw srf sr2 dng pef srw rwl 3fr iiq kdc dcr raw"))
    return &raw;

  return length > 0 ? find_text (bytes, length) : NULL;
}

gboolean
_emo_image_format_is_known (const guint8 *bytes,
                            gsize         length,
                            const char   *name)
{
  return find_refused (bytes, length, name) != NULL;
}

/**
 * emo_image_format_describe_refused:
 * @bytes: (array length=length) (nullable): the bytes of a file that
 *   emo_image_format_sniff() did not know
 * @length: how many
 * @name: (nullable): its name, a hint where the bytes say nothing
 *
 * Says what a file is and the way on.
 *
 * Returns: (transfer full): for example "SVG drawing: export it as PNG"
 */
char *
emo_image_format_describe_refused (const guint8 *bytes,
                                   gsize         length,
                                   const char   *name)
{
  const Refused *found;

  g_return_val_if_fail (bytes != NULL || length == 0, NULL);

  if (length == 0)
    return g_strdup ("empty file: nothing to read");

  found = find_refused (bytes, length, name);
  if (found != NULL)
    return g_strdup_printf ("%s: %s", found->kind, found->way);

  if (memchr (bytes, 0, MIN (length, TEXT_WINDOW)) == NULL &&
      g_utf8_validate ((const char *) bytes, MIN (length, 16), NULL))
    return g_strdup ("text, not a picture: open it in the program that made it and export a PNG");

  return g_strdup ("not a picture of a known kind: open it in the program that made it and export a PNG");
}
