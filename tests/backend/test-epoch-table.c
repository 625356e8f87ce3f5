/* test-epoch-table.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "emo-epoch-table.h"
#include "emo-error.h"
#include "emo-test-files.h"

#define HEADER "epoch,loss,val_loss,val_accuracy,val_macro_f1,lr,pictures_per_s,seconds\r\n"

static char *
read_text (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);

  return text;
}

static EmoEpochTable *
open_table (const char *path,
            guint       n_epochs)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *moved = NULL;
  EmoEpochTable *table = emo_epoch_table_new (path, n_epochs, &moved, &error);

  g_assert_no_error (error);
  g_assert_null (moved);

  return table;
}

static void
add (EmoEpochTable *table,
     guint          epoch,
     double         loss)
{
  const EmoTrainEpoch row = { epoch, epoch * 10, 100, loss, 0.5, 0.75, NAN, 1e-4, 12.5, 8 };
  g_autoptr (GError) error = NULL;

  g_assert_true (emo_epoch_table_add (table, &row, &error));
  g_assert_no_error (error);
}

static void
test_epoch_table_writes_whole_rows (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "epochs.csv", NULL);
  g_autoptr (EmoEpochTable) table = open_table (path, 0);
  g_autofree char *one = NULL, *two = NULL;

  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  add (table, 1, 0.25);
  one = read_text (path);
  g_assert_cmpstr (one, ==, HEADER "1,0.25,0.5,0.75,,0.0001,12.5,8\r\n");
  add (table, 2, NAN);
  two = read_text (path);
  g_assert_cmpstr (two, ==, HEADER "1,0.25,0.5,0.75,,0.0001,12.5,8\r\n2,,0.5,0.75,,0.0001,12.5,8\r\n");
  emo_test_remove_folder (folder);
}

static void
test_epoch_table_reads_back (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "epochs.csv", NULL);
  g_autoptr (GArray) none = emo_epoch_table_read (path);
  g_autoptr (EmoEpochTable) table = open_table (path, 0);
  g_autoptr (GArray) rows = NULL;
  g_autoptr (GArray) cut = NULL;
  g_autoptr (GArray) strange = NULL;
  const EmoTrainEpoch *row;

  g_assert_cmpuint (none->len, ==, 0);
  add (table, 1, 0.25);
  add (table, 3, NAN);
  rows = emo_epoch_table_read (path);
  g_assert_cmpuint (rows->len, ==, 2);
  row = &g_array_index (rows, EmoTrainEpoch, 0);
  g_assert_cmpuint (row->epoch, ==, 1);
  g_assert_cmpfloat (row->loss, ==, 0.25);
  g_assert_cmpfloat (row->val_accuracy, ==, 0.75);
  g_assert_true (isnan (row->val_macro_f1));
  g_assert_cmpfloat (row->seconds, ==, 8);
  row = &g_array_index (rows, EmoTrainEpoch, 1);
  g_assert_cmpuint (row->epoch, ==, 3);
  g_assert_true (isnan (row->loss));

  /* A program of a person's wrote it anew, and was killed. */
  g_assert_true (g_file_set_contents (path, HEADER "1,0.25,0.5,0.75,,0.0001,12.5,8\n2,x,,,,,,\n3,0.25,0.5,0.75,,0.0001,12.5,8\n", -1, NULL));
  cut = emo_epoch_table_read (path);
  g_assert_cmpuint (cut->len, ==, 1);
  g_assert_true (g_file_set_contents (path, "epoch,loss\n1,2\n", -1, NULL));
  strange = emo_epoch_table_read (path);
  g_assert_cmpuint (strange->len, ==, 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  emo_test_remove_folder (folder);
}

/* The checkpoint that training goes on from may be older than the table. */
static void
test_epoch_table_goes_on_without_doubles (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "epochs.csv", NULL);
  g_autofree char *text = NULL, *anew = NULL;
  EmoEpochTable *table = open_table (path, 0);

  for (guint epoch = 1; epoch <= 4; epoch++)
    add (table, epoch, epoch);
  emo_epoch_table_free (table);

  table = open_table (path, 2);
  add (table, 3, 33);
  emo_epoch_table_free (table);
  text = read_text (path);
  g_assert_cmpstr (text, ==, HEADER "1,1,0.5,0.75,,0.0001,12.5,8\r\n2,2,0.5,0.75,,0.0001,12.5,8\r\n3,33,0.5,0.75,,0.0001,12.5,8\r\n");

  table = open_table (path, 0);
  add (table, 1, 7);
  emo_epoch_table_free (table);
  anew = read_text (path);
  g_assert_cmpstr (anew, ==, HEADER "1,7,0.5,0.75,,0.0001,12.5,8\r\n");
  emo_test_remove_folder (folder);
}

