/* test-session-record.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "emo-error.h"
#include "emo-sample-private.h"
#include "emo-scripted-classifier.h"
#include "emo-session.h"
#include "emo-test-files.h"
#include "emo-test-store.h"

#define HEIGHT 60

typedef struct
{
  char                  *folder;
  char                  *data;         /* of the store */
  EmoRunStore           *store;
  EmoEngine             *engine;
  EmoScriptedClassifier *classifier;
  EmoSession            *session;
  gboolean               drained;
} Fixture;

static void
drained_cb (EmoSession *session,
            Fixture    *fixture)
{
  fixture->drained = TRUE;
}

static void
begin (Fixture    *fixture,
       EmoRunKind  kind)
{
  fixture->store = emo_run_store_new (fixture->data);
  fixture->engine = emo_engine_new ();
  fixture->session = emo_session_new (fixture->engine);
  emo_session_set_store (fixture->session, fixture->store, kind);
  g_signal_connect (fixture->session, "drained", G_CALLBACK (drained_cb), fixture);
}

static void
end (Fixture *fixture)
{
  emo_session_set_classifier (fixture->session, NULL);
  emo_session_stop (fixture->session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  emo_engine_shutdown (fixture->engine);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->session);
  g_object_unref (fixture->engine);
  emo_run_store_close (fixture->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->store);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = emo_test_make_folder ();
  fixture->data = g_build_filename (fixture->folder, "data", NULL);
  fixture->classifier = emo_scripted_classifier_new ("first");
  begin (fixture, EMO_RUN_SESSION);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  end (fixture);
  g_object_unref (fixture->classifier);
  emo_test_remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->data);
}

static EmoSample *
add_picture (Fixture *fixture,
             int      width)
{
  g_autofree char *name = g_strdup_printf ("%d.png", width);
  g_autofree char *path = emo_test_write_picture (fixture->folder, name, width, HEIGHT);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (EmoSample) sample = emo_sample_new_for_file (file, NULL);

  return emo_session_add (fixture->session, sample);
}

static void
run (Fixture *fixture)
{
  fixture->drained = FALSE;
  emo_session_set_classifier (fixture->session, EMO_CLASSIFIER (fixture->classifier));
  emo_test_wait (&fixture->drained, 60);
}

static void
assert_names (Fixture    *fixture,
              const char *expected)
{
  g_autofree char *names = emo_test_store_names (emo_test_store_list (fixture->store, NULL));

  g_assert_cmpstr (names, ==, expected);
}

static EmoRunEntry *
load_only (Fixture *fixture)
{
  g_autoptr (GPtrArray) entries = emo_test_store_list (fixture->store, NULL);
  EmoRunEntry *entry;

  g_assert_cmpuint (entries->len, ==, 1);
  entry = emo_test_store_load (fixture->store, ((EmoRunEntry *) g_ptr_array_index (entries, 0))->id);
  g_assert_nonnull (entry);

  return entry;
}

/* What the next start would offer. */
static void
assert_left (Fixture    *fixture,
             const char *expected)
{
  g_autofree char *names = NULL;

  end (fixture);
  begin (fixture, EMO_RUN_SESSION);
  names = emo_test_store_names (emo_test_store_unfinished (fixture->store));
  g_assert_cmpstr (names, ==, expected);
}

