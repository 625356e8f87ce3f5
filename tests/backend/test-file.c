/* test-file.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "emo-error.h"
#include "emo-file.h"

/* GLib's call of fsync comes here: a disk that fails when a test says so. */
static int fsync_error;

int
fsync (int fd)
{
  if (fsync_error != 0)
    {
      errno = fsync_error;
      return -1;
    }

  return (int) syscall (SYS_fsync, fd);
}

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
setup (Fixture       *fixture,
       gconstpointer  data)
{
  fsync_error = 0;
  fixture->folder = g_dir_make_tmp ("emo-file-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->path = g_build_filename (fixture->folder, "file", NULL);
}

static void
teardown (Fixture       *fixture,
          gconstpointer  data)
{
  g_remove (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static void
assert_refused (const char *path,
                EmoError    code,
                const char *what)
{
  g_autoptr (GError) error = NULL;
  gint64 begin = g_get_monotonic_time ();

  g_assert_null (emo_file_read (path, 4, &error));
  g_assert_error (error, EMO_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, path));
  if (what != NULL)
    g_assert_nonnull (strstr (error->message, what));
  g_assert_cmpint (g_get_monotonic_time () - begin, <, G_USEC_PER_SEC);
}

static void
test_file_reads_up_to_its_limit (Fixture       *fixture,
                                 gconstpointer  data)
{
  static const char content[] = { 'a', '\0', 'b', 'c', 'd' };

  for (gsize length = 0; length <= 4; length++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = NULL;

      g_assert_true (g_file_set_contents (fixture->path, content, (gssize) length, NULL));
      bytes = emo_file_read (fixture->path, 4, &error);
      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), content, length);
    }

  g_assert_true (g_file_set_contents (fixture->path, content, 5, NULL));
  assert_refused (fixture->path, EMO_ERROR_LIMIT, "5 bytes");
}

static void
test_file_refuses_what_is_no_file_at_once (Fixture       *fixture,
                                           gconstpointer  data)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *link = g_build_filename (fixture->folder, "link", NULL);
  int fd;

  assert_refused (fixture->path, EMO_ERROR_IO, NULL);
  assert_refused (fixture->folder, EMO_ERROR_IO, "a folder");
  assert_refused ("/dev/zero", EMO_ERROR_IO, "a device");

  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  assert_refused (fixture->path, EMO_ERROR_IO, "a pipe");
  g_assert_cmpint (symlink (fixture->path, link), ==, 0);
  assert_refused (link, EMO_ERROR_IO, "a pipe");
  g_remove (link);
  g_remove (fixture->path);

  g_strlcpy (address.sun_path, fixture->path, sizeof address.sun_path);
  fd = socket (AF_UNIX, SOCK_STREAM, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  assert_refused (fixture->path, EMO_ERROR_IO, NULL);
  close (fd);
  g_remove (fixture->path);

  /* A loop, then a link to nothing, then to a good file. */
  g_assert_cmpint (symlink ("link", link), ==, 0);
  assert_refused (link, EMO_ERROR_IO, NULL);
  g_remove (link);
  g_assert_cmpint (symlink ("file", link), ==, 0);
  assert_refused (link, EMO_ERROR_IO, NULL);
  g_assert_true (g_file_set_contents (fixture->path, "good", 4, NULL));
  {
    g_autoptr (GBytes) bytes = emo_file_read (link, 4, NULL);

    g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "good", 4);
  }
  g_remove (link);
}

static void
test_file_open_tells_the_size (Fixture       *fixture,
                               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  gsize size = 99;
  int fd;

  g_assert_true (g_file_set_contents (fixture->path, "good", 4, NULL));
  fd = emo_file_open (fixture->path, &size, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (size, ==, 4);
  g_assert_cmpint (close (fd), ==, 0);
}

static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

static void
assert_content (const char *path,
                const char *expected)
{
  g_autofree char *content = NULL;

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, expected);
}

static void
test_file_writes_whole_files (Fixture       *fixture,
                              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (emo_file_write (fixture->path, "first", 5, &error));
  g_assert_no_error (error);
  assert_content (fixture->path, "first");

  g_assert_true (emo_file_write (fixture->path, "2", 1, &error));
  assert_content (fixture->path, "2");
  g_assert_true (emo_file_write (fixture->path, NULL, 0, &error));
  assert_content (fixture->path, "");
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

static void
test_file_keeps_the_old_file_when_the_disk_fails (Fixture       *fixture,
                                                  gconstpointer  data)
{
  static const struct
  {
    int      number;
    EmoError code;
  } cases[] = {
    { ENOSPC, EMO_ERROR_NO_SPACE }, { EDQUOT, EMO_ERROR_NO_SPACE }, { EIO, EMO_ERROR_IO }, { EROFS, EMO_ERROR_IO },
  };

  g_assert_true (emo_file_write (fixture->path, "old", 3, NULL));

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      fsync_error = cases[i].number;
      g_assert_false (emo_file_write (fixture->path, "new", 3, &error));
      fsync_error = 0;
      g_assert_error (error, EMO_ERROR, (int) cases[i].code);
      g_assert_true (g_str_has_prefix (error->message, fixture->path));
      assert_content (fixture->path, "old");
      g_assert_cmpuint (count_files (fixture->folder), ==, 1);
    }
}

