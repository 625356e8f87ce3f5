/* test-image.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "emo-error.h"
#include "emo-image.h"
#include "emo-resample-private.h"

static char *
vector_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "vectors", "image", name, NULL);
}

static GBytes *
read_vector (const char *name)
{
  g_autofree char *path = vector_path (name);
  g_autoptr(GError) error = NULL;
  char *data;
  gsize length;

  g_file_get_contents (path, &data, &length, &error);
  g_assert_no_error (error);

  return g_bytes_new_take (data, length);
}

/* Calls @check with the fields of each line of a table. */
static guint
for_each_line (const char *table,
               guint       n_fields,
               void      (*check) (char **fields))
{
  g_autoptr(GBytes) bytes = read_vector (table);
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_auto(GStrv) lines = g_strsplit (g_strchomp (text), "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto(GStrv) fields = g_strsplit (lines[i], "\t", -1);

      g_assert_cmpuint (g_strv_length (fields), ==, n_fields);
      check (fields);
    }

  return g_strv_length (lines);
}

static void
assert_pixels (EmoImage   *image,
               const char *name,
               const char *expected)
{
  g_autofree char *found = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, emo_image_get_bytes (image));

  if (strcmp (found, expected) != 0)
    g_test_message ("%s differs from the reference", name);
  g_assert_cmpstr (found, ==, expected);
}

static void
check_decode (char **fields)
{
  g_autofree char *path = vector_path (fields[0]);
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoImage) image = emo_image_load (path, FALSE, &error);

  g_assert_no_error (error);
  g_assert_cmpint (emo_image_get_width (image), ==, atoi (fields[1]));
  g_assert_cmpint (emo_image_get_height (image), ==, atoi (fields[2]));
  g_assert_cmpint (emo_image_get_marks (image), ==, atoi (fields[3]));
  assert_pixels (image, fields[0], fields[4]);
}

static void
test_image_pixels_equal_the_reference (void)
{
  g_assert_cmpuint (for_each_line ("decode.tsv", 5, check_decode), >=, 90);
}

static void
get_mean (EmoImage *image,
          double   *mean)    /* [3] */
{
  gsize n = (gsize) emo_image_get_width (image) * emo_image_get_height (image);
  const guint8 *pixels = emo_image_get_pixels (image);

  for (int c = 0; c < 3; c++)
    {
      mean[c] = 0;
      for (gsize i = 0; i < n; i++)
        mean[c] += pixels[i * 3 + c] / (double) n;
    }
}

#define SMALL_SIDE 9

static void
check_small (char **fields)
{
  g_autofree char *path = vector_path (fields[0]);
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoImage) whole = emo_image_load (path, FALSE, NULL);
  g_autoptr(EmoImage) small = emo_image_load_small (path, SMALL_SIDE, &error);
  int width = emo_image_get_width (whole);
  int height = emo_image_get_height (whole);
  double scale = MIN (1, (double) SMALL_SIDE / MAX (width, height));
  double mean[3], small_mean[3];

  g_assert_no_error (error);
  g_assert_cmpint (MAX (emo_image_get_width (small), emo_image_get_height (small)), ==, MIN (SMALL_SIDE, MAX (width, height)));
  g_assert_cmpint (ABS (emo_image_get_width (small) - width * scale), <=, 1);
  g_assert_cmpint (ABS (emo_image_get_height (small) - height * scale), <=, 1);
  get_mean (whole, mean);
  get_mean (small, small_mean);
  for (int c = 0; c < 3; c++)
    if (ABS (mean[c] - small_mean[c]) > 16)
      g_error ("%s: channel %d has the mean %g instead of %g", fields[0], c, small_mean[c], mean[c]);
}

static void
test_image_small_is_the_same_picture (void)
{
  g_assert_cmpuint (for_each_line ("decode.tsv", 5, check_small), >=, 90);
}

