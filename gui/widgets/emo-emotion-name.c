/* emo-emotion-name.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <glib/gi18n.h>
#include <gtk/gtk.h>

#include "emo-emotion-name.h"

/* Labels belong to the model. Those of the public emotion sets are listed here
 * so that translators see them; any other label is shown as it is. */
static const char * const known_labels[] = {
  NC_("emotion", "amusement"),
  NC_("emotion", "anger"),
  NC_("emotion", "awe"),
  NC_("emotion", "contentment"),
  NC_("emotion", "disgust"),
  NC_("emotion", "excitement"),
  NC_("emotion", "fear"),
  NC_("emotion", "joy"),
  NC_("emotion", "negative"),
  NC_("emotion", "neutral"),
  NC_("emotion", "positive"),
  NC_("emotion", "sadness"),
  NC_("emotion", "surprise"),
};

/**
 * emo_emotion_name:
 * @label: a label of a model
 *
 * Returns: (transfer none): the label in the person's language where it is a
 *   known one, else @label
 */
const char *
emo_emotion_name (const char *label)
{
  g_return_val_if_fail (label != NULL, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (known_labels); i++)
    if (g_str_equal (known_labels[i], label))
      return g_dpgettext2 (GETTEXT_PACKAGE, "emotion", label);

  return label;
}

/**
 * emo_branch_name:
 * @branch: a branch
 *
 * Returns: (transfer none): its name in the person's language
 */
const char *
emo_branch_name (EmoBranch branch)
{
  switch (branch)
    {
    case EMO_BRANCH_VLM:
      return C_("branch", "VLM");
    case EMO_BRANCH_DISTILLED:
      return C_("branch", "Distilled");
    case EMO_BRANCH_GATED:
    default:
      return C_("branch", "Gated");
    }
}

/**
 * emo_number_take:
 * @text: (transfer full): a number, with signs
 *
 * Returns: (transfer full): the same, to be read from left to right in every script
 */
char *
emo_number_take (char *text)
{
  g_autofree char *number = text;

  if (gtk_widget_get_default_direction () != GTK_TEXT_DIR_RTL)
    return g_steal_pointer (&number);

  return g_strconcat ("\342\200\216", number, NULL);   /* LEFT-TO-RIGHT MARK */
}

/**
 * emo_percent_to_string:
 * @fraction: 0 to 1
 *
 * Returns: (transfer full): the fraction as per cent with one decimal
 */
char *
emo_percent_to_string (double fraction)
{
  return emo_number_take (g_strdup_printf (C_("per cent, one decimal", "%.1f %%"), fraction * 100));
}

/**
 * emo_tick_to_string:
 * @fraction: 0 to 1
 *
 * Returns: (transfer full): the fraction as whole per cent, for an axis or a zoom
 */
char *
emo_tick_to_string (double fraction)
{
  return emo_number_take (g_strdup_printf (C_("tick of the axis, per cent", "%d %%"), (int) lround (fraction * 100)));
}

/**
 * emo_signed_to_string:
 * @value: a number of logits
 *
 * Returns: (transfer full): the number with its sign and one decimal
 */
char *
emo_signed_to_string (double value)
{
  double rounded = round (value * 10) / 10;

  if (rounded == 0)
    return g_strdup_printf ("%.1f", 0.0);

  return emo_number_take (g_strdup_printf ("%s%.1f", rounded < 0 ? "\xe2\x88\x92" : "+", fabs (rounded)));
}
