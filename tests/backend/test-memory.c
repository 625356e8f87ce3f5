/* test-memory.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Memory/reads-what-is-available", test_memory_reads_what_is_available);
  g_test_add_func ("/Emo/Memory/refuses-more-than-there-is", test_memory_refuses_more_than_there_is);

  return g_test_run ();
}