static void
test_image_small_keeps_what_is_small (void)
{
  g_autofree char *path = vector_path ("jpeg-0-b.jpg");
  g_autoptr(EmoImage) whole = emo_image_load (path, FALSE, NULL);
  g_autoptr(EmoImage) small = emo_image_load_small (path, 4096, NULL);
  g_autoptr(EmoImage) none = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (g_bytes_equal (emo_image_get_bytes (whole), emo_image_get_bytes (small)));
  g_assert_null (emo_image_get_sha256 (small));
  none = emo_image_load_small ("/nonexistent/picture.png", 64, &error);
  g_assert_null (none);
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
}

static void
check_resize (char **fields)
{
  g_autofree char *path = vector_path (fields[0]);
  g_autoptr(EmoImage) image = emo_image_load (path, FALSE, NULL);
  g_autoptr(EmoImage) resized = NULL;
  int width = atoi (fields[2]);
  int height = atoi (fields[3]);

  resized = emo_image_resize (image, width, height, atoi (fields[1]));
  g_assert_cmpint (emo_image_get_width (resized), ==, width);
  g_assert_cmpint (emo_image_get_height (resized), ==, height);
  assert_pixels (resized, fields[0], fields[4]);
  g_assert_cmpstr (emo_image_get_sha256 (resized), ==, emo_image_get_sha256 (image));
}

static void
test_image_resize_equals_the_reference (void)
{
  g_assert_cmpuint (for_each_line ("resize.tsv", 5, check_resize), >=, 90);
}

/* The plain C passes give what the wide ones give. */
static void
test_image_resize_is_the_same_on_every_processor (void)
{
  g_autofree char *path = vector_path ("resize-a.png");
  g_autoptr(EmoImage) image = emo_image_load (path, FALSE, NULL);
  int width = emo_image_get_width (image);
  int height = emo_image_get_height (image);

  for (int filter = EMO_FILTER_BILINEAR; filter <= EMO_FILTER_LANCZOS; filter++)
    for (int side = 1; side < 150; side += 7)
      {
        gsize length = (gsize) side * (151 - side) * 3;
        g_autofree guint8 *wide = _emo_resample (emo_image_get_pixels (image), width, height,
                                                 side, 151 - side, filter, TRUE);
        g_autofree guint8 *plain = _emo_resample (emo_image_get_pixels (image), width, height,
                                                  side, 151 - side, filter, FALSE);

        g_assert_cmpmem (wide, length, plain, length);
      }
}

static void
test_image_keeps_itself_where_the_size_is_the_same (void)
{
  g_autoptr(EmoImage) image = emo_image_new (2, 1, g_bytes_new_static ("abcdef", 6));
  g_autoptr(EmoImage) same = emo_image_resize (image, 2, 1, EMO_FILTER_BICUBIC);

  g_assert_true (same == image);
  g_assert_cmpmem (emo_image_get_pixels (image), 6, "abcdef", 6);
  g_assert_null (emo_image_get_sha256 (image));
}

/* Hostile files are made here, so that none of their size is kept. */
static void
add_chunk (GByteArray *png,
           const char *type,
           const void *data,
           gsize       length,
           guint32     damage)
{
  guint32 size = GUINT32_TO_BE ((guint32) length);
  gsize start = png->len + 4;
  guint32 sum;

  g_byte_array_append (png, (guint8 *) &size, 4);
  g_byte_array_append (png, (guint8 *) type, 4);
  g_byte_array_append (png, data, length);
  sum = GUINT32_TO_BE ((guint32) crc32 (0, png->data + start, png->len - start) ^ damage);
  g_byte_array_append (png, (guint8 *) &sum, 4);
}

static GByteArray *
begin_png (guint32 width,
           guint32 height,
           guint8  depth,
           guint8  color)
{
  GByteArray *png = g_byte_array_new ();
  guint8 header[13] = { 0 };

  width = GUINT32_TO_BE (width);
  height = GUINT32_TO_BE (height);
  memcpy (header, &width, 4);
  memcpy (header + 4, &height, 4);
  header[8] = depth;
  header[9] = color;
  g_byte_array_append (png, (guint8 *) "\x89PNG\r\n\x1A\n", 8);
  add_chunk (png, "IHDR", header, sizeof header, 0);

  return png;
}

