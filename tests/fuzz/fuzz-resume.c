/* fuzz-resume.c: rows of an earlier run; the first byte chooses the format
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "emo-cli.h"
#include "emo-fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  GError *error = NULL;
  g_autoptr(GHashTable) done = NULL;
  g_autofree char *header = NULL;
  gsize complete = 0;
  const char *path;

  if (size == 0)
    return 0;
  path = emo_fuzz_write ("result", data + 1, size - 1);
  done = emo_cli_read_done (path, data[0] == 'c' ? EMO_EXPORT_CSV : EMO_EXPORT_JSONL, &complete, &header, &error);
  if (done == NULL)
    emo_fuzz_take_error (error);
  else
    {
      /* What is kept of the file ends with a line. */
      g_assert_cmpuint (complete, <, size);
      g_assert_true (complete == 0 || data[complete] == '\n');
    }

  return 0;
}
