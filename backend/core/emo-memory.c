/* emo-memory.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "emo-cgroup.h"
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

static gboolean
get_address_limit (gint64 *limit)
{
  struct rlimit addresses;

  if (getrlimit (RLIMIT_AS, &addresses) != 0 || addresses.rlim_cur == RLIM_INFINITY)
    return FALSE;
  *limit = (gint64) MIN (addresses.rlim_cur, (rlim_t) G_MAXINT64);

  return TRUE;
}

/**
 * emo_memory_get_addresses:
 *
 * A process may be given few addresses (`ulimit -v`, some batch systems). What
 * ends then is not the memory of the computer, and any allocation fails.
 *
 * Returns: bytes of addresses that the process may still take, -1 where nothing
 *   limits them
 */
gint64
emo_memory_get_addresses (void)
{
  g_autofree char *text = NULL;
  gint64 limit, pages = 0;

  if (!get_address_limit (&limit))
    return -1;
  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    pages = (gint64) g_ascii_strtoull (text, NULL, 10);

  return MAX (limit - pages * (gint64) sysconf (_SC_PAGESIZE), 0);
}

/* -1 is no bound. */
static gint64
get_lower (gint64 a,
           gint64 b)
{
  return a < 0 || (b >= 0 && b < a) ? b : a;
}

static gboolean
read_cgroup (EmoCgroup *cgroup)
{
  return emo_cgroup_read (cgroup, "/proc/self/cgroup", "/sys/fs/cgroup");
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
  gint64 available = -1;
  EmoCgroup cgroup;

  if (g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    available = emo_memory_read_available (text);
  if (read_cgroup (&cgroup))
    available = get_lower (available, cgroup.available);

  return get_lower (available, emo_memory_get_addresses ());
}

/**
 * emo_memory_get_total:
 *
 * Returns: bytes of this computer's memory that the process may use, -1 where the
 *   system does not say
 */
gint64
emo_memory_get_total (void)
{
  struct sysinfo info;
  gint64 total = sysinfo (&info) == 0 ? (gint64) info.totalram * info.mem_unit : -1;
  gint64 addresses;
  EmoCgroup cgroup;

  if (read_cgroup (&cgroup))
    total = get_lower (total, cgroup.limit);

  return get_address_limit (&addresses) ? get_lower (total, addresses) : total;
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
