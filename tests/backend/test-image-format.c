/* test-image-format.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "emo-image-format.h"

typedef struct
{
  gsize       length;
  const char *bytes;
  const char *expected;
} Case;

#define BYTES(text) sizeof text - 1, text

static void
test_image_format_knows_magic_bytes (void)
{
  static const Case cases[] = {
    { BYTES ("\x89PNG\r\n\x1A\n...."), "PNG" },
    { BYTES ("\x89PNG"), "PNG" },
    { BYTES ("\xFF\xD8\xFF\xE0"), "JPEG" },
    { BYTES ("GIF87a"), "GIF" },
    { BYTES ("GIF89a"), "GIF" },
    { BYTES ("RIFF\1\0\0\0WEBPVP8 "), "WebP" },
    { BYTES ("BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"), "BMP" },
    { BYTES ("II*\0\10\0\0\0"), "TIFF" },
    { BYTES ("MM\0*\0\0\0\10"), "TIFF" },
    { BYTES ("\0\0\0\x20" "ftypavif"), "AVIF" },
    { BYTES ("\0\0\0\x20" "ftypheic"), "HEIF" },
    { BYTES ("\0\0\0\x20" "ftypisom"), NULL },
    { BYTES ("BMW is a car maker, not a bitmap"), NULL },
    { BYTES ("RIFF\1\0\0\0ACON"), NULL },
    { BYTES ("II*\0\10\0\0\0CR\2\0"), NULL },
    { BYTES ("GIF90a"), NULL },
    { BYTES ("G"), NULL },
    { BYTES (""), NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const EmoImageFormat *format = emo_image_format_sniff ((const guint8 *) cases[i].bytes, cases[i].length);

      g_assert_cmpstr (format != NULL ? format->name : NULL, ==, cases[i].expected);
    }
}

static void
test_image_format_names_what_it_refuses (void)
{
  static const Case cases[] = {
    { BYTES ("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "SVG drawing: export it as PNG" },
    { BYTES ("\xEF\xBB\xBF\n<?xml version=\"1.0\"?>\n<!-- a --><svg:svg/>"), "SVG drawing: export it as PNG" },
    { BYTES ("/* XPM */"), "XPM icon: export it as PNG" },
    { BYTES ("RIFF\1\0\0\0ACONLIST"), "Windows animated cursor: export it as PNG" },
    { BYTES ("\0\0\1\0\1\0\x10\x10"), "Windows icon: export it as PNG" },
    { BYTES ("\0\0\2\0\0\0\0\0\0\0\0\0"), "TGA picture: export it as PNG" },
    { BYTES ("P5\n1 1\n255\n."), "PNM picture: export it as PNG" },
    { BYTES ("%PDF-1.7"), "PDF document: export the page as PNG" },
    { BYTES ("\0\0\0\x20" "ftypisom"), "video: save a frame of it as PNG" },
    { BYTES ("\x1A\x45\xDF\xA3"), "Matroska or WebM video: save a frame of it as PNG" },
    { BYTES ("II*\0\10\0\0\0CR\2\0"), "camera RAW picture (CR2): develop it and export a JPEG or PNG" },
    { BYTES (""), "empty file: nothing to read" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = emo_image_format_describe_refused ((const guint8 *) cases[i].bytes, cases[i].length, "x.png");

      g_assert_cmpstr (words, ==, cases[i].expected);
    }
}

static void
test_image_format_takes_a_hint_from_the_name (void)
{
  static const guint8 bytes[] = { 9, 9, 9, 9, 9 };
  g_autofree char *tga = emo_image_format_describe_refused (bytes, sizeof bytes, "a.TGA");
  g_autofree char *raw = emo_image_format_describe_refused (bytes, sizeof bytes, "a.nef");
  g_autofree char *other = emo_image_format_describe_refused (bytes, sizeof bytes, "a.png");

  g_assert_cmpstr (tga, ==, "TGA picture: export it as PNG");
  g_assert_true (g_str_has_prefix (raw, "camera RAW picture: "));
  g_assert_true (strstr (other, "PNG") != NULL);
}

static void
test_image_format_takes_names (void)
{
  static const char *taken[] = { "a.png", "A.JPG", "b.c.jpeg", "x.TIFF", "y.webp", "z.heic" };
  static const char *left[] = { "png", "a.svg", "a.png.txt", ".", "", "a.", "pngs.pngs" };

  for (guint i = 0; i < G_N_ELEMENTS (taken); i++)
    g_assert_true (emo_image_format_takes_name (taken[i]));
  for (guint i = 0; i < G_N_ELEMENTS (left); i++)
    g_assert_false (emo_image_format_takes_name (left[i]));
}

static void
test_image_format_lists_each_once (void)
{
  guint n_formats;
  const EmoImageFormat *formats = emo_image_format_get_all (&n_formats);

  g_assert_cmpuint (n_formats, ==, 8);
  for (guint i = 0; i < n_formats; i++)
    {
      g_assert_true (g_str_has_prefix (formats[i].mime_type, "image/"));
      for (guint j = 0; j < i; j++)
        g_assert_cmpstr (formats[i].mime_type, !=, formats[j].mime_type);
    }
}

/* What "Open With" offers is what is read, in the same order. */
static void
test_image_format_is_what_the_desktop_file_says (void)
{
  g_autofree char *path = g_build_filename (EMO_BUILD_DATADIR, EMO_APP_ID ".desktop.in", NULL);
  g_autoptr(GKeyFile) file = g_key_file_new ();
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) types = NULL;
  gsize n_types = 0;
  guint n_formats;
  const EmoImageFormat *formats = emo_image_format_get_all (&n_formats);

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  types = g_key_file_get_string_list (file, "Desktop Entry", "MimeType", &n_types, &error);
  g_assert_no_error (error);

  g_assert_cmpuint (n_types, ==, n_formats);
  for (guint i = 0; i < n_formats; i++)
    g_assert_cmpstr (types[i], ==, formats[i].mime_type);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/ImageFormat/knows-magic-bytes", test_image_format_knows_magic_bytes);
  g_test_add_func ("/Emo/ImageFormat/names-what-it-refuses", test_image_format_names_what_it_refuses);
  g_test_add_func ("/Emo/ImageFormat/takes-a-hint-from-the-name", test_image_format_takes_a_hint_from_the_name);
  g_test_add_func ("/Emo/ImageFormat/takes-names", test_image_format_takes_names);
  g_test_add_func ("/Emo/ImageFormat/lists-each-once", test_image_format_lists_each_once);
  g_test_add_func ("/Emo/ImageFormat/is-what-the-desktop-file-says", test_image_format_is_what_the_desktop_file_says);

  return g_test_run ();
}
