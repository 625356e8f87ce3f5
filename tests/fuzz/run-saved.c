/* run-saved.c: a target over the inputs that are named, without libFuzzer
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <stdio.h>

#include "emo-fuzz.h"

/* Never called: a custom mutator is linked in with its target. */
size_t
LLVMFuzzerMutate (uint8_t *data,
                  size_t   size,
                  size_t   max_size)
{
  return size;
}

int
main (int    argc,
      char **argv)
{
  for (int i = 1; i < argc; i++)
    {
      g_autofree char *contents = NULL;
      g_autofree guint8 *exact = NULL;
      gsize length;

      /* The name stays in the output when the target does not return. */
      printf ("%s\n", argv[i]);
      fflush (stdout);
      if (!g_file_get_contents (argv[i], &contents, &length, NULL))
        return 1;
      exact = g_memdup2 (contents, length);
      LLVMFuzzerTestOneInput (exact, length);
    }

  return 0;
}
