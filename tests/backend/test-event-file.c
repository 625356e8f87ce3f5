/* test-event-file.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <errno.h>
#include <sys/resource.h>
#include <signal.h>

#include "emo-error.h"
#include "emo-event-file.h"
#include "emo-test-files.h"
#include "event-fixture.h"

/* SessionLog {status: START}: its key and its value. */
#define SESSION_START 0x0108

static char *
path_of (const char *folder,
         guint       number)
{
  g_autofree char *name = g_strdup_printf ("events.out.tfevents.%010u.emovlm", number);

  return g_build_filename (folder, name, NULL);
}

static EmoEventFile *
new_file (const char *folder,
          double      wall_time,
          gint64      step)
{
  g_autoptr (GError) error = NULL;
  EmoEventFile *file = emo_event_file_new (folder, wall_time, step, &error);

  g_assert_no_error (error);

  return file;
}

static const FixtureEvent *
event_at (GArray *events,
          guint   index)
{
  g_assert_cmpuint (index, <, events->len);

  return &g_array_index (events, FixtureEvent, index);
}

static void
test_event_file_reads_back (void)
{
  static const EmoScalar scalars[] = { { "train/loss", 0.1 }, { "left out", NAN }, { "a tag \xc3\xa9", INFINITY } };
  static const EmoScalar nothing = { "train/loss", NAN };
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *path = path_of (folder, 1);
  g_autoptr (EmoEventFile) file = new_file (folder, 1e9 + 0.125, 0);
  g_autoptr (GArray) events = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (emo_event_file_add (file, 1e9 + 1, 300, scalars, 3, &error));
  g_assert_true (emo_event_file_add (file, 1e9 + 2, 301, &nothing, 1, &error));
  g_assert_true (emo_event_file_add (file, 1e9 + 3, G_MAXINT64, scalars, 1, &error));
  g_assert_no_error (error);

  events = fixture_read_events (path);
  g_assert_cmpuint (events->len, ==, 5);
  g_assert_cmpstr (event_at (events, 0)->version, ==, "brain.Event:2");
  g_assert_cmpfloat (event_at (events, 0)->wall_time, ==, 1e9 + 0.125);
  g_assert_cmpint (event_at (events, 1)->session, ==, SESSION_START);
  g_assert_cmpint (event_at (events, 1)->step, ==, 0);
  g_assert_cmpstr (event_at (events, 2)->tag, ==, "train/loss");
  g_assert_cmpfloat (event_at (events, 2)->value, ==, 0.1f);
  g_assert_cmpint (event_at (events, 2)->step, ==, 300);
  g_assert_cmpfloat (event_at (events, 2)->wall_time, ==, 1e9 + 1);
  g_assert_cmpstr (event_at (events, 3)->tag, ==, "a tag \xc3\xa9");
  g_assert_true (isinf (event_at (events, 3)->value));
  g_assert_cmpint (event_at (events, 4)->step, ==, G_MAXINT64);
  emo_test_remove_folder (folder);
}

/* RFC 3720, B.4: what CRC-32C makes of 32 zeros; then the format's turn. */
static void
test_event_file_has_the_right_crc (void)
{
  static const guint8 zeros[32] = { 0 };
  const guint32 crc = 0x8a9136aau;

  g_assert_cmphex (fixture_masked_crc (zeros, sizeof zeros), ==, (guint32) ((crc >> 15 | crc << 17) + 0xa282ead8u));
}

/* A second file, whatever the clock says, that takes back what came after. */
static void
test_event_file_goes_on (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *strange = emo_test_write_text (folder, "events.out.tfevents.1700000000.host", "another program's");
  g_autofree char *path = path_of (folder, 2);
  g_autoptr (EmoEventFile) first = new_file (folder, 2e9, 0);
  g_autoptr (EmoEventFile) second = new_file (folder, 1, 120);
  g_autoptr (EmoEventFile) third = new_file (folder, -1, 130);
  g_autofree char *last = path_of (folder, 3);
  g_autoptr (GArray) events = fixture_read_events (path);

  g_assert_true (g_file_test (last, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (events->len, ==, 2);
  g_assert_cmpstr (event_at (events, 0)->version, ==, "brain.Event:2");
  g_assert_cmpint (event_at (events, 1)->step, ==, 120);
  g_assert_cmpint (event_at (events, 1)->session, ==, SESSION_START);
  emo_test_remove_folder (folder);
}

static void
test_event_file_tells_that_it_cannot_write (void)
{
  static const EmoScalar scalar = { "train/loss", 0.1 };
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *nowhere = g_build_filename (folder, "gone", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoEventFile) file = NULL;
  struct rlimit before, limit;

  g_assert_null (emo_event_file_new (nowhere, 1, 0, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_clear_error (&error);

  file = new_file (folder, 1, 0);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  limit = before;
  limit.rlim_cur = 100;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  g_assert_false (emo_event_file_add (file, 1, 1, &scalar, 1, &error));
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
  g_assert_error (error, EMO_ERROR, EMO_ERROR_NO_SPACE);
  emo_test_remove_folder (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/EventFile/reads-back", test_event_file_reads_back);
  g_test_add_func ("/Emo/EventFile/has-the-right-crc", test_event_file_has_the_right_crc);
  g_test_add_func ("/Emo/EventFile/goes-on", test_event_file_goes_on);
  g_test_add_func ("/Emo/EventFile/tells-that-it-cannot-write", test_event_file_tells_that_it_cannot_write);

  return g_test_run ();
}
