/* test-train-event.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-error.h"
#include "emo-train-event.h"
#include "emo-train-log.h"

static EmoTrainEvent *
parse (const char *line)
{
  g_autoptr (GError) error = NULL;
  EmoTrainEvent *event = emo_train_event_parse (line, strlen (line), &error);

  g_assert_no_error (error);
  g_assert_nonnull (event);

  return event;
}

static void
test_train_event_reads_every_kind (void)
{
  static const char * const names[EMO_TRAIN_N_EVENTS] = {
    "start", "step", "epoch", "checkpoint", "note", "done", "skipped", "stopped", "error",
  };

  for (int i = 0; i < EMO_TRAIN_N_EVENTS; i++)
    {
      g_autofree char *line = g_strdup_printf ("{\"event\":\"%s\",\"stage\":\"gate\",\"text\":\"é\",\"path\":\"/a\"}", names[i]);
      g_autoptr (EmoTrainEvent) event = parse (line);

      g_assert_cmpint (event->kind, ==, i);
      g_assert_cmpstr (event->stage, ==, "gate");
      g_assert_cmpstr (event->text, ==, "é");
      g_assert_cmpstr (event->path, ==, "/a");
    }
}

static void
test_train_event_keeps_every_number (void)
{
  g_autoptr (EmoTrainEvent) start = parse ("{\"event\":\"start\",\"stage\":\"vlm\",\"pictures\":40,\"epochs\":3,\"steps\":30}");
  g_autoptr (EmoTrainEvent) step = parse ("{\"event\":\"step\",\"stage\":\"vlm\",\"epoch\":2,\"step\":11,\"loss\":0.25,"
                                          "\"lr\":1e-4,\"pictures_per_s\":12.5,\"seconds_left\":90}");
  g_autoptr (EmoTrainEvent) epoch = parse ("{\"event\":\"epoch\",\"stage\":\"vlm\",\"epoch\":2,\"loss\":0.5,\"val_loss\":0.75,"
                                           "\"val_accuracy\":0.625,\"val_macro_f1\":0.5}");
  g_autoptr (EmoTrainEvent) done = parse ("{\"event\":\"done\",\"stage\":\"vlm\",\"path\":\"/o\",\"seconds\":1.5}");

  g_assert_cmpuint (start->n_pictures, ==, 40);
  g_assert_cmpuint (start->n_epochs, ==, 3);
  g_assert_cmpuint (start->n_steps, ==, 30);
  g_assert_cmpuint (step->epoch, ==, 2);
  g_assert_cmpuint (step->step, ==, 11);
  g_assert_cmpfloat (step->loss, ==, 0.25);
  g_assert_cmpfloat (step->lr, ==, 1e-4);
  g_assert_cmpfloat (step->pictures_per_s, ==, 12.5);
  g_assert_cmpfloat (step->seconds_left, ==, 90);
  g_assert_cmpfloat (epoch->val_loss, ==, 0.75);
  g_assert_cmpfloat (epoch->val_accuracy, ==, 0.625);
  g_assert_cmpfloat (epoch->val_macro_f1, ==, 0.5);
  g_assert_cmpfloat (done->seconds, ==, 1.5);
}

static void
test_train_event_tells_what_is_missing (void)
{
  g_autoptr (EmoTrainEvent) event = parse ("{\"event\":\"epoch\",\"val_accuracy\":null,\"step\":null,\"new\":[{}]}");

  g_assert_cmpstr (event->stage, ==, "");
  g_assert_null (event->text);
  g_assert_null (event->path);
  g_assert_cmpuint (event->epoch, ==, 0);
  g_assert_cmpuint (event->step, ==, 0);
  g_assert_true (isnan (event->loss) && isnan (event->val_loss) && isnan (event->val_accuracy) && isnan (event->val_macro_f1));
  g_assert_true (isnan (event->lr) && isnan (event->pictures_per_s) && isnan (event->seconds_left) && isnan (event->seconds));
}

static void
test_train_event_refuses_the_rest_in_words (void)
{
  static const struct
  {
    const char *line;
    const char *said;   /* in the error */
  } cases[] = {
    { "", "a line of training" },
    { "Killed", "a line of training" },
    { "[]", "no JSON object" },
    { "\"step\"", "no JSON object" },
    { "{}", "no event is called “”" },
    { "{\"event\":7}", "no event is called “”" },
    { "{\"event\":\"Step\"}", "no event is called “Step”" },
    { "{\"event\":\"x\\u202ey\"}", "no event is called “x\\u{202e}y”" },
    { "{\"event\":\"step\",\"event\":\"done\"}", "event" },
    { "{\"event\":\"step\"", "a line of training" },
    { "{\"event\":\"step\"} {}", "a line of training" },
    { "{\"event\":\"step\",\"step\":-1}", "“step” is no whole number" },
    { "{\"event\":\"step\",\"step\":1.5}", "“step” is no whole number" },
    { "{\"event\":\"step\",\"step\":18446744073709551615}", "“step” is no whole number" },
    { "{\"event\":\"step\",\"epoch\":4294967296}", "“epoch” is no whole number" },
    { "{\"event\":\"step\",\"loss\":\"low\"}", "“loss” is no number" },
    { "{\"event\":\"step\",\"loss\":{}}", "“loss” is no number" },
    { "{\"event\":\"step\",\"loss\":NaN}", "a line of training" },
    { "{\"event\":\"step\",\"seconds_left\":-1}", "“seconds_left” is no number" },
    { "{\"event\":\"epoch\",\"val_accuracy\":1.01}", "“val_accuracy” is no number from 0 to 1" },
    { "{\"event\":\"epoch\",\"val_macro_f1\":-0.5}", "“val_macro_f1” is no number from 0 to 1" },
    { "{\"event\":\"note\",\"text\":\"\xff\"}", "a line of training" },
    { "{\"event\":\"note\",\"text\":\"\\u0000\"}", "a line of training" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (EmoTrainEvent) event = emo_train_event_parse (cases[i].line, strlen (cases[i].line), &error);

      g_assert_null (event);
      g_assert_error (error, EMO_ERROR, EMO_ERROR_INVALID_FILE);
      if (strstr (error->message, cases[i].said) == NULL)
        g_error ("%s: “%s” is not in “%s”", cases[i].line, cases[i].said, error->message);
    }
}