static void
test_session_record_shows_results_without_the_model (Fixture       *fixture,
                                                     gconstpointer  data)
{
  EmoSample *sample = add_picture (fixture, 12);
  g_autoptr (EmoRunEntry) entry = NULL;
  g_autoptr (EmoSample) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *uri = emo_sample_dup_uri (sample);
  g_autofree char *uri_again = NULL;
  gint64 time;

  run (fixture);
  time = emo_sample_get_time (sample);
  before = emo_prediction_to_json (emo_sample_get_prediction (sample), "", NULL);
  end (fixture);
  begin (fixture, EMO_RUN_SESSION);

  entry = load_only (fixture);
  g_assert_cmpstr (entry->label, ==, "disgust");
  g_assert_cmpfloat (entry->probability, ==, 0.6);
  g_assert_false (entry->disagrees);
  again = emo_sample_new_for_entry (entry, &error);
  g_assert_no_error (error);
  after = emo_prediction_to_json (emo_sample_get_prediction (again), "", NULL);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (emo_sample_get_state (again), ==, EMO_SAMPLE_DONE);
  g_assert_cmpint (emo_sample_get_time (again), ==, time);
  g_assert_cmpstr (emo_sample_get_file_name (again), ==, "12.png");
  uri_again = emo_sample_dup_uri (again);
  g_assert_cmpstr (uri_again, ==, uri);
  g_assert_nonnull (emo_sample_get_image_sha256 (again));
  g_assert_cmpstr (emo_prediction_get_info (emo_sample_get_prediction (again))->name, ==, "first");
}

static void
test_session_record_keeps_each_result_and_its_words (Fixture       *fixture,
                                                     gconstpointer  data)
{
  g_autoptr (EmoScriptedClassifier) second = emo_scripted_classifier_new ("second");
  EmoSample *sample = add_picture (fixture, 12);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (EmoRunEntry) whole = NULL;
  EmoRunEntry *entry;

  run (fixture);
  emo_sample_set_note (sample, "the first time");
  emo_sample_set_own_label (sample, "awe");

  /* Words that come later go to the result that they explain. */
  fixture->drained = FALSE;
  emo_session_explain (fixture->session, sample, 3);
  emo_test_wait (&fixture->drained, 60);
  whole = load_only (fixture);
  g_assert_nonnull (strstr (whole->prediction, "for contentment"));
  g_assert_cmpstr (whole->note, ==, "the first time");

  /* Another model's answer is another result. */
  fixture->drained = FALSE;
  emo_session_set_classifier (fixture->session, EMO_CLASSIFIER (second));
  emo_session_run_again (fixture->session);
  emo_test_wait (&fixture->drained, 60);
  emo_sample_set_flagged (sample, TRUE);
  emo_sample_set_note (sample, "the second time");

  entries = emo_test_store_list (fixture->store, NULL);
  g_assert_cmpuint (entries->len, ==, 2);
  entry = g_ptr_array_index (entries, 0);
  g_assert_cmpstr (entry->info->name, ==, "second");
  g_assert_cmpstr (entry->note, ==, "the second time");
  g_assert_cmpstr (entry->own_label, ==, "awe");
  g_assert_true (entry->flagged);
  entry = g_ptr_array_index (entries, 1);
  g_assert_cmpstr (entry->info->name, ==, "first");
  g_assert_cmpstr (entry->note, ==, "the first time");
  g_assert_false (entry->flagged);
}

static void
test_session_record_leaves_deleted_what_is_explained (Fixture       *fixture,
                                                      gconstpointer  data)
{
  EmoSample *sample = add_picture (fixture, 12);
  g_autoptr (EmoRunEntry) entry = NULL;
  g_autoptr (EmoRunEntry) again = NULL;

  run (fixture);
  entry = load_only (fixture);
  emo_run_store_purge (fixture->store, emo_run_store_delete (fixture->store, &entry->id, 1));
  fixture->drained = FALSE;
  emo_session_explain (fixture->session, sample, 3);
  emo_test_wait (&fixture->drained, 60);
  emo_sample_set_flagged (sample, TRUE);
  emo_sample_set_note (sample, "deleted");
  assert_names (fixture, "");

  /* Another answer is another result. */
  fixture->drained = FALSE;
  emo_session_retry (fixture->session, sample);
  emo_test_wait (&fixture->drained, 60);
  again = load_only (fixture);
  g_assert_cmpint (again->number, !=, entry->number);
  g_assert_true (again->flagged);
}

