/* test-answer-headline.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <math.h>

#include "emo-answer-headline.h"
#include "emo-test-predictions.h"
#include "emo-test-widgets.h"

/* Indices of Mikels' eight, alphabetical. */
#define ANGER 1
#define AWE 2
#define FEAR 6

typedef struct
{
  EmoAnswerHeadline *headline;
  EmoPrediction     *prediction;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (8);

  fixture->prediction = emo_prediction_new (info);
  fixture->headline = g_object_ref_sink (g_object_new (EMO_TYPE_ANSWER_HEADLINE, NULL));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->headline);
  g_assert_finalize_object (fixture->prediction);
}

static int
measure (Fixture *fixture)
{
  int height;

  gtk_widget_measure (GTK_WIDGET (fixture->headline), GTK_ORIENTATION_VERTICAL, 324, NULL, &height, NULL, NULL);

  return height;
}

static void
show (Fixture *fixture)
{
  emo_answer_headline_show (fixture->headline, fixture->prediction, NULL, NULL);
}

static void
test_answer_headline_tells_the_answer (Fixture       *fixture,
                                       gconstpointer  data)
{
  GtkWidget *headline = GTK_WIDGET (fixture->headline);

  emo_test_answer_label (fixture->prediction, EMO_BRANCH_VLM, FEAR);
  emo_test_answer_label (fixture->prediction, EMO_BRANCH_DISTILLED, AWE);
  emo_test_answer_label (fixture->prediction, EMO_BRANCH_GATED, FEAR);
  show (fixture);

  emo_test_assert_says (headline, "fear\n60.0 %\n");
  emo_test_assert_says (headline, "54.3 points ahead of amusement");
  emo_test_assert_says (headline, "VLM and distilled disagree: fear against awe");
  /* 0.6 + 3 * 0.4 / 7 against 4 * 0.4 / 7 */
  emo_test_assert_says (headline, "Positive 22.9 %, negative 77.1 %");
  emo_test_assert_never_says (headline, "Hypothetical");
}

/* So that the bars below do not jump. */
static void
test_answer_headline_keeps_its_height (Fixture       *fixture,
                                       gconstpointer  data)
{
  static const EmoBranch order[] = { EMO_BRANCH_DISTILLED, EMO_BRANCH_VLM, EMO_BRANCH_GATED };
  int height;

  show (fixture);
  height = measure (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    {
      emo_test_answer_label (fixture->prediction, order[i], AWE);
      show (fixture);
      g_assert_cmpint (measure (fixture), ==, height);
    }
}

static void
test_answer_headline_marks_what_is_supposed (Fixture       *fixture,
                                             gconstpointer  data)
{
  GtkWidget *headline = GTK_WIDGET (fixture->headline);
  double hypothetical[8] = { 0, 0.75, 0.25, 0, 0, 0, 0, 0 };

  emo_test_answer_label (fixture->prediction, EMO_BRANCH_VLM, FEAR);
  emo_test_answer_label (fixture->prediction, EMO_BRANCH_DISTILLED, FEAR);
  emo_test_answer_label (fixture->prediction, EMO_BRANCH_GATED, FEAR);
  emo_answer_headline_show (fixture->headline, fixture->prediction, hypothetical, "without the VLM");

  emo_test_assert_says (headline, "anger\n75.0 %\n");
  emo_test_assert_says (headline, "Hypothetical: without the VLM");
  emo_test_assert_says (headline, "The actual answer is fear, 60.0 %");
  emo_test_assert_says (headline, "Positive 25.0 %, negative 75.0 %");
  emo_test_assert_never_says (headline, "ahead of");
  g_assert_true (gtk_widget_has_css_class (headline, "hypothetical"));
  g_assert_cmpint (emo_prediction_get_winner (fixture->prediction, EMO_BRANCH_GATED), ==, FEAR);

  show (fixture);
  emo_test_assert_never_says (headline, "Hypothetical");
  g_assert_false (gtk_widget_has_css_class (headline, "hypothetical"));
}

static void
test_answer_headline_has_no_polarity_of_unknown_labels (Fixture       *fixture,
                                                        gconstpointer  data)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (3);
  g_autoptr (EmoPrediction) other = emo_prediction_new (info);

  emo_test_answer_label (other, EMO_BRANCH_VLM, 1);
  emo_answer_headline_show (fixture->headline, other, NULL, NULL);
  emo_test_assert_says (GTK_WIDGET (fixture->headline), "label 2");
  emo_test_assert_never_says (GTK_WIDGET (fixture->headline), "Positive");
}

static void
test_answer_headline_says_that_the_vlm_is_alone (Fixture       *fixture,
                                                 gconstpointer  data)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (8);
  g_autoptr (EmoPrediction) alone = NULL;

  info->has_distilled = info->has_gate = FALSE;
  alone = emo_prediction_new (info);
  emo_test_answer_label (alone, EMO_BRANCH_VLM, ANGER);
  emo_answer_headline_show (fixture->headline, alone, NULL, NULL);
  emo_test_assert_says (GTK_WIDGET (fixture->headline), "This model answers with the VLM alone");
}

static void
test_answer_headline_makes_nothing_of_nan (Fixture       *fixture,
                                           gconstpointer  data)
{
  const double nan[8] = { NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN };

  emo_test_answer_label (fixture->prediction, EMO_BRANCH_VLM, FEAR);
  emo_test_answer (fixture->prediction, EMO_BRANCH_DISTILLED, nan);
  show (fixture);
  emo_test_assert_never_says (GTK_WIDGET (fixture->headline), "%");
  emo_test_assert_never_says (GTK_WIDGET (fixture->headline), "fear");
}

static void
test_answer_headline_warns_out_of_domain (Fixture       *fixture,
                                          gconstpointer  data)
{
  emo_test_vision (fixture->prediction, EMO_DOMAIN_IN);
  show (fixture);
  emo_test_assert_never_says (GTK_WIDGET (fixture->headline), "Do not rely on the answer");
  emo_test_vision (fixture->prediction, EMO_DOMAIN_OUT);
  show (fixture);
  emo_test_assert_says (GTK_WIDGET (fixture->headline), "Do not rely on the answer");
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

#define ADD(name, func) g_test_add ("/Emo/AnswerHeadline/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("tells-the-answer", test_answer_headline_tells_the_answer);
  ADD ("keeps-its-height", test_answer_headline_keeps_its_height);
  ADD ("marks-what-is-supposed", test_answer_headline_marks_what_is_supposed);
  ADD ("has-no-polarity-of-unknown-labels", test_answer_headline_has_no_polarity_of_unknown_labels);
  ADD ("says-that-the-vlm-is-alone", test_answer_headline_says_that_the_vlm_is_alone);
  ADD ("makes-nothing-of-nan", test_answer_headline_makes_nothing_of_nan);
  ADD ("warns-out-of-domain", test_answer_headline_warns_out_of_domain);

  return g_test_run ();
}
