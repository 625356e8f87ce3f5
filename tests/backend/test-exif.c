/* test-exif.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <string.h>

#include "emo-exif-private.h"

/* A header, one entry at byte 8, and the end of the chain. */
static gsize
make_block (guint8   *block,
            gboolean  big_endian,
            guint8    type,
            guint8    count,
            guint32   value)
{
  static const guint8 little[] = { 'I', 'I', '*', 0, 8, 0, 0, 0, 1, 0, 0x12, 1 };
  static const guint8 big[] = { 'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 1, 0x12 };

  memset (block, 0, 26);
  memcpy (block, big_endian ? big : little, 12);
  block[big_endian ? 13 : 12] = type;
  block[big_endian ? 17 : 14] = count;
  for (int i = 0; i < 4; i++)
    if (!big_endian)
      block[18 + i] = value >> (8 * i);
    else if (type == 4)
      block[21 - i] = value >> (8 * i);
    else if (i < 2)
      block[19 - i] = value >> (8 * i);

  return 26;
}

static int
read_block (gboolean big_endian,
            guint8   type,
            guint8   count,
            guint32  value)
{
  guint8 block[26];
  gsize length = make_block (block, big_endian, type, count, value);

  return _emo_exif_get_orientation (block, length);
}

static void
test_exif_reads_both_byte_orders (void)
{
  for (int big_endian = 0; big_endian < 2; big_endian++)
    for (int value = 1; value <= 8; value++)
      {
        g_assert_cmpint (read_block (big_endian, 3, 1, value), ==, value);
        g_assert_cmpint (read_block (big_endian, 4, 1, value), ==, value);
      }
}

static void
test_exif_odd_values_are_upright (void)
{
  for (int big_endian = 0; big_endian < 2; big_endian++)
    {
      g_assert_cmpint (read_block (big_endian, 3, 1, 0), ==, 1);
      g_assert_cmpint (read_block (big_endian, 3, 1, 9), ==, 1);
      g_assert_cmpint (read_block (big_endian, 3, 1, 99), ==, 1);
      g_assert_cmpint (read_block (big_endian, 4, 1, 0x10006), ==, 1);
      g_assert_cmpint (read_block (big_endian, 2, 1, 6), ==, 1);
      g_assert_cmpint (read_block (big_endian, 3, 2, 6), ==, 1);
    }
}

static void
test_exif_survives_every_cut (void)
{
  guint8 block[26];

  make_block (block, FALSE, 3, 1, 6);
  for (gsize length = 0; length < 22; length++)
    {
      g_autofree guint8 *cut = g_memdup2 (block, length);

      g_assert_cmpint (_emo_exif_get_orientation (cut, length), ==, 0);
    }
}

static void
test_exif_survives_a_loop (void)
{
  guint8 block[26];

  make_block (block, FALSE, 3, 1, 6);
  /* The next directory is this one. */
  block[22] = 8;
  g_assert_cmpint (_emo_exif_get_orientation (block, 26), ==, 6);
  /* The directory lies in the header, then past the end. */
  block[4] = 0;
  g_assert_cmpint (_emo_exif_get_orientation (block, 26), ==, 0);
  memset (block + 4, 0xFF, 4);
  g_assert_cmpint (_emo_exif_get_orientation (block, 26), ==, 0);
}

static void
test_exif_skips_its_name (void)
{
  guint8 block[32] = "Exif\0";

  make_block (block + 6, TRUE, 3, 1, 7);
  g_assert_cmpint (_emo_exif_get_orientation (block, 32), ==, 7);
}

static void
test_exif_clears_the_orientation (void)
{
  for (int big_endian = 0; big_endian < 2; big_endian++)
    {
      guint8 block[26];

      make_block (block, big_endian, 4, 1, 6);
      g_assert_cmpuint (_emo_exif_get_number (block, 26, 0x112), ==, 6);
      g_assert_cmpuint (_emo_exif_get_number (block, 26, 0x100), ==, 0);
      _emo_exif_clear_orientation (block, 26);
      g_assert_cmpint (_emo_exif_get_orientation (block, 26), ==, 1);
    }
}

static int
read_xmp (const char *packet)
{
  return _emo_xmp_get_orientation ((const guint8 *) packet, strlen (packet));
}

static void
test_exif_reads_xmp (void)
{
  g_assert_cmpint (read_xmp ("<a tiff:Orientation=\"6\"/>"), ==, 6);
  g_assert_cmpint (read_xmp ("<tiff:Orientation>3</tiff:Orientation>"), ==, 3);
  g_assert_cmpint (read_xmp ("<a tiff:Orientation=\"9\"/>"), ==, 1);
  g_assert_cmpint (read_xmp ("<a tiff:Orientation=\"x\"/>"), ==, 0);
  g_assert_cmpint (read_xmp ("tiff:Orientation"), ==, 0);
  g_assert_cmpint (read_xmp ("tiff:Orientation="), ==, 0);
  g_assert_cmpint (read_xmp (""), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Exif/reads-both-byte-orders", test_exif_reads_both_byte_orders);
  g_test_add_func ("/Emo/Exif/odd-values-are-upright", test_exif_odd_values_are_upright);
  g_test_add_func ("/Emo/Exif/survives-every-cut", test_exif_survives_every_cut);
  g_test_add_func ("/Emo/Exif/survives-a-loop", test_exif_survives_a_loop);
  g_test_add_func ("/Emo/Exif/skips-its-name", test_exif_skips_its_name);
  g_test_add_func ("/Emo/Exif/clears-the-orientation", test_exif_clears_the_orientation);
  g_test_add_func ("/Emo/Exif/reads-xmp", test_exif_reads_xmp);

  return g_test_run ();
}