/* Whatever a person's program or a bad disk made of it. */
static void
test_epoch_table_takes_what_is_whole (void)
{
  static const struct
  {
    const char *text;
    const char *kept;
  } cases[] = {
    { HEADER "1,1,,,,,,\r\n2,2,,,,", "1,1,,,,,,\r\n" },
    { HEADER "1,1,,,,,,\r\n2,2,,,,,,", "1,1,,,,,,\r\n" },
    { HEADER "1,1,,,,,,\r\n2,x,,,,,,\r\n3,3,,,,,,\r\n", "1,1,,,,,,\r\n" },
    { HEADER "1,1,,,,,,\r\n1,2,,,,,,\r\n", "1,1,,,,,,\r\n" },
    { HEADER "1,1,,,,,,\r\n-2,2,,,,,,\r\n", "1,1,,,,,,\r\n" },
    { HEADER "1,1,,,,,,\r\n2,2,,,,,\r\n", "1,1,,,,,,\r\n" },
    { HEADER "2,1e-3,,,,,,\r\n3,-2,,,,,,\r\n", "2,1e-3,,,,,,\r\n3,-2,,,,,,\r\n" },
    { HEADER "99999999999,1,,,,,,\r\n", "" },
    { "epoch,loss,val_loss,val_accuracy,val_macro_f1,lr,pictures_per_s,seconds\n1,1,,,,,,\n", "1,1,,,,,,\r\n" },
    { HEADER, "" },
    { "", "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = emo_test_make_folder ();
      g_autofree char *path = emo_test_write_text (folder, "epochs.csv", cases[i].text);
      g_autoptr (EmoEpochTable) table = open_table (path, 5);
      g_autofree char *expected = g_strconcat (HEADER, cases[i].kept, "6,0.5,0.5,0.75,,0.0001,12.5,8\r\n", NULL);
      g_autofree char *text = NULL;

      add (table, 6, 0.5);
      text = read_text (path);
      g_assert_cmpstr (text, ==, expected);
      emo_test_remove_folder (folder);
    }
}

static void
test_epoch_table_keeps_a_strangers_file (void)
{
  static const char *const strangers[] = { "my,own,notes\r\n1,2,3\r\n", "no line", "epoch\n" };

  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++)
    {
      g_autofree char *folder = emo_test_make_folder ();
      g_autofree char *path = emo_test_write_text (folder, "epochs.csv", strangers[i]);
      g_autofree char *moved = NULL, *kept = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (EmoEpochTable) table = emo_epoch_table_new (path, 1, &moved, &error);

      g_assert_no_error (error);
      g_assert_true (g_str_has_suffix (moved, "epochs.csv.old"));
      kept = read_text (moved);
      g_assert_cmpstr (kept, ==, strangers[i]);
      add (table, 2, 1);
      emo_test_remove_folder (folder);
    }
}

static void
test_epoch_table_tells_that_it_cannot_write (void)
{
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "gone", "epochs.csv", NULL);
  g_autoptr (EmoEpochTable) table = open_table (path, 0);
  const EmoTrainEpoch row = { .epoch = 1 };
  g_autoptr (GError) error = NULL;

  g_assert_false (emo_epoch_table_add (table, &row, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  g_clear_error (&error);
  g_assert_null (emo_epoch_table_new (folder, 1, NULL, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_IO);
  emo_test_remove_folder (folder);
}

static void
test_epoch_table_knows_no_locale (void)
{
  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("no locale with a decimal comma");
      return;
    }
  test_epoch_table_writes_whole_rows ();
  test_epoch_table_takes_what_is_whole ();
  setlocale (LC_ALL, "C");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add_func ("/Emo/EpochTable/" name, test_epoch_table_##function)
  ADD ("writes-whole-rows", writes_whole_rows);
  ADD ("reads-back", reads_back);
  ADD ("goes-on-without-doubles", goes_on_without_doubles);
  ADD ("takes-what-is-whole", takes_what_is_whole);
  ADD ("keeps-a-strangers-file", keeps_a_strangers_file);
  ADD ("tells-that-it-cannot-write", tells_that_it_cannot_write);
  ADD ("knows-no-locale", knows_no_locale);

  return g_test_run ();
}
