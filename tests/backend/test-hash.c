/* test-hash.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sys/stat.h>
#include <utime.h>

#include "emo-hash.h"
#include "safetensors-fixture.h"

#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ABC_HASH   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static char *cache_home;
static char *cache_folder;     /* cache_home/emovlm/hashes */

/* FIPS 180-2, appendix B, and the empty message. */
static void
test_hash_matches_the_standard (void)
{
  g_autofree char *million = g_strnfill (1000000, 'a');
  g_autofree char *empty = emo_hash_bytes (NULL, 0);
  g_autofree char *abc = emo_hash_bytes ("abc", 3);
  g_autofree char *two_blocks = emo_hash_bytes ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56);
  g_autofree char *many = emo_hash_bytes (million, 1000000);

  g_assert_cmpstr (empty, ==, EMPTY_HASH);
  g_assert_cmpstr (abc, ==, ABC_HASH);
  g_assert_cmpstr (two_blocks, ==, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  g_assert_cmpstr (many, ==, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void
test_hash_takes_pieces_as_one (void)
{
  char text[] = "abc";
  g_autofree char *none = emo_hash_pieces (NULL, 0);
  g_autofree char *pieces = emo_hash_pieces ((struct iovec[]) { { text, 1 }, { NULL, 0 }, { text + 1, 2 } }, 3);

  g_assert_cmpstr (none, ==, EMPTY_HASH);
  g_assert_cmpstr (pieces, ==, ABC_HASH);
}

/* Lengths around the pieces a file is read in, against GLib's own code. */
static void
test_hash_reads_files_of_any_length (Fixture      *fixture,
                                     gconstpointer user_data)
{
  static const gsize lengths[] = { 0, 1, 63, 64, 262143, 262144, 262145, 1000003 };
  g_autofree char *path = fixture_path (fixture, "file");
  g_autofree guint8 *data = g_malloc (1000003);

  for (gsize i = 0; i < 1000003; i++)
    data[i] = (guint8) (i * 31 + i / 251);
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autofree char *expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, data, lengths[i]);
      g_autoptr (GError) error = NULL;
      g_autofree char *found = NULL, *cached = NULL;

      fixture_write (path, data, lengths[i]);
      found = emo_hash_file (path, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (found, ==, expected);
      cached = emo_hash_file_cached (path, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (cached, ==, expected);
    }
}

static void
test_hash_refuses_what_is_no_file (Fixture      *fixture,
                                   gconstpointer user_data)
{
  g_autofree char *absent = fixture_path (fixture, "absent");
  g_autofree char *fifo = fixture_path (fixture, "fifo");
  const char *paths[] = { absent, fifo, fixture->folder, "/dev/zero" };

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (emo_hash_file (paths[i], NULL, &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
      g_clear_error (&error);
      g_assert_null (emo_hash_file_cached (paths[i], NULL, &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
    }
}

static void
test_hash_stops_when_cancelled (Fixture      *fixture,
                                gconstpointer user_data)
{
  g_autofree char *path = fixture_path (fixture, "file");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  fixture_write (path, "abc", 3);
  g_cancellable_cancel (cancellable);
  g_assert_null (emo_hash_file (path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (emo_hash_file_cached (path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static char *
entry_path (const char *path)
{
  struct stat info;
  g_autofree char *name = NULL;

  g_assert_cmpint (stat (path, &info), ==, 0);
  name = g_strdup_printf ("%lx-%lx", (gulong) info.st_dev, (gulong) info.st_ino);
  return g_build_filename (cache_folder, name, NULL);
}

static char *
hash_cached (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *hash = emo_hash_file_cached (path, NULL, &error);

  g_assert_no_error (error);
  return hash;
}

/* A wrong hash planted in the entry shows who is asked. */
static void
plant (const char *entry,
       const char *hash)
{
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (entry, &text, &length, NULL));
  g_assert_cmpuint (length, >, 65);
  memcpy (text + length - 65, hash, 64);
  g_assert_true (g_file_set_contents (entry, text, (gssize) length, NULL));
}

static void
test_hash_remembers_settled_files_only (Fixture      *fixture,
                                        gconstpointer user_data)
{
  g_autofree char *path = fixture_path (fixture, "file");
  g_autofree char *entry = NULL, *first = NULL, *second = NULL, *third = NULL, *fourth = NULL;

  fixture_write (path, "abc", 3);
  entry = entry_path (path);
  first = hash_cached (path);
  g_assert_cmpstr (first, ==, ABC_HASH);
  /* Written just now: it may be written again within the same tick. */
  g_assert_false (g_file_test (entry, G_FILE_TEST_EXISTS));

  g_usleep (2100 * 1000);
  second = hash_cached (path);
  g_assert_cmpstr (second, ==, ABC_HASH);
  plant (entry, EMPTY_HASH);
  third = hash_cached (path);
  g_assert_cmpstr (third, ==, EMPTY_HASH);

  /* Any change of the file, here of its time alone, ends the memory. */
  g_assert_cmpint (g_utime (path, NULL), ==, 0);
  fourth = hash_cached (path);
  g_assert_cmpstr (fourth, ==, ABC_HASH);
}

/* Whatever stands in an entry, the answer is the file's. */
static void
test_hash_ignores_damaged_entries (Fixture      *fixture,
                                   gconstpointer user_data)
{
  g_autofree char *path = fixture_path (fixture, "file");
  g_autofree char *entry = NULL, *hash = NULL, *good = NULL;
  gsize length;

  fixture_write (path, "abc", 3);
  entry = entry_path (path);
  g_usleep (2100 * 1000);
  hash = hash_cached (path);
  g_assert_true (g_file_get_contents (entry, &good, &length, NULL));

  for (gsize cut = 0; cut < length; cut += 7)
    {
      g_autofree char *found = NULL;

      g_assert_true (g_file_set_contents (entry, good, (gssize) cut, NULL));
      found = hash_cached (path);
      g_assert_cmpstr (found, ==, ABC_HASH);
    }
  for (guint i = 0; i < 3; i++)
    {
      const char *texts[] = { "", "1 2 3 4 5 6 " EMPTY_HASH "\n", good };
      g_autofree char *text = g_strdup (texts[i]);
      g_autofree char *found = NULL;

      if (i == 2)
        text[length - 3] = 'X';
      g_assert_true (g_file_set_contents (entry, text, -1, NULL));
      found = hash_cached (path);
      g_assert_cmpstr (found, ==, ABC_HASH);
    }
}

static void
test_hash_does_without_a_cache (Fixture      *fixture,
                                gconstpointer user_data)
{
  g_autofree char *path = fixture_path (fixture, "file");
  g_autofree char *hash = NULL;
  g_autofree char *kept = g_strconcat (cache_folder, ".kept", NULL);

  fixture_write (path, "abc", 3);
  g_usleep (2100 * 1000);
  /* A file where the folder should be: nothing can be written there. */
  g_rename (cache_folder, kept);
  g_assert_true (g_file_set_contents (cache_folder, "", 0, NULL));
  hash = hash_cached (path);
  g_assert_cmpstr (hash, ==, ABC_HASH);
  g_unlink (cache_folder);
  g_rename (kept, cache_folder);
}

/* Not run by default: the speed over a file of any size. */
static void
test_hash_measures_file (void)
{
  const char *path = g_getenv ("EMO_TEST_BENCH");

  if (path == NULL)
    {
      g_test_skip ("EMO_TEST_BENCH names no file");
      return;
    }
  for (guint i = 0; i < 2; i++)
    {
      gint64 start = g_get_monotonic_time ();
      g_autofree char *hash = emo_hash_file (path, NULL, NULL);
      double seconds = (double) (g_get_monotonic_time () - start) / 1e6;
      struct stat info;

      g_assert_nonnull (hash);
      g_assert_cmpint (stat (path, &info), ==, 0);
      g_test_message ("%s: %.2f s, %.0f MB/s", hash, seconds, (double) info.st_size / 1e6 / seconds);
    }
}

static void
remove_cache (void)
{
  g_autoptr (GDir) dir = g_dir_open (cache_folder, 0, NULL);
  g_autofree char *parent = g_path_get_dirname (cache_folder);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (cache_folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (cache_folder);
  g_rmdir (parent);
  g_rmdir (cache_home);
  g_free (cache_folder);
  g_free (cache_home);
}

int
main (int   argc,
      char *argv[])
{
  int status;

#define ADD(name, function) g_test_add ("/Emo/Hash/" name, Fixture, NULL, fixture_set_up, test_hash_##function, fixture_tear_down)
  cache_home = g_dir_make_tmp ("emo-cache-XXXXXX", NULL);
  cache_folder = g_build_filename (cache_home, "emovlm", "hashes", NULL);
  g_setenv ("XDG_CACHE_HOME", cache_home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Emo/Hash/matches-the-standard", test_hash_matches_the_standard);
  g_test_add_func ("/Emo/Hash/takes-pieces-as-one", test_hash_takes_pieces_as_one);
  ADD ("reads-files-of-any-length", reads_files_of_any_length);
  ADD ("refuses-what-is-no-file", refuses_what_is_no_file);
  ADD ("stops-when-cancelled", stops_when_cancelled);
  ADD ("remembers-settled-files-only", remembers_settled_files_only);
  ADD ("ignores-damaged-entries", ignores_damaged_entries);
  ADD ("does-without-a-cache", does_without_a_cache);
  g_test_add_func ("/Emo/Hash/measures-file", test_hash_measures_file);
  status = g_test_run ();
  remove_cache ();
  return status;
}
