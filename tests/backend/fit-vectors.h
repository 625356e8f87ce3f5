/* fit-vectors.h: expected numbers of tests/vectors/train/fit.json
 *
 * Copyright 2026 The EmoVLM-KD desktop authors
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <math.h>

#include "emo-json.h"

static inline EmoJson *
fit_load (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "vectors", "train", "fit.json", NULL);
  g_autoptr(GError) error = NULL;
  EmoJson *json = emo_json_load (path, &error);

  g_assert_no_error (error);

  return json;
}

static inline const EmoJsonValue *
fit_list (EmoJson    *json,
          const char *key)
{
  return emo_json_value_get_member (emo_json_get_root (json), key);
}

/* The member's numbers; their count goes to @n. */
static inline float *
fit_floats (const EmoJsonValue *item,
            const char         *key,
            gsize              *n)
{
  const EmoJsonValue *array = emo_json_value_get_member (item, key);
  float *values;

  g_assert_nonnull (array);
  *n = emo_json_value_get_length (array);
  values = g_new (float, *n + 1);
  for (gsize i = 0; i < *n; i++)
    values[i] = emo_json_value_get_double (emo_json_value_get_element (array, i));

  return values;
}

static inline guint32 *
fit_labels (const EmoJsonValue *item)
{
  const EmoJsonValue *array = emo_json_value_get_member (item, "labels");
  guint32 *labels = g_new (guint32, emo_json_value_get_length (array));

  for (gsize i = 0; i < emo_json_value_get_length (array); i++)
    labels[i] = emo_json_value_get_double (emo_json_value_get_element (array, i));

  return labels;
}

/* Every number of @found is the member's within @tolerance of the largest. */
static inline void
fit_assert_close (const float        *found,
                  const EmoJsonValue *item,
                  const char         *key,
                  double              tolerance)
{
  gsize n;
  g_autofree float *expected = fit_floats (item, key, &n);
  double largest = 0;

  g_assert_cmpuint (n, >, 0);
  for (gsize i = 0; i < n; i++)
    largest = MAX (largest, fabs (expected[i]));
  for (gsize i = 0; i < n; i++)
    {
      double difference = fabs ((double) found[i] - expected[i]);

      if (!(difference <= tolerance * largest))
        g_error ("%s: element %" G_GSIZE_FORMAT ": found %.9g, expected %.9g", key, i, found[i], expected[i]);
    }
}