static void
add_packed (GByteArray *png,
            const char *type,
            const char *prefix,
            gsize       prefix_length,
            gsize       n_zeros,
            guint32     damage)
{
  g_autofree guint8 *zeros = g_malloc0 (n_zeros);
  uLongf length = compressBound (n_zeros);
  g_autofree guint8 *data = g_malloc (prefix_length + length);

  memcpy (data, prefix, prefix_length);
  g_assert_cmpint (compress (data + prefix_length, &length, zeros, n_zeros), ==, Z_OK);
  add_chunk (png, type, data, prefix_length + length, damage);
}

static EmoImage *
load (GByteArray  *data,
      gboolean     allow_cut,
      GError     **error)
{
  g_autoptr(GBytes) bytes = g_byte_array_free_to_bytes (data);

  return emo_image_load_bytes (bytes, "case", allow_cut, error);
}

static void
assert_refused (GByteArray *data,
                int         code)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (load (data, FALSE, &error));
  g_assert_error (error, EMO_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, "case: "));
}

static void
assert_bytes_refused (const void *data,
                      gsize       length,
                      int         code)
{
  assert_refused (g_byte_array_append (g_byte_array_new (), data, length), code);
}

static void
assert_loads (GByteArray    *data,
              int            width,
              int            height,
              EmoImageMarks  marks)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(EmoImage) image = load (data, TRUE, &error);

  g_assert_no_error (error);
  g_assert_cmpint (emo_image_get_width (image), ==, width);
  g_assert_cmpint (emo_image_get_height (image), ==, height);
  g_assert_cmpint (emo_image_get_marks (image), ==, marks);
}

static GByteArray *
sized_png (guint32 width,
           guint32 height,
           guint8  depth)
{
  GByteArray *png = begin_png (width, height, depth, 0);

  add_packed (png, "IDAT", "", 0, ((gsize) width * depth + 7) / 8 * height + height, 0);
  add_chunk (png, "IEND", "", 0, 0);

  return png;
}

static GByteArray *
claimed_png (guint32 width,
             guint32 height)
{
  GByteArray *png = begin_png (width, height, 1, 0);

  add_packed (png, "IDAT", "", 0, 10, 0);
  add_chunk (png, "IEND", "", 0, 0);

  return png;
}

static void
test_image_size_limits_hold_at_their_edges (void)
{
  gint64 start;

  assert_loads (sized_png (EMO_IMAGE_MAX_SIDE - 1, 1, 1), EMO_IMAGE_MAX_SIDE - 1, 1, 0);
  assert_loads (sized_png (EMO_IMAGE_MAX_SIDE, 1, 1), EMO_IMAGE_MAX_SIDE, 1, 0);
  assert_refused (sized_png (EMO_IMAGE_MAX_SIDE + 1, 1, 1), EMO_ERROR_LIMIT);
  assert_refused (sized_png (1, EMO_IMAGE_MAX_SIDE + 1, 1), EMO_ERROR_LIMIT);
  /* 9,999 x 10,001 is one pixel below 10,000 x 10,000. */
  assert_refused (claimed_png (9999, 10001), EMO_ERROR_INVALID_FILE);
  assert_refused (claimed_png (10000, 10000), EMO_ERROR_INVALID_FILE);
  assert_refused (claimed_png (10001, 10000), EMO_ERROR_LIMIT);

  start = g_get_monotonic_time ();
  assert_refused (claimed_png (30000, 30000), EMO_ERROR_LIMIT);
  assert_refused (claimed_png (1000000, 1000000), EMO_ERROR_LIMIT);
  assert_refused (claimed_png (G_MAXINT32, G_MAXINT32), EMO_ERROR_LIMIT);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 100 * 1000);

  assert_refused (claimed_png (0, 5), EMO_ERROR_INVALID_FILE);
  assert_bytes_refused ("GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x08\x01\0\0;", 28, EMO_ERROR_LIMIT);
}

