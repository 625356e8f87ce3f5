/* test-emotion.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-emotion.h"

static EmoLabelSet *
new_set (const char * const *labels)
{
  g_autoptr (GError) error = NULL;
  EmoLabelSet *set = emo_label_set_new (labels, &error);

  g_assert_no_error (error);

  return set;
}

static void
test_emotion_half_of_the_eight_is_positive (void)
{
  g_autoptr (EmoLabelSet) set = emo_label_set_new_mikels ();
  int sign = 0;

  for (guint i = 0; i < emo_label_set_get_size (set); i++)
    {
      EmoPolarity polarity = emo_emotion_get_polarity (emo_label_set_get_label (set, i));

      g_assert_true (polarity == EMO_POLARITY_POSITIVE || polarity == EMO_POLARITY_NEGATIVE);
      sign += polarity == EMO_POLARITY_POSITIVE ? 1 : -1;
    }
  g_assert_cmpint (sign, ==, 0);
  g_assert_cmpint (emo_emotion_get_polarity ("awe"), ==, EMO_POLARITY_POSITIVE);
  g_assert_cmpint (emo_emotion_get_polarity ("fear"), ==, EMO_POLARITY_NEGATIVE);
}

static void
test_emotion_guesses_at_no_other_label (void)
{
  g_assert_cmpint (emo_emotion_get_polarity ("Awe"), ==, EMO_POLARITY_UNKNOWN);
  g_assert_cmpint (emo_emotion_get_polarity ("nostalgia"), ==, EMO_POLARITY_UNKNOWN);
  g_assert_cmpint (emo_emotion_get_polarity ("surprise"), ==, EMO_POLARITY_NEITHER);
  g_assert_cmpint (emo_emotion_get_wheel_place ("nostalgia"), ==, -1);
  g_assert_cmpint (emo_emotion_get_wheel_place ("joy"), ==, -1);
}

/* The middle of a place is at (2 i + 1) * 22.5°. */
static void
test_emotion_positive_places_are_the_right_half (void)
{
  g_autoptr (EmoLabelSet) set = emo_label_set_new_mikels ();
  gboolean taken[EMO_N_WHEEL_PLACES] = { FALSE };

  for (guint i = 0; i < emo_label_set_get_size (set); i++)
    {
      const char *label = emo_label_set_get_label (set, i);
      int place = emo_emotion_get_wheel_place (label);

      g_assert_cmpint (place, >=, 0);
      g_assert_cmpint (place, <, EMO_N_WHEEL_PLACES);
      g_assert_false (taken[place]);
      taken[place] = TRUE;
      g_assert_true ((cos ((2 * place + 1) * G_PI / 8) > 0) == (emo_emotion_get_polarity (label) == EMO_POLARITY_POSITIVE));
    }
}

static void
test_emotion_orders_the_eight_by_the_wheel (void)
{
  static const char * const expected[] = {
    "amusement", "excitement", "anger", "disgust", "fear", "sadness", "awe", "contentment"
  };
  g_autoptr (EmoLabelSet) set = emo_label_set_new_mikels ();
  gboolean on_wheel = FALSE;
  g_autofree guint *order = emo_label_set_dup_wheel_order (set, &on_wheel);

  g_assert_true (on_wheel);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpstr (emo_label_set_get_label (set, order[i]), ==, expected[i]);
}

static void
test_emotion_keeps_the_order_of_other_sets (void)
{
  g_autoptr (EmoLabelSet) set = new_set ((const char *[]) { "surprise", "fear", "anger", NULL });
  gboolean on_wheel = TRUE;
  g_autofree guint *order = emo_label_set_dup_wheel_order (set, &on_wheel);

  g_assert_false (on_wheel);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (order[i], ==, i);
}

static void
test_emotion_sums_by_polarity (void)
{
  g_autoptr (EmoLabelSet) set = new_set ((const char *[]) { "anger", "disgust", "fear", "joy", "sadness", "surprise", NULL });
  const double p[] = { 0.1, 0.05, 0.15, 0.4, 0.1, 0.2 };
  double positive, negative, neither;

  g_assert_true (emo_label_set_sum_polarity (set, p, &positive, &negative, &neither));
  g_assert_cmpfloat_with_epsilon (positive, 0.4, 1e-12);
  g_assert_cmpfloat_with_epsilon (negative, 0.4, 1e-12);
  g_assert_cmpfloat_with_epsilon (neither, 0.2, 1e-12);
  g_assert_true (emo_label_set_sum_polarity (set, p, NULL, NULL, NULL));
}

static void
test_emotion_sums_nothing_with_an_unknown_label (void)
{
  g_autoptr (EmoLabelSet) set = new_set ((const char *[]) { "awe", "nostalgia", NULL });
  const double p[] = { 0.5, 0.5 };
  double positive = 7;

  g_assert_false (emo_label_set_sum_polarity (set, p, &positive, NULL, NULL));
  g_assert_cmpfloat (positive, ==, 7);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/Emo/Emotion/half-of-the-eight-is-positive", test_emotion_half_of_the_eight_is_positive);
  g_test_add_func ("/Emo/Emotion/guesses-at-no-other-label", test_emotion_guesses_at_no_other_label);
  g_test_add_func ("/Emo/Emotion/positive-places-are-the-right-half", test_emotion_positive_places_are_the_right_half);
  g_test_add_func ("/Emo/Emotion/orders-the-eight-by-the-wheel", test_emotion_orders_the_eight_by_the_wheel);
  g_test_add_func ("/Emo/Emotion/keeps-the-order-of-other-sets", test_emotion_keeps_the_order_of_other_sets);
  g_test_add_func ("/Emo/Emotion/sums-by-polarity", test_emotion_sums_by_polarity);
  g_test_add_func ("/Emo/Emotion/sums-nothing-with-an-unknown-label", test_emotion_sums_nothing_with_an_unknown_label);

  return g_test_run ();
}
