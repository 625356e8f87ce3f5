/* test-what-if-bar.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "emo-what-if-bar.h"
#include "emo-test-predictions.h"
#include "emo-test-widgets.h"

#define AWE 2
#define FEAR 6

typedef struct
{
  EmoWhatIfBar *bar;
  GtkWidget    *widget;
  guint         n_changes;
} Fixture;

static void
count_cb (Fixture *fixture)
{
  fixture->n_changes++;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->bar = g_object_ref_sink (g_object_new (EMO_TYPE_WHAT_IF_BAR, NULL));
  fixture->widget = GTK_WIDGET (fixture->bar);
  g_signal_connect_swapped (fixture->bar, "changed", G_CALLBACK (count_cb), fixture);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->bar);
}

/* A gate that believes the VLM alone, and one that believes the head alone. */
static void
take_vlm (gpointer      gate,
          const double *d,
          const double *v,
          double       *logits)
{
  for (int i = 0; i < 8; i++)
    logits[i] = 10 * v[i];
}

static void
take_head (gpointer      gate,
           const double *d,
           const double *v,
           double       *logits)
{
  for (int i = 0; i < 8; i++)
    logits[i] = d[i];
}

/* The VLM says fear, the head awe, the gate fear. */
static EmoPrediction *
new_prediction (EmoGateKind kind,
                gboolean    with_fusion)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (8);
  EmoPrediction *prediction;

  info->gate_kind = kind;
  if (with_fusion)
    {
      info->fusion = emo_fusion_new (8);
      emo_fusion_take_gate (info->fusion, kind, EMO_VLM_INPUT_PROBABILITIES, take_vlm, NULL, NULL);
      emo_fusion_take_gate (info->fusion, EMO_GATE_KIND_MOE, EMO_VLM_INPUT_ONE_HOT, take_head, NULL, NULL);
    }
  prediction = emo_prediction_new (info);
  emo_test_answer_label (prediction, EMO_BRANCH_VLM, FEAR);
  emo_test_answer_label (prediction, EMO_BRANCH_DISTILLED, AWE);
  emo_test_answer_label (prediction, EMO_BRANCH_GATED, FEAR);

  return prediction;
}

static GtkToggleButton *
find_mute (Fixture    *fixture,
           const char *label)
{
  GtkWidget *button = emo_test_find_button (fixture->widget, label);

  g_assert_nonnull (button);

  return GTK_TOGGLE_BUTTON (button);
}

static GtkDropDown *
find_rules (Fixture *fixture)
{
  return GTK_DROP_DOWN (emo_test_find_type (fixture->widget, GTK_TYPE_DROP_DOWN));
}

static int
find_best (Fixture *fixture)
{
  g_autofree double *p = emo_what_if_bar_dup_answer (fixture->bar);
  int best = 0;
  double sum = 0;

  if (p == NULL)
    return -1;
  for (int i = 0; i < 8; i++)
    {
      sum += p[i];
      if (p[i] > p[best])
        best = i;
    }
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-9);

  return best;
}

static void
assert_asks (Fixture    *fixture,
             const char *question)
{
  g_autofree char *asked = emo_what_if_bar_dup_question (fixture->bar);

  g_assert_cmpstr (asked, ==, question);
}

static void
test_what_if_bar_begins_with_the_actual_answer (Fixture       *fixture,
                                                gconstpointer  data)
{
  g_autoptr (EmoPrediction) prediction = new_prediction (EMO_GATE_KIND_BILINEAR, TRUE);

  assert_asks (fixture, NULL);
  emo_what_if_bar_set_prediction (fixture->bar, prediction);
  g_assert_cmpint (find_best (fixture), ==, -1);
  assert_asks (fixture, NULL);
  g_assert_cmpuint (fixture->n_changes, ==, 0);
  g_assert_false (gtk_widget_get_sensitive (emo_test_find_button (fixture->widget, "Back to the Actual Answer")));
}

static void
test_what_if_bar_mutes_and_goes_back (Fixture       *fixture,
                                      gconstpointer  data)
{
  g_autoptr (EmoPrediction) prediction = new_prediction (EMO_GATE_KIND_BILINEAR, TRUE);
  GtkWidget *back;

  emo_what_if_bar_set_prediction (fixture->bar, prediction);
  gtk_drop_down_set_selected (find_rules (fixture), 3);
  g_assert_cmpuint (fixture->n_changes, ==, 1);
  gtk_toggle_button_set_active (find_mute (fixture, "Without the VLM"), TRUE);
  g_assert_cmpint (find_best (fixture), ==, AWE);
  assert_asks (fixture, "Product of Both Branches, without the VLM");
  g_assert_cmpuint (fixture->n_changes, ==, 2);

  back = emo_test_find_button (fixture->widget, "Back to the Actual Answer");
  g_assert_true (gtk_widget_get_sensitive (back));
  g_signal_emit_by_name (back, "clicked");
  g_assert_cmpint (find_best (fixture), ==, -1);
  assert_asks (fixture, NULL);
  g_assert_cmpuint (fixture->n_changes, ==, 3);
  g_assert_cmpuint (gtk_drop_down_get_selected (find_rules (fixture)), ==, 0);
  g_assert_false (gtk_toggle_button_get_active (find_mute (fixture, "Without the VLM")));

  /* Nothing of it is in the answer. */
  g_assert_cmpint (emo_prediction_get_winner (prediction, EMO_BRANCH_GATED), ==, FEAR);
}

