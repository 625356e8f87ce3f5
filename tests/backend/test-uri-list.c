/* test-uri-list.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-uri-list.h"

static void
check (const char *text,
       const char *paths,    /* joined by | */
       gboolean    web)
{
  gboolean found_web = !web;
  g_autoptr (GPtrArray) files = emo_uri_list_parse (text, &found_web);
  g_autoptr (GString) joined = g_string_new (NULL);

  for (guint i = 0; i < files->len; i++)
    g_string_append_printf (joined, "%s%s", i > 0 ? "|" : "", g_file_peek_path (g_ptr_array_index (files, i)));
  g_assert_cmpstr (joined->str, ==, paths);
  g_assert_cmpint (found_web, ==, web);
}

static void
test_uri_list_reads_uris_and_paths (void)
{
  check ("file:///a/b%20c.png", "/a/b c.png", FALSE);
  check ("file://localhost/a.png", "/a.png", FALSE);
  check ("file:///a.png\r\nfile:///b.png\r\n", "/a.png|/b.png", FALSE);
  check ("/a/with space.png\n/b.png", "/a/with space.png|/b.png", FALSE);
  check ("# copied\nfile:///a.png", "/a.png", FALSE);
}

static void
test_uri_list_skips_what_file_managers_add (void)
{
  check ("copy\nfile:///a.png", "/a.png", FALSE);
  check ("x-special/nautilus-clipboard\ncut\nfile:///a.png\nfile:///b.png\n", "/a.png|/b.png", FALSE);
}

static void
test_uri_list_tells_the_web (void)
{
  check ("https://example.org/cat.png", "", TRUE);
  check ("file:///a.png\nhttp://example.org/b.png", "/a.png", TRUE);
  check ("file://elsewhere/share/a.png", "", TRUE);
  check ("sftp://host/a.png", "", TRUE);
}

static void
test_uri_list_is_no_list_for_prose (void)
{
  check ("", "", FALSE);
  check ("a sentence about awe", "", FALSE);
  check ("see https://example.org/cat.png", "", FALSE);
  check ("file:///a.png\nand some words", "", FALSE);
  check ("http://example.org/a.png\nwords", "", FALSE);
  check ("note: nothing", "", FALSE);
  check ("copy", "", FALSE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/UriList/reads-uris-and-paths", test_uri_list_reads_uris_and_paths);
  g_test_add_func ("/Emo/UriList/skips-what-file-managers-add", test_uri_list_skips_what_file_managers_add);
  g_test_add_func ("/Emo/UriList/tells-the-web", test_uri_list_tells_the_web);
  g_test_add_func ("/Emo/UriList/is-no-list-for-prose", test_uri_list_is_no_list_for_prose);

  return g_test_run ();
}
