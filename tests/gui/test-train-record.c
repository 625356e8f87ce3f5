/* test-train-record.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>
#include <string.h>

#include "emo-curve-view.h"
#include "emo-test-widgets.h"
#include "emo-train-setting.h"
#include "emo-train-stage-group.h"
#include "emo-train-words.h"

static void
take (EmoTrainRecord *record,
      const char     *line)
{
  g_autoptr (EmoTrainEvent) event = emo_train_event_parse (line, strlen (line), NULL);

  g_assert_nonnull (event);
  emo_train_record_take (record, event);
}

/* Ten are an epoch. */
static void
take_step (EmoTrainRecord *record,
           guint           step,
           double          loss)
{
  g_autofree char *line = g_strdup_printf ("{\"event\":\"step\",\"stage\":\"vlm\",\"epoch\":%u,\"step\":%u,\"loss\":%g}",
                                           (step - 1) / 10 + 1, step, loss);

  take (record, line);
}

static EmoTrainRecord *
new_record (void)
{
  EmoTrainRecord *record = emo_train_record_new ("vlm");

  take (record, "{\"event\":\"start\",\"stage\":\"vlm\",\"pictures\":40,\"epochs\":4,\"steps\":40}");

  return record;
}

static guint
count_epochs (EmoTrainRecord *record)
{
  return g_list_model_get_n_items (emo_train_record_get_epochs (record));
}

/* An earlier session's epochs stay until the training does them again. */
static void
test_record_recalls_epochs (void)
{
  g_autoptr (EmoTrainRecord) record = emo_train_record_new ("vlm");
  g_autoptr (GArray) epochs = g_array_new (FALSE, FALSE, sizeof (EmoTrainEpoch));

  for (guint i = 1; i <= 3; i++)
    g_array_append_val (epochs, ((EmoTrainEpoch) { .epoch = i, .loss = 1.0 / i }));
  emo_train_record_recall (record, epochs);
  g_assert_cmpuint (count_epochs (record), ==, 3);
  take (record, "{\"event\":\"start\",\"stage\":\"vlm\",\"pictures\":40,\"epochs\":4,\"steps\":40}");
  take (record, "{\"event\":\"step\",\"stage\":\"vlm\",\"loss\":1}");
  g_assert_cmpuint (count_epochs (record), ==, 3);
  take (record, "{\"event\":\"step\",\"stage\":\"vlm\",\"epoch\":3,\"step\":21,\"loss\":1}");
  g_assert_cmpuint (count_epochs (record), ==, 2);
  take (record, "{\"event\":\"epoch\",\"stage\":\"vlm\",\"epoch\":3,\"loss\":0.1}");
  g_assert_cmpuint (count_epochs (record), ==, 3);
  /* It begins anew after all. */
  take_step (record, 1, 0.5);
  g_assert_cmpuint (count_epochs (record), ==, 0);
}

static void
test_record_knows_how_much_is_done (void)
{
  g_autoptr (EmoTrainRecord) record = emo_train_record_new ("vlm");

  g_assert_cmpfloat (emo_train_record_get_fraction (record), ==, -1);
  take (record, "{\"event\":\"start\",\"stage\":\"vlm\",\"pictures\":40,\"epochs\":4,\"steps\":40}");
  take_step (record, 10, 1);
  g_assert_cmpfloat (emo_train_record_get_fraction (record), ==, 0.25);
  take (record, "{\"event\":\"done\",\"stage\":\"vlm\"}");
  g_assert_cmpfloat (emo_train_record_get_fraction (record), ==, 1);
  g_assert_cmpint (emo_train_record_get_state (record), ==, EMO_TRAIN_RECORD_DONE);
  emo_train_record_end (record, EMO_TRAIN_RECORD_FAILED);
  g_assert_cmpint (emo_train_record_get_state (record), ==, EMO_TRAIN_RECORD_DONE);
}

static void
test_record_keeps_what_it_had_when_it_goes_on (void)
{
  g_autoptr (EmoTrainRecord) record = new_record ();
  const EmoTrainSeries *losses = emo_train_record_get_losses (record);

  take_step (record, 9, 1);
  take_step (record, 10, 0.5);
  take (record, "{\"event\":\"epoch\",\"stage\":\"vlm\",\"epoch\":1,\"val_accuracy\":0.5}");
  take (record, "{\"event\":\"stopped\",\"stage\":\"vlm\"}");
  g_assert_cmpint (emo_train_record_get_state (record), ==, EMO_TRAIN_RECORD_STOPPED);
  take (record, "{\"event\":\"start\",\"stage\":\"vlm\",\"pictures\":40,\"epochs\":4,\"steps\":40}");
  g_assert_cmpint (emo_train_record_get_state (record), ==, EMO_TRAIN_RECORD_RUNNING);
  take_step (record, 10, 0.5);
  take (record, "{\"event\":\"epoch\",\"stage\":\"vlm\",\"epoch\":1,\"val_accuracy\":0.5}");
  take_step (record, 11, 0.25);

  g_assert_cmpuint (losses->x->len, ==, 3);
  g_assert_cmpfloat (g_array_index (losses->x, double, 2), ==, 11);
  g_assert_cmpfloat (losses->first, ==, 1);
  g_assert_cmpuint (count_epochs (record), ==, 1);
}

