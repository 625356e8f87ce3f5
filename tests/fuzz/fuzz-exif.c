/* fuzz-exif.c: orientation from EXIF and XMP, and the ends of TIFF
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <string.h>

#include "emo-exif-private.h"
#include "emo-fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree guint8 *copy = g_malloc (size + 1);
  int orientation = _emo_exif_get_orientation (data, size);

  g_assert_cmpint (orientation, >=, 0);
  g_assert_cmpint (orientation, <=, 8);
  orientation = _emo_xmp_get_orientation (data, size);
  g_assert_cmpint (orientation, >=, 0);
  g_assert_cmpint (orientation, <=, 8);
  for (guint tag = 0x100; tag <= 0x112; tag++)
    _emo_exif_get_number (data, size, tag);
  _emo_tiff_is_cut (data, size);

  if (size > 0)
    memcpy (copy, data, size);
  _emo_exif_clear_orientation (copy, size);
  g_assert_cmpint (_emo_exif_get_orientation (copy, size), <=, 1);

  return 0;
}