static void
test_session_record_keeps_failures (Fixture       *fixture,
                                    gconstpointer  data)
{
  g_autofree char *path = emo_test_write_text (fixture->folder, "no picture.png", "text");
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (EmoSample) sample = emo_sample_new_for_file (file, NULL);
  g_autoptr (EmoRunEntry) entry = NULL;
  g_autoptr (EmoSample) again = NULL;

  emo_session_add (fixture->session, sample);
  run (fixture);
  entry = load_only (fixture);
  again = emo_sample_new_for_entry (entry, NULL);
  g_assert_cmpint (emo_sample_get_state (again), ==, EMO_SAMPLE_FAILED);
  g_assert_error (emo_sample_get_error (again), EMO_ERROR, emo_sample_get_error (sample)->code);
  g_assert_cmpstr (emo_sample_get_error (again)->message, ==, emo_sample_get_error (sample)->message);
  g_assert_cmpstr (entry->info->name, ==, "first");
}

static void
test_session_record_offers_what_was_not_finished (Fixture       *fixture,
                                                  gconstpointer  data)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (EmoSample) sample = NULL;
  EmoSample *removed;
  EmoRunEntry *entry;

  add_picture (fixture, 11);
  removed = add_picture (fixture, 12);
  add_picture (fixture, 13);
  emo_sample_set_note (removed, "never mind");
  emo_session_remove (fixture->session, removed);
  assert_left (fixture, "11.png 13.png");

  /* Going on with them makes them this session's. */
  entries = emo_test_store_unfinished (fixture->store);
  entry = g_ptr_array_index (entries, 0);
  sample = emo_sample_new_for_entry (entry, NULL);
  g_assert_cmpint (emo_sample_get_state (sample), ==, EMO_SAMPLE_WAITING);
  emo_session_add (fixture->session, sample);
  emo_run_store_forget (fixture->store, entry->run, entry->number);
  run (fixture);
  assert_names (fixture, "11.png");
  assert_left (fixture, "13.png");
}

static void
test_session_record_follows_removal_and_undo (Fixture       *fixture,
                                              gconstpointer  data)
{
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func (g_object_unref);
  EmoSample *done = add_picture (fixture, 11);

  run (fixture);
  emo_session_set_classifier (fixture->session, NULL);
  g_ptr_array_add (samples, g_object_ref (done));
  g_ptr_array_add (samples, g_object_ref (add_picture (fixture, 12)));
  emo_session_remove_many (fixture->session, samples);
  assert_names (fixture, "11.png");
  emo_session_restore (fixture->session, samples);
  emo_sample_set_note (done, "is back");
  {
    g_autoptr (EmoRunEntry) entry = load_only (fixture);

    g_assert_cmpstr (entry->note, ==, "is back");
  }
  g_ptr_array_set_size (samples, 0);
  assert_left (fixture, "12.png");
}

static void
test_session_record_stops_and_goes_on_when_told (Fixture       *fixture,
                                                 gconstpointer  data)
{
  EmoSample *sample;

  add_picture (fixture, 11);
  emo_session_set_recording (fixture->session, FALSE);
  g_assert_false (emo_session_get_recording (fixture->session));
  run (fixture);
  emo_session_set_classifier (fixture->session, NULL);
  add_picture (fixture, 12);
  assert_names (fixture, "");

  /* What waits then is recorded, what was answered meanwhile is not. */
  emo_session_set_recording (fixture->session, TRUE);
  run (fixture);
  assert_names (fixture, "12.png");

  emo_session_set_classifier (fixture->session, NULL);
  sample = add_picture (fixture, 13);
  emo_session_set_recording (fixture->session, FALSE);
  emo_sample_set_note (sample, "not to be kept");
  assert_left (fixture, "");
  assert_names (fixture, "12.png");
}

