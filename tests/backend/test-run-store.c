/* test-run-store.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"
#define _GNU_SOURCE   /* memmem */

#include "config.h"

#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include <glib/gstdio.h>
#include <sqlite3.h>

#include "emo-error.h"
#include "emo-run-store.h"
#include "emo-test-files.h"
#include "emo-test-store.h"
#include "emo-update.h"

typedef struct
{
  char         *folder;
  char         *path;       /* of the file */
  EmoRunStore  *store;
  gint64        run;
  EmoModelInfo *info;
} Fixture;

static EmoModelInfo *
make_info (const char *name)
{
  EmoModelInfo *info = emo_model_info_new ();

  info->name = g_strdup (name);
  info->model_sha256 = g_strdup_printf ("hash of %s", name);
  info->labels = emo_label_set_new_mikels ();

  return info;
}

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
  fixture->store = NULL;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = emo_test_make_folder ();
  fixture->path = g_build_filename (fixture->folder, "runs.db", NULL);
  fixture->info = make_info ("first");
  open_store (fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->store != NULL)
    close_store (fixture);
  emo_model_info_unref (fixture->info);
  emo_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static EmoRunEntry *
make_entry (Fixture    *fixture,
            gint64      number,
            const char *name,
            gint64      time)
{
  EmoRunEntry *entry = emo_run_entry_new ();

  entry->run = fixture->run;
  entry->number = number;
  entry->file_name = g_strdup (name);
  entry->uri = g_strdup_printf ("file:///photos/%s", name);
  entry->state = time > 0 ? EMO_RUN_ENTRY_DONE : EMO_RUN_ENTRY_WAITING;
  entry->time = time;
  if (time > 0)
    {
      entry->info = emo_model_info_ref (fixture->info);
      entry->label = g_strdup ("awe");
      entry->probability = 0.1 + 0.2;
      entry->disagrees = TRUE;
      entry->in_domain = EMO_DOMAIN_OUT;
      entry->image_sha256 = g_strdup ("00ff");
      entry->marks = 2;
      entry->prediction = g_strdup_printf ("{\"of\": \"%s\"}", name);
    }

  return entry;
}

static void
put (Fixture     *fixture,
     EmoRunEntry *entry)
{
  emo_run_store_put (fixture->store, entry);
  emo_run_entry_unref (entry);
}

static void
put_done (Fixture    *fixture,
          gint64      number,
          const char *name,
          gint64      time)
{
  put (fixture, make_entry (fixture, number, name, time));
}

static void
assert_names (Fixture    *fixture,
              const char *text,
              const char *expected)
{
  g_autofree char *names = emo_test_store_names (emo_test_store_list (fixture->store, text));

  g_assert_cmpstr (names, ==, expected);
}

static void
assert_unfinished (Fixture    *fixture,
                   const char *expected)
{
  g_autofree char *names = emo_test_store_names (emo_test_store_unfinished (fixture->store));

  g_assert_cmpstr (names, ==, expected);
}

