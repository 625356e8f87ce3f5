/* test-hash-list.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <string.h>

#include <glib/gstdio.h>

#include "emo-hash-list.h"
#include "emo-test-files.h"

/* Long enough ago for a hash to be remembered. */
#define SETTLED_US (2100 * 1000)

static char *
get (EmoHashList *list,
     const char  *path)
{
  g_autoptr(GError) error = NULL;
  char *hash = emo_hash_list_get (list, path, NULL, &error);

  g_assert_no_error (error);

  return hash;
}

static char *
get_once (const char *list_path,
          const char *path)
{
  g_autoptr(EmoHashList) list = emo_hash_list_open (list_path);
  char *hash = get (list, path);

  emo_hash_list_save (list);

  return hash;
}

/* The list's hash in the place of a file's own tells that the file was not read. */
static void
fake (const char *list_path)
{
  g_autofree char *text = NULL;
  char *end;

  g_assert_true (g_file_get_contents (list_path, &text, NULL, NULL));
  end = strrchr (text, ' ');
  memset (end + 1, '0', 64);
  g_assert_true (g_file_set_contents (list_path, text, -1, NULL));
}

static void
test_hash_list_reads_a_file_once (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *path = emo_test_write_text (folder, "a", "abc");
  g_autofree char *list_path = g_build_filename (folder, "list", NULL);
  g_autofree char *zeros = g_strnfill (64, '0');
  g_autofree char *expected = emo_hash_bytes ("abc", 3);
  g_autofree char *changed = emo_hash_bytes ("abd", 3);
  g_autofree char *fresh = get_once (list_path, path);
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;

  /* What has just been written may be written again within the clock's tick. */
  g_assert_cmpstr (fresh, ==, expected);
  g_assert_false (g_file_test (list_path, G_FILE_TEST_EXISTS));
  g_usleep (SETTLED_US);
  first = get_once (list_path, path);
  g_assert_cmpstr (first, ==, expected);
  fake (list_path);
  second = get_once (list_path, path);
  g_assert_cmpstr (second, ==, zeros);
  g_free (emo_test_write_text (folder, "a", "abd"));
  third = get_once (list_path, path);
  g_assert_cmpstr (third, ==, changed);
  emo_test_remove_folder (folder);
}

static void
test_hash_list_ignores_what_is_no_list (void)
{
  static const char * const texts[] = {
    "", "\n\n", "no newline", " \n", "1 2 3\n", "x 0000000000000000000000000000000000000000000000000000000000000000",
    "1 2 3 4 5 6 000000000000000000000000000000000000000000000000000000000000000G\n",
    "0000000000000000000000000000000000000000000000000000000000000000\n",
    " 0000000000000000000000000000000000000000000000000000000000000000\n",
  };
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *path = emo_test_write_text (folder, "a", "abc");
  g_autofree char *expected = emo_hash_bytes ("abc", 3);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *list_path = emo_test_write_text (folder, "list", texts[i]);
      g_autofree char *hash = get_once (list_path, path);

      g_assert_cmpstr (hash, ==, expected);
    }
  emo_test_remove_folder (folder);
}

static void
test_hash_list_tells_what_cannot_be_read (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *list_path = g_build_filename (folder, "list", NULL);
  g_autofree char *missing = g_build_filename (folder, "missing", NULL);
  g_autoptr(EmoHashList) list = emo_hash_list_open (list_path);
  g_autoptr(GError) error = NULL;

  g_assert_null (emo_hash_list_get (list, missing, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "missing"));
  emo_test_remove_folder (folder);
}

/* With -m perf: 100,000 files of 40 kB, read and looked up. */
static void
test_hash_list_is_quick (void)
{
  g_autofree char *folder = NULL;
  g_autofree char *list_path = NULL;
  g_autofree char *bytes = NULL;

  if (!g_test_perf ())
    {
      g_test_skip ("measured with -m perf");
      return;
    }
  folder = emo_test_make_folder ();
  list_path = g_build_filename (folder, "list", NULL);
  bytes = g_strnfill (40000, 'x');
  for (guint i = 0; i < 100000; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%u", folder, i);

      g_assert_true (g_file_set_contents_full (name, bytes, 40000, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    }
  g_usleep (SETTLED_US);
  for (guint round = 0; round < 2; round++)
    {
      g_autoptr(EmoHashList) list = NULL;

      g_test_timer_start ();
      list = emo_hash_list_open (list_path);
      for (guint i = 0; i < 100000; i++)
        {
          g_autofree char *name = g_strdup_printf ("%s/%u", folder, i);

          g_free (get (list, name));
        }
      emo_hash_list_save (list);
      g_test_message ("round %u: %.2f s", round, g_test_timer_elapsed ());
    }
  emo_test_remove_folder (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/HashList/reads-a-file-once", test_hash_list_reads_a_file_once);
  g_test_add_func ("/Emo/HashList/ignores-what-is-no-list", test_hash_list_ignores_what_is_no_list);
  g_test_add_func ("/Emo/HashList/tells-what-cannot-be-read", test_hash_list_tells_what_cannot_be_read);
  g_test_add_func ("/Emo/HashList/is-quick", test_hash_list_is_quick);

  return g_test_run ();
}
