/* test-memory.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include <sys/resource.h>

#include "emo-memory.h"

static void
test_memory_reads_what_is_available (void)
{
  static const struct { const char *text; gint64 bytes; } cases[] = {
    { "MemTotal:  100 kB\nMemFree:  5 kB\nMemAvailable:    64 kB\n", 65536 },
    { "MemAvailable: 1 kB", 1024 },
    { "MemTotal: 100 kB\n", -1 },
    { "XMemAvailable: 3 kB\n", -1 },
    { "MemAvailable: lots\n", -1 },
    { "MemAvailable: 99999999999999999999999 kB\n", -1 },
    { "", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (emo_memory_read_available (cases[i].text), ==, cases[i].bytes);
  g_assert_cmpint (emo_memory_get_available (), >, 1024 * 1024);
  g_assert_cmpint (emo_memory_get_available (), <=, emo_memory_get_total ());
}

static void
test_memory_refuses_more_than_there_is (void)
{
  gint64 available = emo_memory_get_available ();
  g_autofree guint8 *few = emo_memory_try_new0 (3, 5);

  g_assert_nonnull (few);
  for (int i = 0; i < 15; i++)
    g_assert_cmpint (few[i], ==, 0);
  g_assert_null (emo_memory_try_new0 ((gsize) available, 2));
  g_assert_null (emo_memory_try_new0 (G_MAXSIZE, 2));
  g_assert_null (emo_memory_try_new0 (G_MAXSIZE / 4 + 1, 4));
}

/* ulimit -v: what a process may take is less than what there is. */
static void
test_memory_counts_few_addresses (void)
{
  const gint64 more = 64 << 20;
  struct rlimit before, limit;
  gint64 all, some, total, available;

  if (getrlimit (RLIMIT_AS, &before) != 0 || before.rlim_cur != RLIM_INFINITY)
    {
      g_test_skip ("addresses are limited already");
      return;
    }
  g_assert_cmpint (emo_memory_get_addresses (), ==, -1);
  limit = before;
  limit.rlim_cur = (rlim_t) 1 << 40;   /* more than a program has that no sanitizer watches */
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
  all = emo_memory_get_addresses ();
  if (all > 0)
    {
      limit.rlim_cur -= (rlim_t) (all - more);
      g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
    }
  some = emo_memory_get_addresses ();
  available = emo_memory_get_available ();
  total = emo_memory_get_total ();
  g_assert_cmpint (setrlimit (RLIMIT_AS, &before), ==, 0);
  if (all == 0)
    {
      g_test_skip ("the program itself has many addresses (a sanitizer)");
      return;
    }
  g_assert_cmpint (some, >, more / 2);
  g_assert_cmpint (some, <=, more);
  g_assert_cmpint (available, >, more / 2);
  g_assert_cmpint (available, <=, more);
  g_assert_cmpint (total, <=, (gint64) limit.rlim_cur);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Memory/reads-what-is-available", test_memory_reads_what_is_available);
  g_test_add_func ("/Emo/Memory/refuses-more-than-there-is", test_memory_refuses_more_than_there_is);
  g_test_add_func ("/Emo/Memory/counts-few-addresses", test_memory_counts_few_addresses);

  return g_test_run ();
}