static void
test_session_record_finds_the_picture_of_a_row (Fixture       *fixture,
                                                gconstpointer  data)
{
  EmoSample *sample = add_picture (fixture, 11);
  g_autoptr (EmoRunEntry) entry = NULL;

  run (fixture);
  entry = load_only (fixture);
  g_assert_true (emo_session_find_recorded (fixture->session, entry->run, entry->number) == sample);
  g_assert_null (emo_session_find_recorded (fixture->session, entry->run, entry->number + 1));
  g_assert_null (emo_session_find_recorded (fixture->session, entry->run + 1, entry->number));

  emo_session_remove (fixture->session, sample);
  g_assert_null (emo_session_find_recorded (fixture->session, entry->run, entry->number));
}

/* Whoever undoes the removal finds what was said of the picture meanwhile, by
 * whichever way: there is one sample of the row. */
static void
test_session_record_has_one_picture_of_a_row (Fixture       *fixture,
                                              gconstpointer  data)
{
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (EmoRunEntry) entry = NULL;
  g_autoptr (EmoRunEntry) flagged = NULL;
  g_autoptr (EmoRunEntry) noted = NULL;
  EmoSample *sample = add_picture (fixture, 11);

  run (fixture);
  entry = load_only (fixture);
  g_ptr_array_add (samples, g_object_ref (sample));
  emo_session_remove_many (fixture->session, samples);
  g_assert_true (emo_session_find_recorded (fixture->session, entry->run, entry->number) == sample);
  emo_sample_set_flagged (sample, TRUE);
  flagged = load_only (fixture);
  g_assert_true (flagged->flagged);

  emo_session_restore (fixture->session, samples);
  g_assert_true (emo_session_find_recorded (fixture->session, entry->run, entry->number) == sample);
  emo_sample_set_note (sample, "is back");
  noted = load_only (fixture);
  g_assert_true (noted->flagged);
  g_assert_cmpstr (noted->note, ==, "is back");

  /* What outlives the session says nothing to anyone. */
  emo_session_remove_many (fixture->session, samples);
  end (fixture);
  emo_sample_set_note (sample, "too late");
  begin (fixture, EMO_RUN_SESSION);
}

/* The same picture, as a row of its own. */
static void
test_session_record_asks_again (Fixture       *fixture,
                                gconstpointer  data)
{
  EmoSample *sample = add_picture (fixture, 11);
  g_autoptr (EmoRunEntry) entry = NULL;
  g_autoptr (EmoRunEntry) request = NULL;
  g_autoptr (EmoSample) again = NULL;

  run (fixture);
  entry = load_only (fixture);
  emo_session_remove (fixture->session, sample);

  request = emo_run_entry_new_again (entry);
  again = emo_sample_new_for_entry (request, NULL);
  g_assert_cmpint (emo_sample_get_state (again), ==, EMO_SAMPLE_WAITING);
  g_assert_cmpstr (emo_sample_get_file_name (again), ==, "11.png");
  fixture->drained = FALSE;
  emo_session_add (fixture->session, again);
  emo_test_wait (&fixture->drained, 60);
  assert_names (fixture, "11.png 11.png");
}

/* What is said of an answer that was to be replaced, and was not, goes with it;
 * the next start does not ask for it again. */
static void
test_session_record_goes_back_to_the_answer_that_stands (Fixture       *fixture,
                                                         gconstpointer  data)
{
  g_autoptr (EmoScriptedClassifier) second = emo_scripted_classifier_new ("second");
  EmoSample *sample = add_picture (fixture, 84);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GPtrArray) unfinished = NULL;

  run (fixture);
  emo_scripted_classifier_set_delay (second, 60000);
  emo_session_set_classifier (fixture->session, EMO_CLASSIFIER (second));
  emo_session_run_again (fixture->session);
  while (emo_sample_get_state (sample) != EMO_SAMPLE_RUNNING)
    g_main_context_iteration (NULL, TRUE);
  emo_session_stop (fixture->session);
  g_assert_cmpint (emo_sample_get_state (sample), ==, EMO_SAMPLE_DONE);
  emo_sample_set_flagged (sample, TRUE);
  g_assert_true (emo_test_store_flush (fixture->store));

  entries = emo_test_store_list (fixture->store, NULL);
  g_assert_cmpuint (entries->len, ==, 1);
  g_assert_true (((EmoRunEntry *) entries->pdata[0])->flagged);
  unfinished = emo_test_store_unfinished (fixture->store);
  g_assert_cmpuint (unfinished->len, ==, 0);
}

