/* test-mapped-file.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emo-mapped-file.h"
#include "safetensors-fixture.h"

#define LARGE (20 * 1024 * 1024)

/* A large file of ones. */
static char *
write_large (Fixture *fixture)
{
  char *path = fixture_path (fixture, "large");
  g_autofree guint8 *bytes = g_malloc (LARGE);

  memset (bytes, 1, LARGE);
  fixture_write (path, bytes, LARGE);
  return path;
}

/* A page at a time, as the weights are read. */
static guint
count_ones (EmoMappedFile *file)
{
  const guint8 *data = emo_mapped_file_get_data (file);
  guint n = 0;

  for (gsize i = 0; i < emo_mapped_file_get_length (file); i += 4096)
    n += data[i] == 1;
  return n;
}

static void
test_mapped_file_copies_small_files (Fixture      *fixture,
                                     gconstpointer user_data)
{
  g_autofree char *path = fixture_path (fixture, "small");
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoMappedFile) file = NULL;

  fixture_write (path, "hello", 5);
  file = emo_mapped_file_open (path, &error);
  g_assert_no_error (error);
  fixture_cut_elsewhere (path, 0);
  g_assert_false (emo_mapped_file_is_mapped (file));
  g_assert_cmpmem (emo_mapped_file_get_data (file), emo_mapped_file_get_length (file), "hello", 5);
  g_assert_cmpstr (emo_mapped_file_get_path (file), ==, path);
  g_assert_true (emo_mapped_file_check (file, &error));
}

static void
test_mapped_file_opens_empty_files (Fixture      *fixture,
                                    gconstpointer user_data)
{
  g_autofree char *path = fixture_path (fixture, "empty");
  g_autoptr (EmoMappedFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;

  fixture_write (path, "", 0);
  file = emo_mapped_file_open (path, NULL);
  g_assert_nonnull (file);
  bytes = emo_mapped_file_get_bytes (file);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
  g_assert_true (emo_mapped_file_check (file, NULL));
}

static void
test_mapped_file_maps_only_what_nobody_else_writes (Fixture      *fixture,
                                                    gconstpointer user_data)
{
  static const struct
  {
    mode_t mode;
    gboolean mapped;
  } modes[] = { { 0600, TRUE }, { 0644, TRUE }, { 0400, TRUE }, { 0664, FALSE }, { 0602, FALSE } };
  g_autofree char *path = write_large (fixture);

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EmoMappedFile) file = NULL;

      g_assert_cmpint (g_chmod (path, modes[i].mode), ==, 0);
      file = emo_mapped_file_open (path, &error);
      g_assert_no_error (error);
      g_assert_cmpint (emo_mapped_file_is_mapped (file), ==, modes[i].mapped);
      g_assert_cmpuint (count_ones (file), ==, LARGE / 4096);
      g_assert_true (emo_mapped_file_check (file, NULL));
    }
}

/* Bytes of files that are in this process's memory. */
static gint64
get_resident_files (void)
{
  g_autofree char *text = NULL;
  gint64 pages = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%*d %*d %" G_GINT64_FORMAT, &pages), ==, 1);
  return pages * sysconf (_SC_PAGESIZE);
}

static void
test_mapped_file_forgets_and_reads_again (Fixture      *fixture,
                                          gconstpointer user_data)
{
  g_autofree char *path = write_large (fixture);
  g_autofree char *small_path = fixture_path (fixture, "small");
  g_autoptr (EmoMappedFile) file = emo_mapped_file_open (path, NULL);
  g_autoptr (EmoMappedFile) small = NULL;
  gint64 before;

  g_assert_true (emo_mapped_file_is_mapped (file));
  g_assert_cmpuint (count_ones (file), ==, LARGE / 4096);
  before = get_resident_files ();
  emo_mapped_file_forget (file);
  g_assert_cmpint (before - get_resident_files (), >, LARGE - 4 * 1024 * 1024);
  g_assert_cmpuint (count_ones (file), ==, LARGE / 4096);
  g_assert_true (emo_mapped_file_check (file, NULL));

  fixture_write (small_path, "hello", 5);
  small = emo_mapped_file_open (small_path, NULL);
  emo_mapped_file_forget (small);
  g_assert_cmpmem (emo_mapped_file_get_data (small), 5, "hello", 5);
}

static void
test_mapped_file_bytes_outlive_it (Fixture      *fixture,
                                   gconstpointer user_data)
{
  g_autofree char *path = write_large (fixture);
  EmoMappedFile *file = emo_mapped_file_open (path, NULL);
  g_autoptr (GBytes) bytes = emo_mapped_file_get_bytes (file);

  emo_mapped_file_unref (emo_mapped_file_ref (file));
  emo_mapped_file_unref (file);
  g_assert_cmpint (((const guint8 *) g_bytes_get_data (bytes, NULL))[LARGE - 1], ==, 1);
}