static void
test_image_file_size_is_limited (void)
{
  g_autofree guint8 *large = g_malloc0 (EMO_IMAGE_MAX_BYTES + 1);
  g_autoptr(GError) error = NULL;
  GByteArray *png = sized_png (3, 3, 8);

  memcpy (large, png->data, png->len);
  g_byte_array_unref (png);
  for (int excess = -1; excess <= 1; excess++)
    {
      g_autoptr(GBytes) bytes = g_bytes_new_static (large, EMO_IMAGE_MAX_BYTES + excess);
      g_autoptr(EmoImage) image = emo_image_load_bytes (bytes, NULL, FALSE, &error);

      g_assert_true ((image != NULL) == (excess <= 0));
    }
  g_assert_error (error, EMO_ERROR, EMO_ERROR_LIMIT);
}

static GByteArray *
read_part (const char *name,
           int         percent)
{
  g_autoptr(GBytes) bytes = read_vector (name);

  return g_byte_array_append (g_byte_array_new (), g_bytes_get_data (bytes, NULL),
                              g_bytes_get_size (bytes) * percent / 100);
}

static void
test_image_a_cut_file_is_truncated (void)
{
  static const char *names[] = {
    "png-2-8-n.png", "gif-plain.gif", "webp-lossy.webp", "webp-animated.webp", "bmp-24.bmp", "jpeg-0-b.jpg", "jpeg-0-p.jpg",
    "tiff-1.tif", "tiff-l.tif", "tiff-p.tif", "tiff-rgb.tif", "tiff-rgba.tif", "tiff-cmyk.tif", "turn-6.tif"
  };
  static const int percents[] = { 10, 50, 90, 99 };

  assert_bytes_refused ("", 0, EMO_ERROR_TRUNCATED);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    for (guint j = 0; j < G_N_ELEMENTS (percents); j++)
      assert_refused (read_part (names[i], percents[j]), EMO_ERROR_TRUNCATED);
}

static void
test_image_a_cut_jpeg_is_marked_where_allowed (void)
{
  GByteArray *early = read_part ("jpeg-0-b.jpg", 80);

  assert_loads (read_part ("jpeg-0-b.jpg", 80), 27, 19, EMO_IMAGE_MARK_CUT_SHORT);
  assert_loads (read_part ("jpeg-0-b.jpg", 99), 27, 19, EMO_IMAGE_MARK_CUT_SHORT);
  assert_loads (read_part ("jpeg-0-p.jpg", 90), 27, 19, EMO_IMAGE_MARK_CUT_SHORT);
  assert_loads (read_part ("jpeg-0-b.jpg", 100), 27, 19, 0);

  /* An end marker does not hide that the data ran out. */
  g_byte_array_append (early, (guint8 *) "\xFF\xD9", 2);
  assert_loads (early, 27, 19, EMO_IMAGE_MARK_CUT_SHORT);
}

static void
test_image_bytes_behind_the_end_are_no_matter (void)
{
  static const char *names[] = { "png-2-8-n.png", "gif-plain.gif", "jpeg-0-b.jpg" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GByteArray *data = read_part (names[i], 100);

      g_byte_array_append (data, (guint8 *) "garbage garbage", 15);
      assert_loads (data, 27, 19, 0);
    }
}

static void
test_image_png_sums_matter_where_pixels_are (void)
{
  GByteArray *pixels = begin_png (3, 3, 8, 0);
  GByteArray *text = begin_png (3, 3, 8, 0);

  add_packed (pixels, "IDAT", "", 0, 12, 1);
  add_chunk (pixels, "IEND", "", 0, 0);
  assert_refused (pixels, EMO_ERROR_INVALID_FILE);

  add_chunk (text, "tEXt", "a\0b", 3, 1);
  add_packed (text, "IDAT", "", 0, 12, 0);
  add_chunk (text, "IEND", "", 0, 0);
  assert_loads (text, 3, 3, 0);
}

