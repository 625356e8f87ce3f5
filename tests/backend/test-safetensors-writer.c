/* test-safetensors-writer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

/* For memmem(). */
#define _GNU_SOURCE

#include "config.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "safetensors-fixture.h"

static const char *const format_metadata[] = { "format", "pt", NULL };

static char *
vector_path (const char *name)
{
  return g_test_build_filename (G_TEST_DIST, "vectors", "safetensors", name, NULL);
}

static void
assert_same_content (const char *path,
                     const char *expected_path)
{
  g_autofree char *found = NULL, *expected = NULL;
  gsize found_length = 0, expected_length = 0;

  g_assert_true (g_file_get_contents (path, &found, &found_length, NULL));
  g_assert_true (g_file_get_contents (expected_path, &expected, &expected_length, NULL));
  g_assert_cmpmem (found, found_length, expected, expected_length);
}

/* The reference's file, read by us and written from the last tensor to the
 * first, has to come out as the same bytes. */
static void
test_safetensors_writer_matches_the_reference (Fixture      *fixture,
                                               gconstpointer user_data)
{
  g_autofree char *expected = vector_path ("all-types.safetensors");
  g_autofree char *path = fixture_path (fixture, "file.safetensors");
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoSafetensors) set = emo_safetensors_open (expected, &error);
  EmoStoredTensor tensors[13];
  guint n;

  g_assert_no_error (error);
  n = emo_safetensors_get_n_tensors (set);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (tensors));
  for (guint i = 0; i < n; i++)
    tensors[n - 1 - i] = *emo_safetensors_get_tensor (set, i);
  g_assert_true (emo_safetensors_save (path, tensors, n, format_metadata, &error));
  g_assert_no_error (error);
  assert_same_content (path, expected);
}

static void
test_safetensors_writer_writes_no_tensors (Fixture      *fixture,
                                           gconstpointer user_data)
{
  g_autofree char *expected = vector_path ("no-tensors.safetensors");
  g_autofree char *path = fixture_path (fixture, "file.safetensors");
  g_autoptr (GError) error = NULL;

  g_assert_true (emo_safetensors_save (path, NULL, 0, NULL, &error));
  g_assert_no_error (error);
  assert_same_content (path, expected);
}

static void
test_safetensors_writer_aligns_every_tensor (Fixture      *fixture,
                                             gconstpointer user_data)
{
  static const guint8 data[16] = { 1, 2, 3 };
  const EmoStoredTensor tensors[] = {
    { .name = "a", .stored = EMO_STORED_U8, .rank = 1, .shape = { 3 }, .data = data, .n_bytes = 3 },
    { .name = "b", .stored = EMO_STORED_F16, .rank = 1, .shape = { 1 }, .data = data, .n_bytes = 2 },
    { .name = "c", .stored = EMO_STORED_F64, .rank = 2, .shape = { 1, 2 }, .data = data, .n_bytes = 16 },
  };
  const char *const metadata[] = { "one", "\"1\"\n", "two", "\xc3\xa9", NULL };
  g_autofree char *path = fixture_path (fixture, "file.safetensors");
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoSafetensors) set = NULL;
  const guint8 *start;

  g_assert_true (emo_safetensors_save (path, tensors, G_N_ELEMENTS (tensors), metadata, &error));
  set = emo_safetensors_open (path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (emo_safetensors_get_metadata (set, "one"), ==, "\"1\"\n");
  g_assert_cmpstr (emo_safetensors_get_metadata (set, "two"), ==, "\xc3\xa9");
  start = emo_safetensors_find (set, "c")->data;
  g_assert_true (emo_safetensors_get_tensor (set, 0)->data == start);
  g_assert_cmpint (emo_safetensors_find (set, "b")->data - start, ==, 16);
  g_assert_cmpint (emo_safetensors_find (set, "a")->data - start, ==, 18);
  g_assert_cmpmem (emo_safetensors_find (set, "a")->data, 3, data, 3);
}

static void
test_safetensors_writer_refuses_what_the_reader_would (Fixture      *fixture,
                                                       gconstpointer user_data)
{
  static const guint8 data[16] = { 0 };
  g_autofree char *long_name = g_strnfill (EMO_SAFETENSORS_MAX_NAME + 1, 'n');
  const EmoStoredTensor good = { .name = "good", .stored = EMO_STORED_U8, .rank = 1, .shape = { 3 }, .data = data, .n_bytes = 3 };
  EmoStoredTensor bad[] = { good, good, good, good, good, good, good };
  g_autofree char *path = fixture_path (fixture, "file.safetensors");
  g_autofree char *kept = NULL;

  fixture_write (path, "old", 3);
  bad[0].name = "good";
  bad[1].name = "__metadata__";
  bad[2].name = "\xff";
  bad[3].name = long_name;
  bad[4].name = bad[5].name = bad[6].name = "bad";
  bad[4].n_bytes = 4;
  bad[5].shape[0] = -3;
  bad[6].rank = EMO_SAFETENSORS_MAX_RANK + 1;
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      const EmoStoredTensor both[] = { good, bad[i] };
      g_autoptr (GError) error = NULL;

      g_assert_false (emo_safetensors_save (path, both, 2, NULL, &error));
      g_assert_cmpint (error->code, ==, i < 4 ? EMO_ERROR_INVALID_FILE : EMO_ERROR_SHAPE);
    }
  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "old");
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