static void
test_session_record_keeps_what_was_stopped (Fixture       *fixture,
                                            gconstpointer  data)
{
  EmoSample *first = add_picture (fixture, 11);

  emo_scripted_classifier_set_delay (fixture->classifier, 50);
  add_picture (fixture, 12);
  emo_session_set_classifier (fixture->session, EMO_CLASSIFIER (fixture->classifier));
  while (emo_sample_get_state (first) != EMO_SAMPLE_RUNNING)
    g_main_context_iteration (NULL, TRUE);
  emo_session_stop (fixture->session);
  g_assert_cmpint (emo_sample_get_state (first), ==, EMO_SAMPLE_STOPPED);
  assert_left (fixture, "11.png 12.png");
}

static void
test_session_record_keeps_pasted_pictures (Fixture       *fixture,
                                           gconstpointer  data)
{
  g_autofree char *path = emo_test_write_picture (fixture->folder, "source.png", 11, HEIGHT);
  g_autofree char *content = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (EmoSample) sample = NULL;
  g_autoptr (EmoSample) again = NULL;
  g_autoptr (EmoSample) twin = NULL;
  g_autoptr (EmoRunEntry) entry = NULL;
  g_autoptr (GFile) pasted = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *name = NULL;
  gsize length;
  gsize n_kept;

  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  bytes = g_bytes_new (content, length);
  sample = emo_sample_new_for_bytes (bytes, "Pasted picture 1");
  emo_session_add (fixture->session, sample);
  run (fixture);

  entry = load_only (fixture);
  again = emo_sample_new_for_entry (entry, NULL);
  g_assert_null (emo_sample_get_bytes (again));
  pasted = g_object_ref (emo_sample_get_file (again));
  g_assert_true (g_file_load_contents (pasted, NULL, &kept, &n_kept, NULL, NULL));
  g_assert_cmpmem (kept, n_kept, content, length);
  name = emo_sample_dup_display_name (again);
  g_assert_cmpstr (name, ==, "Pasted picture 1");
  g_assert_cmpstr (emo_sample_get_file_name (again), ==, "Pasted picture 1");
  /* Pasted once more it is the same picture. */
  twin = emo_sample_new_for_bytes (bytes, "Pasted picture 2");
  g_assert_cmpstr (_emo_sample_get_key (again), ==, _emo_sample_get_key (twin));
}