static void
test_image_png_text_is_limited (void)
{
  GByteArray *many = begin_png (3, 3, 8, 0);
  GByteArray *large = begin_png (3, 3, 8, 0);
  GByteArray *profile = begin_png (3, 3, 8, 0);

  for (int i = 0; i < 100000; i++)
    add_chunk (many, "tEXt", "a\0b", 3, 0);
  add_packed (many, "IDAT", "", 0, 12, 0);
  add_chunk (many, "IEND", "", 0, 0);
  assert_refused (many, EMO_ERROR_LIMIT);

  add_packed (large, "zTXt", "a\0\0", 3, 64 * 1024 * 1024, 0);
  add_packed (large, "IDAT", "", 0, 12, 0);
  add_chunk (large, "IEND", "", 0, 0);
  assert_refused (large, EMO_ERROR_LIMIT);

  /* A color profile is never unpacked, so its size costs nothing. */
  add_packed (profile, "iCCP", "a\0\0", 3, 64 * 1024 * 1024, 0);
  add_packed (profile, "IDAT", "", 0, 12, 0);
  add_chunk (profile, "IEND", "", 0, 0);
  assert_loads (profile, 3, 3, 0);
}

static void
test_image_many_frames_cost_as_one (void)
{
  GByteArray *gif = g_byte_array_new ();

  g_byte_array_append (gif, (guint8 *) "GIF89a\1\0\1\0\x80\0\0\1\2\3\4\5\6", 19);
  for (int i = 0; i < 100000; i++)
    g_byte_array_append (gif, (guint8 *) ",\0\0\0\0\1\0\1\0\0\2\2\x44\1\0", 15);
  g_byte_array_append (gif, (guint8 *) ";", 1);
  assert_loads (gif, 1, 1, EMO_IMAGE_MARK_ANIMATED);
}

static void
test_image_damaged_gif_is_refused (void)
{
  /* Frame outside the screen; a code that no string has; no frame; too few pixels. */
  assert_bytes_refused ("GIF89a\4\0\4\0\0\0\0,\2\0\0\0\4\0\4\0\0\2\2\x44\1\0;", 29, EMO_ERROR_INVALID_FILE);
  assert_bytes_refused ("GIF89a\4\0\4\0\0\0\0,\0\0\0\0\4\0\4\0\0\2\2\xff\xff\0;", 29, EMO_ERROR_INVALID_FILE);
  assert_bytes_refused ("GIF89a\4\0\4\0\0\0\0;", 14, EMO_ERROR_INVALID_FILE);
  assert_bytes_refused ("GIF89a\4\0\4\0\0\0\0,\0\0\0\0\4\0\4\0\0\2\2\x44\1\0;", 29, EMO_ERROR_INVALID_FILE);
}

static GByteArray *
patched_jpeg (gsize       offset_in_frame,
              const void *bytes,
              gsize       length)
{
  GByteArray *jpeg = read_part ("jpeg-0-b.jpg", 100);

  for (gsize i = 0; i + 20 < jpeg->len; i++)
    if (jpeg->data[i] == 0xFF && jpeg->data[i + 1] == 0xC0)
      {
        memcpy (jpeg->data + i + offset_in_frame, bytes, length);
        break;
      }

  return jpeg;
}

static void
test_image_odd_jpegs_are_refused_in_words (void)
{
  /* Behind the marker: length, precision, height, width, components. */
  assert_refused (patched_jpeg (9, "\2", 1), EMO_ERROR_UNSUPPORTED);
  assert_refused (patched_jpeg (9, "\5", 1), EMO_ERROR_UNSUPPORTED);
  assert_refused (patched_jpeg (4, "\14", 1), EMO_ERROR_UNSUPPORTED);
  assert_refused (patched_jpeg (1, "\xC3", 1), EMO_ERROR_UNSUPPORTED);
  assert_refused (patched_jpeg (5, "\xFF\xDC\xFF\xDC", 4), EMO_ERROR_LIMIT);
  assert_refused (patched_jpeg (5, "\0\0", 2), EMO_ERROR_INVALID_FILE);
}