static void
test_mapped_file_survives_a_cut (Fixture      *fixture,
                                 gconstpointer user_data)
{
  for (guint i = 0; i < 3; i++)
    {
      static const off_t lengths[] = { 0, 100, LARGE / 2 };
      g_autofree char *path = write_large (fixture);
      g_autoptr (GError) error = NULL;
      g_autoptr (EmoMappedFile) file = emo_mapped_file_open (path, NULL);

      g_assert_true (emo_mapped_file_is_mapped (file));
      fixture_cut_elsewhere (path, lengths[i]);
      g_assert_cmpuint (count_ones (file), ==, (guint) ((lengths[i] + 4095) / 4096));
      g_assert_false (emo_mapped_file_check (file, &error));
      g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
      g_assert_nonnull (strstr (error->message, path));
    }
}

/* Cut and restored to its length: the zeros that were read stay reported. */
static void
test_mapped_file_remembers_damage (Fixture      *fixture,
                                   gconstpointer user_data)
{
  g_autofree char *path = write_large (fixture);
  g_autoptr (EmoMappedFile) file = emo_mapped_file_open (path, NULL);

  fixture_cut_elsewhere (path, 0);
  g_assert_cmpuint (count_ones (file), ==, 0);
  fixture_cut_elsewhere (path, LARGE);
  g_assert_false (emo_mapped_file_check (file, NULL));
}

static void
test_mapped_file_notices_a_write (Fixture      *fixture,
                                  gconstpointer user_data)
{
  g_autofree char *path = write_large (fixture);
  g_autoptr (EmoMappedFile) file = emo_mapped_file_open (path, NULL);
  int fd;

  /* A time stamp's tick may be 10 ms long. */
  g_usleep (30 * 1000);
  fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);
  g_assert_cmpint (pwrite (fd, "x", 1, 5000), ==, 1);
  close (fd);
  g_assert_false (emo_mapped_file_check (file, NULL));
}

static void
test_mapped_file_ignores_rename_and_links (Fixture      *fixture,
                                           gconstpointer user_data)
{
  g_autofree char *path = write_large (fixture);
  g_autofree char *other = fixture_path (fixture, "other");
  g_autoptr (EmoMappedFile) file = emo_mapped_file_open (path, NULL);

  g_usleep (30 * 1000);
  g_assert_cmpint (g_rename (path, other), ==, 0);
  g_assert_cmpint (link (other, path), ==, 0);
  g_assert_cmpint (g_unlink (other), ==, 0);
  g_assert_cmpuint (count_ones (file), ==, LARGE / 4096);
  g_assert_true (emo_mapped_file_check (file, NULL));
}

/* Guards are used again: many mappings, opened and closed in any order. */
static void
test_mapped_file_reuses_guards (Fixture      *fixture,
                                gconstpointer user_data)
{
  g_autofree char *path = write_large (fixture);
  EmoMappedFile *files[20] = { NULL };

  for (guint i = 0; i < 400; i++)
    {
      guint place = (i * 7) % G_N_ELEMENTS (files);

      g_clear_pointer (&files[place], emo_mapped_file_unref);
      files[place] = emo_mapped_file_open (path, NULL);
      g_assert_nonnull (files[place]);
    }
  fixture_cut_elsewhere (path, 4096);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_assert_cmpuint (count_ones (files[i]), ==, 1);
      g_assert_false (emo_mapped_file_check (files[i], NULL));
      emo_mapped_file_unref (files[i]);
    }
}

static gpointer
count_worker (gpointer user_data)
{
  return GUINT_TO_POINTER (count_ones (user_data));
}

static void
test_mapped_file_survives_a_cut_on_many_threads (Fixture      *fixture,
                                                 gconstpointer user_data)
{
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *path = write_large (fixture);
      g_autoptr (EmoMappedFile) file = emo_mapped_file_open (path, NULL);
      GThread *threads[4];

      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        threads[j] = g_thread_new ("count", count_worker, file);
      fixture_cut_elsewhere (path, 0);
      for (guint j = 0; j < G_N_ELEMENTS (threads); j++)
        g_thread_join (threads[j]);
      g_assert_cmpuint (count_ones (file), <=, LARGE / 4096);
      g_assert_false (emo_mapped_file_check (file, NULL));
    }
}

static void
test_mapped_file_refuses_what_is_no_file (Fixture      *fixture,
                                          gconstpointer user_data)
{
  g_autofree char *absent = fixture_path (fixture, "absent");
  const char *paths[] = { absent, fixture->folder, "/dev/zero" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EmoMappedFile) file = emo_mapped_file_open (paths[i], &error);

      g_assert_null (file);
      g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
      g_assert_nonnull (strstr (error->message, paths[i]));
    }
}