static void
test_session_record_refuses_hostile_rows (Fixture       *fixture,
                                          gconstpointer  data)
{
  g_autoptr (EmoRunEntry) entry = emo_run_entry_new ();
  g_autoptr (GError) error = NULL;

  entry->file_name = g_strdup ("a.png");
  entry->state = EMO_RUN_ENTRY_DONE;
  g_assert_null (emo_sample_new_for_entry (entry, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_clear_error (&error);

  entry->uri = g_strdup ("not a uri");
  g_assert_null (emo_sample_new_for_entry (entry, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
  g_clear_error (&error);

  entry->prediction = g_strdup ("{\"labels\": [\"a\", \"b\"], \"vlm\": {\"probabilities\": [1]}}");
  g_assert_null (emo_sample_new_for_entry (entry, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
}

static void
test_session_record_of_a_command_has_results_only (Fixture       *fixture,
                                                   gconstpointer  data)
{
  end (fixture);
  begin (fixture, EMO_RUN_PREDICT);
  add_picture (fixture, 11);
  run (fixture);
  emo_session_set_classifier (fixture->session, NULL);
  add_picture (fixture, 12);
  {
    g_autoptr (EmoRunEntry) entry = load_only (fixture);

    g_assert_cmpint (entry->kind, ==, EMO_RUN_PREDICT);
    g_assert_cmpstr (entry->file_name, ==, "11.png");
  }
  assert_left (fixture, "");
}

/* --- a process that is killed --- */

#define N_PICTURES 60
#define N_KILLS    12

static void
tell (const char *text)
{
  g_assert_cmpint (write (STDOUT_FILENO, text, strlen (text)), ==, (gssize) strlen (text));
}

static void
child_finished_cb (EmoSession *session,
                   EmoSample  *sample,
                   gpointer    user_data)
{
  g_autofree char *line = g_strdup_printf ("%s\n", emo_sample_get_file_name (sample));

  tell (line);
}

static void
child_flushed_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_assert_true (emo_run_store_flush_finish (result, NULL));
  tell ("flushed\n");
}

static void
child_drained_cb (EmoSession *session,
                  Fixture    *fixture)
{
  emo_run_store_flush_async (fixture->store, NULL, child_flushed_cb, NULL);
}

/* Analyses the pictures of a folder, tells the name of each that is finished,
 * and waits to be killed. */
static int
be_child (const char *folder)
{
  Fixture fixture = { 0 };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func (g_object_unref);

  fixture.data = g_build_filename (folder, "data", NULL);
  fixture.classifier = emo_scripted_classifier_new ("first");
  emo_scripted_classifier_set_delay (fixture.classifier, 1);
  begin (&fixture, EMO_RUN_SESSION);
  g_signal_connect (fixture.session, "finished", G_CALLBACK (child_finished_cb), NULL);
  g_signal_connect (fixture.session, "drained", G_CALLBACK (child_drained_cb), &fixture);
  for (int i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%d.png", folder, 10 + i);
      g_autoptr (GFile) file = g_file_new_for_path (path);

      g_ptr_array_add (samples, emo_sample_new_for_file (file, NULL));
    }
  emo_session_add_many (fixture.session, samples);
  emo_session_set_classifier (fixture.session, EMO_CLASSIFIER (fixture.classifier));
  g_main_loop_run (loop);

  return 0;
}

/* What the child told before it was killed, a name a line. @lines: stop after so
 * many; @ms: then wait so long. */
static char **
listen_and_kill (const char *folder,
                 guint       lines,
                 guint       ms)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  const char * const argv[] = { self, "--child", folder, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_autoptr (GDataInputStream) stream = NULL;
  GPtrArray *told = g_ptr_array_new ();
  char *line;

  g_assert_no_error (error);
  stream = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
  for (guint i = 0; i < lines && (line = g_data_input_stream_read_line (stream, NULL, NULL, NULL)) != NULL; i++)
    g_ptr_array_add (told, line);
  g_usleep (ms * 1000);
  g_subprocess_send_signal (child, SIGKILL);
  while ((line = g_data_input_stream_read_line (stream, NULL, NULL, NULL)) != NULL)
    g_ptr_array_add (told, line);
  g_assert_true (g_subprocess_wait (child, NULL, NULL));
  g_ptr_array_add (told, NULL);

  return (char **) g_ptr_array_free (told, FALSE);
}

static GHashTable *
list_names (GPtrArray *entries)
{
  GHashTable *names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < entries->len; i++)
    g_assert_true (g_hash_table_add (names, g_strdup (((EmoRunEntry *) g_ptr_array_index (entries, i))->file_name)));
  g_ptr_array_unref (entries);

  return names;
}

/* Compares with what the store says; gives how many of those told are missing. */
static guint
check_store (const char *folder,
             char      **told)
{
  g_autofree char *data = g_build_filename (folder, "data", NULL);
  EmoRunStore *store = emo_run_store_new (data);
  g_autoptr (GHashTable) done = list_names (emo_test_store_list (store, NULL));
  g_autoptr (GHashTable) left = list_names (emo_test_store_unfinished (store));
  GHashTableIter iter;
  gpointer name;
  guint n_missing = 0;

  g_assert_cmpint (emo_run_store_get_trouble (store), ==, EMO_RUN_TROUBLE_NONE);
  g_assert_cmpuint (g_hash_table_size (done) + g_hash_table_size (left), ==, N_PICTURES);
  g_hash_table_iter_init (&iter, left);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_assert_false (g_hash_table_contains (done, name));
  for (guint i = 0; told[i] != NULL; i++)
    n_missing += !g_str_equal (told[i], "flushed") && !g_hash_table_contains (done, told[i]);

  emo_run_store_close (store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (store);

  return n_missing;
}

static void
write_pictures (const char *folder)
{
  for (int i = 0; i < N_PICTURES; i++)
    {
      g_autofree char *name = g_strdup_printf ("%d.png", 10 + i);
      g_autofree char *path = emo_test_write_picture (folder, name, 10 + i, HEIGHT);
    }
}

static void
test_session_record_survives_sigkill (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < N_KILLS; i++)
    {
      g_autofree char *folder = emo_test_make_folder ();
      guint lines = (guint) g_rand_int_range (rand, 1, N_PICTURES);
      g_auto (GStrv) told = NULL;
      guint n_missing;

      write_pictures (folder);
      told = listen_and_kill (folder, lines, (guint) g_rand_int_range (rand, 0, 20));
      n_missing = check_store (folder, told);
      g_test_message ("killed after %u of %d: %u of the last not kept", g_strv_length (told), N_PICTURES, n_missing);
      /* A few milliseconds, on a machine that has other things to do. */
      g_assert_cmpuint (n_missing, <=, 5);
      emo_test_remove_folder (folder);
    }
}

static void
test_session_record_survives_sigkill_at_the_end (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_auto (GStrv) told = NULL;

  write_pictures (folder);
  told = listen_and_kill (folder, N_PICTURES + 1, 0);
  g_assert_cmpuint (g_strv_length (told), ==, N_PICTURES + 1);
  g_assert_cmpstr (told[N_PICTURES], ==, "flushed");
  g_assert_cmpuint (check_store (folder, told), ==, 0);
  emo_test_remove_folder (folder);
}

#define ADD(name, test) g_test_add ("/Emo/SessionRecord/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int   argc,
      char *argv[])
{
  if (argc == 3 && g_str_equal (argv[1], "--child"))
    return be_child (argv[2]);

  g_test_init (&argc, &argv, NULL);

  ADD ("shows-results-without-the-model", test_session_record_shows_results_without_the_model);
  ADD ("keeps-each-result-and-its-words", test_session_record_keeps_each_result_and_its_words);
  ADD ("leaves-deleted-what-is-explained", test_session_record_leaves_deleted_what_is_explained);
  ADD ("keeps-failures", test_session_record_keeps_failures);
  ADD ("offers-what-was-not-finished", test_session_record_offers_what_was_not_finished);
  ADD ("follows-removal-and-undo", test_session_record_follows_removal_and_undo);
  ADD ("stops-and-goes-on-when-told", test_session_record_stops_and_goes_on_when_told);
  ADD ("finds-the-picture-of-a-row", test_session_record_finds_the_picture_of_a_row);
  ADD ("has-one-picture-of-a-row", test_session_record_has_one_picture_of_a_row);
  ADD ("asks-again", test_session_record_asks_again);
  ADD ("goes-back-to-the-answer-that-stands", test_session_record_goes_back_to_the_answer_that_stands);
  ADD ("keeps-what-was-stopped", test_session_record_keeps_what_was_stopped);
  ADD ("keeps-pasted-pictures", test_session_record_keeps_pasted_pictures);
  ADD ("refuses-hostile-rows", test_session_record_refuses_hostile_rows);
  ADD ("of-a-command-has-results-only", test_session_record_of_a_command_has_results_only);
  g_test_add_func ("/Emo/SessionRecord/survives-sigkill", test_session_record_survives_sigkill);
  g_test_add_func ("/Emo/SessionRecord/survives-sigkill-at-the-end", test_session_record_survives_sigkill_at_the_end);

  return g_test_run ();
}
