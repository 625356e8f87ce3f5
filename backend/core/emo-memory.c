/* emo-memory.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include "emo-memory.h"

/* Below this nobody asks the kernel: the question costs more than the answer
 * is worth. */
#define LARGE (64 * 1024 * 1024)

/**
 * emo_memory_get_available:
 *
 * Asks the kernel what it can give without swapping. Free memory alone says
 * little: most of a computer's memory holds files that can be read again.
 *
 * Returns: bytes, 0 where the system does not say
 */
guint64
emo_memory_get_available (void)
{
  static const char key[] = "MemAvailable:";
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return 0;
  line = strstr (text, key);

  return line != NULL ? g_ascii_strtoull (line + strlen (key), NULL, 10) * 1024 : 0;
}

/**
 * emo_memory_try_new0:
 * @n: elements
 * @size: bytes of one
 *
 * Allocates zeros. The system gives addresses for more memory than it has, and
 * ends some process once they are used, so a large block is compared with what
 * is available first.
 *
 * Returns: (transfer full) (nullable): free with g_free(); %NULL where there is
 *   not so much
 */
gpointer
emo_memory_try_new0 (gsize n,
                     gsize size)
{
  gsize n_bytes;
  guint64 available;

  if (!g_size_checked_mul (&n_bytes, n, size))
    return NULL;
  available = n_bytes > LARGE ? emo_memory_get_available () : 0;
  if (available > 0 && n_bytes >= available)
    return NULL;

  return g_try_malloc0 (MAX (n_bytes, 1));
}