/* SQL past the store, as another program might write it. */
static void
run_sql (Fixture    *fixture,
         const char *text)
{
  sqlite3 *handle;
  char *message = NULL;

  g_assert_cmpint (sqlite3_open (fixture->path, &handle), ==, SQLITE_OK);
  sqlite3_exec (handle, text, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  sqlite3_close (handle);
}

static void
wait_trouble (Fixture       *fixture,
              EmoRunTrouble  trouble)
{
  gint64 end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  while (emo_run_store_get_trouble (fixture->store) != trouble && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (emo_run_store_get_trouble (fixture->store), ==, trouble);
}

static void
test_run_store_keeps_results (Fixture       *fixture,
                              gconstpointer  data)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (EmoRunEntry) whole = NULL;
  EmoRunEntry *light;

  put (fixture, make_entry (fixture, 1, "a.png", 0));
  assert_names (fixture, NULL, "");
  put_done (fixture, 1, "a.png", 100);
  put_done (fixture, 2, "b.png", 300);
  put_done (fixture, 3, "c.png", 200);
  assert_names (fixture, NULL, "b.png c.png a.png");
  g_assert_true (emo_test_store_flush (fixture->store));
  g_assert_cmpint (emo_run_store_get_trouble (fixture->store), ==, EMO_RUN_TROUBLE_NONE);

  /* The next start has all of it. */
  close_store (fixture);
  open_store (fixture);
  entries = emo_test_store_list (fixture->store, NULL);
  g_assert_cmpuint (entries->len, ==, 3);
  light = g_ptr_array_index (entries, 2);
  g_assert_cmpstr (light->file_name, ==, "a.png");
  g_assert_cmpstr (light->uri, ==, "file:///photos/a.png");
  g_assert_cmpint (light->kind, ==, EMO_RUN_SESSION);
  g_assert_cmpint (light->state, ==, EMO_RUN_ENTRY_DONE);
  g_assert_cmpint (light->time, ==, 100);
  g_assert_cmpstr (light->app_version, ==, EMO_VERSION);
  g_assert_cmpstr (light->label, ==, "awe");
  g_assert_cmpfloat (light->probability, ==, 0.1 + 0.2);
  g_assert_true (light->disagrees);
  g_assert_cmpint (light->in_domain, ==, EMO_DOMAIN_OUT);
  g_assert_cmpuint (light->marks, ==, 2);
  g_assert_cmpstr (light->image_sha256, ==, "00ff");
  g_assert_cmpstr (light->info->name, ==, "first");
  g_assert_null (light->prediction);

  whole = emo_test_store_load (fixture->store, light->id);
  g_assert_cmpstr (whole->prediction, ==, "{\"of\": \"a.png\"}");
  g_assert_null (emo_test_store_load (fixture->store, 12345));
}

static void
test_run_store_is_private (Fixture       *fixture,
                           gconstpointer  data)
{
  GStatBuf status;

  put_done (fixture, 1, "a.png", 100);
  g_assert_true (emo_test_store_flush (fixture->store));
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  *(GPtrArray **) user_data = emo_run_store_list_finish (result, &error);
  g_assert_no_error (error);
}

static void
test_run_store_lists_by_pages (Fixture       *fixture,
                               gconstpointer  data)
{
  EmoRunQuery query = { .limit = 3 };
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 3;

  /* Many in one second: the order is that of the rows then. */
  for (int i = 1; i <= 10; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d", i);

      put_done (fixture, i, name, 100 + i / 8);
    }
  while (n == 3)
    {
      g_autoptr (GPtrArray) page = NULL;

      emo_run_store_list_async (fixture->store, &query, NULL, listed_cb, &page);
      while (page == NULL)
        g_main_context_iteration (NULL, TRUE);
      n = page->len;
      for (guint i = 0; i < n; i++)
        {
          EmoRunEntry *entry = g_ptr_array_index (page, i);

          g_string_append_printf (names, "%s ", entry->file_name);
          query.after_time = entry->time;
          query.after_id = entry->id;
        }
    }
  g_assert_cmpstr (names->str, ==, "10 9 8 7 6 5 4 3 2 1 ");
}

static const char *
translate (const char *label)
{
  return g_str_equal (label, "awe") ? "Ehrfurcht" : label;
}

static void
test_run_store_finds_words (Fixture       *fixture,
                            gconstpointer  data)
{
  EmoRunQuery query = { .text = "ehrfürcht", .translate = translate, .limit = 10 };
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) some = NULL;
  EmoRunEntry *entry = make_entry (fixture, 1, "Sommer/M\xc3\xbcnchen 100%_.png", 400);

  entry->note = g_strdup ("the LIGHT on\nthe lake");
  put (fixture, entry);
  entry = make_entry (fixture, 2, "b.png", 300);
  g_free (entry->label);
  entry->label = g_strdup ("fear");
  entry->own_label = g_strdup ("contentment");
  put (fixture, entry);

  assert_names (fixture, "", "Sommer/M\xc3\xbcnchen 100%_.png b.png");
  assert_names (fixture, "   ", "Sommer/M\xc3\xbcnchen 100%_.png b.png");
  assert_names (fixture, "m\xc3\x9cNCHEN", "Sommer/M\xc3\xbcnchen 100%_.png");
  /* u and a combining mark */
  assert_names (fixture, "Mu\xcc\x88nchen", "Sommer/M\xc3\xbcnchen 100%_.png");
  assert_names (fixture, "light Sommer lake", "Sommer/M\xc3\xbcnchen 100%_.png");
  assert_names (fixture, "light autumn", "");
  assert_names (fixture, "AWE", "Sommer/M\xc3\xbcnchen 100%_.png");
  assert_names (fixture, "content", "b.png");
  assert_names (fixture, "fear", "b.png");
  /* What means something to SQL means itself. */
  assert_names (fixture, "100%_", "Sommer/M\xc3\xbcnchen 100%_.png");
  assert_names (fixture, "1_0%", "");
  assert_names (fixture, "' OR 1=1 --", "");
  assert_names (fixture, "\xff", "Sommer/M\xc3\xbcnchen 100%_.png b.png");

  emo_run_store_list_async (fixture->store, &query, NULL, listed_cb, &none);
  query.text = "EHRFURCHT";
  emo_run_store_list_async (fixture->store, &query, NULL, listed_cb, &some);
  while (some == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpuint (some->len, ==, 1);
}

static void
test_run_store_keeps_what_a_person_says (Fixture       *fixture,
                                         gconstpointer  data)
{
  g_autoptr (GPtrArray) entries = NULL;
  EmoRunEntry *words = make_entry (fixture, 1, "ignored", 999);
  EmoRunEntry *entry;

  put_done (fixture, 1, "a.png", 100);
  words->flagged = TRUE;
  words->own_label = g_strdup ("joy");
  words->note = g_strdup ("'; DROP TABLE entries; --");
  emo_run_store_annotate (fixture->store, words);
  emo_run_entry_unref (words);

  entries = emo_test_store_list (fixture->store, "drop");
  g_assert_cmpuint (entries->len, ==, 1);
  entry = g_ptr_array_index (entries, 0);
  g_assert_cmpstr (entry->file_name, ==, "a.png");
  g_assert_cmpint (entry->time, ==, 100);
  g_assert_true (entry->flagged);
  g_assert_cmpstr (entry->own_label, ==, "joy");
  g_assert_cmpstr (entry->note, ==, "'; DROP TABLE entries; --");
}

/* Is the text in any file of the store? */
static gboolean
is_on_disk (Fixture    *fixture,
            const char *text)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  gboolean found = FALSE;
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
      g_autofree char *content = NULL;
      gsize length;

      if (g_file_get_contents (path, &content, &length, NULL))
        found = found || memmem (content, length, text, strlen (text)) != NULL;
    }

  return found;
}

