/* test-run-read-only.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <unistd.h>

#include <glib/gstdio.h>

#include "emo-run-store.h"
#include "emo-test-files.h"
#include "emo-test-store.h"

/* A history that can be read and not written, as in a home that is mounted
 * read-only. Root may write anywhere, and so is nobody meanwhile. */
#define NOBODY 65534

typedef struct
{
  char        *folder;
  EmoRunStore *store;
  gint64       run;
} Fixture;

static void
open_store (Fixture *fixture)
{
  fixture->store = emo_run_store_new (fixture->folder);
  fixture->run = emo_run_store_begin (fixture->store, EMO_RUN_SESSION);
}

static void
close_store (Fixture *fixture)
{
  emo_run_store_close (fixture->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->store);
}

static void
put_done (Fixture    *fixture,
          gint64      number,
          const char *name)
{
  g_autoptr (EmoRunEntry) entry = emo_run_entry_new ();

  entry->run = fixture->run;
  entry->number = number;
  entry->file_name = g_strdup (name);
  entry->uri = g_strdup_printf ("file:///photos/%s", name);
  entry->state = EMO_RUN_ENTRY_DONE;
  entry->time = 100 * number;
  entry->label = g_strdup ("awe");
  entry->probability = 0.5;
  entry->prediction = g_strdup_printf ("{\"of\": \"%s\"}", name);
  emo_run_store_put (fixture->store, entry);
}

static void
assert_names (Fixture    *fixture,
              const char *expected)
{
  g_autofree char *names = emo_test_store_names (emo_test_store_list (fixture->store, NULL));

  g_assert_cmpstr (names, ==, expected);
}

static void
wait_unwritable (Fixture *fixture)
{
  gint64 end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  while (emo_run_store_get_trouble (fixture->store) != EMO_RUN_TROUBLE_UNWRITABLE && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (emo_run_store_get_trouble (fixture->store), ==, EMO_RUN_TROUBLE_UNWRITABLE);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = emo_test_make_folder ();
  if (geteuid () != 0)
    return;

  g_assert_cmpint (chown (fixture->folder, NOBODY, NOBODY), ==, 0);
  g_assert_cmpint (seteuid (NOBODY), ==, 0);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_chmod (fixture->folder, 0700);
  if (getuid () == 0)
    g_assert_cmpint (seteuid (0), ==, 0);
  emo_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
}

/* FALSE: a folder above keeps nobody out of it. */
static gboolean
keep_two (Fixture *fixture)
{
  if (g_access (fixture->folder, W_OK | X_OK) != 0)
    {
      g_test_skip ("only root comes to the folder");
      return FALSE;
    }

  open_store (fixture);
  put_done (fixture, 1, "a.png");
  put_done (fixture, 2, "b.png");
  g_assert_true (emo_test_store_flush (fixture->store));

  return TRUE;
}

/* All is read and worked with, and the file is as it was. */
static void
assert_read_only (Fixture *fixture)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (EmoRunEntry) entry = NULL;
  gint64 token;

  wait_unwritable (fixture);
  assert_names (fixture, "b.png a.png");
  entries = emo_test_store_list (fixture->store, NULL);
  entry = emo_test_store_load (fixture->store, ((EmoRunEntry *) g_ptr_array_index (entries, 0))->id);
  g_assert_cmpstr (entry->prediction, ==, "{\"of\": \"b.png\"}");

  put_done (fixture, 3, "c.png");
  assert_names (fixture, "c.png b.png a.png");
  token = emo_run_store_delete (fixture->store, &entry->id, 1);
  assert_names (fixture, "c.png a.png");
  emo_run_store_purge (fixture->store, token);
  g_assert_false (emo_test_store_flush (fixture->store));
  wait_unwritable (fixture);
}

static void
test_run_read_only_lists_what_was_kept (Fixture       *fixture,
                                        gconstpointer  data)
{
  if (!keep_two (fixture))
    return;

  close_store (fixture);
  g_assert_cmpint (g_chmod (fixture->folder, 0500), ==, 0);
  open_store (fixture);
  assert_read_only (fixture);
  close_store (fixture);

  g_assert_cmpint (g_chmod (fixture->folder, 0700), ==, 0);
  open_store (fixture);
  assert_names (fixture, "b.png a.png");
  close_store (fixture);
}

static void
copy_file (Fixture    *fixture,
           const char *folder,
           const char *name)
{
  g_autofree char *from = g_build_filename (fixture->folder, name, NULL);
  g_autofree char *to = g_build_filename (folder, name, NULL);
  g_autofree char *content = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (from, &content, &length, NULL));
  g_assert_true (g_file_set_contents_full (to, content, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0400, NULL));
}

/* As a killed session leaves it: what it wrote last is in the journal. */
static void
test_run_read_only_reads_the_journal (Fixture       *fixture,
                                      gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (fixture->folder, "killed", NULL);
  Fixture other = { .folder = folder };

  if (!keep_two (fixture))
    return;

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  copy_file (fixture, folder, "runs.db");
  copy_file (fixture, folder, "runs.db-wal");
  copy_file (fixture, folder, "runs.db-shm");
  close_store (fixture);
  g_assert_cmpint (g_chmod (folder, 0500), ==, 0);
  open_store (&other);
  assert_read_only (&other);
  close_store (&other);
  g_assert_cmpint (g_chmod (folder, 0700), ==, 0);
}

static void
test_run_read_only_reads_a_file_that_cannot_be_written (Fixture       *fixture,
                                                        gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "runs.db", NULL);

  if (!keep_two (fixture))
    return;

  close_store (fixture);
  g_assert_cmpint (g_chmod (path, 0400), ==, 0);
  open_store (fixture);
  assert_read_only (fixture);
  close_store (fixture);
}

static void
test_run_read_only_works_where_nothing_is_kept (Fixture       *fixture,
                                                gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "runs.db", NULL);

  if (!keep_two (fixture))
    return;

  close_store (fixture);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_chmod (fixture->folder, 0500), ==, 0);
  open_store (fixture);
  wait_unwritable (fixture);
  put_done (fixture, 1, "memory.png");
  assert_names (fixture, "memory.png");
  g_assert_false (emo_test_store_flush (fixture->store));
  close_store (fixture);
}

static void
test_run_read_only_believes_nothing (Fixture       *fixture,
                                     gconstpointer  data)
{
  g_autofree char *path = NULL;

  if (!keep_two (fixture))
    return;

  close_store (fixture);
  path = emo_test_write_text (fixture->folder, "runs.db", "SQLite format 3 it is not, and neither is it anything else");
  g_assert_cmpint (g_chmod (fixture->folder, 0500), ==, 0);
  open_store (fixture);
  wait_unwritable (fixture);
  put_done (fixture, 1, "memory.png");
  assert_names (fixture, "memory.png");
  close_store (fixture);
}

#define ADD(name, func) \
  g_test_add ("/Emo/RunReadOnly/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("lists-what-was-kept", test_run_read_only_lists_what_was_kept);
  ADD ("reads-the-journal", test_run_read_only_reads_the_journal);
  ADD ("reads-a-file-that-cannot-be-written", test_run_read_only_reads_a_file_that_cannot_be_written);
  ADD ("works-where-nothing-is-kept", test_run_read_only_works_where_nothing_is_kept);
  ADD ("believes-nothing", test_run_read_only_believes_nothing);

  return g_test_run ();
}