static void
test_what_if_bar_lists_the_gates_of_the_model (Fixture       *fixture,
                                               gconstpointer  data)
{
  g_autoptr (EmoPrediction) prediction = new_prediction (EMO_GATE_KIND_BILINEAR, TRUE);
  GListModel *rules;

  emo_what_if_bar_set_prediction (fixture->bar, prediction);
  rules = gtk_drop_down_get_model (find_rules (fixture));
  g_assert_cmpuint (g_list_model_get_n_items (rules), ==, 4);
  g_assert_cmpstr (gtk_string_list_get_string (GTK_STRING_LIST (rules), 0), ==, "Gate: bilinear");
  g_assert_cmpstr (gtk_string_list_get_string (GTK_STRING_LIST (rules), 1), ==, "Gate: moe, of the VLM’s winner alone");

  gtk_drop_down_set_selected (find_rules (fixture), 1);
  g_assert_cmpint (find_best (fixture), ==, AWE);
  assert_asks (fixture, "Gate: moe, of the VLM’s winner alone");
}

static void
test_what_if_bar_forgets_with_another_picture (Fixture       *fixture,
                                               gconstpointer  data)
{
  g_autoptr (EmoPrediction) prediction = new_prediction (EMO_GATE_KIND_BILINEAR, TRUE);
  g_autoptr (EmoPrediction) other = new_prediction (EMO_GATE_KIND_BILINEAR, TRUE);

  emo_what_if_bar_set_prediction (fixture->bar, prediction);
  gtk_toggle_button_set_active (find_mute (fixture, "Without the VLM"), TRUE);
  emo_what_if_bar_set_prediction (fixture->bar, prediction);
  g_assert_cmpint (find_best (fixture), >=, 0);
  emo_what_if_bar_set_prediction (fixture->bar, other);
  g_assert_cmpint (find_best (fixture), ==, -1);
  g_assert_false (gtk_toggle_button_get_active (find_mute (fixture, "Without the VLM")));
}

static void
test_what_if_bar_needs_two_branches (Fixture       *fixture,
                                     gconstpointer  data)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (8);
  g_autoptr (EmoPrediction) alone = NULL;

  info->has_distilled = info->has_gate = FALSE;
  alone = emo_prediction_new (info);
  emo_test_answer_label (alone, EMO_BRANCH_VLM, FEAR);
  emo_what_if_bar_set_prediction (fixture->bar, alone);
  emo_test_assert_says (fixture->widget, "This model has the VLM alone");
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (find_mute (fixture, "Without the VLM"))));
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (find_rules (fixture))));
}

static void
test_what_if_bar_waits_for_the_answers (Fixture       *fixture,
                                        gconstpointer  data)
{
  g_autoptr (EmoModelInfo) info = emo_test_info_new (8);
  g_autoptr (EmoPrediction) prediction = emo_prediction_new (info);

  emo_test_answer_label (prediction, EMO_BRANCH_DISTILLED, FEAR);
  emo_what_if_bar_set_prediction (fixture->bar, prediction);
  emo_test_assert_says (fixture->widget, "Both branches have to answer first");
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (find_rules (fixture))));

  emo_test_answer_label (prediction, EMO_BRANCH_VLM, FEAR);
  emo_test_answer_label (prediction, EMO_BRANCH_GATED, FEAR);
  emo_what_if_bar_set_prediction (fixture->bar, prediction);
  emo_test_assert_never_says (fixture->widget, "have to answer first");
  g_assert_true (gtk_widget_get_sensitive (GTK_WIDGET (find_rules (fixture))));
}

/* Without its gate a stored result can be averaged, but not be muted unless its
 * contributions add up. */
static void
test_what_if_bar_knows_the_limits_of_the_past (Fixture       *fixture,
                                               gconstpointer  data)
{
  g_autoptr (EmoPrediction) stored = new_prediction (EMO_GATE_KIND_BILINEAR, FALSE);
  g_autoptr (EmoPrediction) additive = new_prediction (EMO_GATE_KIND_CONCAT_LINEAR, FALSE);
  GtkWidget *mute;

  emo_what_if_bar_set_prediction (fixture->bar, stored);
  mute = GTK_WIDGET (find_mute (fixture, "Without the VLM"));
  g_assert_false (gtk_widget_get_sensitive (mute));
  emo_test_assert_says (fixture->widget, "This is a result of the past");

  gtk_drop_down_set_selected (find_rules (fixture), 1);
  g_assert_true (gtk_widget_get_sensitive (mute));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (mute), TRUE);
  g_assert_cmpint (find_best (fixture), ==, AWE);
  /* Back at its gate, the mute that it cannot do is off. */
  gtk_drop_down_set_selected (find_rules (fixture), 0);
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (mute)));
  assert_asks (fixture, NULL);

  emo_what_if_bar_set_prediction (fixture->bar, additive);
  g_assert_true (gtk_widget_get_sensitive (mute));
  emo_test_assert_never_says (fixture->widget, "This is a result of the past");
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

#define ADD(name, func) g_test_add ("/Emo/WhatIfBar/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("begins-with-the-actual-answer", test_what_if_bar_begins_with_the_actual_answer);
  ADD ("mutes-and-goes-back", test_what_if_bar_mutes_and_goes_back);
  ADD ("lists-the-gates-of-the-model", test_what_if_bar_lists_the_gates_of_the_model);
  ADD ("forgets-with-another-picture", test_what_if_bar_forgets_with_another_picture);
  ADD ("needs-two-branches", test_what_if_bar_needs_two_branches);
  ADD ("waits-for-the-answers", test_what_if_bar_waits_for_the_answers);
  ADD ("knows-the-limits-of-the-past", test_what_if_bar_knows_the_limits_of_the_past);

  return g_test_run ();
}