static void
test_image_scans_are_limited (void)
{
  GByteArray *jpeg = read_part ("jpeg-0-p.jpg", 100);
  g_autofree guint8 *scan = NULL;
  gsize start = 0, length;

  for (gsize i = 0; i + 1 < jpeg->len; i++)
    if (jpeg->data[i] == 0xFF && jpeg->data[i + 1] == 0xDA)
      start = i;
  length = jpeg->len - 2 - start;
  scan = g_memdup2 (jpeg->data + start, length);
  g_byte_array_set_size (jpeg, jpeg->len - 2);
  for (int i = 0; i < 10000; i++)
    g_byte_array_append (jpeg, scan, length);
  g_byte_array_append (jpeg, (guint8 *) "\xFF\xD9", 2);
  assert_refused (jpeg, EMO_ERROR_LIMIT);
}

static void
test_image_foreign_kinds_are_unsupported (void)
{
  static const char svg[] = "<?xml version=\"1.0\"?><svg><image href=\"file:///etc/passwd\"/></svg>";

  assert_bytes_refused (svg, sizeof svg - 1, EMO_ERROR_UNSUPPORTED);
  assert_bytes_refused ("/* XPM */ static char *a[]={", 28, EMO_ERROR_UNSUPPORTED);
  assert_bytes_refused ("P6 1 1 255\nabc", 14, EMO_ERROR_UNSUPPORTED);
  assert_bytes_refused ("only words", 10, EMO_ERROR_INVALID_FILE);
}

static void
test_image_tiff_claims_are_checked (void)
{
  /* ImageWidth and ImageLength of 60,000. */
  static const char tiff[] = "II*\0\10\0\0\0\2\0"
                             "\0\1\4\0\1\0\0\0\x60\xEA\0\0"
                             "\1\1\4\0\1\0\0\0\x60\xEA\0\0\0\0\0";

  assert_bytes_refused (tiff, sizeof tiff, EMO_ERROR_LIMIT);
  assert_bytes_refused ("II*\0\10\0\0\0\0\0\10\0\0\0", 14, EMO_ERROR_INVALID_FILE);
}

static void
test_image_damaged_bitmaps_are_refused (void)
{
  GByteArray *depth = read_part ("bmp-24.bmp", 100);
  GByteArray *colors = read_part ("bmp-8.bmp", 100);
  GByteArray *start = read_part ("bmp-24.bmp", 100);

  depth->data[28] = 7;
  assert_refused (depth, EMO_ERROR_UNSUPPORTED);
  memset (colors->data + 46, 0xFF, 4);
  assert_refused (colors, EMO_ERROR_INVALID_FILE);
  memset (start->data + 10, 0xFF, 4);
  assert_refused (start, EMO_ERROR_TRUNCATED);
}

/* One changed byte anywhere gives a picture or an error, never a crash. */
static void
test_image_survives_every_flipped_byte (void)
{
  static const char *names[] = {
    "png-3-4-alpha.png", "jpeg-2-p.jpg", "webp-lossless-alpha.webp", "gif-interlaced.gif", "bmp-runs.bmp", "tiff-p.tif", "turn-6.png"
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr(GBytes) original = read_vector (names[i]);
      gsize length = g_bytes_get_size (original);

      for (gsize at = 0; at < length; at += 1 + length / 600)
        {
          GByteArray *data = read_part (names[i], 100);
          g_autoptr(GError) error = NULL;
          g_autoptr(EmoImage) image = NULL;

          data->data[at] ^= 1 << (at % 8);
          image = load (data, at % 2, &error);
          g_assert_true ((image != NULL) == (error == NULL));
          if (error != NULL)
            g_assert_true (error->domain == EMO_ERROR);
        }
    }
}