static void
test_series_stays_small_and_keeps_its_mean (void)
{
  EmoTrainSeries series;
  double sum = 0;

  emo_train_series_init (&series);
  for (guint i = 1; i <= 1 << 16; i++)
    emo_train_series_add (&series, i, i);
  g_assert_cmpuint (series.x->len, <=, EMO_TRAIN_SERIES_MOST);
  g_assert_cmpuint (series.x->len, >=, EMO_TRAIN_SERIES_MOST / 2);
  for (guint i = 0; i < series.y->len; i++)
    sum += g_array_index (series.y, double, i);
  g_assert_cmpfloat (sum / series.y->len, ==, ((1 << 16) + 1) / 2.0);
  g_assert_cmpfloat (g_array_index (series.x, double, series.x->len - 1), ==, 1 << 16);
  g_assert_cmpfloat (series.first, ==, 1);
  emo_train_series_clear (&series);
}

static void
test_words_say_what_is_known (void)
{
  g_autoptr (EmoTrainRecord) record = new_record ();
  g_autofree char *nothing = emo_train_words_dup_losses (record);
  g_autofree char *losses = NULL;
  g_autofree char *scores = NULL;
  g_autofree char *progress = NULL;

  g_assert_cmpstr (nothing, ==, "Nothing to show yet");
  take_step (record, 1, 2);
  take_step (record, 20, 0.4125);
  take (record, "{\"event\":\"epoch\",\"stage\":\"vlm\",\"epoch\":2,\"val_loss\":0.5,\"val_accuracy\":0.8125,\"val_macro_f1\":null,"
                "\"pictures_per_s\":3.25,\"seconds_left\":125}");
  losses = emo_train_words_dup_losses (record);
  scores = emo_train_words_dup_scores (record);
  progress = emo_train_words_dup_progress (record);
  g_assert_cmpstr (losses, ==, "Loss 0.412 at step 20, 2 at first. Validation loss 0.5 after epoch 2");
  g_assert_nonnull (strstr (scores, "macro F1 – after epoch 2"));
  g_assert_cmpstr (progress, ==, "Epoch 2 of 4 · 3.2 pictures/s · About 2 minutes left");
}

static void
assert_state (EmoTrainRunState  state,
              EmoTrainRecord   *record,
              gboolean          several,
              gboolean          unfinished,
              const char       *expected)
{
  g_autofree char *text = emo_train_words_dup_state (state, record, several, unfinished);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_words_say_how_a_training_is (void)
{
  g_autoptr (EmoTrainRecord) record = new_record ();

  assert_state (EMO_TRAIN_RUN_IDLE, NULL, FALSE, FALSE, "Ready to train");
  assert_state (EMO_TRAIN_RUN_RUNNING, NULL, TRUE, FALSE, "Getting ready");
  take_step (record, 10, 1);
  assert_state (EMO_TRAIN_RUN_RUNNING, record, FALSE, FALSE, "Epoch 1 of 4");
  assert_state (EMO_TRAIN_RUN_RUNNING, record, TRUE, FALSE, "VLM: Epoch 1 of 4");
  assert_state (EMO_TRAIN_RUN_STOPPED, record, FALSE, FALSE, "Stopped");
  assert_state (EMO_TRAIN_RUN_STOPPED, record, FALSE, TRUE, "Stopped. Resume goes on from the last checkpoint.");
  assert_state (EMO_TRAIN_RUN_DONE, record, FALSE, FALSE, "Everything was done before");
  take (record, "{\"event\":\"epoch\",\"stage\":\"vlm\",\"epoch\":1,\"val_accuracy\":0.5,\"val_macro_f1\":0.25}");
  take (record, "{\"event\":\"done\",\"stage\":\"vlm\"}");
  assert_state (EMO_TRAIN_RUN_DONE, record, FALSE, FALSE, "Done: Accuracy 50.0 %, macro F1 25.0 % after epoch 1");
}

static void
test_curves_are_described_in_numbers (void)
{
  g_autoptr (EmoTrainRecord) record = new_record ();
  GtkWidget *view = g_object_ref_sink (g_object_new (EMO_TYPE_CURVE_VIEW, NULL));

  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, "Loss by Step");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "Nothing to show yet");
  take_step (record, 10, 0.5);
  emo_curve_view_show (EMO_CURVE_VIEW (view), record);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, "Loss 0.5 at step 10, 0.5 at first");
  g_assert_finalize_object (view);
}

