/* emo-synth-rule.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include "emo-error.h"
#include "emo-synth-rule.h"

/* What counts how much beside the main object, tenths. */
#define MAIN_SALIENCE  10
#define OTHER_SALIENCE 6

#define BIT(mood) (1u << EMO_MOOD_##mood)
#define PLEASANT  (BIT (AMUSEMENT) | BIT (AWE) | BIT (CONTENTMENT) | BIT (EXCITEMENT))

struct _EmoSynthRule
{
  gatomicrefcount  ref_count;
  EmoLabelSet     *labels;
  guint           *moods;     /* [labels] bits of EmoMood */
};

static const struct
{
  const char *label;
  guint       moods;
} known[] = {
  { "amusement", BIT (AMUSEMENT) },
  { "anger", BIT (ANGER) },
  { "awe", BIT (AWE) },
  { "contentment", BIT (CONTENTMENT) },
  { "disgust", BIT (DISGUST) },
  { "excitement", BIT (EXCITEMENT) },
  { "fear", BIT (FEAR) },
  { "sadness", BIT (SADNESS) },
  { "joy", BIT (AMUSEMENT) | BIT (CONTENTMENT) },
  { "surprise", BIT (AWE) | BIT (EXCITEMENT) },
  { "positive", PLEASANT },
  { "negative", ~PLEASANT & ((1u << EMO_N_MOODS) - 1) },
};

static guint
find_moods (const char *label)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i].label, label))
      return known[i].moods;

  return 0;
}

/* Bits of the moods that each label has; two labels of one mood would tie. */
static gboolean
assign_moods (EmoSynthRule  *self,
              GError       **error)
{
  guint taken = 0;

  for (guint i = 0; i < emo_label_set_get_size (self->labels); i++)
    {
      const char *label = emo_label_set_get_label (self->labels, i);

      self->moods[i] = find_moods (label);
      if (self->moods[i] == 0)
        {
          g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                       "\"%s\" is no label that scenes can have: expected Mikels' eight emotions, "
                       "joy, surprise, positive or negative", label);
          return FALSE;
        }
      if ((self->moods[i] & taken) != 0)
        {
          g_set_error (error, EMO_ERROR, EMO_ERROR_UNSUPPORTED,
                       "\"%s\" overlaps another label: every scene of one would be one of the other", label);
          return FALSE;
        }
      taken |= self->moods[i];
    }

  return TRUE;
}

/**
 * emo_synth_rule_new:
 * @labels: the labels, in any order
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the rule that tells them, or %NULL with
 *   %EMO_ERROR_UNSUPPORTED
 */
EmoSynthRule *
emo_synth_rule_new (EmoLabelSet  *labels,
                    GError      **error)
{
  g_autoptr(EmoSynthRule) self = NULL;

  g_return_val_if_fail (labels != NULL, NULL);

  self = g_new0 (EmoSynthRule, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->labels = emo_label_set_ref (labels);
  self->moods = g_new0 (guint, emo_label_set_get_size (labels));
  if (!assign_moods (self, error))
    return NULL;

  return g_steal_pointer (&self);
}

EmoSynthRule *
emo_synth_rule_ref (EmoSynthRule *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
emo_synth_rule_unref (EmoSynthRule *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->labels, emo_label_set_unref);
  g_free (self->moods);
  g_free (self);
}

/**
 * emo_synth_rule_get_labels:
 * @self: a rule
 *
 * Returns: (transfer none): its labels
 */
EmoLabelSet *
emo_synth_rule_get_labels (EmoSynthRule *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->labels;
}

/**
 * emo_synth_rule_has_mood:
 * @self: a rule
 * @label: which label
 * @mood: a mood
 *
 * Returns: whether the mood is one of the label's
 */
gboolean
emo_synth_rule_has_mood (EmoSynthRule *self,
                         guint         label,
                         EmoMood       mood)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (label < emo_label_set_get_size (self->labels), FALSE);

  return (self->moods[label] & 1u << mood) != 0;
}

/**
 * emo_synth_rule_weigh:
 * @self: a rule
 * @label: which label
 * @trait: which table
 * @index: which of its entries
 * @place: of an object in the scene, 0 the main one; else 0
 *
 * Returns: thousandths that it adds to the label's score
 */
int
emo_synth_rule_weigh (EmoSynthRule *self,
                      guint         label,
                      EmoTrait      trait,
                      guint         index,
                      guint         place)
{
  const gint16 *weights = emo_trait_get_weights (trait, index);
  int sum = 0;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (label < emo_label_set_get_size (self->labels), 0);

  for (guint mood = 0; mood < EMO_N_MOODS; mood++)
    if ((self->moods[label] & 1u << mood) != 0)
      sum += weights[mood];

  return sum * (place == 0 ? MAIN_SALIENCE : OTHER_SALIENCE);
}

/**
 * emo_synth_rule_score:
 * @self: a rule
 * @parts: what a scene holds
 * @scores: (out caller-allocates): [labels] thousandths
 *
 * The sum of what every part adds: a linear rule, in whole numbers, so that it
 * is the same on every machine.
 */
void
emo_synth_rule_score (EmoSynthRule        *self,
                      const EmoSynthParts *parts,
                      int                 *scores)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (parts != NULL && parts->n_objects <= EMO_SYNTH_MAX_OBJECTS);

  for (guint label = 0; label < emo_label_set_get_size (self->labels); label++)
    {
      int score = emo_synth_rule_weigh (self, label, EMO_TRAIT_PALETTE, parts->palette, 0) +
                  emo_synth_rule_weigh (self, label, EMO_TRAIT_TEXTURE, parts->texture, 0) +
                  emo_synth_rule_weigh (self, label, EMO_TRAIT_LAYOUT, parts->layout, 0);

      for (guint i = 0; i < parts->n_objects; i++)
        score += emo_synth_rule_weigh (self, label, EMO_TRAIT_OBJECT, parts->objects[i], i);
      scores[label] = score;
    }
}

/**
 * emo_synth_rule_judge:
 * @self: a rule
 * @parts: what a scene holds
 * @lead: (out): thousandths by which the label leads the next, 0 in a tie
 *
 * Returns: the label with the highest score, of equal ones the first
 */
guint
emo_synth_rule_judge (EmoSynthRule        *self,
                      const EmoSynthParts *parts,
                      int                 *lead)
{
  int scores[EMO_N_MOODS];
  guint best = 0;
  int next = G_MININT;

  g_return_val_if_fail (self != NULL && lead != NULL, 0);

  /* Labels share no mood, so there are no more of them than moods. */
  emo_synth_rule_score (self, parts, scores);
  for (guint label = 1; label < emo_label_set_get_size (self->labels); label++)
    if (scores[label] > scores[best])
      {
        next = scores[best];
        best = label;
      }
    else
      next = MAX (next, scores[label]);
  *lead = scores[best] - next;

  return best;
}