static void
test_image_takes_regular_files_only (void)
{
  g_autofree char *folder = g_dir_make_tmp ("emo-image-XXXXXX", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo.png", NULL);
  g_autofree char *link = g_build_filename (folder, "link.png", NULL);
  g_autofree char *loop = g_build_filename (folder, "loop.png", NULL);
  g_autofree char *good = g_build_filename (folder, "-good\n\xff.png", NULL);
  g_autofree char *vector = vector_path ("png-2-8-n.png");
  const char *bad[] = { folder, fifo, link, loop, "/dev/zero", "/nonexistent.png" };
  g_autoptr(EmoImage) image = NULL;

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (symlink (fifo, link), ==, 0);
  g_assert_cmpint (symlink (loop, loop), ==, 0);
  g_assert_cmpint (symlink (vector, good), ==, 0);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (emo_image_load (bad[i], FALSE, &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
    }
  image = emo_image_load (good, FALSE, NULL);
  g_assert_nonnull (image);
  g_assert_cmpuint (strlen (emo_image_get_sha256 (image)), ==, 64);

  g_remove (fifo);
  g_remove (link);
  g_remove (loop);
  g_remove (good);
  g_rmdir (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Image/pixels-equal-the-reference", test_image_pixels_equal_the_reference);
  g_test_add_func ("/Emo/Image/small-is-the-same-picture", test_image_small_is_the_same_picture);
  g_test_add_func ("/Emo/Image/small-keeps-what-is-small", test_image_small_keeps_what_is_small);
  g_test_add_func ("/Emo/Image/resize-equals-the-reference", test_image_resize_equals_the_reference);
  g_test_add_func ("/Emo/Image/resize-is-the-same-on-every-processor", test_image_resize_is_the_same_on_every_processor);
  g_test_add_func ("/Emo/Image/keeps-itself-where-the-size-is-the-same", test_image_keeps_itself_where_the_size_is_the_same);
  g_test_add_func ("/Emo/Image/size-limits-hold-at-their-edges", test_image_size_limits_hold_at_their_edges);
  g_test_add_func ("/Emo/Image/file-size-is-limited", test_image_file_size_is_limited);
  g_test_add_func ("/Emo/Image/a-cut-file-is-truncated", test_image_a_cut_file_is_truncated);
  g_test_add_func ("/Emo/Image/a-cut-jpeg-is-marked-where-allowed", test_image_a_cut_jpeg_is_marked_where_allowed);
  g_test_add_func ("/Emo/Image/bytes-behind-the-end-are-no-matter", test_image_bytes_behind_the_end_are_no_matter);
  g_test_add_func ("/Emo/Image/png-sums-matter-where-pixels-are", test_image_png_sums_matter_where_pixels_are);
  g_test_add_func ("/Emo/Image/png-text-is-limited", test_image_png_text_is_limited);
  g_test_add_func ("/Emo/Image/many-frames-cost-as-one", test_image_many_frames_cost_as_one);
  g_test_add_func ("/Emo/Image/damaged-gif-is-refused", test_image_damaged_gif_is_refused);
  g_test_add_func ("/Emo/Image/odd-jpegs-are-refused-in-words", test_image_odd_jpegs_are_refused_in_words);
  g_test_add_func ("/Emo/Image/scans-are-limited", test_image_scans_are_limited);
  g_test_add_func ("/Emo/Image/foreign-kinds-are-unsupported", test_image_foreign_kinds_are_unsupported);
  g_test_add_func ("/Emo/Image/tiff-claims-are-checked", test_image_tiff_claims_are_checked);
  g_test_add_func ("/Emo/Image/damaged-bitmaps-are-refused", test_image_damaged_bitmaps_are_refused);
  g_test_add_func ("/Emo/Image/survives-every-flipped-byte", test_image_survives_every_flipped_byte);
  g_test_add_func ("/Emo/Image/takes-regular-files-only", test_image_takes_regular_files_only);

  return g_test_run ();
}
