/* emo-emotion.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-emotion.h"

/* Labels belong to the model; this only says what is known of some. Mikels'
 * eight are in the order of the wheel, then those of Emotion6 that the eight
 * lack, then the names of polarity itself. */
static const struct
{
  const char  *label;
  EmoPolarity  polarity;
} emotions[] = {
  { "amusement", EMO_POLARITY_POSITIVE },
  { "excitement", EMO_POLARITY_POSITIVE },
  { "anger", EMO_POLARITY_NEGATIVE },
  { "disgust", EMO_POLARITY_NEGATIVE },
  { "fear", EMO_POLARITY_NEGATIVE },
  { "sadness", EMO_POLARITY_NEGATIVE },
  { "awe", EMO_POLARITY_POSITIVE },
  { "contentment", EMO_POLARITY_POSITIVE },

  { "joy", EMO_POLARITY_POSITIVE },
  { "surprise", EMO_POLARITY_NEITHER },

  { "positive", EMO_POLARITY_POSITIVE },
  { "negative", EMO_POLARITY_NEGATIVE },
  { "neutral", EMO_POLARITY_NEITHER },
};

/* -1: not listed. */
static int
find_emotion (const char *label)
{
  for (gsize i = 0; i < G_N_ELEMENTS (emotions); i++)
    if (g_str_equal (emotions[i].label, label))
      return (int) i;

  return -1;
}

/**
 * emo_emotion_get_polarity:
 * @label: a label of a model, in its spelling
 *
 * Returns: whether the emotion is a pleasant one, %EMO_POLARITY_UNKNOWN for a
 *   label that is of no public emotion set
 */
EmoPolarity
emo_emotion_get_polarity (const char *label)
{
  int emotion;

  g_return_val_if_fail (label != NULL, EMO_POLARITY_UNKNOWN);

  emotion = find_emotion (label);

  return emotion >= 0 ? emotions[emotion].polarity : EMO_POLARITY_UNKNOWN;
}

/**
 * emo_emotion_get_wheel_place:
 * @label: a label of a model, in its spelling
 *
 * Returns: its place on the wheel, below %EMO_N_WHEEL_PLACES; -1 for a label
 *   that is not one of Mikels' eight
 */
int
emo_emotion_get_wheel_place (const char *label)
{
  int emotion;

  g_return_val_if_fail (label != NULL, -1);

  emotion = find_emotion (label);

  return emotion < EMO_N_WHEEL_PLACES ? emotion : -1;
}

static int
compare_places (gconstpointer a,
                gconstpointer b,
                gpointer      user_data)
{
  EmoLabelSet *set = user_data;

  return emo_emotion_get_wheel_place (emo_label_set_get_label (set, *(const guint *) a)) -
         emo_emotion_get_wheel_place (emo_label_set_get_label (set, *(const guint *) b));
}

/**
 * emo_label_set_dup_wheel_order:
 * @self: a label set
 * @on_wheel: (out) (optional): whether every label has a place on the wheel
 *
 * Neighbours on the wheel are emotions that are near each other, which neither
 * the alphabet nor a model's order shows.
 *
 * Returns: (transfer full) (array): [size] the set's indices in the order of
 *   the wheel; in the model's own order where a label has no place
 */
guint *
emo_label_set_dup_wheel_order (EmoLabelSet *self,
                               gboolean    *on_wheel)
{
  gboolean known = TRUE;
  guint *order;
  guint n;

  g_return_val_if_fail (self != NULL, NULL);

  n = emo_label_set_get_size (self);
  order = g_new (guint, n);
  for (guint i = 0; i < n; i++)
    {
      order[i] = i;
      known = known && emo_emotion_get_wheel_place (emo_label_set_get_label (self, i)) >= 0;
    }
  if (known)
    g_qsort_with_data (order, n, sizeof (guint), compare_places, self);
  if (on_wheel != NULL)
    *on_wheel = known;

  return order;
}

/**
 * emo_label_set_sum_polarity:
 * @self: a label set
 * @p: [size] probabilities
 * @positive: (out) (optional): sum over the positive emotions
 * @negative: (out) (optional): sum over the negative ones
 * @neither: (out) (optional): sum over those that are neither
 *
 * Returns: whether the polarity of every label is known; nothing is written if
 *   not
 */
gboolean
emo_label_set_sum_polarity (EmoLabelSet  *self,
                            const double *p,
                            double       *positive,
                            double       *negative,
                            double       *neither)
{
  double sums[EMO_POLARITY_NEITHER + 1] = { 0 };

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (p != NULL, FALSE);

  for (guint i = 0; i < emo_label_set_get_size (self); i++)
    {
      EmoPolarity polarity = emo_emotion_get_polarity (emo_label_set_get_label (self, i));

      if (polarity == EMO_POLARITY_UNKNOWN)
        return FALSE;
      sums[polarity] += p[i];
    }

  if (positive != NULL)
    *positive = sums[EMO_POLARITY_POSITIVE];
  if (negative != NULL)
    *negative = sums[EMO_POLARITY_NEGATIVE];
  if (neither != NULL)
    *neither = sums[EMO_POLARITY_NEITHER];

  return TRUE;
}
