/* test-result-details.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "emo-result-details.h"
#include "emo-roving-box.h"
#include "emo-test-predictions.h"
#include "emo-test-widgets.h"

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

typedef struct
{
  EmoResultDetails *details;
  GtkWidget        *widget;
  EmoSample        *sample;
  EmoPrediction    *prediction;
} Fixture;

static void
apply_input (EmoPrediction *prediction)
{
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_INPUT);

  update->ms = 12.5;
  update->width = 640;
  update->height = 480;
  update->grid[0] = 1;
  update->grid[1] = 24;
  update->grid[2] = 32;
  update->image_tokens = 192;
  emo_prediction_apply (prediction, update);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (8);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("", 0);

  info->name = (g_free (info->name), g_strdup ("Scenes & <more>"));
  info->gate_kind = EMO_GATE_KIND_DYNAMIC;
  info->model_sha256 = g_strdup (HASH);
  info->seed = 77;
  fixture->sample = emo_sample_new_for_bytes (bytes, "a.png");
  fixture->prediction = emo_prediction_new (info);
  apply_input (fixture->prediction);
  fixture->details = g_object_ref_sink (g_object_new (EMO_TYPE_RESULT_DETAILS, NULL));
  fixture->widget = GTK_WIDGET (fixture->details);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->details);
  g_assert_finalize_object (fixture->prediction);
  g_assert_finalize_object (fixture->sample);
}

static void
unfold (Fixture *fixture)
{
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (emo_test_find_button (fixture->widget, "Details")), TRUE);
}

static guint
count_lines (Fixture *fixture)
{
  GtkWidget *column = emo_test_find_type (fixture->widget, EMO_TYPE_ROVING_BOX);
  guint n = 0;

  for (GtkWidget *line = gtk_widget_get_first_child (column); line != NULL; line = gtk_widget_get_next_sibling (line))
    {
      g_assert_true (gtk_label_get_selectable (GTK_LABEL (line)));
      g_assert_true (gtk_widget_get_focusable (line));
      n++;
    }

  return n;
}

static void
test_result_details_are_made_when_unfolded (Fixture       *fixture,
                                            gconstpointer  data)
{
  emo_result_details_show (fixture->details, fixture->sample, fixture->prediction);
  g_assert_cmpuint (count_lines (fixture), ==, 0);
  unfold (fixture);
  g_assert_cmpuint (count_lines (fixture), >, 10);
}

static void
test_result_details_tell_what_is_known (Fixture       *fixture,
                                        gconstpointer  data)
{
  static const char * const expected[] = {
    "Size  640 × 480 pixels", "Fed to the model  32 × 24 patches", "Visual tokens  192",
    "Reading the picture  12.5 ms", "Name  Scenes & <more>", "Model SHA-256  " HASH,
    "Gate  dynamic, of the VLM’s probabilities", "Seed  77", "Application version  " EMO_VERSION,
  };

  emo_result_details_show (fixture->details, fixture->sample, fixture->prediction);
  unfold (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    emo_test_assert_says (fixture->widget, expected[i]);
  /* Nothing of what is not known. */
  emo_test_assert_never_says (fixture->widget, "Adapter");
  emo_test_assert_never_says (fixture->widget, "Revision");
  emo_test_assert_never_says (fixture->widget, "Vision tower");
  emo_test_assert_never_says (fixture->widget, "Calibration");
  emo_test_assert_never_says (fixture->widget, "nan");
}

static void
test_result_details_grow_with_the_stages (Fixture       *fixture,
                                          gconstpointer  data)
{
  guint n;

  emo_result_details_show (fixture->details, fixture->sample, fixture->prediction);
  unfold (fixture);
  n = count_lines (fixture);
  emo_test_answer_label (fixture->prediction, EMO_BRANCH_VLM, 2);
  emo_result_details_show (fixture->details, fixture->sample, fixture->prediction);
  emo_test_assert_says (fixture->widget, "Label scores  1.0 ms");
  emo_test_assert_says (fixture->widget, "Belief on valid answers  1.000");
  g_assert_cmpuint (count_lines (fixture), ==, n + 2);
}

static void
test_result_details_tell_of_a_prior (Fixture       *fixture,
                                     gconstpointer  data)
{
  g_autoptr (EmoUpdate) update = emo_update_new (EMO_STAGE_VLM);

  /* The scores are even, the probabilities are not. */
  update->n_labels = 8;
  update->probabilities = g_new (double, 8);
  update->scores = g_new (double, 8);
  for (int i = 0; i < 8; i++)
    {
      update->probabilities[i] = i == 0 ? 0.3 : 0.1;
      update->scores[i] = log (1 / 8.0);
    }
  emo_prediction_apply (fixture->prediction, update);
  emo_result_details_show (fixture->details, fixture->sample, fixture->prediction);
  unfold (fixture);
  emo_test_assert_says (fixture->widget, "A blank picture’s prior is divided out");
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

#define ADD(name, func) g_test_add ("/Emo/ResultDetails/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("are-made-when-unfolded", test_result_details_are_made_when_unfolded);
  ADD ("tell-what-is-known", test_result_details_tell_what_is_known);
  ADD ("grow-with-the-stages", test_result_details_grow_with_the_stages);
  ADD ("tell-of-a-prior", test_result_details_tell_of_a_prior);

  return g_test_run ();
}
