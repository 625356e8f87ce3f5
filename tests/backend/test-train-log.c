/* test-train-log.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <locale.h>
#include <string.h>

#include "emo-json.h"
#include "emo-test-files.h"
#include "emo-train-log.h"
#include "event-fixture.h"

#define SECOND ((gint64) G_USEC_PER_SEC)

/* A clock that the test turns. */
static gint64 now;

static gint64
get_now (void)
{
  return now;
}

typedef struct
{
  GPtrArray *lines;
  GPtrArray *texts;
  double     fraction;
  gboolean   backwards;   /* the fraction has been less than before */
} Heard;

static void
hear_line_cb (const char *line,
              gpointer    user_data)
{
  g_ptr_array_add (((Heard *) user_data)->lines, g_strdup (line));
}

static void
hear_progress_cb (const EmoTrainProgress *progress,
                  gpointer                user_data)
{
  Heard *heard = user_data;

  g_ptr_array_add (heard->texts, g_strdup (progress->text));
  heard->backwards |= progress->fraction < heard->fraction;
  heard->fraction = progress->fraction;
}

static Heard
heard_new (void)
{
  now = 5 * SECOND;

  return (Heard){ g_ptr_array_new_with_free_func (g_free), g_ptr_array_new_with_free_func (g_free), 0, FALSE };
}

static void
heard_clear (Heard *heard)
{
  g_ptr_array_unref (heard->lines);
  g_ptr_array_unref (heard->texts);
}

static EmoTrainLog *
new_log (Heard      *heard,
         const char *folder,
         guint       n_epochs,
         guint       epochs_done)
{
  const EmoTrainLogSettings settings = {
    .stage = "vlm",
    .folder = folder,
    .n_pictures = 40,
    .n_epochs = n_epochs,
    .n_steps = n_epochs * 10,
    .epochs_done = epochs_done,
    .steps_done = epochs_done * 10,
    .line = hear_line_cb,
    .progress = hear_progress_cb,
    .user_data = heard,
    .clock = get_now,
  };

  return emo_train_log_new (&settings);
}

static void
run_epoch (EmoTrainLog *log,
           guint        epoch,
           gint64       step_micros,
           gint64       validation_micros)
{
  const EmoTrainEpoch numbers = { epoch, epoch * 10, 0, 0.5 / epoch, 0.75, 0.5, 0.25, 1e-4, NAN, NAN };

  for (gint64 step = (epoch - 1) * 10 + 1; step <= epoch * 10; step++)
    {
      now += step_micros;
      emo_train_log_step (log, epoch, step, 4, 1.0 / (double) step, 1e-4);
    }
  now += validation_micros;
  emo_train_log_epoch (log, &numbers);
}

static void
assert_line (Heard      *heard,
             guint       index,
             const char *expected)
{
  g_assert_cmpuint (index, <, heard->lines->len);
  g_assert_cmpstr (heard->lines->pdata[index], ==, expected);
}

static const char *
last_line (Heard *heard)
{
  return heard->lines->pdata[heard->lines->len - 1];
}

static double
get_number (const char *line,
            const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (EmoJson) json = emo_json_parse (line, strlen (line), "line", 0, &error);

  g_assert_no_error (error);

  return emo_json_value_get_member_double (emo_json_get_root (json), key, NAN);
}

/* --- Lines --- */