/* Every stage's settings are taken by the recipe, and as they are nothing is
 * changed. */
static void
test_settings_are_those_of_the_recipe (void)
{
  g_autoptr (EmoTrainRecipe) defaults = emo_train_recipe_new ();
  g_autoptr (EmoTrainRecipe) recipe = emo_train_recipe_new ();
  g_autofree char *before = emo_train_recipe_to_json (defaults);
  g_autofree char *after = NULL;

  for (guint stage = 0; stage < EMO_TRAIN_N_STAGES; stage++)
    {
      GtkWidget *group = g_object_ref_sink (emo_train_stage_group_new (stage));
      g_autoptr (GString) text = g_string_new ("{");
      g_autoptr (EmoJson) json = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (emo_train_stage_group_get_valid (EMO_TRAIN_STAGE_GROUP (group)));
      emo_train_stage_group_append_json (EMO_TRAIN_STAGE_GROUP (group), text);
      g_string_append_c (text, '}');
      json = emo_json_parse (text->str, text->len, "settings", 0, &error);
      g_assert_no_error (error);
      emo_train_recipe_read (recipe, emo_json_get_root (json), &error);
      g_assert_no_error (error);
      g_assert_finalize_object (group);
    }
  after = emo_train_recipe_to_json (recipe);
  g_assert_cmpstr (after, ==, before);
}

/* What the published way sets is not overridden by what is shown. */
static void
test_settings_leave_the_published_way_alone (void)
{
  GtkWidget *group = g_object_ref_sink (emo_train_stage_group_new (EMO_TRAIN_VLM));
  g_autoptr (GString) text = g_string_new ("{");
  g_autoptr (EmoJson) json = NULL;
  const EmoJsonValue *stage;

  emo_train_stage_group_set_published (EMO_TRAIN_STAGE_GROUP (group), TRUE);
  emo_train_stage_group_append_json (EMO_TRAIN_STAGE_GROUP (group), text);
  g_string_append_c (text, '}');
  json = emo_json_parse (text->str, text->len, "settings", 0, NULL);
  stage = emo_json_value_get_member (emo_json_get_root (json), "vlm");
  g_assert_null (emo_json_value_get_member (stage, "loss_on"));
  g_assert_null (emo_json_value_get_member (stage, "patience"));
  g_assert_nonnull (emo_json_value_get_member (stage, "lora_rank"));
  g_assert_finalize_object (group);
}

static void
test_settings_refuse_what_is_no_rate (void)
{
  static const char * const wrong[] = { "", "x", "-1", "1e-4x", "11", "nan", "1,2,3" };
  GtkWidget *group = g_object_ref_sink (emo_train_stage_group_new (EMO_TRAIN_GATE));
  GtkWidget *entry = emo_test_find_type (group, GTK_TYPE_ENTRY);

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      gtk_editable_set_text (GTK_EDITABLE (entry), wrong[i]);
      g_assert_false (emo_train_stage_group_get_valid (EMO_TRAIN_STAGE_GROUP (group)));
      gtk_editable_set_text (GTK_EDITABLE (entry), " 0,001 ");
      g_assert_true (emo_train_stage_group_get_valid (EMO_TRAIN_STAGE_GROUP (group)));
    }
  g_assert_finalize_object (group);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/Emo/TrainRecord/recalls-epochs", test_record_recalls_epochs);
  g_test_add_func ("/Emo/TrainRecord/knows-how-much-is-done", test_record_knows_how_much_is_done);
  g_test_add_func ("/Emo/TrainRecord/keeps-what-it-had-when-it-goes-on", test_record_keeps_what_it_had_when_it_goes_on);
  g_test_add_func ("/Emo/TrainSeries/stays-small-and-keeps-its-mean", test_series_stays_small_and_keeps_its_mean);
  g_test_add_func ("/Emo/TrainWords/say-what-is-known", test_words_say_what_is_known);
  g_test_add_func ("/Emo/TrainWords/say-how-a-training-is", test_words_say_how_a_training_is);
  g_test_add_func ("/Emo/CurveView/is-described-in-numbers", test_curves_are_described_in_numbers);
  g_test_add_func ("/Emo/TrainSetting/are-those-of-the-recipe", test_settings_are_those_of_the_recipe);
  g_test_add_func ("/Emo/TrainSetting/leave-the-published-way-alone", test_settings_leave_the_published_way_alone);
  g_test_add_func ("/Emo/TrainSetting/refuse-what-is-no-rate", test_settings_refuse_what_is_no_rate);

  return g_test_run ();
}