/* A full disk leaves the old file, and nothing beside it. */
static void
test_safetensors_writer_keeps_old_file_on_failure (Fixture      *fixture,
                                                   gconstpointer user_data)
{
  g_autofree guint8 *data = g_malloc0 (1 << 20);
  const EmoStoredTensor tensor = { .name = "a", .stored = EMO_STORED_U8, .rank = 1, .shape = { 1 << 20 }, .data = data, .n_bytes = 1 << 20 };
  g_autofree char *path = fixture_path (fixture, "file.safetensors");
  g_autofree char *nowhere = fixture_path (fixture, "absent/file.safetensors");
  g_autofree char *kept = NULL;
  g_autoptr (GError) error = NULL;
  struct rlimit old, small = { .rlim_cur = 65536 };

  fixture_write (path, "old", 3);
  g_assert_false (emo_safetensors_save (nowhere, &tensor, 1, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_clear_error (&error);

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small.rlim_max = old.rlim_max;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  g_assert_false (emo_safetensors_save (path, &tensor, 1, NULL, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "old");
  g_assert_cmpuint (count_files (fixture->folder), ==, 1);
}

/* A new file's mode is the umask's business, not the temporary file's. */
static void
test_safetensors_writer_honours_umask (Fixture      *fixture,
                                       gconstpointer user_data)
{
  g_autofree char *path = fixture_path (fixture, "file.safetensors");
  mode_t old = umask (022);
  struct stat info;

  g_assert_true (emo_safetensors_save (path, NULL, 0, NULL, NULL));
  umask (old);
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0644);
}

/* A seal is over the whole file, with or without tensors and other metadata. */
static void
test_safetensors_writer_seals_a_file (Fixture      *fixture,
                                      gconstpointer user_data)
{
  static const guint8 data[3] = { 1, 2, 3 };
  const EmoStoredTensor tensor = { .name = "a", .stored = EMO_STORED_U8, .rank = 1, .shape = { 3 }, .data = data, .n_bytes = 3 };
  g_autofree char *path = fixture_path (fixture, "file.safetensors");

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EmoSafetensors) set = NULL, changed = NULL;
      g_autofree char *content = NULL, *zeroed = NULL, *expected = NULL;
      const char *seal;
      gsize length;

      g_assert_true (emo_safetensors_save_sealed (path, &tensor, i % 2, i / 2 > 0 ? format_metadata : NULL, &error));
      set = emo_safetensors_open (path, &error);
      g_assert_no_error (error);
      g_assert_true (emo_safetensors_check_seal (set, &error));
      g_assert_cmpstr (emo_safetensors_get_metadata (set, "format"), ==, i / 2 > 0 ? "pt" : NULL);

      g_assert_true (g_file_get_contents (path, &content, &length, NULL));
      seal = emo_safetensors_get_metadata (set, "sha256");
      zeroed = g_memdup2 (content, length);
      memset (memmem (zeroed, length, seal, 64), '0', 64);
      expected = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guint8 *) zeroed, length);
      g_assert_cmpstr (seal, ==, expected);

      /* A space of the header's end where there is no tensor. */
      content[length - 1] = content[length - 1] == ' ' ? '\n' : '!';
      fixture_write (path, content, length);
      changed = emo_safetensors_open (path, NULL);
      g_assert_true (changed == NULL || !emo_safetensors_check_seal (changed, &error));
    }
}

int
main (int   argc,
      char *argv[])
{
#define ADD(name, function) g_test_add ("/Emo/SafetensorsWriter/" name, Fixture, NULL, fixture_set_up, test_safetensors_writer_##function, fixture_tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("matches-the-reference", matches_the_reference);
  ADD ("writes-no-tensors", writes_no_tensors);
  ADD ("aligns-every-tensor", aligns_every_tensor);
  ADD ("refuses-what-the-reader-would", refuses_what_the_reader_would);
  ADD ("keeps-old-file-on-failure", keeps_old_file_on_failure);
  ADD ("honours-umask", honours_umask);
  ADD ("seals-a-file", seals_a_file);
  return g_test_run ();
}