static gint64
find_id (Fixture    *fixture,
         const char *text)
{
  g_autoptr (GPtrArray) entries = emo_test_store_list (fixture->store, text);

  g_assert_cmpuint (entries->len, ==, 1);

  return ((EmoRunEntry *) g_ptr_array_index (entries, 0))->id;
}

static void
test_run_store_undeletes_and_purges (Fixture       *fixture,
                                     gconstpointer  data)
{
  gint64 ids[2];
  gint64 first;
  gint64 second;

  put_done (fixture, 1, "aaaa.png", 300);
  put_done (fixture, 2, "bbbb.png", 200);
  put_done (fixture, 3, "cccc.png", 100);
  ids[0] = find_id (fixture, "aaaa");
  ids[1] = find_id (fixture, "cccc");

  first = emo_run_store_delete (fixture->store, ids, 2);
  assert_names (fixture, NULL, "bbbb.png");
  emo_run_store_undelete (fixture->store, first);
  assert_names (fixture, NULL, "aaaa.png bbbb.png cccc.png");

  first = emo_run_store_delete (fixture->store, ids, 1);
  second = emo_run_store_delete (fixture->store, ids + 1, 1);
  g_assert_cmpint (first, !=, second);
  emo_run_store_purge (fixture->store, first);
  emo_run_store_undelete (fixture->store, first);
  emo_run_store_undelete (fixture->store, second);
  assert_names (fixture, NULL, "bbbb.png cccc.png");

  /* Purged is gone from the disk, too, and closing purges what nobody undid. */
  ids[0] = find_id (fixture, "bbbb");
  emo_run_store_delete (fixture->store, ids, 1);
  close_store (fixture);
  g_assert_false (is_on_disk (fixture, "aaaa.png"));
  g_assert_false (is_on_disk (fixture, "bbbb.png"));
  g_assert_true (is_on_disk (fixture, "cccc.png"));
  open_store (fixture);
}