static void
test_file_cannot_write_where_no_folder_is (Fixture       *fixture,
                                           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, "none", "file", NULL);

  g_assert_false (emo_file_write (path, "x", 1, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_clear_error (&error);

  /* A folder is not overwritten by a file. */
  g_assert_false (emo_file_write (fixture->folder, "x", 1, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
}

static void
test_file_writes_through_links_and_into_no_pipe (Fixture       *fixture,
                                                 gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *link = g_build_filename (fixture->folder, "link", NULL);
  struct stat status;

  g_assert_true (emo_file_write (fixture->path, "old", 3, NULL));
  g_assert_cmpint (symlink ("file", link), ==, 0);
  g_assert_true (emo_file_write (link, "new", 3, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lstat (link, &status), ==, 0);
  g_assert_true (S_ISLNK (status.st_mode));
  assert_content (fixture->path, "new");
  g_remove (link);
  g_remove (fixture->path);

  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  g_assert_false (emo_file_write (fixture->path, "new", 3, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_assert_cmpint (lstat (fixture->path, &status), ==, 0);
  g_assert_true (S_ISFIFO (status.st_mode));
}

static void
test_file_escapes_names (Fixture       *fixture,
                         gconstpointer  data)
{
  static const struct
  {
    const char *name;
    const char *escaped;
  } cases[] = {
    { "", "" },
    { "a b.jpg", "a b.jpg" },
    { "-rf.jpg", "-rf.jpg" },
    { "é€😀.png", "é€😀.png" },
    { "a\nb\x1b[31m\x7f", "a\\x0ab\\x1b[31m\\x7f" },
    { "a\xff\xc3", "a\\xff\\xc3" },
    { "\xed\xa0\x80", "\\xed\\xa0\\x80" },
    { "gpj.\xe2\x80\xae" "exe", "gpj.\\u{202e}exe" },
    { "\xe2\x81\xa6x\xe2\x80\x8f\xd8\x9c\xef\xbb\xbf", "\\u{2066}x\\u{200f}\\u{61c}\\u{feff}" },
    { "\xc2\x85", "\\x85" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *escaped = emo_file_escape_name (cases[i].name);

      g_assert_cmpstr (escaped, ==, cases[i].escaped);
      g_assert_true (g_utf8_validate (escaped, -1, NULL));
    }
}

#define ADD(path, func) \
  g_test_add ("/Emo/File/" path, Fixture, NULL, setup, func, teardown)

static void
test_file_cuts_between_characters (Fixture       *fixture,
                                   gconstpointer  data)
{
  static const char text[] = "ab\u00e9\u9588\U0001f600";
  static const gsize ends[] = { 0, 2, 4, 7, 11 };   /* of whole characters; "b" ends at 2 */

  for (gsize n = 0; n <= sizeof text; n++)
    {
      g_autofree char *start = emo_file_escape_start (text, n);
      gsize expected = n == 1 ? 1 : 0;

      for (guint i = 0; i < G_N_ELEMENTS (ends) && n != 1; i++)
        if (ends[i] <= n)
          expected = ends[i];
      g_assert_cmpuint (strlen (start), ==, expected);
      g_assert_true (g_str_has_prefix (text, start));
    }
}

static void
test_file_makes_folders (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "one", "two", "three", NULL);
  g_autofree char *file = g_build_filename (fixture->folder, "file", NULL);
  g_autofree char *below = g_build_filename (file, "below", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (emo_file_make_folder (folder, &error));
  g_assert_true (emo_file_make_folder (folder, &error));
  g_assert_true (emo_file_sync_folder (folder, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_test (folder, G_FILE_TEST_IS_DIR));

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  g_assert_false (emo_file_make_folder (below, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_clear_error (&error);
  g_assert_false (emo_file_make_folder (file, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_clear_error (&error);
  g_assert_false (emo_file_sync_folder (below, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *made = g_steal_pointer (&folder);

      g_assert_cmpint (g_rmdir (made), ==, 0);
      folder = g_path_get_dirname (made);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("reads-up-to-its-limit", test_file_reads_up_to_its_limit);
  ADD ("refuses-what-is-no-file-at-once", test_file_refuses_what_is_no_file_at_once);
  ADD ("open-tells-the-size", test_file_open_tells_the_size);
  ADD ("writes-whole-files", test_file_writes_whole_files);
  ADD ("keeps-the-old-file-when-the-disk-fails", test_file_keeps_the_old_file_when_the_disk_fails);
  ADD ("cannot-write-where-no-folder-is", test_file_cannot_write_where_no_folder_is);
  ADD ("writes-through-links-and-into-no-pipe", test_file_writes_through_links_and_into_no_pipe);
  ADD ("escapes-names", test_file_escapes_names);
  ADD ("cuts-between-characters", test_file_cuts_between_characters);
  ADD ("makes-folders", test_file_makes_folders);

  return g_test_run ();
}
