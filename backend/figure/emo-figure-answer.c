/* emo-figure-answer.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include "emo-figure-answer.h"
#include "emo-figure-theme.h"

G_DEFINE_BOXED_TYPE (EmoFigureAnswer, emo_figure_answer, emo_figure_answer_ref, emo_figure_answer_unref)

static char *
write_percent (double value)
{
  return g_strdup_printf ("%.1f %%", value * 100);
}

static char *
write_whole_percent (double value)
{
  return g_strdup_printf ("%.0f %%", value * 100);
}

static char *
write_logits (double value)
{
  return g_strdup_printf ("%+.1f", value);
}

/**
 * emo_figure_answer_new:
 * @n_labels: how many labels are shown
 *
 * Makes an answer without words, in which no branch has answered; fill it before
 * others see it.
 *
 * Returns: (transfer full): the answer
 */
EmoFigureAnswer *
emo_figure_answer_new (guint n_labels)
{
  EmoFigureAnswer *self = g_new0 (EmoFigureAnswer, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->labels = g_new0 (EmoFigureLabel, n_labels);
  self->n_labels = n_labels;
  self->winner = -1;
  self->final_branch = EMO_BRANCH_GATED;
  self->percent = write_percent;
  self->whole_percent = write_whole_percent;
  self->logits = write_logits;
  for (guint i = 0; i < n_labels; i++)
    {
      self->labels[i].emotion = -1;
      for (int b = 0; b < EMO_N_BRANCHES; b++)
        self->labels[i].probability[b] = NAN;
    }
  for (int b = 0; b < EMO_N_BRANCHES; b++)
    self->trained[b] = TRUE;

  return self;
}

/**
 * emo_figure_answer_ref:
 * @self: an answer
 *
 * Returns: (transfer full): @self
 */
EmoFigureAnswer *
emo_figure_answer_ref (EmoFigureAnswer *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

static void
free_words (EmoFigureAnswer *self)
{
  g_free (self->title);
  g_free (self->title_value);
  g_free (self->picture_name);
  g_strfreev (self->remarks);
  g_free (self->notice);
  g_free (self->notice_reason);
  for (int b = 0; b < EMO_N_BRANCHES; b++)
    g_free (self->branch_names[b]);
  for (int p = 0; p < EMO_FIGURE_N_PARTS; p++)
    g_free (self->part_names[p]);
  g_free (self->no_answer);
  g_free (self->others);
  g_free (self->bars_heading);
  g_free (self->contributions_heading);
  g_free (self->contributions_words);
  g_free (self->wheel_heading);
  g_free (self->explanation_heading);
  g_free (self->explanation);
  g_free (self->explanation_source);
  g_strfreev (self->details);
}

/**
 * emo_figure_answer_unref:
 * @self: (transfer full): an answer
 */
void
emo_figure_answer_unref (EmoFigureAnswer *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < self->n_labels; i++)
    g_free (self->labels[i].name);
  g_free (self->labels);
  free_words (self);
  g_free (self);
}

/**
 * emo_figure_answer_is_wheel:
 * @self: an answer
 *
 * Returns: whether the labels are Mikels' eight, in whatever order
 */
gboolean
emo_figure_answer_is_wheel (EmoFigureAnswer *self)
{
  guint seen = 0;

  g_return_val_if_fail (self != NULL, FALSE);

  for (guint i = 0; i < self->n_labels; i++)
    {
      int emotion = self->labels[i].emotion;

      if (emotion < 0 || emotion >= EMO_N_WHEEL_PLACES)
        return FALSE;
      seen |= 1u << emotion;
    }

  return self->n_labels == EMO_N_WHEEL_PLACES && seen == (1u << EMO_N_WHEEL_PLACES) - 1;
}

/**
 * emo_figure_answer_describe:
 * @self: an answer
 *
 * Returns: (transfer full): each label with the probabilities of the branches,
 *   a line each, for who cannot see the drawing
 */
char *
emo_figure_answer_describe (EmoFigureAnswer *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);

  for (guint i = 0; i < self->n_labels; i++)
    {
      const EmoFigureLabel *label = &self->labels[i];
      const char *separator = ": ";

      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", label->name);
      for (int b = 0; b < EMO_N_BRANCHES; b++)
        if (self->trained[b] && !isnan (label->probability[b]))
          {
            g_autofree char *percent = self->percent (label->probability[b]);

            g_string_append_printf (text, "%s%s %s", separator, self->branch_names[b], percent);
            separator = ", ";
          }
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}