static void
test_run_store_updates_only_what_is_there (Fixture       *fixture,
                                           gconstpointer  data)
{
  g_autoptr (EmoRunEntry) first = make_entry (fixture, 1, "aaaa.png", 300);
  g_autoptr (EmoRunEntry) second = make_entry (fixture, 2, "bbbb.png", 200);
  gint64 id;
  gint64 token;

  put_done (fixture, 1, "aaaa.png", 300);
  put_done (fixture, 2, "bbbb.png", 200);
  first->note = g_strdup ("other words");
  emo_run_store_update (fixture->store, first);
  assert_names (fixture, "words", "aaaa.png");

  /* Deleted, it stays so, and an undo brings it back with what was updated. */
  id = find_id (fixture, "bbbb");
  token = emo_run_store_delete (fixture->store, &id, 1);
  second->note = g_strdup ("more words");
  emo_run_store_update (fixture->store, second);
  assert_names (fixture, NULL, "aaaa.png");
  emo_run_store_undelete (fixture->store, token);
  assert_names (fixture, "words", "aaaa.png bbbb.png");

  token = emo_run_store_delete (fixture->store, &id, 1);
  emo_run_store_purge (fixture->store, token);
  emo_run_store_update (fixture->store, second);
  emo_run_store_annotate (fixture->store, second);
  assert_names (fixture, NULL, "aaaa.png");
  close_store (fixture);
  g_assert_false (is_on_disk (fixture, "bbbb.png"));
}

static void
test_run_store_deletes_days (Fixture       *fixture,
                             gconstpointer  data)
{
  g_autoptr (EmoModelInfo) first = emo_model_info_ref (fixture->info);
  EmoRunDay day = { .from = 100, .to = 200, .model_name = "first", .model_sha256 = "hash of first" };
  EmoRunEntry *entry;
  gint64 token;

  put_done (fixture, 1, "before", 99);
  put_done (fixture, 2, "at", 100);
  put_done (fixture, 3, "last", 199);
  put_done (fixture, 4, "after", 200);
  emo_model_info_unref (fixture->info);
  fixture->info = make_info ("second");
  put_done (fixture, 5, "other", 150);
  entry = make_entry (fixture, 6, "none", 150);
  g_clear_pointer (&entry->info, emo_model_info_unref);
  put (fixture, entry);

  token = emo_run_store_delete_day (fixture->store, &day);
  assert_names (fixture, NULL, "after none other before");
  emo_run_store_undelete (fixture->store, token);
  assert_names (fixture, NULL, "after last none other at before");

  day.model_name = day.model_sha256 = NULL;
  emo_run_store_delete_day (fixture->store, &day);
  assert_names (fixture, NULL, "after last other at before");

  day.every_model = TRUE;
  token = emo_run_store_delete_day (fixture->store, &day);
  assert_names (fixture, NULL, "after before");
  emo_run_store_undelete (fixture->store, token);
  assert_names (fixture, NULL, "after last other at before");
}

static void
test_run_store_offers_what_others_left (Fixture       *fixture,
                                        gconstpointer  data)
{
  Fixture other = { .folder = fixture->folder, .path = fixture->path, .info = fixture->info };
  EmoRunEntry *entry;
  gint64 run;
  guint64 command;

  open_store (&other);
  put (&other, make_entry (&other, 1, "one", 0));
  put (&other, make_entry (&other, 2, "two", 0));
  put (&other, make_entry (&other, 3, "three", 0));
  put_done (&other, 2, "two", 100);
  emo_run_store_forget (other.store, other.run, 2);
  emo_run_store_forget (other.store, other.run, 3);
  /* A command that was interrupted is no session. */
  command = emo_run_store_begin (other.store, EMO_RUN_PREDICT);
  entry = make_entry (&other, 1, "command", 0);
  entry->run = (gint64) command;
  put (&other, entry);
  g_assert_true (emo_test_store_flush (other.store));

  /* It is alive, and its pictures are its own. */
  assert_unfinished (fixture, "");
  assert_unfinished (&other, "");
  run = other.run;
  close_store (&other);
  assert_unfinished (fixture, "one");
  /* A result that was there is not forgotten. */
  assert_names (fixture, NULL, "two");

  emo_run_store_forget (fixture->store, run, 1);
  assert_unfinished (fixture, "");
}

