/* fuzz-uri-list.c: pasted text
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-fuzz.h"
#include "emo-uri-list.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  gboolean web = FALSE;
  g_autoptr(GPtrArray) files = emo_uri_list_parse (text, &web);

  for (guint i = 0; i < files->len; i++)
    {
      GFile *file = g_ptr_array_index (files, i);

      /* Only what is on this machine's disk. */
      g_assert_true (G_IS_FILE (file) && g_file_peek_path (file) != NULL);
    }

  return 0;
}