static void
test_train_log_keeps_the_contract (void)
{
  Heard heard = heard_new ();
  g_autoptr (EmoTrainLog) log = new_log (&heard, NULL, 2, 0);
  guint n;

  emo_train_log_start (log);
  assert_line (&heard, 0, "{\"event\":\"start\",\"stage\":\"vlm\",\"pictures\":40,\"epochs\":2,\"steps\":20}");
  now += SECOND;
  emo_train_log_step (log, 1, 1, 4, 0.5, 1e-4);
  assert_line (&heard, 1, "{\"event\":\"step\",\"stage\":\"vlm\",\"epoch\":1,\"step\":1,\"loss\":0.5,\"lr\":0.0001,\"pictures_per_s\":null,\"seconds_left\":null}");
  now += SECOND;
  emo_train_log_step (log, 1, 2, 4, NAN, 1e-4);
  assert_line (&heard, 2, "{\"event\":\"step\",\"stage\":\"vlm\",\"epoch\":1,\"step\":2,\"loss\":null,\"lr\":0.0001,\"pictures_per_s\":4,\"seconds_left\":18}");
  now += 3 * SECOND;
  emo_train_log_epoch (log, &(EmoTrainEpoch) { 1, 10, 0, 0.5, 0.25, 0.75, NAN, 1e-4, 0, 0 });
  assert_line (&heard, 3, "{\"event\":\"epoch\",\"stage\":\"vlm\",\"epoch\":1,\"loss\":0.5,\"val_loss\":0.25,\"val_accuracy\":0.75,\"val_macro_f1\":null,"
                          "\"lr\":0.0001,\"pictures_per_s\":4,\"seconds_left\":13}");
  emo_train_log_checkpoint (log, "/a b/\"step\"-10");
  assert_line (&heard, 4, "{\"event\":\"checkpoint\",\"stage\":\"vlm\",\"path\":\"/a b/\\\"step\\\"-10\"}");
  emo_train_log_note (log, "one\ntwo");
  assert_line (&heard, 5, "{\"event\":\"note\",\"stage\":\"vlm\",\"text\":\"one\\ntwo\"}");
  emo_train_log_skipped (log, "done before");
  assert_line (&heard, 6, "{\"event\":\"skipped\",\"stage\":\"vlm\",\"text\":\"done before\"}");
  emo_train_log_stopped (log, NULL);
  assert_line (&heard, 7, "{\"event\":\"stopped\",\"stage\":\"vlm\",\"path\":null}");
  emo_train_log_error (log, "no space");
  assert_line (&heard, 8, "{\"event\":\"error\",\"stage\":\"vlm\",\"text\":\"no space\"}");
  emo_train_log_done (log, "out");
  assert_line (&heard, 9, "{\"event\":\"done\",\"stage\":\"vlm\",\"path\":\"out\",\"seconds\":5}");
  n = heard.lines->len;
  for (guint i = 0; i < n; i++)
    g_assert_null (strchr (heard.lines->pdata[i], '\n'));
  heard_clear (&heard);
}

static void
test_train_log_says_no_more_than_needed (void)
{
  Heard heard = heard_new ();
  g_autoptr (EmoTrainLog) log = new_log (&heard, NULL, 100, 0);

  emo_train_log_start (log);
  /* A thousand steps a second for a second, and the last of all. */
  for (gint64 step = 1; step <= 1000; step++)
    {
      now += SECOND / 1000;
      emo_train_log_step (log, 1, step, 1, step % 2 == 0 ? 1 : 2, 1e-4);
    }
  g_assert_cmpuint (heard.lines->len, ==, 1 + 4 + 1);
  /* What is told is the mean since the last one. */
  g_assert_cmpfloat_with_epsilon (get_number (heard.lines->pdata[3], "loss"), 1.5, 1e-9);
  heard_clear (&heard);
}

/* --- Time --- */

static void
test_train_log_counts_validation (void)
{
  Heard heard = heard_new ();
  g_autoptr (EmoTrainLog) log = new_log (&heard, NULL, 4, 0);

  emo_train_log_start (log);
  run_epoch (log, 1, SECOND, 5 * SECOND);
  /* Three more of ten steps and a validation. */
  g_assert_cmpfloat_with_epsilon (get_number (last_line (&heard), "seconds_left"), 3 * 15, 1e-6);
  g_assert_cmpfloat_with_epsilon (get_number (last_line (&heard), "pictures_per_s"), 4, 1e-6);
  now += 30 * SECOND;
  emo_train_log_checkpoint (log, "slow disk");
  run_epoch (log, 2, SECOND, 5 * SECOND);
  g_assert_cmpfloat_with_epsilon (get_number (last_line (&heard), "seconds_left"), 2 * 15, 1e-6);
  g_assert_cmpfloat_with_epsilon (get_number (last_line (&heard), "pictures_per_s"), 4, 1e-6);
  run_epoch (log, 3, SECOND, 5 * SECOND);
  run_epoch (log, 4, SECOND, 5 * SECOND);
  g_assert_cmpfloat (get_number (last_line (&heard), "seconds_left"), ==, 0);
  g_assert_cmpfloat (heard.fraction, ==, 1);
  g_assert_false (heard.backwards);
  heard_clear (&heard);
}

/* Eight hours of sleep; a clock that goes a year back or ten forward. */
static void
test_train_log_stays_sane (void)
{
  static const gint64 jumps[] = { 8 * 3600 * SECOND, -365 * 24 * 3600 * SECOND, 3650 * 24 * (3600 * SECOND) };

  for (guint i = 0; i < G_N_ELEMENTS (jumps); i++)
    for (guint when = 0; when < 3; when++)
      {
        Heard heard = heard_new ();
        g_autoptr (EmoTrainLog) log = new_log (&heard, NULL, 10, 0);

        emo_train_log_start (log);
        run_epoch (log, 1, SECOND, SECOND);
        run_epoch (log, 2, SECOND, SECOND);
        if (when == 0)
          now += jumps[i];
        run_epoch (log, 3, SECOND, when == 1 ? jumps[i] : SECOND);
        if (when == 2)
          now += jumps[i];
        emo_train_log_note (log, "jumped");
        run_epoch (log, 4, SECOND, SECOND);
        /* Six epochs of eleven seconds are left. */
        g_assert_cmpfloat (get_number (last_line (&heard), "seconds_left"), >=, 55);
        g_assert_cmpfloat (get_number (last_line (&heard), "seconds_left"), <=, 100);
        for (guint line = 0; line < heard.lines->len; line++)
          g_assert_false (get_number (heard.lines->pdata[line], "seconds_left") > 400);
        heard_clear (&heard);
      }
}