#define N_EACH 400

static void
test_run_store_serves_two_at_once (Fixture       *fixture,
                                   gconstpointer  data)
{
  Fixture other = { .folder = fixture->folder, .path = fixture->path, .info = fixture->info };
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  open_store (&other);
  for (int i = 1; i <= N_EACH; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d", i);

      put_done (fixture, i, name, i);
      put_done (&other, i, name, i);
      if (i % 50 == 0)
        {
          g_assert_true (emo_test_store_flush (fixture->store));
          g_assert_true (emo_test_store_flush (other.store));
        }
    }
  close_store (&other);
  g_assert_true (emo_test_store_flush (fixture->store));

  entries = emo_test_store_list (fixture->store, NULL);
  g_assert_cmpuint (entries->len, ==, 2 * N_EACH);
  for (guint i = 0; i < entries->len; i++)
    {
      EmoRunEntry *entry = g_ptr_array_index (entries, i);

      g_hash_table_add (seen, g_strdup_printf ("%" G_GINT64_FORMAT " %s", entry->run, entry->file_name));
    }
  g_assert_cmpuint (g_hash_table_size (seen), ==, 2 * N_EACH);
  g_assert_cmpint (emo_run_store_get_trouble (fixture->store), ==, EMO_RUN_TROUBLE_NONE);
}

static void
assert_in_memory (Fixture *fixture)
{
  put_done (fixture, 1, "memory.png", 100);
  assert_names (fixture, NULL, "memory.png");
  g_assert_false (emo_test_store_flush (fixture->store));
}

static char *
read_file (const char *path,
           gsize      *length)
{
  char *content = NULL;

  g_assert_true (g_file_get_contents (path, &content, length, NULL));

  return content;
}

static void
test_run_store_leaves_newer_versions_alone (Fixture       *fixture,
                                            gconstpointer  data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize n_before;
  gsize n_after;

  put_done (fixture, 1, "a.png", 100);
  close_store (fixture);
  run_sql (fixture, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 99");
  before = read_file (fixture->path, &n_before);

  open_store (fixture);
  wait_trouble (fixture, EMO_RUN_TROUBLE_NEWER);
  g_assert_nonnull (strstr (emo_run_store_get_trouble_detail (fixture->store), "newer"));
  assert_in_memory (fixture);
  close_store (fixture);
  after = read_file (fixture->path, &n_after);
  g_assert_cmpmem (before, n_before, after, n_after);
}

/* A newer window changes the file while this one is open. */
static void
test_run_store_sees_the_file_change_version (Fixture       *fixture,
                                             gconstpointer  data)
{
  put_done (fixture, 1, "a.png", 100);
  g_assert_true (emo_test_store_flush (fixture->store));
  run_sql (fixture, "PRAGMA user_version = 99");

  put_done (fixture, 2, "b.png", 200);
  assert_names (fixture, NULL, "b.png");
  wait_trouble (fixture, EMO_RUN_TROUBLE_NEWER);
  close_store (fixture);
  run_sql (fixture, "PRAGMA user_version = 1");
  open_store (fixture);
  assert_names (fixture, NULL, "a.png");
}

/* The one file that was set aside. */
static char *
find_aside (Fixture *fixture)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  char *found = NULL;
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "runs.db.broken-") && g_str_has_suffix (name, "Z"))
      {
        g_assert_null (found);
        found = g_build_filename (fixture->folder, name, NULL);
      }

  return found;
}

static void
assert_mended (Fixture    *fixture,
               const char *content,
               gsize       length)
{
  g_autofree char *aside = NULL;
  g_autofree char *kept = NULL;
  gsize n_kept;

  open_store (fixture);
  put_done (fixture, 1, "new.png", 100);
  assert_names (fixture, NULL, "new.png");
  wait_trouble (fixture, EMO_RUN_TROUBLE_BROKEN);
  g_assert_true (emo_test_store_flush (fixture->store));

  aside = find_aside (fixture);
  g_assert_cmpstr (emo_run_store_get_trouble_detail (fixture->store), ==, aside);
  kept = read_file (aside, &n_kept);
  if (content != NULL)
    g_assert_cmpmem (kept, n_kept, content, length);

  /* The next start knows nothing of it. */
  close_store (fixture);
  open_store (fixture);
  assert_names (fixture, NULL, "new.png");
  g_assert_cmpint (emo_run_store_get_trouble (fixture->store), ==, EMO_RUN_TROUBLE_NONE);
}