/* A file that may not be mapped and is larger than memory: refused with what is
 * needed, not attempted. */
static void
test_mapped_file_refuses_a_copy_larger_than_memory (Fixture      *fixture,
                                                    gconstpointer user_data)
{
  g_autofree char *path = fixture_path (fixture, "huge");
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoMappedFile) file = NULL;

  fixture_write (path, "", 0);
  if (truncate (path, G_GINT64_CONSTANT (8000000000000)) != 0)
    {
      g_test_skip ("this file system cannot hold a file of 8 TB");
      return;
    }
  g_assert_cmpint (g_chmod (path, 0666), ==, 0);
  file = emo_mapped_file_open (path, &error);
  g_assert_null (file);
  g_assert_error (error, EMO_ERROR, EMO_ERROR_OUT_OF_MEMORY);
  g_assert_nonnull (strstr (error->message, "8000.0 GB"));
}

/* A page of somebody else's mapping behind which there is no file. */
static volatile guint8 *
map_nothing (Fixture *fixture)
{
  g_autofree char *path = fixture_path (fixture, "foreign");
  void *page;
  int fd;

  fixture_write (path, "", 0);
  fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  page = mmap (NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
  close (fd);
  g_assert_true (page != MAP_FAILED);
  return page;
}

static sigjmp_buf escape;

static void
escape_cb (int signal_number)
{
  siglongjmp (escape, 1);
}

/* In a child, because the handler is installed once a process. */
static void
test_mapped_file_passes_foreign_faults_on (Fixture      *fixture,
                                           gconstpointer user_data)
{
  if (g_test_subprocess ())
    {
      g_autofree char *path = NULL;
      g_autoptr (EmoMappedFile) file = NULL;
      volatile guint8 *page = map_nothing (fixture);

      signal (SIGBUS, escape_cb);
      path = write_large (fixture);
      file = emo_mapped_file_open (path, NULL);
      if (sigsetjmp (escape, 1) == 0)
        {
          (void) page[0];
          g_error ("no fault");
        }
      fixture_cut_elsewhere (path, 0);
      g_assert_cmpuint (count_ones (file), ==, 0);
      g_print ("previous handler ran\n");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stdout ("*previous handler ran*");
}

/* Without a handler before ours a foreign fault ends the process, as ever. */
static void
test_mapped_file_leaves_foreign_faults_fatal (Fixture      *fixture,
                                              gconstpointer user_data)
{
  if (g_test_subprocess ())
    {
      struct rlimit none = { 0, 0 };
      g_autofree char *path = write_large (fixture);
      g_autoptr (EmoMappedFile) file = NULL;
      volatile guint8 *page = map_nothing (fixture);

      setrlimit (RLIMIT_CORE, &none);
      signal (SIGBUS, SIG_DFL);
      file = emo_mapped_file_open (path, NULL);
      fixture_tear_down (fixture, NULL);
      if (GPOINTER_TO_INT (user_data))
        raise (SIGBUS);
      else
        (void) page[0];
      g_print ("still alive\n");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stdout_unmatched ("*still alive*");
}

int
main (int   argc,
      char *argv[])
{
#define ADD(name, function, data) g_test_add ("/Emo/MappedFile/" name, Fixture, data, fixture_set_up, test_mapped_file_##function, fixture_tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("copies-small-files", copies_small_files, NULL);
  ADD ("opens-empty-files", opens_empty_files, NULL);
  ADD ("maps-only-what-nobody-else-writes", maps_only_what_nobody_else_writes, NULL);
  ADD ("forgets-and-reads-again", forgets_and_reads_again, NULL);
  ADD ("bytes-outlive-it", bytes_outlive_it, NULL);
  ADD ("survives-a-cut", survives_a_cut, NULL);
  ADD ("remembers-damage", remembers_damage, NULL);
  ADD ("notices-a-write", notices_a_write, NULL);
  ADD ("ignores-rename-and-links", ignores_rename_and_links, NULL);
  ADD ("reuses-guards", reuses_guards, NULL);
  ADD ("survives-a-cut-on-many-threads", survives_a_cut_on_many_threads, NULL);
  ADD ("refuses-what-is-no-file", refuses_what_is_no_file, NULL);
  ADD ("refuses-a-copy-larger-than-memory", refuses_a_copy_larger_than_memory, NULL);
  ADD ("passes-foreign-faults-on", passes_foreign_faults_on, NULL);
  ADD ("leaves-foreign-faults-fatal", leaves_foreign_faults_fatal, GINT_TO_POINTER (FALSE));
  ADD ("leaves-sent-signals-fatal", leaves_foreign_faults_fatal, GINT_TO_POINTER (TRUE));
  return g_test_run ();
}