static void
test_train_event_refuses_depth_and_bytes_behind_a_nul (void)
{
  g_autofree char *deep = g_malloc0 (100001);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) second = NULL;

  memset (deep, '[', 100000);
  g_assert_null (emo_train_event_parse (deep, 100000, &error));
  g_assert_error (error, EMO_ERROR, EMO_ERROR_LIMIT);
  g_assert_null (emo_train_event_parse ("{\"event\":\"step\"}\0x", 18, &second));
  g_assert_error (second, EMO_ERROR, EMO_ERROR_INVALID_FILE);
}

/* --- What EmoTrainLog writes --- */

static void
hear_line_cb (const char *line,
              gpointer    user_data)
{
  g_ptr_array_add (user_data, parse (line));
}

static const EmoTrainEvent *
next_event (GPtrArray         *heard,
            guint             *i,
            EmoTrainEventKind  kind)
{
  const EmoTrainEvent *event;

  g_assert_cmpuint (*i, <, heard->len);
  event = heard->pdata[(*i)++];
  g_assert_cmpint (event->kind, ==, kind);
  g_assert_cmpstr (event->stage, ==, "gate");

  return event;
}

static void
test_train_event_understands_the_log (void)
{
  g_autoptr (GPtrArray) heard = g_ptr_array_new_with_free_func ((GDestroyNotify) emo_train_event_free);
  const EmoTrainLogSettings settings = {
    .stage = "gate", .n_pictures = 8, .n_epochs = 1, .n_steps = 2, .line = hear_line_cb, .user_data = heard,
  };
  const EmoTrainEpoch numbers = { 1, 1, 0, 0.5, 0.75, 0.625, 0.25, 1e-4, NAN, NAN };
  g_autoptr (EmoTrainLog) log = emo_train_log_new (&settings);
  const EmoTrainEvent *event;
  guint i = 0;

  emo_train_log_start (log);
  emo_train_log_step (log, 1, 1, 4, 0.5, 1e-4);
  emo_train_log_epoch (log, &numbers);
  emo_train_log_checkpoint (log, "/c \"quoted\"");
  emo_train_log_note (log, "a note");
  emo_train_log_skipped (log, "done before");
  emo_train_log_stopped (log, NULL);
  emo_train_log_error (log, "no more room");
  emo_train_log_done (log, "/o");

  event = next_event (heard, &i, EMO_TRAIN_EVENT_START);
  g_assert_cmpuint (event->n_steps, ==, 2);
  event = next_event (heard, &i, EMO_TRAIN_EVENT_STEP);
  g_assert_cmpfloat (event->loss, ==, 0.5);
  event = next_event (heard, &i, EMO_TRAIN_EVENT_EPOCH);
  g_assert_cmpfloat (event->val_accuracy, ==, 0.625);
  event = next_event (heard, &i, EMO_TRAIN_EVENT_CHECKPOINT);
  g_assert_cmpstr (event->path, ==, "/c \"quoted\"");
  event = next_event (heard, &i, EMO_TRAIN_EVENT_NOTE);
  g_assert_cmpstr (event->text, ==, "a note");
  event = next_event (heard, &i, EMO_TRAIN_EVENT_SKIPPED);
  g_assert_cmpstr (event->text, ==, "done before");
  event = next_event (heard, &i, EMO_TRAIN_EVENT_STOPPED);
  g_assert_null (event->path);
  event = next_event (heard, &i, EMO_TRAIN_EVENT_ERROR);
  g_assert_cmpstr (event->text, ==, "no more room");
  event = next_event (heard, &i, EMO_TRAIN_EVENT_DONE);
  g_assert_cmpstr (event->path, ==, "/o");
  g_assert_false (isnan (event->seconds));
  g_assert_cmpuint (i, ==, heard->len);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/TrainEvent/reads-every-kind", test_train_event_reads_every_kind);
  g_test_add_func ("/Emo/TrainEvent/keeps-every-number", test_train_event_keeps_every_number);
  g_test_add_func ("/Emo/TrainEvent/tells-what-is-missing", test_train_event_tells_what_is_missing);
  g_test_add_func ("/Emo/TrainEvent/refuses-the-rest-in-words", test_train_event_refuses_the_rest_in_words);
  g_test_add_func ("/Emo/TrainEvent/refuses-depth-and-bytes-behind-a-nul", test_train_event_refuses_depth_and_bytes_behind_a_nul);
  g_test_add_func ("/Emo/TrainEvent/understands-the-log", test_train_event_understands_the_log);

  return g_test_run ();
}