static void
test_run_store_sets_garbage_aside (Fixture       *fixture,
                                   gconstpointer  data)
{
  static const char text[] = "This is no store at all, it is longer than a header and says nothing of use to anybody "
                             "who would like to know what was felt before which picture.";

  close_store (fixture);
  g_assert_true (g_file_set_contents (fixture->path, text, sizeof text, NULL));
  assert_mended (fixture, text, sizeof text);
}

static void
test_run_store_sets_foreign_files_aside (Fixture       *fixture,
                                         gconstpointer  data)
{
  g_autofree char *content = NULL;
  gsize length;

  close_store (fixture);
  g_unlink (fixture->path);
  run_sql (fixture, "CREATE TABLE entries (a); INSERT INTO entries VALUES ('mine')");
  content = read_file (fixture->path, &length);
  assert_mended (fixture, content, length);
}

static void
test_run_store_sets_files_without_tables_aside (Fixture       *fixture,
                                                gconstpointer  data)
{
  put_done (fixture, 1, "a.png", 100);
  close_store (fixture);
  run_sql (fixture, "ALTER TABLE entries RENAME TO entires");
  assert_mended (fixture, NULL, 0);
}

/* All pages but the first are overwritten while the file is in use. */
static void
test_run_store_mends_what_breaks_in_use (Fixture       *fixture,
                                         gconstpointer  data)
{
  g_autofree char *content = NULL;
  g_autofree char *aside = NULL;
  gsize length;

  for (int i = 1; i <= 300; i++)
    put_done (fixture, i, "a long name that fills pages.png", 100);
  close_store (fixture);
  content = read_file (fixture->path, &length);
  memset (content + 4096, 0xa5, length - 4096);
  g_assert_true (g_file_set_contents (fixture->path, content, (gssize) length, NULL));

  open_store (fixture);
  put_done (fixture, 1, "new.png", 200);
  put_done (fixture, 2, "newer.png", 300);
  assert_names (fixture, NULL, "newer.png new.png");
  wait_trouble (fixture, EMO_RUN_TROUBLE_BROKEN);
  aside = find_aside (fixture);
  g_assert_nonnull (aside);
}

static void
test_run_store_begins_anew_when_removed (Fixture       *fixture,
                                         gconstpointer  data)
{
  put_done (fixture, 1, "a.png", 100);
  g_assert_true (emo_test_store_flush (fixture->store));
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  put_done (fixture, 2, "b.png", 200);
  assert_names (fixture, NULL, "b.png");
  close_store (fixture);
  open_store (fixture);
  assert_names (fixture, NULL, "b.png");
}

static void
test_run_store_works_without_a_folder (Fixture       *fixture,
                                       gconstpointer  data)
{
  g_autofree char *file = emo_test_write_text (fixture->folder, "a file", "");
  g_autofree char *folder = g_build_filename (file, "emovlm", NULL);
  Fixture other = { .folder = folder, .info = fixture->info };

  open_store (&other);
  wait_trouble (&other, EMO_RUN_TROUBLE_UNWRITABLE);
  assert_in_memory (&other);
  assert_unfinished (&other, "");
  close_store (&other);
}

/* No file may grow, as on a full disk; then there is room again. */
static void
test_run_store_waits_for_room (Fixture       *fixture,
                               gconstpointer  data)
{
  struct rlimit before;
  struct rlimit small;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  put_done (fixture, 1, "a.png", 100);
  g_assert_true (emo_test_store_flush (fixture->store));

  signal (SIGXFSZ, SIG_IGN);
  small = before;
  small.rlim_cur = 1024;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  put_done (fixture, 2, "b.png", 200);
  put_done (fixture, 3, "c.png", 300);
  wait_trouble (fixture, EMO_RUN_TROUBLE_NO_SPACE);
  assert_names (fixture, NULL, "a.png");
  g_assert_false (emo_test_store_flush (fixture->store));

  /* It tries again by itself. */
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  wait_trouble (fixture, EMO_RUN_TROUBLE_NONE);
  assert_names (fixture, NULL, "c.png b.png a.png");
  g_assert_true (emo_test_store_flush (fixture->store));
  signal (SIGXFSZ, SIG_DFL);
}

