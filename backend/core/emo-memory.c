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
 * emo_memory_read_available:
 * @meminfo: the text of /proc/meminfo
 *
 * Returns: bytes of MemAvailable, or -1
 */
gint64
emo_memory_read_available (const char *meminfo)
{
  const char *at = strstr (meminfo, "MemAvailable:");
  char *end;
  guint64 kib;

  if (at == NULL || (at != meminfo && at[-1] != '\n'))
    return -1;

  at += strlen ("MemAvailable:");
  kib = g_ascii_strtoull (at, &end, 10);
  if (end == at || kib > G_MAXINT64 / 1024)
    return -1;

  return (gint64) kib * 1024;
}

/**
 * emo_memory_get_available:
 *
 * Asks the kernel what it can give without swapping. Free memory alone says
 * little: most of a computer's memory holds files that can be read again.
 *
 * Returns: bytes, -1 where the system does not say
 */
gint64
emo_memory_get_available (void)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return -1;

  return emo_memory_read_available (text);
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
  gint64 available;

  if (!g_size_checked_mul (&n_bytes, n, size))
    return NULL;
  available = n_bytes > LARGE ? emo_memory_get_available () : -1;
  if (available >= 0 && n_bytes >= (guint64) available)
    return NULL;

  return g_try_malloc0 (MAX (n_bytes, 1));
}
