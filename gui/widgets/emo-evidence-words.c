/* emo-evidence-words.c
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "Emo"

#include "config.h"

#include <math.h>

#include <glib/gi18n.h>

#include "emo-emotion-name.h"
#include "emo-evidence-words.h"

/* Thirds of the picture, row by row. */
#define N_PLACES 9

static const char * const places[N_PLACES] = {
  NC_("place in a picture", "upper left"),
  NC_("place in a picture", "top"),
  NC_("place in a picture", "upper right"),
  NC_("place in a picture", "left"),
  NC_("place in a picture", "centre"),
  NC_("place in a picture", "right"),
  NC_("place in a picture", "lower left"),
  NC_("place in a picture", "bottom"),
  NC_("place in a picture", "lower right"),
};

/* At most so many places are named, and none that is weaker than this share of
 * the strongest. */
#define MAX_NAMED 3
#define WEAKEST 0.4

/**
 * emo_evidence_number_to_string:
 * @value: a number
 * @largest: the largest number that it is seen beside
 *
 * Returns: (transfer full): the number with its sign; two digits of @largest
 *   decide how many decimals all of them have
 */
char *
emo_evidence_number_to_string (double value,
                               double largest)
{
  int decimals = 2;
  g_autofree char *digits = NULL;

  if (!isfinite (value))
    return g_strdup (C_("a number that is none", "none"));
  if (isfinite (largest) && largest > 0)
    decimals = CLAMP (1 - (int) floor (log10 (largest)), 0, 6);
  digits = g_strdup_printf ("%.*f", decimals, fabs (value));
  if (strpbrk (digits, "123456789") == NULL)
    return g_steal_pointer (&digits);

  return emo_number_take (g_strconcat (value < 0 ? "\xe2\x88\x92" : "+", digits, NULL));
}

static int
find_place (EmoHeatMap *map,
            int         column,
            int         row)
{
  /* The middle of the token decides. */
  int x = (2 * column + 1) * 3 / (2 * emo_heat_map_get_width (map));
  int y = (2 * row + 1) * 3 / (2 * emo_heat_map_get_height (map));

  return y * 3 + x;
}

/* The strongest number of one sign in each place; 0 where there is none. */
static void
find_strongest (EmoHeatMap *map,
                int         sign,
                double     *strongest)   /* [N_PLACES], sizes */
{
  for (int i = 0; i < N_PLACES; i++)
    strongest[i] = 0;
  for (int row = 0; row < emo_heat_map_get_height (map); row++)
    for (int column = 0; column < emo_heat_map_get_width (map); column++)
      {
        double size = sign * emo_heat_map_get_value (map, column, row);
        double *place = &strongest[find_place (map, column, row)];

        if (isfinite (size) && size > *place)
          *place = size;
      }
}

static int
index_of_largest (const double *values)
{
  int best = 0;

  for (int i = 1; i < N_PLACES; i++)
    if (values[i] > values[best])
      best = i;

  return best;
}

/* "upper left (+0.42), centre (+0.31)", or NULL where nothing has that sign. */
static char *
name_places (EmoHeatMap *map,
             int         sign)
{
  g_autoptr (GString) text = g_string_new (NULL);
  double strongest[N_PLACES];
  double largest;

  find_strongest (map, sign, strongest);
  largest = strongest[index_of_largest (strongest)];
  for (int n = 0; n < MAX_NAMED; n++)
    {
      int place = index_of_largest (strongest);
      g_autofree char *number = NULL;

      if (strongest[place] <= 0 || strongest[place] < WEAKEST * largest)
        break;
      number = emo_evidence_number_to_string (sign * strongest[place], emo_heat_map_get_largest (map));
      if (n > 0)
        g_string_append (text, C_("between the items of a list", ", "));
      /* Translators: a place in a picture, and the number of its strongest part. */
      g_string_append_printf (text, C_("place and number", "%s (%s)"),
                              g_dpgettext2 (GETTEXT_PACKAGE, "place in a picture", places[place]), number);
      strongest[place] = 0;
    }

  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/**
 * emo_evidence_describe:
 * @map: a map
 * @label: whose, as the person reads it
 *
 * Returns: (transfer full): where the strongest parts lie, in words
 */
char *
emo_evidence_describe (EmoHeatMap *map,
                       const char *label)
{
  g_autofree char *in_favour = name_places (map, 1);
  g_autofree char *against = name_places (map, -1);

  /* Translators: %s is an emotion, then places: "upper left (+0.42), centre (+0.31)". */
  if (in_favour != NULL && against != NULL)
    return g_strdup_printf (_("Most for %s: %s. Most against it: %s."), label, in_favour, against);
  if (in_favour != NULL)
    return g_strdup_printf (_("Most for %s: %s. Nothing is against it."), label, in_favour);
  if (against != NULL)
    return g_strdup_printf (_("Most against %s: %s. Nothing is for it."), label, against);

  return g_strdup_printf (_("No part of the picture moves %s."), label);
}

/**
 * emo_evidence_describe_token:
 * @map: a map
 * @column: of the token
 * @row: of the token
 *
 * Returns: (transfer full): the token's place and number
 */
char *
emo_evidence_describe_token (EmoHeatMap *map,
                             int         column,
                             int         row)
{
  g_autofree char *number = emo_evidence_number_to_string (emo_heat_map_get_value (map, column, row),
                                                           emo_heat_map_get_largest (map));

  /* Translators: of a grid over the picture; the last %s is a number. */
  return g_strdup_printf (_("Row %d of %d, column %d of %d: %s"),
                          row + 1, emo_heat_map_get_height (map),
                          column + 1, emo_heat_map_get_width (map), number);
}