static void
test_run_store_believes_nothing_it_reads (Fixture       *fixture,
                                          gconstpointer  data)
{
  g_autoptr (GPtrArray) entries = NULL;
  EmoRunEntry *entry;

  put_done (fixture, 1, "a.png", 100);
  close_store (fixture);
  run_sql (fixture,
           "UPDATE entries SET file_name = CAST (x'61ff0a62' AS TEXT), note = CAST (x'c0' AS TEXT), probability = 7,"
           " in_domain = 99, state = 77, pasted = '../../etc/passwd', error_code = -3, marks = -1,"
           " time = 9223372036854775807;"
           "UPDATE models SET info = '{\"labels\": [1]}'; UPDATE runs SET kind = -9");

  open_store (fixture);
  entries = emo_test_store_list (fixture->store, NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  entry = g_ptr_array_index (entries, 0);
  g_assert_true (g_utf8_validate (entry->file_name, -1, NULL));
  g_assert_true (g_utf8_validate (entry->note, -1, NULL));
  g_assert_true (isnan (entry->probability));
  g_assert_cmpint (entry->in_domain, ==, EMO_DOMAIN_IN);
  g_assert_cmpint (entry->state, ==, EMO_RUN_ENTRY_FAILED);
  g_assert_cmpint (entry->kind, ==, EMO_RUN_SESSION);
  g_assert_cmpint (entry->error_code, ==, 0);
  g_assert_cmpint (entry->time, <, G_MAXINT64 / 1000000);
  g_assert_null (entry->pasted);
  g_assert_null (entry->info);
}

static void
test_run_store_runs_no_triggers (Fixture       *fixture,
                                 gconstpointer  data)
{
  put_done (fixture, 1, "a.png", 100);
  close_store (fixture);
  run_sql (fixture, "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entries; END");
  open_store (fixture);
  put_done (fixture, 1, "b.png", 200);
  assert_names (fixture, NULL, "b.png a.png");
}

static void
test_run_store_keeps_pasted_bytes (Fixture       *fixture,
                                   gconstpointer  data)
{
  static const guint8 png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13 };
  g_autoptr (GBytes) bytes = g_bytes_new_static (png, sizeof png);
  g_autofree char *name = emo_run_entry_dup_kept_name ("00ff", bytes);
  g_autofree char *path = g_build_filename (fixture->folder, "pasted", "00ff.png", NULL);
  g_autofree char *stray = emo_test_write_text (fixture->folder, "pasted/stray.png", "");
  g_autofree char *kept = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autofree char *uri = g_file_get_uri (file);
  EmoRunEntry *entry;
  gint64 ids[2];
  gint64 token;
  gsize length;

  g_assert_cmpstr (name, ==, "00ff.png");
  for (int i = 1; i <= 2; i++)
    {
      entry = make_entry (fixture, i, i == 1 ? "first paste" : "second paste", 100);
      g_clear_pointer (&entry->uri, g_free);
      entry->pasted = g_strdup (name);
      entry->bytes = g_bytes_ref (bytes);
      put (fixture, entry);
    }
  entries = emo_test_store_list (fixture->store, NULL);
  g_assert_cmpuint (entries->len, ==, 2);
  for (int i = 0; i < 2; i++)
    {
      entry = g_ptr_array_index (entries, i);
      ids[i] = entry->id;
      g_assert_cmpstr (entry->uri, ==, uri);
    }
  kept = read_file (path, &length);
  g_assert_cmpmem (kept, length, png, sizeof png);

  /* The copy goes with the last row that needs it. */
  token = emo_run_store_delete (fixture->store, ids, 1);
  emo_run_store_purge (fixture->store, token);
  g_assert_true (emo_test_store_flush (fixture->store));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (stray, G_FILE_TEST_EXISTS));
  token = emo_run_store_delete (fixture->store, ids + 1, 1);
  g_assert_true (emo_test_store_flush (fixture->store));
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  emo_run_store_purge (fixture->store, token);
  g_assert_true (emo_test_store_flush (fixture->store));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