/* A stage that fits something small tells epochs alone. */
static void
test_train_log_needs_no_steps (void)
{
  Heard heard = heard_new ();
  const EmoTrainLogSettings settings = {
    .stage = "gate", .n_pictures = 1000, .n_epochs = 10, .line = hear_line_cb, .progress = hear_progress_cb, .user_data = &heard, .clock = get_now
  };
  g_autoptr (EmoTrainLog) log = emo_train_log_new (&settings);

  emo_train_log_start (log);
  for (guint epoch = 1; epoch <= 4; epoch++)
    {
      now += 2 * SECOND;
      emo_train_log_epoch (log, &(EmoTrainEpoch) { epoch, 0, 0, 0.5, NAN, NAN, NAN, NAN, NAN, NAN });
    }
  g_assert_cmpfloat_with_epsilon (get_number (last_line (&heard), "pictures_per_s"), 500, 1e-6);
  g_assert_cmpfloat_with_epsilon (get_number (last_line (&heard), "seconds_left"), 12, 1e-6);
  g_assert_cmpfloat_with_epsilon (heard.fraction, 0.4, 1e-9);
  heard_clear (&heard);
}

/* --- For a person --- */

static void
test_train_log_tells_a_person (void)
{
  Heard heard = heard_new ();
  g_autoptr (EmoTrainLog) log = new_log (&heard, NULL, 5, 0);

  emo_train_log_start (log);
  now += SECOND;
  emo_train_log_step (log, 1, 1, 4, 0.12345678, 1e-4);
  g_assert_cmpstr (heard.texts->pdata[0], ==, "epoch 1/5, loss 0.1235");
  now += SECOND;
  emo_train_log_step (log, 1, 2, 4, 2, 1e-4);
  g_assert_cmpstr (heard.texts->pdata[1], ==, "epoch 1/5, loss 2, 4.0 pictures/s, 48 s left");
  for (guint i = 0; i < 64; i++)
    {
      now += 20 * SECOND;
      emo_train_log_step (log, 1, 3, 4000, 2, 1e-4);
    }
  g_assert_cmpstr (heard.texts->pdata[heard.texts->len - 1], ==, "epoch 1/5, loss 2, 200 pictures/s, 16 min left");
  for (guint i = 0; i < 64; i++)
    {
      now += 120 * SECOND;
      emo_train_log_step (log, 1, 3, 4000, 2, 1e-4);
    }
  g_assert_cmpstr (heard.texts->pdata[heard.texts->len - 1], ==, "epoch 1/5, loss 2, 33.3 pictures/s, 1 h 34 min left");
  heard_clear (&heard);
}

/* --- Files --- */

static char *
read_file (const char *folder,
           const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));

  return text;
}

static guint
count_tag (const char *folder,
           guint       number,
           const char *tag,
           gint64      step)
{
  g_autofree char *name = g_strdup_printf ("events.out.tfevents.%010u.emovlm", number);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GArray) events = fixture_read_events (path);
  guint n = 0;

  for (guint i = 0; i < events->len; i++)
    {
      const FixtureEvent *event = &g_array_index (events, FixtureEvent, i);

      n += g_strcmp0 (event->tag, tag) == 0 && event->step == step;
    }

  return n;
}

/* From where a file takes back what others drew. */
static gint64
get_first_step (const char *folder,
                guint       number)
{
  g_autofree char *name = g_strdup_printf ("events.out.tfevents.%010u.emovlm", number);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GArray) events = fixture_read_events (path);
  const FixtureEvent *event = &g_array_index (events, FixtureEvent, 1);

  g_assert_cmpint (event->session, !=, 0);

  return event->step;
}

#define HEADER "epoch,loss,val_loss,val_accuracy,val_macro_f1,lr,pictures_per_s,seconds\r\n"

