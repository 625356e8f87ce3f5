/* emo-gate-weights.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <glib/gi18n.h>

#include "emo-gate-weights.h"

/* Titles are the gates' own; those that are known are listed here so that
 * translators see them, any other is shown as it is. */
static const struct
{
  const char *title;
  const char *two;     /* (nullable) for two weights that have names */
  const char *any;     /* for a list of them */
} known_titles[] = {
  /* Translators: %s are numbers. */
  { "branch weights", N_("Branch weights: distilled %s, VLM %s"), N_("Branch weights: %s") },
  { "expert weights", NULL, N_("Expert weights: %s") },
};

static char *
join (const double *weights,
      guint         n)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) numbers = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *number = g_strdup_printf ("%.2f", weights[i]);

      g_strv_builder_add (builder, number);
    }
  numbers = g_strv_builder_end (builder);

  return g_strjoinv (" · ", numbers);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static char *
format (const char   *title,
        const double *weights,
        guint         n)
{
  g_autofree char *list = join (weights, n);

  for (gsize i = 0; i < G_N_ELEMENTS (known_titles); i++)
    {
      if (g_strcmp0 (title, known_titles[i].title) != 0)
        continue;
      if (n == 2 && known_titles[i].two != NULL)
        {
          g_autofree char *first = join (weights, 1);
          g_autofree char *second = join (weights + 1, 1);

          return g_strdup_printf (_(known_titles[i].two), first, second);
        }

      return g_strdup_printf (_(known_titles[i].any), list);
    }

  return g_strdup_printf (C_("weights of a gate: their title, numbers", "%s: %s"), title != NULL ? title : "", list);
}
#pragma GCC diagnostic pop

/**
 * emo_gate_weights_describe:
 * @prediction: a prediction
 *
 * Returns: (transfer full) (nullable): the weights by which this picture's gate
 *   mixed, in words; %NULL where it has none or has not answered
 */
char *
emo_gate_weights_describe (EmoPrediction *prediction)
{
  const char *title;
  const double *weights;
  guint n;

  g_return_val_if_fail (EMO_IS_PREDICTION (prediction), NULL);

  weights = emo_prediction_get_weights (prediction, &n, &title);

  return weights != NULL ? format (title, weights, n) : NULL;
}