changed_cb (EmoRunStore *store,
            gpointer     user_data)
{
  (*(guint *) user_data)++;
}

static void
test_run_store_tells_of_changes (Fixture       *fixture,
                                 gconstpointer  data)
{
  guint n_changed = 0;

  g_signal_connect (fixture->store, "changed", G_CALLBACK (changed_cb), &n_changed);
  assert_names (fixture, NULL, "");
  g_assert_cmpuint (n_changed, ==, 0);
  put_done (fixture, 1, "a.png", 100);
  g_assert_true (emo_test_store_flush (fixture->store));
  while (n_changed == 0)
    g_main_context_iteration (NULL, TRUE);
}

/* The last reference may go without a word: what was given is written. */
static void
test_run_store_writes_when_dropped (Fixture       *fixture,
                                    gconstpointer  data)
{
  guint n_rows = 0;

  for (int i = 1; i <= 100; i++)
    put_done (fixture, i, "a.png", i);
  g_assert_finalize_object (g_steal_pointer (&fixture->store));

  for (int tries = 0; n_rows < 100 && tries < 600; tries++)
    {
      g_autoptr (GPtrArray) entries = NULL;

      g_usleep (10000);
      open_store (fixture);
      entries = emo_test_store_list (fixture->store, NULL);
      n_rows = entries->len;
      close_store (fixture);
    }
  g_assert_cmpuint (n_rows, ==, 100);
}

static void
failed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_assert_false (emo_run_store_flush_finish (result, NULL));
  *(gboolean *) user_data = TRUE;
}

static void
test_run_store_does_nothing_when_closed (Fixture       *fixture,
                                         gconstpointer  data)
{
  gboolean failed = FALSE;

  emo_run_store_close (fixture->store);
  emo_run_store_close (fixture->store);
  put_done (fixture, 1, "a.png", 100);
  emo_run_store_flush_async (fixture->store, NULL, failed_cb, &failed);
  emo_test_wait (&failed, 10);
}

int
main (int   argc,
      char *argv[])
{
  static const struct { const char *path; void (*test) (Fixture *, gconstpointer); } tests[] = {
    { "keeps-results", test_run_store_keeps_results },
    { "is-private", test_run_store_is_private },
    { "lists-by-pages", test_run_store_lists_by_pages },
    { "finds-words", test_run_store_finds_words },
    { "keeps-what-a-person-says", test_run_store_keeps_what_a_person_says },
    { "undeletes-and-purges", test_run_store_undeletes_and_purges },
    { "updates-only-what-is-there", test_run_store_updates_only_what_is_there },
    { "deletes-days", test_run_store_deletes_days },
    { "offers-what-others-left", test_run_store_offers_what_others_left },
    { "serves-two-at-once", test_run_store_serves_two_at_once },
    { "leaves-newer-versions-alone", test_run_store_leaves_newer_versions_alone },
    { "sees-the-file-change-version", test_run_store_sees_the_file_change_version },
    { "sets-garbage-aside", test_run_store_sets_garbage_aside },
    { "sets-foreign-files-aside", test_run_store_sets_foreign_files_aside },
    { "sets-files-without-tables-aside", test_run_store_sets_files_without_tables_aside },
    { "mends-what-breaks-in-use", test_run_store_mends_what_breaks_in_use },
    { "begins-anew-when-removed", test_run_store_begins_anew_when_removed },
    { "works-without-a-folder", test_run_store_works_without_a_folder },
    { "waits-for-room", test_run_store_waits_for_room },
    { "believes-nothing-it-reads", test_run_store_believes_nothing_it_reads },
    { "runs-no-triggers", test_run_store_runs_no_triggers },
    { "keeps-pasted-bytes", test_run_store_keeps_pasted_bytes },
    { "tells-of-changes", test_run_store_tells_of_changes },
    { "writes-when-dropped", test_run_store_writes_when_dropped },
    { "does-nothing-when-closed", test_run_store_does_nothing_when_closed },
  };

  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strconcat ("/Emo/RunStore/", tests[i].path, NULL);

      g_test_add (path, Fixture, NULL, set_up, tests[i].test, tear_down);
    }

  return g_test_run ();
}