static void
test_train_log_keeps_files (void)
{
  Heard heard = heard_new ();
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *deep = g_build_filename (folder, "training", "vlm", NULL);
  g_autofree char *table = NULL, *longer = NULL;
  EmoTrainLog *log = new_log (&heard, deep, 3, 0);

  emo_train_log_start (log);
  for (guint epoch = 1; epoch <= 3; epoch++)
    run_epoch (log, epoch, SECOND, 2 * SECOND);
  emo_train_log_free (log);
  table = read_file (deep, "epochs.csv");
  g_assert_cmpstr (table, ==, HEADER "1,0.5,0.75,0.5,0.25,0.0001,4,12\r\n2,0.25,0.75,0.5,0.25,0.0001,4,12\r\n"
                                     "3,0.16666666666666666,0.75,0.5,0.25,0.0001,4,12\r\n");
  g_assert_cmpuint (count_tag (deep, 1, "train/loss", 7), ==, 1);
  g_assert_cmpuint (count_tag (deep, 1, "val/accuracy", 20), ==, 1);

  /* Killed in the third epoch, it goes on from the end of the second. */
  log = new_log (&heard, deep, 3, 2);
  emo_train_log_start (log);
  run_epoch (log, 3, SECOND / 2, SECOND);
  emo_train_log_free (log);
  longer = read_file (deep, "epochs.csv");
  g_assert_cmpstr (longer, ==, HEADER "1,0.5,0.75,0.5,0.25,0.0001,4,12\r\n2,0.25,0.75,0.5,0.25,0.0001,4,12\r\n"
                                      "3,0.16666666666666666,0.75,0.5,0.25,0.0001,8,6\r\n");
  g_assert_cmpuint (count_tag (deep, 2, "val/accuracy", 20), ==, 0);
  /* The end of the second epoch is not taken back. */
  g_assert_cmpint (get_first_step (deep, 2), ==, 21);
  g_assert_cmpuint (count_tag (deep, 2, "val/accuracy", 30), ==, 1);
  heard_clear (&heard);
  emo_test_remove_folder (folder);
}

static guint
count_notes (Heard *heard)
{
  guint n = 0;

  for (guint i = 0; i < heard->lines->len; i++)
    n += g_str_has_prefix (heard->lines->pdata[i], "{\"event\":\"note\"");

  return n;
}

/* What cannot be logged is said once, and training goes on. */
static void
test_train_log_survives_a_bad_disk (void)
{
  Heard heard = heard_new ();
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *file = emo_test_write_text (folder, "file", "in the way");
  g_autofree char *deep = g_build_filename (folder, "training", NULL);
  g_autoptr (EmoTrainLog) log = new_log (&heard, file, 3, 0);
  g_autoptr (EmoTrainLog) later = NULL;

  emo_train_log_start (log);
  g_assert_cmpuint (count_notes (&heard), ==, 1);
  run_epoch (log, 1, SECOND, SECOND);
  g_assert_cmpuint (count_notes (&heard), ==, 1);
  heard_clear (&heard);

  heard = heard_new ();
  later = new_log (&heard, deep, 3, 0);
  emo_train_log_start (later);
  g_assert_cmpuint (count_notes (&heard), ==, 0);
  emo_test_remove_folder (deep);
  run_epoch (later, 1, SECOND, SECOND);
  run_epoch (later, 2, SECOND, SECOND);
  g_assert_cmpuint (count_notes (&heard), ==, 1);
  heard_clear (&heard);
  emo_test_remove_folder (folder);
}

static void
test_train_log_says_that_it_moved_a_table (void)
{
  Heard heard = heard_new ();
  g_autofree char *folder = emo_test_make_folder ();
  g_autofree char *path = emo_test_write_text (folder, "epochs.csv", "mine\n");
  g_autofree char *kept = NULL;
  g_autoptr (EmoTrainLog) log = new_log (&heard, folder, 3, 1);

  emo_train_log_start (log);
  g_assert_cmpuint (count_notes (&heard), ==, 1);
  g_assert_nonnull (strstr (heard.lines->pdata[1], "epochs.csv.old"));
  kept = read_file (folder, "epochs.csv.old");
  g_assert_cmpstr (kept, ==, "mine\n");
  heard_clear (&heard);
  emo_test_remove_folder (folder);
}

static void
test_train_log_knows_no_locale (void)
{
  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("no locale with a decimal comma");
      return;
    }
  test_train_log_keeps_the_contract ();
  test_train_log_tells_a_person ();
  test_train_log_keeps_files ();
  setlocale (LC_ALL, "C");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add_func ("/Emo/TrainLog/" name, test_train_log_##function)
  ADD ("keeps-the-contract", keeps_the_contract);
  ADD ("says-no-more-than-needed", says_no_more_than_needed);
  ADD ("counts-validation", counts_validation);
  ADD ("stays-sane", stays_sane);
  ADD ("needs-no-steps", needs_no_steps);
  ADD ("tells-a-person", tells_a_person);
  ADD ("keeps-files", keeps_files);
  ADD ("survives-a-bad-disk", survives_a_bad_disk);
  ADD ("says-that-it-moved-a-table", says_that_it_moved_a_table);
  ADD ("knows-no-locale", knows_no_locale);

  return g_test_run ();
}
