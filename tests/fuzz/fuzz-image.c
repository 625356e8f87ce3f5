/* fuzz-image.c: one format, EMO_FUZZ_FORMAT, from its bytes to pixels
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>
#include <zlib.h>

#include "emo-fuzz.h"
#include "emo-image-format.h"
#include "emo-image.h"

static void
check (EmoImage *image,
       GError   *error)
{
  if (image == NULL)
    {
      emo_fuzz_take_error (error);
      return;
    }
  g_assert_cmpint (emo_image_get_width (image), >, 0);
  g_assert_cmpint (emo_image_get_height (image), >, 0);
  g_assert_cmpuint (g_bytes_get_size (emo_image_get_bytes (image)), ==,
                    (gsize) emo_image_get_width (image) * emo_image_get_height (image) * 3);
  emo_fuzz_touch (emo_image_get_pixels (image), g_bytes_get_size (emo_image_get_bytes (image)));
  emo_image_unref (image);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  const EmoImageFormat *format = emo_image_format_sniff (data, size);
  g_autoptr(GBytes) bytes = NULL;
  GError *error = NULL;
  EmoImage *image;

  if (format == NULL || g_ascii_strcasecmp (format->name, EMO_FUZZ_FORMAT) != 0)
    {
      g_autofree char *refusal = emo_image_format_describe_refused (data, size, "input.png");

      g_assert_true (g_utf8_validate (refusal, -1, NULL));
      return 0;
    }
  bytes = g_bytes_new (data, size);
  image = emo_image_load_bytes (bytes, "input", TRUE, &error);
  check (image, error);
  error = NULL;
  image = emo_image_load_bytes_small (bytes, "input", 16, &error);
  check (image, error);

  return 0;
}

/* Sums of PNG's chunks are repaired but for one time in eight: else no change
 * would come past the first of them. */
size_t
LLVMFuzzerCustomMutator (uint8_t      *data,
                         size_t        size,
                         size_t        max_size,
                         unsigned int  seed)
{
  gsize at = 8;

  size = LLVMFuzzerMutate (data, size, max_size);
  if (size < 20 || seed % 8 == 0 || memcmp (data, "\x89PNG", 4) != 0)
    return size;
  while (at + 12 <= size)
    {
      guint64 length = (guint64) data[at] << 24 | data[at + 1] << 16 | data[at + 2] << 8 | data[at + 3];
      guint32 sum;

      if (length > size - at - 12)
        break;
      sum = GUINT32_TO_BE (crc32 (0, data + at + 4, length + 4));
      memcpy (data + at + 8 + length, &sum, 4);
      at += length + 12;
    }

  return size;
}
